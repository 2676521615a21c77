//! Customers.

use super::access::{self, CUSTOMER_ID};
use super::bonus;
use super::fault::Fault;
use super::fields::{Field, Kind, Map, Origin, Table, Values, read};
use super::product::unit_amount;
use crate::json::{Null, Writer};
use std::sync::Arc;
use tollgate_domain::access::{Entry, Holding, HoldingSource, holdings};
use tollgate_domain::account::Account;
use tollgate_domain::catalog::Catalog;
use tollgate_domain::command::Stop;
use tollgate_domain::custom_product::CustomProduct;
use tollgate_domain::customer::{ASSIGNMENTS_MAX, LinkCustomer, NAME_MAX_CHARACTERS, WriteCustomer};
use tollgate_domain::definition::ProductRef;
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Facts, ReadSet};
use tollgate_domain::id::{CustomerId, SubscriptionId};
use tollgate_domain::price::Price;
use tollgate_domain::product::Product;
use tollgate_domain::subscription::{Item, Subscription};

/// Most customers of one page.
pub const PAGE_MAX: i64 = 100;
/// Customers of a page unless said otherwise.
const PAGE_DEFAULT: i64 = 20;

const NAME: Kind = Kind::ClearableText { max: NAME_MAX_CHARACTERS };
const PRODUCT_KEYS: Kind =
    Kind::List { min: 0, max: ASSIGNMENTS_MAX, of: &Kind::Text { max: super::product::KEY_MAX_CHARACTERS } };

/// What creating a customer takes.
pub const CREATE: Table = &[
    Field::new("customerId", CUSTOMER_ID, "Your own id of the customer.").required(),
    Field::new("name", NAME, "What people call it.").nullable(),
    Field::new("email", NAME, "Where to write to.").nullable(),
    Field::new("usageStartedAt", Kind::Instant, "Where its windows of usage begin. Default: now.").nullable(),
    Field::new("customProductKeys", PRODUCT_KEYS, "Every custom product it is to have."),
];

/// What updating a customer takes.
pub const UPDATE: Table = &[
    Field::new("name", NAME, "What people call it.").nullable(),
    Field::new("email", NAME, "Where to write to.").nullable(),
    Field::new("usageStartedAt", Kind::Instant, "Where its windows of usage begin.").nullable(),
    Field::new("customProductKeys", PRODUCT_KEYS, "Every custom product it is to have; empty for none."),
];

/// What linking takes.
pub const LINK: Table = &[
    Field::new("stripeCustomerId", Kind::Text { max: 255 }, "The customer of Stripe.").required(),
    Field::new("customerId", CUSTOMER_ID, "Your own id of the customer.").required(),
    Field::new("force", Kind::Flag, "Take the link from whoever has it."),
];

/// What listing customers takes.
pub const LIST: Table = &[
    Field::new("limit", Kind::Integer { min: 1, max: PAGE_MAX }, "How many at most. Default: 20."),
    Field::new("cursor", Kind::Text { max: 1024 }, "Where the page begins: the `nextCursor` of the one before."),
    Field::new("search", Kind::Text { max: 255 }, "Part of an id, a name, or an email address."),
    Field::new("productKey", Kind::Text { max: super::product::KEY_MAX_CHARACTERS }, "Only those who have it."),
    Field::new("include", Kind::Text { max: 255 }, "`featureAccess`, `bonuses`, or both with a comma between."),
];

fn write(values: &Values, id: CustomerId, create: bool) -> WriteCustomer {
    WriteCustomer {
        id,
        create,
        name: values.text_patch("name"),
        email: values.text_patch("email"),
        usage_started: values.instant_patch("usageStartedAt"),
        product_keys: values.texts("customProductKeys"),
    }
}

/// Reads what creates a customer, or changes the one that is there.
pub fn parse_create(body: &Map) -> Result<WriteCustomer, Fault> {
    let values = read(CREATE, body, Origin::Body)?;
    let id = values.text("customerId").unwrap_or_default().into();
    Ok(write(&values, id, true))
}

/// Reads what changes a customer.
pub fn parse_update(body: &Map, id: CustomerId) -> Result<WriteCustomer, Fault> {
    Ok(write(&read(UPDATE, body, Origin::Body)?, id, false))
}

