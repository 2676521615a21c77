//! Terms: what the search index keeps of an object, and what a query asks of it. Shared by the engines.
//!
//! Invariant: an object that matches a query has all the terms that the query asks for. The index only narrows;
//! [`Query::matches`] decides. Terms are computed from the same lower-cased text that it compares, so that no
//! engine's own idea of letters comes between.
//!
//! A text gives its runs of three characters (enough for parts and words alike) and its shorter words; a token gives
//! itself; every field that is set says so. Each is hashed to a word of letters and digits.

use tollgate_domain::environment::Environment;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::search::{Clause, Join, Kind, PART_MIN_CHARACTERS, Query, SearchField, Test, searchable, words};

/// Most runs of three characters that one clause asks for; more would not narrow much further.
const GRAMS_ASKED_MAX: usize = 12;
/// Bits of the hash that a term keeps: enough that unrelated terms hardly ever meet among a million objects.
const TERM_BITS: u32 = 40;
/// Letters that spell a term, five bits each.
const TERM_LETTERS: usize = 8;

/// The 64-bit FNV-1a hash; on disk, so it must never change.
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    hash_on(0xcbf2_9ce4_8422_2325, bytes)
}

/// Goes on with a hash where it ended.
fn hash_on(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The hash of something that objects have and queries ask for. Of its bits, [`TERM_BITS`] count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Term(u64);

/// A set of objects that holds every match of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Narrow {
    /// All of them.
    All,
    /// None of them.
    Nothing,
    /// Those with this term.
    Term(Term),
    /// Those in each of these.
    Every(Vec<Narrow>),
    /// Those in any of these.
    Some(Vec<Narrow>),
}

