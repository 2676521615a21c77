//! `GET /v1/customers` and `GET /v1/customers/search`

use super::EXPANDABLE;
use crate::expand::{EXPAND, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::list::{self, CREATED, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, Kind, Param, Table};
use crate::search::{self, SearchRequest};
use tollgate_domain::billing_customer::EMAIL_MAX_CHARACTERS;
use tollgate_domain::id::ID_MAX_CHARACTERS;
use tollgate_domain::list::Filter;
use tollgate_domain::record::{Field, Noun, Value};

const EMAIL: Param =
    Param::new("email", Kind::text(EMAIL_MAX_CHARACTERS), "Only customers with this address, to the letter.");
const TEST_CLOCK: Param = Param::new(
    "test_clock",
    Kind::text(ID_MAX_CHARACTERS),
    "Only customers of this test clock; without it, only those of none.",
);

/// The parameters of a list.
pub const LIST: Table = &[CREATED, EMAIL, ENDING_BEFORE, EXPAND, LIMIT, STARTING_AFTER, TEST_CLOCK];

static LISTED: [Expandable; 1] = [Expandable { name: "data", within: &EXPANDABLE }];
static FOUND: [Expandable; 2] = [Expandable { name: "data", within: &EXPANDABLE }, Expandable::leaf("total_count")];

/// Reads a list of customers.
pub fn parse_list(params: &Params) -> Result<ListRequest, Fault> {
    let params = params::read(LIST, params)?;
    let clock = params.get(&TEST_CLOCK).map_or(Value::Null, Value::Text);
    let mut filters = vec![
        Filter::Is(Field::BillingCustomerDeleted, Value::Flag(false)),
        Filter::Is(Field::BillingCustomerClock, clock),
    ];
    filters.extend(params.get(&EMAIL).map(|email| Filter::Is(Field::BillingCustomerEmail, Value::Text(email))));
    list::request(&params, Noun::BillingCustomer, filters, params.get(&CREATED).unwrap_or_default(), &LISTED)
}

/// Reads a search of customers.
pub fn parse_search(params: &Params) -> Result<SearchRequest, Fault> {
    search::request(params, Noun::BillingCustomer, &FOUND)
}