/// Reads a link.
pub fn parse_link(body: &Map) -> Result<LinkCustomer, Fault> {
    let values = read(LINK, body, Origin::Body)?;
    Ok(LinkCustomer {
        id: values.text("customerId").unwrap_or_default().into(),
        stripe_customer: values.text("stripeCustomerId").unwrap_or_default(),
        force: values.flag("force").unwrap_or(false),
    })
}

/// Which customers to list, and how much of them to show.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct CustomerList {
    pub limit: usize,
    pub cursor: Option<String>,
    /// In lower case.
    pub search: Option<String>,
    pub product_key: Option<String>,
    pub parts: Parts,
}

/// What is shown of a customer that takes work to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Parts {
    pub access: bool,
    pub bonuses: bool,
}

impl Parts {
    /// Everything.
    pub const ALL: Self = Self { access: true, bonuses: true };
}

/// Reads which customers to list.
pub fn parse_list(query: &Map) -> Result<CustomerList, Fault> {
    let values = read(LIST, query, Origin::Query)?;
    let mut parts = Parts { access: false, bonuses: false };
    for part in values.text("include").iter().flat_map(|include| include.split(',')) {
        match part.trim() {
            "featureAccess" => parts.access = true,
            "bonuses" => parts.bonuses = true,
            _ => return Err(Fault::invalid("include", "takes `featureAccess` and `bonuses`, with a comma between.")),
        }
    }
    Ok(CustomerList {
        limit: usize::try_from(values.integer("limit").unwrap_or(PAGE_DEFAULT)).unwrap_or_default(),
        cursor: values.text("cursor"),
        search: values.text("search").map(|search| search.to_lowercase()),
        product_key: values.text("productKey"),
        parts,
    })
}

/// A page cannot begin there.
pub fn bad_cursor() -> Fault {
    Fault::invalid("cursor", "is not the `nextCursor` of an earlier page.")
}

/// A product that a customer has by a subscription, as it is shown: by one or more of its items.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Having {
    pub product: Arc<Product>,
    pub version: u32,
    pub subscription: Arc<Subscription>,
    /// Its prices there, each with its item.
    pub prices: Vec<(Item, Arc<Price>)>,
}

/// What a customer has by subscriptions, in the order in which it counts.
pub fn having(account: &Account, facts: &Facts) -> Result<Vec<Having>, Stop> {
    let mut reads = ReadSet::default();
    let mut all: Vec<Having> = Vec::new();
    let mut ids: Vec<&SubscriptionId> = account.customer.subscribed.iter().map(|one| &one.subscription).collect();
    ids.dedup();
    for id in ids {
        let Some(Some(subscription)) = reads.gather(facts.subscription(id))? else { continue };
        for item in &subscription.items {
            let product = reads.gather(facts.product(&item.product))?.flatten();
            let price = reads.gather(facts.price(&item.price))?.flatten();
            let (Some(product), Some(price)) = (product, price) else { continue };
            let is_same = |one: &&mut Having| {
                one.subscription.id == *id && one.product.id == item.product && one.version == item.version
            };
            match all.iter_mut().find(is_same) {
                Some(one) => one.prices.push((item.clone(), price)),
                None => all.push(Having {
                    product,
                    version: item.version,
                    subscription: subscription.clone(),
                    prices: vec![(item.clone(), price)],
                }),
            }
        }
    }
    reads.known()?;
    Ok(all)
}

/// A customer as it is shown.
#[derive(Debug)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct CustomerView<'a> {
    pub account: &'a Account,
    pub catalog: &'a Catalog,
    /// What it has by subscriptions.
    pub having: &'a [Having],
    pub environment: Environment,
    /// Its access, where that is shown.
    pub access: Option<&'a [Entry]>,
    pub bonuses: bool,
}

