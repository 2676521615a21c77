//! Planning a page of a list: which filter leads to its objects, and the statement that reads them.
//!
//! A page is read from an index that is in list order already, or from a few such indexes and merged. Only where a
//! filter names objects one by one, those are looked up and sorted.

use crate::error::{ListError, StoreError};
use crate::record;
use std::fmt::Write as _;
use tollgate_domain::environment::Environment;
use tollgate_domain::list::{CreatedRange, Cursor, Filter, ListQuery, Page};
use tollgate_domain::record::{Field, Lookup, Record, Value};

/// Most values of an indexed field that are each followed along its index; more are found by walking all objects.
pub(crate) const BRANCHES_MAX: usize = 64;
/// Most ids, or values of a unique field, that are looked up for a page in a short time.
pub(crate) const VALUES_MAX: usize = 512;

/// `created` and `seq`, which is where an object stands in a list. Neither ever changes.
pub(crate) type Place = (i64, i64);

/// Whether the page is found in a time that does not depend on how many objects there are.
pub(crate) fn is_short(query: &ListQuery) -> bool {
    match &*query.filters {
        [] => true,
        [Filter::Ids(ids)] => ids.len() <= VALUES_MAX,
        [Filter::Is(field, value)] => field.lookup() != Lookup::Scan && *value != Value::Null,
        [Filter::OneOf(field, values)] => field.lookup() != Lookup::Scan && values.len() <= BRANCHES_MAX,
        _ => false,
    }
}

/// A page of a noun that is kept nowhere.
pub(crate) fn empty(query: &ListQuery) -> Result<Page<Record>, ListError> {
    match query.cursor {
        Some(_) => Err(ListError::NoSuchCursor),
        None => Ok(Page { items: Vec::new(), has_more: false }),
    }
}

/// How the objects of a page are found.
pub(crate) struct Plan<'a> {
    query: &'a ListQuery,
    pub(crate) newest_first: bool,
    pub(crate) lead: Lead<'a>,
    /// The filter that narrows most.
    pub(crate) leading: Option<&'a Filter>,
    /// Every other filter.
    others: Vec<&'a Filter>,
    /// Whether the filter that leads names so few objects that sorting those beats walking in list order.
    pub(crate) few: bool,
    /// Objects that were created in this range.
    pub(crate) created: CreatedRange,
    /// The place beside which the page lies.
    pub(crate) beside: Option<Place>,
}

/// How the filter that narrows most leads to objects.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lead<'a> {
    /// As it is; without any filter, to all of them.
    Whole,
    /// Along an index, for each of these values of its field.
    Each(Field, Vec<Value>),
    /// The same for every value that begins so, unless there are more than [`BRANCHES_MAX`].
    Beginning(Field, &'a str),
}

impl<'a> Plan<'a> {
    /// The plan of a page; where it lies is still to be said if there is a cursor.
    pub(crate) fn new(query: &'a ListQuery) -> Self {
        let mut others: Vec<&Filter> = query.filters.iter().collect();
        let leading = (0..others.len()).max_by_key(|index| narrowness(others[*index]));
        let leading = leading.map(|index| others.remove(index));
        Self {
            query,
            newest_first: !matches!(query.cursor, Some(Cursor::Before(_))),
            lead: leading.map_or(Lead::Whole, lead),
            leading,
            others,
            few: leading.is_some_and(|filter| narrowness(filter) >= POINTED),
            created: query.created,
            beside: None,
        }
    }

