//! `GET /v1/prices` and `GET /v1/prices/search`

use super::EXPANDABLE;
use super::fields::{ACTIVE, CURRENCY};
use super::recurring::{INTERVAL, METER, USAGE_TYPE};
use crate::expand::{EXPAND, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::list::{self, CREATED, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, Kind, Object, Param, Table};
use crate::search::{self, SearchRequest};
use tollgate_domain::currency::Currency;
use tollgate_domain::id::ID_MAX_CHARACTERS;
use tollgate_domain::list::Filter;
use tollgate_domain::price::{Interval, LOOKUP_KEY_MAX_CHARACTERS};
use tollgate_domain::record::{Field, Noun, Value};

/// Most lookup keys that a list can be asked for.
const LOOKUP_KEYS_MAX: usize = 10;

const LOOKUP_KEYS: Param = Param::new(
    "lookup_keys",
    Kind::Array { max: LOOKUP_KEYS_MAX, of: &Kind::text(LOOKUP_KEY_MAX_CHARACTERS) },
    "Only the prices that have these lookup keys.",
);
const PRODUCT: Param = Param::new("product", Kind::text(ID_MAX_CHARACTERS), "Only prices of this product.");
const RECURRING: Param =
    Param::new("recurring", Kind::Object(&[INTERVAL, METER, USAGE_TYPE]), "Only prices that recur in this way.");
const TYPE: Param =
    Param::new("type", Kind::Word(&["one_time", "recurring"]), "Only prices that recur, or only those that do not.");

/// The parameters of a list.
pub const LIST: Table =
    &[ACTIVE, CREATED, CURRENCY, ENDING_BEFORE, EXPAND, LIMIT, LOOKUP_KEYS, PRODUCT, RECURRING, STARTING_AFTER, TYPE];

static LISTED: [Expandable; 1] = [Expandable { name: "data", within: &EXPANDABLE }];
static FOUND: [Expandable; 2] = [Expandable { name: "data", within: &EXPANDABLE }, Expandable::leaf("total_count")];

/// Reads a list of prices.
pub fn parse_list(params: &Params) -> Result<ListRequest, Fault> {
    let params = params::read(LIST, params)?;
    let created = params.get(&CREATED).unwrap_or_default();
    let request = list::request(&params, Noun::Price, filters(&params), created, &LISTED)?;
    Ok(ListRequest { product: params.get(&PRODUCT), ..request })
}

fn filters(params: &Object<'_>) -> Vec<Filter> {
    let mut filters = Vec::new();
    if let Some(active) = params.get(&ACTIVE) {
        filters.push(Filter::Is(Field::PriceActive, Value::Flag(active)));
    }
    if let Some(currency) = params.get::<Currency>(&CURRENCY) {
        filters.push(Filter::Is(Field::PriceCurrency, Value::Text(currency.code().to_owned())));
    }
    if let Some(keys) = params.get::<Vec<String>>(&LOOKUP_KEYS) {
        filters.push(Filter::OneOf(Field::PriceLookupKey, keys.into_iter().map(Value::Text).collect()));
    }
    let mut push_text = |object: &Object<'_>, param: &Param, field| {
        if let Some(text) = object.get(param) {
            filters.push(Filter::Is(field, Value::Text(text)));
        }
    };
    push_text(params, &PRODUCT, Field::PriceProduct);
    if let Some(recurring) = params.object(&RECURRING) {
        push_text(recurring, &INTERVAL, Field::PriceInterval);
        push_text(recurring, &METER, Field::PriceMeter);
        push_text(recurring, &USAGE_TYPE, Field::PriceUsageType);
    }
    filters.extend(params.get(&TYPE).map(of_type));
    filters
}

/// Recurring prices are those that have an interval.
fn of_type(kind: &str) -> Filter {
    if kind == "recurring" {
        let intervals = Interval::ALL.iter().map(|interval| Value::Text(interval.as_str().to_owned()));
        Filter::OneOf(Field::PriceInterval, intervals.collect())
    } else {
        Filter::Is(Field::PriceInterval, Value::Null)
    }
}

/// Reads a search of prices.
pub fn parse_search(params: &Params) -> Result<SearchRequest, Fault> {
    search::request(params, Noun::Price, &FOUND)
}