/// Writes a customer.
pub fn render(writer: &mut Writer, view: &CustomerView<'_>) {
    let customer = &view.account.customer;
    writer.begin_object();
    // Nobody has said what id of the integrator's one has that came from billing alone.
    writer.field("customerId", &customer.own_id().map(CustomerId::as_str));
    writer.field("stripeCustomerId", &customer.stripe_customer);
    // Payment methods are Stripe's; there are none on file here.
    writer.field("hasPaymentMethod", &false);
    writer.field("name", &customer.name);
    writer.field("email", &customer.email);
    writer.field("created", &customer.created);
    writer.field("usageStartedAt", &customer.usage_started.unwrap_or(customer.created));
    // The first is how the dialect spells it.
    writer.field("enviroment", view.environment.as_str());
    writer.field("environment", view.environment.as_str());
    writer.array_field("products");
    for having in view.having {
        render_having(writer, having);
    }
    for holding in &holdings(view.account, view.catalog) {
        render_holding(writer, holding, view.catalog);
    }
    writer.end_array();
    if let Some(entries) = view.access {
        writer.key("featureAccess");
        access::render(writer, entries);
    }
    if view.bonuses {
        writer.array_field("bonuses");
        render_bonuses(writer, view.account, view.catalog, None);
        writer.end_array();
    }
    writer.end_object();
}

/// Writes the bonuses of a customer, of one feature or of all.
pub fn render_bonuses(writer: &mut Writer, account: &Account, catalog: &Catalog, feature_key: Option<&str>) {
    for kept in &account.bonuses {
        let key = catalog.feature(&kept.feature).map_or("", |feature| feature.key.as_str());
        if feature_key.is_none_or(|wanted| wanted == key) {
            bonus::render(writer, kept, key);
        }
    }
}

fn render_holding(writer: &mut Writer, holding: &Holding<'_>, catalog: &Catalog) {
    // Products that come by subscription are shown with their subscriptions.
    let ProductRef::Custom(id) = &holding.product else { return };
    let Some(product) = catalog.custom_product(id) else { return };
    render_custom(writer, product, holding);
}

fn render_having(writer: &mut Writer, having: &Having) {
    let Having { product, version, subscription, prices } = having;
    let periods = prices.iter().map(|(item, _)| item.period);
    writer.begin_object();
    writer.field("id", product.id.as_str());
    writer.field("key", &product.key);
    writer.field("name", &product.name);
    writer.field("type", "stripe");
    writer.field("isDefault", &false);
    writer.field("status", subscription.status.as_str());
    writer.field("version", version);
    writer.key("metadata");
    bonus::render_pairs(writer, &product.metadata);
    writer.field("canceledAt", &subscription.canceled);
    writer.field("startedAt", &subscription.started);
    writer.field("currentPeriodStart", &periods.clone().map(|period| period.start).min());
    writer.field("currentPeriodEnd", &periods.map(|period| period.end).min());
    writer.array_field("prices");
    for (item, price) in prices {
        writer.begin_object();
        writer.field("stripePriceId", price.id.as_str());
        writer.field("quantity", &item.quantity);
        writer.field("currency", subscription.currency.code());
        writer.field("unitAmount", &unit_amount(price, subscription.currency));
        writer.field("recurringInterval", item.cadence.interval.as_str());
        writer.field("recurringIntervalCount", &item.cadence.count);
        writer.field("isActive", &price.active);
        writer.field("isDefault", &(product.default_price.as_ref() == Some(&price.id)));
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
}

fn render_custom(writer: &mut Writer, product: &CustomProduct, holding: &Holding<'_>) {
    writer.begin_object();
    writer.field("id", product.id.as_str());
    writer.field("key", &product.key);
    writer.field("name", &product.name);
    writer.field("type", "custom");
    writer.field("isDefault", &(holding.source == HoldingSource::Default));
    writer.field("status", "active");
    writer.field("version", &holding.version);
    writer.key("metadata");
    bonus::render_pairs(writer, &product.metadata);
    for name in ["canceledAt", "startedAt", "currentPeriodStart", "currentPeriodEnd"] {
        writer.field(name, &Null);
    }
    writer.array_field("prices");
    writer.end_array();
    writer.end_object();
}

/// Answers a deletion.
pub fn render_deleted(writer: &mut Writer, id: &CustomerId) {
    writer.begin_object();
    writer.field("deleted", &true);
    writer.field("customerId", id.as_str());
    writer.end_object();
}