    /// The id beside which the page lies.
    pub(crate) fn cursor(&self) -> Option<&'a str> {
        self.query.cursor.as_ref().map(|(Cursor::After(id) | Cursor::Before(id))| &**id)
    }

    /// Completes a statement that begins with what leads: the other conditions, and the order.
    pub(crate) fn complete<D: Dialect>(&self, statement: &mut Statement<D>) {
        for filter in &self.others {
            statement.filter(filter, self.few);
        }
        // The plus keeps an engine from an index in list order where the filter's own is the better one.
        let plus = if self.few { "+" } else { "" };
        self.within(statement, plus);
        statement.sql.push_str(&self.order(plus));
    }

    /// Leaves out what lies outside of the page; `plus` stands before each column.
    pub(crate) fn within<D: Dialect>(&self, statement: &mut Statement<D>, plus: &str) {
        let (created, seq) = (format!("{plus}created"), format!("{plus}seq"));
        for (comparison, bound) in [(">=", self.created.from), ("<=", self.created.to)] {
            if let Some(bound) = bound {
                let bound = statement.dialect.number(bound.millis());
                statement.also(&format!("{created} {comparison} {bound}"));
            }
        }
        if let Some((at, beside)) = self.beside {
            let comparison = if self.newest_first { "<" } else { ">" };
            let (at, beside) = (statement.dialect.number(at), statement.dialect.number(beside));
            statement.also(&format!("({created}, {seq}) {comparison} ({at}, {beside})"));
        }
    }

    /// The direction walked, and room for one object more than the page has; `mark` stands before each column.
    pub(crate) fn order(&self, mark: &str) -> String {
        let direction = self.direction();
        format!(" ORDER BY {mark}created {direction}, {mark}seq {direction} LIMIT {}", self.room())
    }

    /// The direction walked.
    pub(crate) fn direction(&self) -> &'static str {
        if self.newest_first { "DESC" } else { "ASC" }
    }

    /// One object more than the page has.
    pub(crate) fn room(&self) -> i64 {
        i64::try_from(self.query.limit).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// The page, from the bodies of the objects nearest to where it begins, in the direction walked.
    pub(crate) fn page<B: AsRef<[u8]>>(&self, mut bodies: Vec<B>) -> Result<Page<Record>, StoreError> {
        let has_more = bodies.len() > self.query.limit;
        bodies.truncate(self.query.limit);
        if !self.newest_first {
            bodies.reverse();
        }
        let decode = |body: &B| record::decode(self.query.noun, body.as_ref());
        Ok(Page { items: bodies.iter().map(decode).collect::<Result<_, _>>()?, has_more })
    }
}

fn lead(filter: &Filter) -> Lead<'_> {
    match filter {
        Filter::OneOf(field, values) if field.lookup() == Lookup::Index => {
            let values = sorted(values);
            if values.len() <= BRANCHES_MAX { Lead::Each(*field, values) } else { Lead::Whole }
        }
        Filter::StartsWith(field, start) if field.lookup() == Lookup::Index => Lead::Beginning(*field, start),
        _ => Lead::Whole,
    }
}

/// From here on a filter names objects one by one.
const POINTED: u8 = 2;

/// How far a filter narrows: 0 where only walking all objects helps.
fn narrowness(filter: &Filter) -> u8 {
    match filter {
        Filter::Ids(_) => 4,
        Filter::Is(_, Value::Null) | Filter::Contains(..) | Filter::Delivered(_) => 0,
        Filter::Is(field, _) | Filter::OneOf(field, _) | Filter::StartsWith(field, _) => match field.lookup() {
            Lookup::Unique if !matches!(filter, Filter::StartsWith(..)) => 3,
            Lookup::Index => 1,
            Lookup::Unique | Lookup::Scan => 0,
        },
    }
}

/// Each value once.
pub(crate) fn sorted<T: Ord + Clone>(values: &[T]) -> Vec<T> {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.dedup();
    values
}

/// How an engine writes what the engines write differently. It keeps the values that go with the statement.
pub(crate) trait Dialect: Default {
    /// Takes a value, which is not null, and says what stands for it.
    fn value(&mut self, value: &Value) -> String;
    /// Takes a number and says what stands for it.
    fn number(&mut self, number: i64) -> String;
    /// Says that a column has one of these values, none of which is null.
    fn one_of(&mut self, column: &str, values: &[&Value]) -> String;
    /// Says that a column has this text in it.
    fn contains(&mut self, column: &str, part: &str) -> String;
    /// A column, written so that its index is not used.
    fn aside(column: &str) -> String;
}

/// A statement in the making, which finds `created, seq, body` of objects.
pub(crate) struct Statement<D> {
    pub(crate) sql: String,
    pub(crate) dialect: D,
    table: &'static str,
    environment: Environment,
}

impl<D: Dialect> Statement<D> {
    /// All objects of a table.
    pub(crate) fn new(table: &'static str, environment: Environment) -> Self {
        let mut dialect = D::default();
        let live = dialect.value(&Value::Flag(environment.is_live()));
        Self { sql: format!("SELECT created, seq, body FROM {table} WHERE live = {live}"), dialect, table, environment }
    }

    /// Of those only the ones that this is also true of.
    pub(crate) fn also(&mut self, condition: &str) {
        write!(self.sql, " AND {condition}").expect("memory takes it");
    }

