//! Searches: clauses over the searchable fields of a noun, and whether an object matches them.
//!
//! [`Query::matches`] is the meaning; an index may only narrow what it is asked about. Text is compared without
//! regard to case. A token field matches whole, a text field by whole words or by a part of at least
//! [`PART_MIN_CHARACTERS`] characters.

use crate::record::{Noun, Record};

/// Most clauses of one query.
pub const CLAUSES_MAX: usize = 10;
/// Fewest characters of a part of a text to search for.
pub const PART_MIN_CHARACTERS: usize = 3;

/// A parsed search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What is searched.
    pub noun: Noun,
    /// How the clauses join.
    pub join: Join,
    /// 1 to [`CLAUSES_MAX`].
    pub clauses: Vec<Clause>,
}

/// Whether every clause must hold or one suffices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum Join {
    And,
    Or,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Whether it holds where the test does not.
    pub negated: bool,
    /// What is tested.
    pub field: SearchField,
    /// The test.
    pub test: Test,
}

/// What a clause tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchField {
    /// A field of the object, by its name among [`searchable`].
    Named(&'static str),
    /// The metadata value under a key.
    Metadata(String),
}

/// How it is tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// A token equals this; a text contains these words, one after the other.
    Is(String),
    /// A text contains this part.
    Contains(String),
    /// A number compares so.
    Compare(Comparison, i64),
    /// There is no value.
    Absent,
}

/// An order between numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What kind of value a searchable field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Compared whole.
    Token,
    /// Compared by words or parts.
    Text,
    /// Compared by size.
    Number,
}

/// The searchable fields of a noun besides its metadata (whose values are tokens), or nothing where it cannot be searched.
pub const fn searchable(noun: Noun) -> Option<&'static [(&'static str, Kind)]> {
    match noun {
        Noun::Product => Some(&[
            ("active", Kind::Token),
            ("description", Kind::Text),
            ("name", Kind::Text),
            ("shippable", Kind::Token),
            ("url", Kind::Text),
        ]),
        Noun::Price => Some(&[
            ("active", Kind::Token),
            ("currency", Kind::Token),
            ("lookup_key", Kind::Text),
            ("product", Kind::Text),
            ("type", Kind::Token),
        ]),
        Noun::BillingCustomer => {
            Some(&[("created", Kind::Number), ("email", Kind::Text), ("name", Kind::Text), ("phone", Kind::Text)])
        }
        Noun::Subscription => Some(&[("created", Kind::Number), ("status", Kind::Token)]),
        Noun::SubscriptionItem
        | Noun::Coupon
        | Noun::PromotionCode
        | Noun::Meter
        | Noun::MeterEvent
        | Noun::TestClock
        | Noun::WebhookEndpoint
        | Noun::Delivery
        | Noun::User
        | Noun::Entitlement
        | Noun::EntitlementSummary
        | Noun::Event
        | Noun::TaxCode
        | Noun::Receipt
        | Noun::ApiKey
        | Noun::Feature
        | Noun::CustomProduct
        | Noun::Definition
        | Noun::Customer
        | Noun::Assignment
        | Noun::Override
        | Noun::Bonus
        | Noun::Counters
        | Noun::UsageEvent
        | Noun::ProductFeature => None,
    }
}

impl Query {
    /// Whether the object is one of those searched for.
    pub fn matches(&self, record: &Record) -> bool {
        if matches!(record, Record::BillingCustomer(customer) if customer.deleted) {
            return false;
        }
        let mut holds = self.clauses.iter().map(|clause| clause.matches(record));
        match self.join {
            Join::And => holds.all(|holds| holds),
            Join::Or => holds.any(|holds| holds),
        }
    }
}

impl Clause {
    fn matches(&self, record: &Record) -> bool {
        self.test.holds(self.field.kind(record.noun()), self.field.value(record).as_deref()) != self.negated
    }
}

impl SearchField {
    /// What kind of value the field has in objects of this noun.
    pub fn kind(&self, noun: Noun) -> Kind {
        match self {
            Self::Metadata(_) => Kind::Token,
            Self::Named(name) => {
                let fields = searchable(noun).unwrap_or_default();
                fields.iter().find(|(field, _)| field == name).map_or(Kind::Token, |(_, kind)| *kind)
            }
        }
    }

