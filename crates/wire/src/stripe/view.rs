//! How an answer looks upon the objects it shows.

use crate::expand::{Expand, NOTHING};
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::Facts;
use tollgate_domain::time::Timestamp;

/// What a renderer knows besides the object.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The data set of the request; it says `livemode`.
    pub environment: Environment,
    /// The instant of the answer: some objects show what time has made of them.
    pub now: Timestamp,
    /// What to show whole.
    pub expand: &'a Expand,
    /// The objects to show whole are taken from here.
    pub facts: &'a Facts,
}

impl<'a> View<'a> {
    /// The view of what is expanded by `expand`.
    #[must_use]
    pub fn within(&self, expand: &'a Expand) -> Self {
        Self { expand, ..*self }
    }

    /// The view in which nothing is expanded.
    #[must_use]
    pub fn unexpanded(&self) -> Self {
        Self { expand: &NOTHING, ..*self }
    }
}
