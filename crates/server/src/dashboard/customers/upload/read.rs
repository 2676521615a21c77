//! Reading a file of links: rows of a customer and a customer of Stripe, and what is wrong with the others.
//!
//! Invariant: no two rows that are kept name the same customer, nor the same customer of Stripe; so rows may be linked in
//! any order.

use super::sheet;
use csv::{ReaderBuilder, StringRecord, Trim};
use std::collections::HashMap;
use tollgate_wire::priceos::customer;

/// Most rows of a file.
pub(super) const ROWS_MAX: usize = 200_000;
/// The columns, as a header names them.
const CUSTOMER: &str = "customerId";
const STRIPE: &str = "stripeCustomerId";

/// A row that can be linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row<'t> {
    /// Where it stands in the file, from 1.
    pub(super) line: u64,
    pub(super) customer: &'t str,
    pub(super) stripe: &'t str,
}

/// What is wrong with a row, or with the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) line: u64,
    pub(super) words: String,
}

/// The rows of a file, packed: there may be many.
#[derive(Debug, Default)]
pub(super) struct Table {
    text: String,
    places: Vec<Place>,
    pub(super) problems: Vec<Problem>,
}

/// Where the two texts of a row are.
#[derive(Debug, Clone, Copy)]
struct Place {
    line: u64,
    start: usize,
    middle: usize,
    end: usize,
}

impl Table {
    /// How many rows can be linked.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// One of them.
    pub(super) fn row(&self, index: usize) -> Option<Row<'_>> {
        self.places.get(index).map(|place| self.at(place))
    }

    /// All of them, in order.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.places.iter().map(|place| self.at(place))
    }

    fn at(&self, place: &Place) -> Row<'_> {
        let (customer, stripe) = (&self.text[place.start..place.middle], &self.text[place.middle..place.end]);
        Row { line: place.line, customer, stripe }
    }

    /// Reads a file; a text where it is none of links at all.
    pub(super) fn read(file: &[u8]) -> Result<Self, String> {
        let Ok(file) = std::str::from_utf8(file) else {
            return Err("The file is not text in UTF-8. Save it as “CSV UTF-8”.".to_owned());
        };
        let file = file.trim_start_matches('\u{feff}');
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .delimiter(delimiter(file))
            .from_reader(file.as_bytes());
        let (mut table, mut columns, mut record) = (Self::default(), None, StringRecord::new());
        let mut count = 0;
        while reader.read_record(&mut record).map_err(|error| format!("The file cannot be read: {error}."))? {
            if columns.is_none() {
                let (found, is_header) = Columns::of(&record)?;
                columns = Some(found);
                if is_header {
                    continue;
                }
            }
            count += 1;
            if count > ROWS_MAX {
                return Err(format!("The file has more than {ROWS_MAX} rows. Split it."));
            }
            table.push(&record, columns.unwrap_or_default(), line_of(&record, file));
        }
        if count == 0 {
            return Err("There are no rows.".to_owned());
        }
        Ok(table.without_repeats())
    }

    fn push(&mut self, record: &StringRecord, columns: Columns, line: u64) {
        let cell = |column| sheet::text(record.get(column).unwrap_or_default());
        let (customer, stripe) = (cell(columns.customer), cell(columns.stripe));
        let words = match (customer.is_empty(), stripe.is_empty()) {
            (false, false) => {
                if let Some(problem) = refusal(customer, stripe) {
                    return self.problems.push(Problem { line, words: problem });
                }
                let start = self.text.len();
                self.text.push_str(customer);
                let middle = self.text.len();
                self.text.push_str(stripe);
                return self.places.push(Place { line, start, middle, end: self.text.len() });
            }
            (true, true) if record.iter().all(str::is_empty) => return,
            (true, true) => format!("{CUSTOMER} and {STRIPE} are missing."),
            (true, false) => format!("{CUSTOMER} is missing."),
            (false, true) => format!("{STRIPE} is missing."),
        };
        self.problems.push(Problem { line, words });
    }

    /// The same without rows that name what an earlier one names.
    fn without_repeats(mut self) -> Self {
        let (mut customers, mut stripes) = (HashMap::new(), HashMap::new());
        let (mut kept, mut problems) = (Vec::with_capacity(self.places.len()), Vec::new());
        for place in &self.places {
            let row = self.at(place);
            let earlier = [(CUSTOMER, customers.get(row.customer)), (STRIPE, stripes.get(row.stripe))];
            if let Some((column, Some(first))) = earlier.into_iter().find(|(_, first)| first.is_some()) {
                problems.push(Problem { line: row.line, words: format!("{column} stands in line {first} already.") });
                continue;
            }
            customers.insert(row.customer, row.line);
            stripes.insert(row.stripe, row.line);
            kept.push(*place);
        }
        self.problems.append(&mut problems);
        self.problems.sort_by_key(|problem| problem.line);
        Self { places: kept, ..self }
    }
}

