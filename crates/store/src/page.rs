//! Pages of searches and of usage events.

use std::sync::Arc;
use tollgate_domain::record::{Record, Value};
use tollgate_domain::time::Timestamp;
use tollgate_domain::usage::UsageEvent;
use tollgate_domain::window::Window;

/// Most matches of a search that are counted; more are given as this many.
pub const COUNT_MAX: u64 = 10_000;

/// One page of a search, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The objects.
    pub items: Vec<Record>,
    /// Where the next page begins, where there is one. Opaque; objects that come or go do not move it.
    pub next_page: Option<String>,
    /// How many objects match, up to [`COUNT_MAX`], where it was asked for.
    pub total: Option<u64>,
}

/// The page after the object that was inserted as `seq`.
pub(crate) fn token(seq: i64) -> String {
    format!("pg_{seq:x}")
}

/// The insertion number a page begins below, or nothing where it is not a page of ours.
pub(crate) fn parse_token(page: &str) -> Option<i64> {
    let seq = i64::from_str_radix(page.strip_prefix("pg_")?, 16).ok()?;
    (seq > 0 && token(seq) == page).then_some(seq)
}

/// Gathers a page from matches that arrive newest first.
pub(crate) struct Gatherer {
    limit: usize,
    count: bool,
    below: i64,
    items: Vec<Record>,
    last: i64,
    more: bool,
    total: u64,
}

impl Gatherer {
    /// A page of up to `limit` objects inserted before `below`.
    pub(crate) fn new(limit: usize, count: bool, below: Option<i64>) -> Self {
        Self { limit, count, below: below.unwrap_or(i64::MAX), items: Vec::new(), last: 0, more: false, total: 0 }
    }

    /// The first object to look at is older than this: the page's own start, or the newest where all are counted.
    pub(crate) fn start(&self) -> i64 {
        if self.count { i64::MAX } else { self.below }
    }

    /// Takes a match; says whether more are wanted.
    pub(crate) fn take(&mut self, seq: i64, record: Record) -> bool {
        self.total += 1;
        if seq < self.below {
            if self.items.len() < self.limit {
                self.items.push(record);
                self.last = seq;
            } else {
                self.more = true;
            }
        }
        !self.more || (self.count && self.total < COUNT_MAX)
    }

    /// The page.
    pub(crate) fn finish(self) -> Found {
        let next_page = self.more.then(|| token(self.last));
        Found { items: self.items, next_page, total: self.count.then_some(self.total.min(COUNT_MAX)) }
    }
}

/// Which usage events to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageQuery {
    /// The customer and feature, as [`usage::subject`](tollgate_domain::usage::subject) names them.
    pub subject: String,
    /// When they occurred.
    pub window: Window,
    /// How many to pass over.
    pub offset: usize,
    /// How many to give at most.
    pub limit: usize,
}

/// Some usage events: those that occurred last first; of equals, those recorded last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsagePage {
    /// The events.
    pub events: Vec<Arc<UsageEvent>>,
    /// How many there are in the window.
    pub total: u64,
}

/// A range of times as text, both ends included; see [`Value::due`].
#[derive(Debug, Clone)]
pub(crate) struct Within {
    pub(crate) first: String,
    pub(crate) last: String,
}

impl Within {
    /// What is due by then: of one queue, where one is named.
    pub(crate) fn due(queue: Option<&str>, until: Timestamp) -> Self {
        let text = |instant| match (queue, Value::due(Some(instant))) {
            (Some(queue), _) => Value::due_of(queue, instant),
            (None, due) => due,
        };
        let [first, last] = [Timestamp::default(), until].map(text).map(|value| match value {
            Value::Text(text) => text,
            Value::Null | Value::Flag(_) => String::new(),
        });
        Self { first, last }
    }
}