    /// The object's value as text, or nothing where it is unset.
    pub fn value(&self, record: &Record) -> Option<String> {
        let name = match (self, record) {
            (Self::Metadata(key), Record::Product(product)) => return product.metadata.get(key).cloned(),
            (Self::Metadata(key), Record::Price(price)) => return price.metadata.get(key).cloned(),
            (Self::Metadata(key), Record::BillingCustomer(customer)) => return customer.metadata.get(key).cloned(),
            (Self::Metadata(key), Record::Subscription(subscription)) => {
                return subscription.metadata.get(key).cloned();
            }
            (Self::Metadata(_), _) => return None,
            (Self::Named(name), _) => *name,
        };
        match (record, name) {
            (Record::Product(product), "active") => Some(product.active.to_string()),
            (Record::Product(product), "description") => product.description.clone(),
            (Record::Product(product), "name") => Some(product.name.clone()),
            (Record::Product(product), "shippable") => product.shippable.map(|shippable| shippable.to_string()),
            (Record::Product(product), "url") => product.url.clone(),
            (Record::Price(price), "active") => Some(price.active.to_string()),
            (Record::Price(price), "currency") => Some(price.currency.to_string()),
            (Record::Price(price), "lookup_key") => price.lookup_key.clone(),
            (Record::Price(price), "product") => Some(price.product.to_string()),
            (Record::Price(price), "type") => {
                Some(if price.recurring.is_some() { "recurring" } else { "one_time" }.to_owned())
            }
            (Record::BillingCustomer(customer), "created") => Some(customer.created.seconds().to_string()),
            (Record::BillingCustomer(customer), "email") => customer.email.clone(),
            (Record::BillingCustomer(customer), "name") => customer.name.clone(),
            (Record::BillingCustomer(customer), "phone") => customer.phone.clone(),
            (Record::Subscription(subscription), "created") => Some(subscription.created.seconds().to_string()),
            (Record::Subscription(subscription), "status") => Some(subscription.status.as_str().to_owned()),
            _ => None,
        }
    }
}

impl Test {
    fn holds(&self, kind: Kind, value: Option<&str>) -> bool {
        let Some(value) = value else { return *self == Self::Absent };
        match self {
            Self::Absent => false,
            Self::Is(wanted) if kind == Kind::Text => contains_words(value, wanted),
            Self::Is(wanted) => value.to_lowercase() == wanted.to_lowercase(),
            Self::Contains(part) => value.to_lowercase().contains(&part.to_lowercase()),
            Self::Compare(comparison, bound) => value.parse::<i64>().is_ok_and(|value| match comparison {
                Comparison::Equal => value == *bound,
                Comparison::Less => value < *bound,
                Comparison::LessOrEqual => value <= *bound,
                Comparison::Greater => value > *bound,
                Comparison::GreaterOrEqual => value >= *bound,
            }),
        }
    }
}

/// The words of a text in lower case: runs of letters and digits.
pub fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn contains_words(text: &str, wanted: &str) -> bool {
    let wanted = words(wanted);
    !wanted.is_empty() && words(text).windows(wanted.len()).any(|run| run == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_holds_as_its_kind_of_field_says() {
        let is = |text: &str| Test::Is(text.to_owned());
        let part = |text: &str| Test::Contains(text.to_owned());
        for (test, kind, value, holds) in [
            (is("gold"), Kind::Text, Some("The Gold Plan"), true),
            (is("gold plan"), Kind::Text, Some("The Gold Plan"), true),
            (is("plan gold"), Kind::Text, Some("The Gold Plan"), false),
            (is("gol"), Kind::Text, Some("The Gold Plan"), false),
            (is("-"), Kind::Text, Some("a - b"), false),
            (part("gol"), Kind::Text, Some("The Gold Plan"), true),
            (part("OLD PL"), Kind::Text, Some("The Gold Plan"), true),
            (is("USD"), Kind::Token, Some("usd"), true),
            (is("us"), Kind::Token, Some("usd"), false),
            (Test::Absent, Kind::Token, None, true),
            (Test::Absent, Kind::Token, Some(""), false),
            (is(""), Kind::Token, None, false),
            (Test::Compare(Comparison::Greater, 5), Kind::Number, Some("6"), true),
            (Test::Compare(Comparison::LessOrEqual, 5), Kind::Number, Some("6"), false),
            (Test::Compare(Comparison::Equal, 5), Kind::Number, None, false),
        ] {
            assert_eq!(test.holds(kind, value), holds, "{test:?} {kind:?} {value:?}");
        }
    }
}
