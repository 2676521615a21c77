//! `GET /v1/events`

use super::EXPANDABLE;
use crate::expand::{EXPAND, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::list::{self, CREATED, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, Kind, Object, Param, Path, Table, wording};
use tollgate_domain::list::Filter;
use tollgate_domain::record::{Field, Noun, Value};

/// Most types that a list can be asked for.
const TYPES_MAX: usize = 20;
/// Longest type, in characters.
const TYPE_MAX_CHARACTERS: usize = 5000;

const DELIVERY_SUCCESS: Param = Param::new(
    "delivery_success",
    Kind::Boolean,
    "Only events that reached every webhook endpoint, or only those that did not.",
);
const TYPE: Param =
    Param::new("type", Kind::text(TYPE_MAX_CHARACTERS), "Only events of this type; `product.*` for all of a kind.");
const TYPES: Param = Param::new(
    "types",
    Kind::Array { max: TYPES_MAX, of: &Kind::text(TYPE_MAX_CHARACTERS) },
    "Only events of these types.",
);

/// The parameters of a list.
pub const LIST: Table = &[CREATED, DELIVERY_SUCCESS, ENDING_BEFORE, EXPAND, LIMIT, STARTING_AFTER, TYPE, TYPES];

static PAGE: [Expandable; 1] = [Expandable { name: "data", within: &EXPANDABLE }];

/// Reads a list of events.
pub fn parse_list(params: &Params) -> Result<ListRequest, Fault> {
    let params = params::read(LIST, params)?;
    if params.has(&TYPE) && params.has(&TYPES) {
        return Err(wording::exclusive(&[TYPE.name, TYPES.name], &Path::Root.key(TYPE.name)));
    }
    let created = params.get(&CREATED).unwrap_or_default();
    list::request(&params, Noun::Event, filters(&params), created, &PAGE)
}

fn filters(params: &Object<'_>) -> Vec<Filter> {
    let mut filters = Vec::new();
    filters.extend(params.get(&TYPE).and_then(of_type));
    if let Some(types) = params.get::<Vec<String>>(&TYPES) {
        filters.push(Filter::OneOf(Field::EventType, types.into_iter().map(Value::Text).collect()));
    }
    filters.extend(params.get(&DELIVERY_SUCCESS).map(Filter::Delivered));
    filters
}

/// The filter of a type, or of all types that begin alike; none for `*`.
fn of_type(name: &str) -> Option<Filter> {
    match name.strip_suffix('*') {
        None => Some(Filter::Is(Field::EventType, Value::Text(name.to_owned()))),
        Some("") => None,
        Some(start) => Some(Filter::StartsWith(Field::EventType, start.to_owned())),
    }
}
