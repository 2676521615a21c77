//! The payment sources of a customer. There are none: nothing here takes money.

use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::{self, Params};
use crate::list::{self, ENDING_BEFORE, LIMIT, STARTING_AFTER};
use crate::params::{self, Kind, Param, Table};
use crate::stripe::error;
use crate::stripe::refusal::no_such_called;
use tollgate_domain::id::BillingCustomerId;

/// Longest name of a kind of source, in characters.
const KIND_MAX_CHARACTERS: usize = 5000;

const OBJECT: Param = Param::new("object", Kind::text(KIND_MAX_CHARACTERS), "Only sources of this kind.");

/// The parameters of a list.
pub const LIST: Table = &[ENDING_BEFORE, EXPAND, LIMIT, OBJECT, STARTING_AFTER];

static LISTED: [Expandable; 1] = [Expandable::leaf("data")];

/// Reads a list of sources: what to expand of it. No cursor names any.
pub fn parse_list(params: &Params) -> Result<Expand, Fault> {
    let params = params::read(LIST, params)?;
    let expand = expand::of_page(&params, &LISTED)?;
    list::none(&params, |cursor, id| no_such_called("source", id).about(error::cursor_param(cursor)))?;
    Ok(expand)
}

/// The address of the list of a customer's sources.
pub fn list_url(customer: &BillingCustomerId) -> String {
    let mut url = "/v1/customers/".to_owned();
    form::percent_encode(customer.as_str(), &mut url);
    url + "/sources"
}
