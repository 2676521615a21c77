//! Events.

mod difference;
mod list;
mod render;
mod retry;

use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Table};

pub use list::{LIST, parse_list};
pub use render::{render, render_pending};
pub use retry::{RETRY, parse_retry};

/// The parameters of a retrieval.
pub const RETRIEVE: Table = &[EXPAND];

/// What of an event can be expanded: only what is there anyway.
static EXPANDABLE: [Expandable; 2] = [Expandable::leaf("data"), Expandable::leaf("request")];

/// Reads what a retrieval is to expand.
pub fn parse_retrieve(params: &Params) -> Result<Expand, Fault> {
    expand::of_object(&params::read(RETRIEVE, params)?, &EXPANDABLE)
}