/// What the API says of a row before it looks at what is on file.
fn refusal(customer: &str, stripe: &str) -> Option<String> {
    let row = [(CUSTOMER, customer), (STRIPE, stripe)].map(|(column, text)| (column.to_owned(), text.into()));
    customer::parse_link(&row.into_iter().collect()).err().map(|fault| fault.message)
}

/// The line that a record begins in: the reader says where it went on from, which may be empty lines before that.
fn line_of(record: &StringRecord, file: &str) -> u64 {
    let Some(position) = record.position() else { return 0 };
    let from = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let before =
        file.as_bytes().get(from..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    before.filter(|byte| **byte == b'\n').fold(position.line(), |line, _| line + 1)
}

/// Where the columns are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Columns {
    customer: usize,
    stripe: usize,
}

impl Default for Columns {
    fn default() -> Self {
        Self { customer: 0, stripe: 1 }
    }
}

impl Columns {
    /// Those that the first record names, where it is a header.
    fn of(first: &StringRecord) -> Result<(Self, bool), String> {
        let place = |name: &str| first.iter().position(|cell| plain(cell) == plain(name));
        match (place(CUSTOMER), place(STRIPE)) {
            (Some(customer), Some(stripe)) => Ok((Self { customer, stripe }, true)),
            (None, None) => Ok((Self::default(), false)),
            (Some(_), None) => Err(format!("The header names {CUSTOMER}, but no {STRIPE}.")),
            (None, Some(_)) => Err(format!("The header names {STRIPE}, but no {CUSTOMER}.")),
        }
    }
}

/// A name of a column without what people write it differently by.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
}

/// What stands between cells: some programs write semicolons or tabs.
fn delimiter(file: &str) -> u8 {
    let first = file.lines().next().unwrap_or_default();
    [b',', b';', b'\t'].into_iter().find(|byte| first.as_bytes().contains(byte)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows as line, customer and customer of Stripe; problems as line and words.
    type Told = (Vec<(u64, String, String)>, Vec<(u64, String)>);

    fn read(file: &str) -> Told {
        let table = Table::read(file.as_bytes()).unwrap();
        let row = |row: Row<'_>| (row.line, row.customer.to_owned(), row.stripe.to_owned());
        let problems = table.problems.iter().map(|problem| (problem.line, problem.words.clone()));
        (table.rows().map(row).collect(), problems.collect())
    }

    #[test]
    fn a_header_says_the_order_and_may_be_left_out() {
        let expected = vec![(1, "a".to_owned(), "cus_1".to_owned())];
        assert_eq!(read("a,cus_1").0, expected);
        assert_eq!(read("a;cus_1\r\n").0, expected);
        let named = vec![(2, "a".to_owned(), "cus_1".to_owned())];
        assert_eq!(read("\u{feff}customerId,stripeCustomerId\n a , cus_1 \n").0, named);
        assert_eq!(read("Name\tStripe Customer ID\tcustomer_id\nx\tcus_1\ta").0, named);
        assert_eq!(read("customerId,stripeCustomerId\n\"a\",\"cus_1\"").0, named);
    }

    #[test]
    fn rows_that_lack_something_or_repeat_are_told_by_their_lines() {
        let (rows, problems) =
            read("customerId,stripeCustomerId\na,cus_1\n\n,cus_2\nb\na,cus_3\nc,cus_1\n\"d\n,\",cus_4\n");
        assert_eq!(rows.iter().map(|row| row.1.as_str()).collect::<Vec<_>>(), ["a", "d\n,"]);
        let words = |line, words: &str| (line, words.to_owned());
        assert_eq!(
            problems,
            [
                words(4, "customerId is missing."),
                words(5, "stripeCustomerId is missing."),
                words(6, "customerId stands in line 2 already."),
                words(7, "stripeCustomerId stands in line 2 already."),
            ]
        );
    }

    #[test]
    fn rows_that_the_api_would_refuse_are_told_before() {
        let (rows, problems) = read(&format!("{},cus_1\n..,cus_2\n'=a,cus_3\n", "x".repeat(300)));
        assert_eq!(rows.iter().map(|row| row.1.as_str()).collect::<Vec<_>>(), ["=a"]);
        assert_eq!(problems.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2]);
        assert!(problems[0].1.contains("255") && problems[1].1.contains(".."), "{problems:?}");
    }

    #[test]
    fn what_is_no_file_of_links_is_refused() {
        for (file, part) in [
            (&b""[..], "no rows"),
            (b"customerId,stripeCustomerId\n", "no rows"),
            (b"customerId,name\na,b", "no stripeCustomerId"),
            (b"stripeCustomerId\ncus_1", "no customerId"),
            (b"a,\xff", "UTF-8"),
        ] {
            assert!(Table::read(file).unwrap_err().contains(part), "{file:?}");
        }
        let many = "a,b\n".repeat(ROWS_MAX + 1);
        assert!(Table::read(many.as_bytes()).unwrap_err().contains("Split"));
    }
}