/// The terms of an object, each once.
pub(crate) fn of(record: &Record) -> Vec<Term> {
    let mut terms = Vec::new();
    for (name, _) in searchable(record.noun()).unwrap_or_default() {
        add_field(&mut terms, &SearchField::Named(name), record);
    }
    let metadata = match record {
        Record::Product(product) => Some(&product.metadata),
        Record::Price(price) => Some(&price.metadata),
        Record::BillingCustomer(customer) => Some(&customer.metadata),
        Record::Subscription(subscription) => Some(&subscription.metadata),
        _ => None,
    };
    for key in metadata.into_iter().flat_map(|metadata| metadata.keys()) {
        add_field(&mut terms, &SearchField::Metadata(key.clone()), record);
    }
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// Terms as the text that an engine cuts into words again.
pub(crate) fn text(terms: &[Term]) -> String {
    let mut text = String::with_capacity(terms.len() * (TERM_LETTERS + 1));
    for term in terms {
        term.spell(&mut text);
        text.push(' ');
    }
    text
}

fn add_field(terms: &mut Vec<Term>, field: &SearchField, record: &Record) {
    let Some(value) = field.value(record) else { return };
    terms.push(term(field, Sort::Present, ""));
    let lower = value.to_lowercase();
    if field.kind(record.noun()) != Kind::Text {
        terms.push(term(field, Sort::Token, &lower));
        return;
    }
    let sort = scope(field, Sort::Gram);
    terms.extend(grams(&lower).map(|gram| Term::of(hash_on(sort, gram.as_bytes()))));
    let words = words(&value);
    terms.extend(words.iter().filter(|word| is_short(word)).map(|word| term(field, Sort::ShortWord, word)));
}

/// What narrows a query to objects worth looking at.
pub(crate) fn narrow(query: &Query) -> Narrow {
    let clauses = query.clauses.iter().map(|clause| narrow_clause(query.noun, clause));
    match query.join {
        Join::And => every(clauses),
        Join::Or => some(clauses),
    }
}

/// What narrows a query in an index that both environments share: [`Narrow::Every`] with the environment in front.
pub(crate) fn narrow_in(environment: Environment, query: &Query) -> Narrow {
    every([Narrow::Term(environment_term(environment)), narrow(query)].into_iter())
}

/// The terms of an object in an index that both environments share.
pub(crate) fn of_in(environment: Environment, record: &Record) -> Vec<Term> {
    let mut terms = of(record);
    terms.push(environment_term(environment));
    terms.sort_unstable();
    terms
}

fn narrow_clause(noun: Noun, Clause { negated, field, test }: &Clause) -> Narrow {
    let kind = field.kind(noun);
    match test {
        Test::Absent if *negated => Narrow::Term(term(field, Sort::Present, "")),
        _ if *negated => Narrow::All,
        Test::Is(wanted) if kind == Kind::Text => every(match &*words(wanted) {
            [] => vec![Narrow::Nothing].into_iter(),
            words => words.iter().map(|word| narrow_part(field, word)).collect::<Vec<_>>().into_iter(),
        }),
        Test::Is(wanted) => Narrow::Term(term(field, Sort::Token, &wanted.to_lowercase())),
        Test::Contains(part) if kind == Kind::Text => {
            let part = part.to_lowercase();
            if is_short(&part) { Narrow::All } else { narrow_part(field, &part) }
        }
        Test::Contains(_) | Test::Compare(..) => Narrow::Term(term(field, Sort::Present, "")),
        Test::Absent => Narrow::All,
    }
}

/// Objects whose field has this word, if it is short, or else this part; both in lower case.
fn narrow_part(field: &SearchField, part: &str) -> Narrow {
    if is_short(part) {
        return Narrow::Term(term(field, Sort::ShortWord, part));
    }
    let grams: Vec<&str> = grams(part).collect();
    let step = grams.len().div_ceil(GRAMS_ASKED_MAX);
    every(grams.into_iter().step_by(step).map(|gram| Narrow::Term(term(field, Sort::Gram, gram))))
}

fn every(parts: impl Iterator<Item = Narrow>) -> Narrow {
    let mut kept = Vec::new();
    for part in parts {
        match part {
            Narrow::All => {}
            Narrow::Nothing => return Narrow::Nothing,
            Narrow::Every(parts) => kept.extend(parts),
            part => kept.push(part),
        }
    }
    if kept.is_empty() { Narrow::All } else { Narrow::Every(kept) }
}

fn some(parts: impl Iterator<Item = Narrow>) -> Narrow {
    let mut kept = Vec::new();
    for part in parts {
        match part {
            Narrow::All => return Narrow::All,
            Narrow::Nothing => {}
            part => kept.push(part),
        }
    }
    if kept.is_empty() { Narrow::Nothing } else { Narrow::Some(kept) }
}

#[derive(Clone, Copy)]
enum Sort {
    Present,
    Token,
    Gram,
    ShortWord,
}

fn environment_term(environment: Environment) -> Term {
    Term::of(fnv1a(environment.as_str().as_bytes()))
}

fn term(field: &SearchField, sort: Sort, text: &str) -> Term {
    Term::of(hash_on(scope(field, sort), text.as_bytes()))
}

/// What the terms of one sort and field begin with.
fn scope(field: &SearchField, sort: Sort) -> u64 {
    let (scope, name) = match field {
        SearchField::Named(name) => ("field", *name),
        SearchField::Metadata(key) => ("metadata", &**key),
    };
    let sort = match sort {
        Sort::Present => "present",
        Sort::Token => "token",
        Sort::Gram => "gram",
        Sort::ShortWord => "word",
    };
    [scope, "\0", name, "\0", sort, "\0"].iter().fold(fnv1a(&[]), |hash, part| hash_on(hash, part.as_bytes()))
}

impl Term {
    fn of(hash: u64) -> Self {
        Self((hash ^ (hash >> TERM_BITS)) & ((1 << TERM_BITS) - 1))
    }

    /// The term as a number, which is shorter than the word and still enough to narrow by.
    #[allow(clippy::cast_possible_truncation, reason = "the lower bits are as good as any")]
    pub(crate) fn number(self) -> i32 {
        self.0 as i32
    }

    /// Eight letters and digits.
    pub(crate) fn spell(self, text: &mut String) {
        const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let letters = (0..TERM_LETTERS).rev().map(|place| (self.0 >> (5 * place) & 31) as usize);
        text.extend(letters.map(|letter| char::from(ALPHABET[letter])));
    }
}

fn is_short(text: &str) -> bool {
    text.chars().nth(PART_MIN_CHARACTERS - 1).is_none()
}

/// The runs of three characters of a text.
fn grams(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.char_indices().map(|(start, _)| start);
    let ends = text.char_indices().map(|(start, _)| start).chain([text.len()]).skip(PART_MIN_CHARACTERS);
    starts.zip(ends).map(|(start, end)| &text[start..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_into_runs_of_three_characters() {
        for (text, runs) in [("", vec![]), ("ab", vec![]), ("abc", vec!["abc"]), ("aéß€", vec!["aéß", "éß€"])]
        {
            assert_eq!(grams(text).collect::<Vec<_>>(), runs, "{text}");
        }
    }

    #[test]
    fn a_term_is_spelled_as_it_is_on_disk() {
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        let mut spelled = String::new();
        term(&SearchField::Named("name"), Sort::Gram, "gol").spell(&mut spelled);
        assert_eq!(spelled, "t7qsrnyw");
    }
}
