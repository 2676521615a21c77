//! `GET /v1/plans`

use super::EXPANDABLE;
use crate::expand::{EXPAND, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::list::{self, CREATED, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, Kind, Object, Param, Table};
use tollgate_domain::id::{ID_MAX_CHARACTERS, ProductId};
use tollgate_domain::list::Filter;
use tollgate_domain::price::Interval;
use tollgate_domain::record::{Field, Noun, Value};

const ACTIVE: Param = Param::new("active", Kind::Boolean, "Only plans that can be used, or only those that cannot.");
const PRODUCT: Param = Param::new("product", Kind::text(ID_MAX_CHARACTERS), "Only plans of this product.");

/// The parameters of a list.
pub const LIST: Table = &[ACTIVE, CREATED, ENDING_BEFORE, EXPAND, LIMIT, PRODUCT, STARTING_AFTER];

static LISTED: [Expandable; 1] = [Expandable { name: "data", within: &EXPANDABLE }];

/// Reads a list of plans: of the prices that recur.
pub fn parse_list(params: &Params) -> Result<ListRequest, Fault> {
    let params = params::read(LIST, params)?;
    let created = params.get(&CREATED).unwrap_or_default();
    let request = list::request(&params, Noun::Price, filters(&params), created, &LISTED)?;
    Ok(ListRequest { product: params.get(&PRODUCT), ..request })
}

fn filters(params: &Object<'_>) -> Vec<Filter> {
    let intervals = Interval::ALL.iter().map(|interval| Value::Text(interval.as_str().to_owned()));
    let mut filters = vec![Filter::OneOf(Field::PriceInterval, intervals.collect())];
    filters.extend(params.get(&ACTIVE).map(|active| Filter::Is(Field::PriceActive, Value::Flag(active))));
    let product = params.get::<ProductId>(&PRODUCT);
    filters.extend(product.map(|product| Filter::Is(Field::PriceProduct, Value::Text(product.to_string()))));
    filters
}
