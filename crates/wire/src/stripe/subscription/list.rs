//! `GET /v1/subscriptions` and `GET /v1/subscriptions/search`

use super::fields::COLLECTION_METHOD;
use super::{EXPANDABLE, fields};
use crate::expand::{EXPAND, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::list::{self, CREATED, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, Kind, Object, Param, Table};
use crate::search::{self, SearchRequest};
use tollgate_domain::id::{BillingCustomerId, ID_MAX_CHARACTERS, PriceId};
use tollgate_domain::list::{CreatedRange, Filter};
use tollgate_domain::record::{Field, Noun, Value};
use tollgate_domain::subscription::{Status, Subscription};
use tollgate_domain::time::Timestamp;

const AUTOMATIC_TAX: Param = Param::new(
    "automatic_tax",
    Kind::Object(&[Param::new("enabled", Kind::Boolean, "Whether taxes are computed.").required()]),
    "Only subscriptions whose taxes are computed, or are not; none are.",
);
const CURRENT_PERIOD_END: Param =
    Param::new("current_period_end", Kind::Created, "Only subscriptions whose first period to end ends then.");
const CURRENT_PERIOD_START: Param =
    Param::new("current_period_start", Kind::Created, "Only subscriptions whose last period to begin began then.");
const CUSTOMER: Param = Param::new("customer", Kind::text(ID_MAX_CHARACTERS), "Only subscriptions of this customer.");
const CUSTOMER_ACCOUNT: Param =
    Param::new("customer_account", Kind::text(ID_MAX_CHARACTERS), "Only subscriptions of this account; there is none.");
const PRICE: Param = Param::new("price", Kind::text(ID_MAX_CHARACTERS), "Only subscriptions to this price.");
const STATUS: Param = Param::new(
    "status",
    Kind::Word(&[
        "active",
        "all",
        "canceled",
        "ended",
        "incomplete",
        "incomplete_expired",
        "past_due",
        "paused",
        "trialing",
        "unpaid",
    ]),
    "Only those of this status; `ended` for those that are over; all but canceled ones unless said.",
);
const TEST_CLOCK: Param = Param::new(
    "test_clock",
    Kind::text(ID_MAX_CHARACTERS),
    "Only subscriptions of this test clock; without it and a customer, only those of none.",
);

/// The parameters of a list.
pub const LIST: Table = &[
    AUTOMATIC_TAX,
    COLLECTION_METHOD,
    CREATED,
    CURRENT_PERIOD_END,
    CURRENT_PERIOD_START,
    CUSTOMER,
    CUSTOMER_ACCOUNT,
    ENDING_BEFORE,
    EXPAND,
    LIMIT,
    PRICE,
    STARTING_AFTER,
    STATUS,
    TEST_CLOCK,
];

static LISTED: [Expandable; 1] = [Expandable { name: "data", within: &EXPANDABLE }];
static FOUND: [Expandable; 2] = [Expandable { name: "data", within: &EXPANDABLE }, Expandable::leaf("total_count")];

/// A list of subscriptions that was asked for.
#[derive(Debug, Clone)]
pub struct SubscriptionList {
    /// Which page, and what to expand.
    pub request: ListRequest,
    /// What no index knows of.
    pub sieve: Sieve,
    /// Whose; it must exist.
    pub customer: Option<BillingCustomerId>,
    /// To which price; it must exist.
    pub price: Option<PriceId>,
}

/// Tests of subscriptions that are made one by one.
#[derive(Debug, Clone, Default)]
pub struct Sieve {
    /// No subscription passes.
    none: bool,
    price: Option<PriceId>,
    period_end: Option<CreatedRange>,
    period_start: Option<CreatedRange>,
}

impl Sieve {
    /// Whether everything passes.
    pub fn is_open(&self) -> bool {
        !self.none && self.price.is_none() && self.period_end.is_none() && self.period_start.is_none()
    }

    /// Whether a subscription passes.
    pub fn passes(&self, subscription: &Subscription) -> bool {
        let within = |range: CreatedRange, instant: Option<Timestamp>| {
            instant.is_some_and(|instant| {
                range.from.is_none_or(|from| from <= instant) && range.to.is_none_or(|to| instant <= to)
            })
        };
        let items = &subscription.items;
        let start = items.iter().map(|item| item.period.start).max();
        !self.none
            && self.price.as_ref().is_none_or(|price| items.iter().any(|item| item.price == *price))
            && self.period_end.is_none_or(|range| within(range, subscription.first_period_end()))
            && self.period_start.is_none_or(|range| within(range, start))
    }
}

/// Reads a list of subscriptions.
pub fn parse_list(params: &Params) -> Result<SubscriptionList, Fault> {
    let params = params::read(LIST, params)?;
    let created = params.get(&CREATED).unwrap_or_default();
    let taxed = params.object(&AUTOMATIC_TAX).is_some_and(|tax| {
        // The one parameter it has.
        tax.get(&Param::new("enabled", Kind::Boolean, "")) == Some(true)
    });
    Ok(SubscriptionList {
        request: list::request(&params, Noun::Subscription, filters(&params), created, &LISTED)?,
        sieve: Sieve {
            none: taxed || params.has(&CUSTOMER_ACCOUNT),
            price: params.get(&PRICE),
            period_end: params.get(&CURRENT_PERIOD_END),
            period_start: params.get(&CURRENT_PERIOD_START),
        },
        customer: params.get(&CUSTOMER),
        price: params.get(&PRICE),
    })
}

fn filters(params: &Object<'_>) -> Vec<Filter> {
    let mut filters = Vec::new();
    let texts = [(CUSTOMER, Field::SubscriptionCustomer), (TEST_CLOCK, Field::SubscriptionClock)];
    for (param, field) in texts {
        filters.extend(params.get(&param).map(|text| Filter::Is(field, Value::Text(text))));
    }
    if let Some(collection) = fields::collection(params) {
        filters.push(Filter::Is(Field::SubscriptionCollection, Value::Text(collection.as_str().to_owned())));
    }
    if !params.has(&CUSTOMER) && !params.has(&TEST_CLOCK) {
        filters.push(Filter::Is(Field::SubscriptionClock, Value::Null));
    }
    filters.extend(of_status(params.get(&STATUS)));
    filters
}

fn of_status(asked: Option<&str>) -> Option<Filter> {
    let of = |wanted: &dyn Fn(Status) -> bool| {
        let words = Status::ALL.iter().filter(|status| wanted(**status));
        let values = words.map(|status| Value::Text(status.as_str().to_owned())).collect();
        Some(Filter::OneOf(Field::SubscriptionStatus, values))
    };
    match asked {
        None => of(&|status| status != Status::Canceled),
        Some("all") => None,
        Some("ended") => of(&Status::is_final),
        Some(word) => of(&|status| status.as_str() == word),
    }
}

/// Reads a search of subscriptions.
pub fn parse_search(params: &Params) -> Result<SearchRequest, Fault> {
    search::request(params, Noun::Subscription, &FOUND)
}
