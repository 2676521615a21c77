//! Pages of objects: which, in what order, from where.
//!
//! Objects are listed newest first: by creation, those of the same instant by insertion.

use crate::record::{Field, Noun, Value};
use crate::time::Timestamp;

/// Which objects of one noun to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// What is listed.
    pub noun: Noun,
    /// Every one of these must hold.
    pub filters: Vec<Filter>,
    /// Only objects created in this range.
    pub created: CreatedRange,
    /// Where the page begins; nothing for the newest.
    pub cursor: Option<Cursor>,
    /// Most objects on the page, 1 to [`PAGE_MAX`].
    pub limit: usize,
}

/// Most objects on a page.
pub const PAGE_MAX: usize = 100;

/// A test of one promoted field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// The field has this value.
    Is(Field, Value),
    /// The field has one of these values.
    OneOf(Field, Vec<Value>),
    /// The field is text that begins so.
    StartsWith(Field, String),
    /// The field is text with this in it; for fields that no index serves.
    Contains(Field, String),
    /// The object has one of these ids.
    Ids(Vec<String>),
    /// The object is an event, and no delivery of it is left to be made; or there is one.
    Delivered(bool),
}

/// Creation times, both ends included; nothing leaves an end open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CreatedRange {
    /// Earliest.
    pub from: Option<Timestamp>,
    /// Latest.
    pub to: Option<Timestamp>,
}

/// An object beside which the page lies. The object itself is not on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// The objects older than this one.
    After(String),
    /// The objects just newer than this one; still given newest first.
    Before(String),
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The objects, newest first.
    pub items: Vec<T>,
    /// Whether there are more in the direction walked.
    pub has_more: bool,
}