    /// Of those only the ones that pass a filter, which may name few.
    pub(crate) fn filter(&mut self, filter: &Filter, few: bool) {
        match filter {
            Filter::Is(field, Value::Null) => self.also(&format!("{} IS NULL", field.name())),
            Filter::Is(field, value) => {
                let value = self.dialect.value(value);
                self.also(&format!("{} = {value}", field.name()));
            }
            Filter::OneOf(field, values) => self.one_of(field.name(), values, few),
            Filter::Ids(ids) => {
                let values: Vec<Value> = ids.iter().cloned().map(Value::Text).collect();
                self.one_of("id", &values, few);
            }
            Filter::Contains(field, part) => {
                let contains = self.dialect.contains(field.name(), part);
                self.also(&contains);
            }
            Filter::Delivered(is_delivered) => {
                let live = self.dialect.value(&Value::Flag(self.environment.is_live()));
                let left = format!("FROM delivery WHERE delivery.live = {live}");
                self.also(&if *is_delivered {
                    format!("NOT EXISTS (SELECT 1 {left} AND delivery.event = {}.id)", self.table)
                } else {
                    format!("id IN (SELECT delivery.event {left} AND delivery.event IS NOT NULL)")
                });
            }
            Filter::StartsWith(field, start) => {
                for condition in begins(&mut self.dialect, &D::aside(field.name()), start) {
                    self.also(&condition);
                }
            }
        }
    }

    fn one_of(&mut self, column: &str, values: &[Value], few: bool) {
        let null = if values.contains(&Value::Null) { format!(" OR {column} IS NULL") } else { String::new() };
        let values: Vec<&Value> = values.iter().filter(|value| **value != Value::Null).collect();
        let column = if few { column.to_owned() } else { D::aside(column) };
        let is_one = self.dialect.one_of(&column, &values);
        self.also(&format!("({is_one}{null})"));
    }
}

/// The conditions that a column begins so.
pub(crate) fn begins(dialect: &mut impl Dialect, column: &str, start: &str) -> Vec<String> {
    let mut text = |text: String| dialect.value(&Value::Text(text));
    let from = format!("{column} >= {}", text(start.to_owned()));
    let until = after_all(start).map(|end| format!("{column} < {}", text(end)));
    [from].into_iter().chain(until).collect()
}

/// The least text that is greater than every text that begins so, in the order of their bytes; none where there is
/// no such text.
fn after_all(start: &str) -> Option<String> {
    let mut characters: Vec<char> = start.chars().collect();
    while let Some(last) = characters.pop() {
        // The numbers between U+D7FF and U+E000 are no characters.
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_domain::record::Noun;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn query(filters: Vec<Filter>) -> ListQuery {
        ListQuery { noun: Noun::Price, filters, created: CreatedRange::default(), cursor: None, limit: 10 }
    }

    #[test]
    fn the_filter_that_narrows_most_leads() {
        let active = Filter::Is(Field::PriceActive, Value::Flag(true));
        let product = Filter::Is(Field::PriceProduct, text("p"));
        let lookup_key = Filter::OneOf(Field::PriceLookupKey, vec![text("k")]);
        let ids = Filter::Ids(vec!["a".into()]);
        let mut filters = Vec::new();
        for (filter, few) in [(active, false), (product, false), (lookup_key, true), (ids, true)] {
            filters.insert(0, filter.clone());
            let query = query(filters.clone());
            let plan = Plan::new(&query);
            assert_eq!((plan.leading, plan.few), (Some(&filter), few));
            assert_eq!(plan.others, filters[1..].iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn values_of_an_indexed_field_are_each_followed_unless_they_are_many() {
        let product = Field::PriceProduct;
        let of = |values| query(vec![Filter::OneOf(product, values)]);
        let some = of(vec![text("b"), Value::Null, text("a"), text("b")]);
        assert_eq!(Plan::new(&some).lead, Lead::Each(product, vec![Value::Null, text("a"), text("b")]));
        assert!(is_short(&some));
        let many = of((0..=BRANCHES_MAX).map(|number| text(&number.to_string())).collect());
        assert_eq!(Plan::new(&many).lead, Lead::Whole);
        assert!(!is_short(&many));
        let beginning = query(vec![Filter::StartsWith(product, "b".into())]);
        assert_eq!(Plan::new(&beginning).lead, Lead::Beginning(product, "b"));
        assert!(!is_short(&beginning));
    }

    #[test]
    fn nothing_stands_between_the_texts_that_begin_so_and_what_comes_after_all_of_them() {
        for (start, end) in [
            ("a", Some("b")),
            ("ab\u{10ffff}", Some("ac")),
            ("\u{d7ff}", Some("\u{e000}")),
            ("", None),
            ("\u{10ffff}\u{10ffff}", None),
        ] {
            assert_eq!(after_all(start).as_deref(), end);
        }
    }
}
