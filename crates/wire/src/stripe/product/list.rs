//! `GET /v1/products` and `GET /v1/products/search`

use super::EXPANDABLE;
use super::fields::{ACTIVE, SHIPPABLE};
use crate::expand::{EXPAND, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::list::{self, CREATED, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, Kind, Object, Param, Table};
use crate::search::{self, SearchRequest};
use tollgate_domain::id::ID_MAX_CHARACTERS;
use tollgate_domain::list::Filter;
use tollgate_domain::record::{Field, Noun, Value};

/// Most ids that a list can be asked for.
const IDS_MAX: usize = 100;
/// Longest address that a list can be asked for, in characters.
const URL_MAX_CHARACTERS: usize = 5000;

const IDS: Param = Param::new(
    "ids",
    Kind::Array { max: IDS_MAX, of: &Kind::text(ID_MAX_CHARACTERS) },
    "Only products with these ids; unknown ones are skipped.",
);
const URL: Param = Param::new("url", Kind::text(URL_MAX_CHARACTERS), "Only products whose page has this address.");

/// The parameters of a list.
pub const LIST: Table = &[ACTIVE, CREATED, ENDING_BEFORE, EXPAND, IDS, LIMIT, SHIPPABLE, STARTING_AFTER, URL];

static LISTED: [Expandable; 1] = [Expandable { name: "data", within: &EXPANDABLE }];
static FOUND: [Expandable; 2] = [Expandable { name: "data", within: &EXPANDABLE }, Expandable::leaf("total_count")];

/// Reads a list of products.
pub fn parse_list(params: &Params) -> Result<ListRequest, Fault> {
    let params = params::read(LIST, params)?;
    list::no_cursor_beside(&params, &IDS)?;
    list::request(&params, Noun::Product, filters(&params), params.get(&CREATED).unwrap_or_default(), &LISTED)
}

fn filters(params: &Object<'_>) -> Vec<Filter> {
    let active = params.get(&ACTIVE).map(|active| Filter::Is(Field::ProductActive, Value::Flag(active)));
    let shippable = params.get(&SHIPPABLE).map(|it| Filter::Is(Field::ProductShippable, Value::Flag(it)));
    let url = params.get(&URL).map(|url| Filter::Is(Field::ProductUrl, Value::Text(url)));
    let ids = params.get(&IDS).map(Filter::Ids);
    [active, shippable, url, ids].into_iter().flatten().collect()
}

/// Reads a search of products.
pub fn parse_search(params: &Params) -> Result<SearchRequest, Fault> {
    search::request(params, Noun::Product, &FOUND)
}
