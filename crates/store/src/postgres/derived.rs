//! Columns that are neither promoted fields nor the body, but computed from it for PostgreSQL alone. They travel as text
//! and are cast where they are stored: arrays of arrays must not differ in length, and no number type of ours is as
//! long as PostgreSQL's.

use crate::search_terms;
use std::fmt::Write as _;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::search::searchable;

/// What a column is computed to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Derived {
    /// The words and parts that a search looks for.
    Terms,
    /// The amount of a usage event, exact, so that the database can sum it.
    Amount,
}

impl Derived {
    /// The column of a noun, where it has one.
    pub(super) fn of(noun: Noun) -> Option<Self> {
        match noun {
            Noun::UsageEvent => Some(Self::Amount),
            _ => searchable(noun).map(|_| Self::Terms),
        }
    }

    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Terms => "terms",
            Self::Amount => "amount",
        }
    }

    /// Its type.
    pub(super) const fn sort(self) -> &'static str {
        match self {
            Self::Terms => "integer[]",
            Self::Amount => "numeric",
        }
    }

    /// The text of what an object has there, as PostgreSQL shows it, too.
    pub(super) fn text(self, record: &Record) -> String {
        match (self, record) {
            (Self::Amount, Record::UsageEvent(event)) => event.amount.to_string(),
            (Self::Amount, _) => String::from("0"),
            (Self::Terms, _) => terms(record),
        }
    }
}

fn terms(record: &Record) -> String {
    let mut text = String::from("{");
    for term in search_terms::of(record) {
        let comma = if text.len() > 1 { "," } else { "" };
        write!(text, "{comma}{}", term.number()).expect("memory takes it");
    }
    text.push('}');
    text
}
