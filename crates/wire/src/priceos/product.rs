//! Products of both kinds, their versions, and moving customers between those.

use super::access::{asked, render_entry};
use super::bonus::{FEATURE_KEY, render_pairs};
use super::fault::Fault;
use super::fields::{Field, Kind, Map, Origin, Sign, Table, Values, read};
use crate::json::{Json, Null, Writer};
use std::sync::Arc;
use tollgate_domain::access::static_entry;
use tollgate_domain::catalog::Catalog;
use tollgate_domain::currency::Currency;
use tollgate_domain::custom_product::{self, CreateCustomProduct, CustomProduct, UpdateCustomProduct};
use tollgate_domain::definition::{AccessEntry, DefineAccess, Definition, ProductRef, VERSIONS_MAX};
use tollgate_domain::id::{CustomerId, PriceId};
use tollgate_domain::metadata::Metadata;
use tollgate_domain::migration::AccessChange;
use tollgate_domain::price::{Charge, CurrencyOption, OptionAmount, Price};
use tollgate_domain::product::Product;

/// Longest key that is looked up, in characters: those made from the names of Stripe products have a number behind.
pub(super) const KEY_MAX_CHARACTERS: usize = 128;
/// Most customers that one migration names.
const CUSTOMERS_MAX: usize = 1000;

const NAME: Kind = Kind::Text { max: custom_product::NAME_MAX_CHARACTERS };
const VERSION: Kind = Kind::Integer { min: 1, max: VERSIONS_MAX as i64 };
const ACCESS_ENTRY: Table = &[
    Field::new("featureKey", FEATURE_KEY, "Of what.").required(),
    Field::new("hasAccess", Kind::Flag, "Whether it is granted.").required(),
    Field::new("limit", Kind::Amount(Sign::NotNegative), "How much, of a limit.").nullable(),
    Field::new("isUnlimited", Kind::Flag, "Whether a limit has no bound."),
];
const FEATURE_ACCESS: Kind =
    Kind::List { min: 0, max: tollgate_domain::feature::FEATURES_MAX, of: &Kind::Object(ACCESS_ENTRY) };

/// What creating a product takes.
pub const CREATE: Table = &[
    Field::new("name", NAME, "What people call it.").required(),
    Field::new("key", Kind::Key { max: custom_product::KEY_MAX_CHARACTERS }, "What programs call it. Never changes."),
    Field::new("metadata", Kind::Metadata, "Strings of your own.").nullable(),
    Field::new("isDefault", Kind::Flag, "Whether it applies to every customer without a product."),
    Field::new("featureAccess", FEATURE_ACCESS, "What it grants."),
];

/// What updating a product takes.
pub const UPDATE: Table = &[
    Field::new("name", NAME, "What people call it."),
    Field::new("metadata", Kind::Metadata, "Strings of your own.").nullable(),
    Field::new("isDefault", Kind::Flag, "Whether it applies to every customer without a product."),
    Field::new("isArchived", Kind::Flag, "Archived products are kept by their holders and not assignable any more."),
];

/// What defining access takes.
pub const DEFINE: Table = &[
    Field::new("featureAccess", FEATURE_ACCESS, "What to change; features that are not named stay as they are.")
        .required(),
    Field::new("newVersion", Kind::Flag, "Leave the newest version to its holders, and make another."),
    Field::new("version", VERSION, "Which version to mend. Default: the newest."),
];

/// What migrating customers takes.
pub const MIGRATE: Table = &[
    Field::new("fromVersion", VERSION, "The version they leave.").required(),
    Field::new("toVersion", VERSION, "The version they get.").required(),
    Field::new(
        "customerIds",
        Kind::List { min: 1, max: CUSTOMERS_MAX, of: &super::access::CUSTOMER_ID },
        "Who. Default: everyone on that version.",
    ),
    Field::new("dryRun", Kind::Flag, "Only say what would change."),
];

/// What listing products takes.
pub const LIST: Table = &[
    Field::new("archived", Kind::Flag, "Whether archived and inactive ones are listed too."),
    Field::new(
        "omit",
        Kind::Text { max: 255 },
        "What is left out: `featureAccess`, `prices`, or both with a comma between.",
    ),
];

fn entries(values: &Values) -> Vec<AccessEntry> {
    let entries = values
        .objects("featureAccess")
        .unwrap_or_default()
        .into_iter()
        .map(|entry| AccessEntry { feature_key: entry.text("featureKey").unwrap_or_default(), access: asked(entry) });
    entries.collect()
}

/// Reads what creates a product.
pub fn parse_create(body: &Map) -> Result<CreateCustomProduct, Fault> {
    let values = read(CREATE, body, Origin::Body)?;
    Ok(CreateCustomProduct {
        name: values.text("name").unwrap_or_default(),
        key: values.text("key"),
        metadata: values.metadata_patch("metadata"),
        is_default: values.flag("isDefault").unwrap_or(false),
        access: entries(&values),
    })
}

/// Reads what updates a product.
pub fn parse_update(body: &Map, key: &str) -> Result<UpdateCustomProduct, Fault> {
    let values = read(UPDATE, body, Origin::Body)?;
    Ok(UpdateCustomProduct {
        key: key.to_owned(),
        name: values.text("name"),
        metadata: values.metadata_patch("metadata"),
        is_default: values.flag("isDefault"),
        is_archived: values.flag("isArchived"),
    })
}

/// Reads what a product is to grant.
pub fn parse_define(body: &Map, key: &str) -> Result<DefineAccess, Fault> {
    let values = read(DEFINE, body, Origin::Body)?;
    let new_version = values.flag("newVersion").unwrap_or(false);
    let version = values.integer("version").and_then(|version| u32::try_from(version).ok());
    if new_version && version.is_some() {
        return Err(Fault::invalid("version", "cannot be given together with `newVersion`."));
    }
    Ok(DefineAccess { product_key: key.to_owned(), entries: entries(&values), version, new_version })
}

/// A migration, before it is known whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Migration {
    pub from: u32,
    pub to: u32,
    /// Everyone on the version, where not given.
    pub customers: Option<Vec<CustomerId>>,
    pub dry_run: bool,
}

/// Reads a migration.
pub fn parse_migrate(body: &Map) -> Result<Migration, Fault> {
    let values = read(MIGRATE, body, Origin::Body)?;
    let version = |name| values.integer(name).and_then(|version| u32::try_from(version).ok()).unwrap_or_default();
    let customers = values.texts("customerIds");
    Ok(Migration {
        from: version("fromVersion"),
        to: version("toVersion"),
        customers: customers.map(|ids| ids.into_iter().map(CustomerId::from).collect()),
        dry_run: values.flag("dryRun").unwrap_or(false),
    })
}

/// Which products to list, and how much of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct ProductList {
    /// Archived ones too.
    pub archived: bool,
    pub parts: Parts,
}

/// What is shown of a product that takes work to find out, where there are many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Parts {
    pub access: bool,
    pub prices: bool,
}

impl Parts {
    /// Everything.
    pub const ALL: Self = Self { access: true, prices: true };
}

/// Reads which products to list.
pub fn parse_list(query: &Map) -> Result<ProductList, Fault> {
    let values = read(LIST, query, Origin::Query)?;
    let mut parts = Parts::ALL;
    for part in values.text("omit").iter().flat_map(|omit| omit.split(',')) {
        match part.trim() {
            "featureAccess" => parts.access = false,
            "prices" => parts.prices = false,
            _ => return Err(Fault::invalid("omit", "takes `featureAccess` and `prices`, with a comma between.")),
        }
    }
    Ok(ProductList { archived: values.flag("archived").unwrap_or(false), parts })
}

/// A product of either kind, as it is shown.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub enum ProductView<'a> {
    Custom(&'a CustomProduct),
    Stripe { product: &'a Product, prices: &'a [Arc<Price>] },
}

impl ProductView<'_> {
    /// What it is called, which is what products are listed by.
    pub fn name(&self) -> &str {
        match self {
            Self::Custom(product) => &product.name,
            Self::Stripe { product, .. } => &product.name,
        }
    }

    fn reference(&self) -> ProductRef {
        match self {
            Self::Custom(product) => ProductRef::Custom(product.id.clone()),
            Self::Stripe { product, .. } => ProductRef::Stripe(product.id.clone()),
        }
    }
}

/// Writes a product at a version, or at its newest.
pub fn render(writer: &mut Writer, view: &ProductView<'_>, catalog: &Catalog, version: Option<u32>, parts: Parts) {
    let reference = view.reference();
    let version = version.unwrap_or_else(|| catalog.newest_version(&reference));
    let definition = catalog.definition(&reference, version);
    writer.begin_object();
    match view {
        ProductView::Custom(product) => {
            render_head(writer, product.id.as_str(), &product.key, &product.name, "custom");
            writer.field("isDefault", &product.is_default);
            writer.field("version", &version);
            writer.field("stripeProductId", &Null);
            render_tail(writer, &product.metadata, product.is_archived);
            render_prices(writer, &[], None, parts);
        }
        ProductView::Stripe { product, prices } => {
            render_head(writer, product.id.as_str(), &product.key, &product.name, "stripe");
            writer.field("isDefault", &false);
            writer.field("version", &version);
            writer.field("stripeProductId", product.id.as_str());
            render_tail(writer, &product.metadata, !product.active);
            render_prices(writer, prices, product.default_price.as_ref(), parts);
        }
    }
    if parts.access {
        writer.key("featureAccess");
        render_definition(writer, definition.map(|definition| &**definition), catalog);
    }
    writer.end_object();
}

fn render_head(writer: &mut Writer, id: &str, key: &str, name: &str, kind: &str) {
    writer.field("id", id);
    writer.field("key", key);
    writer.field("name", name);
    writer.field("type", kind);
}

fn render_tail(writer: &mut Writer, metadata: &Metadata, is_archived: bool) {
    writer.key("metadata");
    render_pairs(writer, metadata);
    writer.field("isArchived", &is_archived);
}

fn render_prices(writer: &mut Writer, prices: &[Arc<Price>], default: Option<&PriceId>, parts: Parts) {
    if parts.prices {
        writer.array_field("prices");
        for price in prices {
            render_price(writer, price, default == Some(&price.id));
        }
        writer.end_array();
    }
}

fn render_price(writer: &mut Writer, price: &Price, is_default: bool) {
    writer.begin_object();
    writer.field("id", price.id.as_str());
    writer.field("stripePriceId", price.id.as_str());
    writer.field("currency", price.currency.code());
    writer.field("unitAmount", &unit_amount(price, price.currency));
    writer.field("recurringInterval", &price.recurring.as_ref().map(|recurring| recurring.interval.as_str()));
    writer.field("recurringIntervalCount", &price.recurring.as_ref().map(|recurring| recurring.interval_count));
    writer.field("isActive", &price.active);
    writer.field("isDefault", &is_default);
    writer.end_object();
}

/// The amount of one unit in minor units of a currency, fractions of them included; nothing where it depends on the quantity
/// or the buyer.
pub(super) fn unit_amount(price: &Price, currency: Currency) -> Option<Number> {
    let amount = match (&price.charge, price.currency_options.get(&currency)) {
        (Charge::PerUnit(_), Some(CurrencyOption { amount: OptionAmount::PerUnit(amount), .. }))
        | (Charge::PerUnit(amount), _) => amount,
        (Charge::Custom(_) | Charge::Tiered { .. }, _) => return None,
    };
    Some(Number(amount.to_string()))
}

/// A number that is written already.
pub(super) struct Number(String);

impl Json for Number {
    fn write(&self, writer: &mut Writer) {
        writer.raw(&self.0);
    }
}

/// Writes what a version grants: every live feature.
fn render_definition(writer: &mut Writer, definition: Option<&Definition>, catalog: &Catalog) {
    writer.begin_array();
    for feature in catalog.live_features() {
        writer.begin_object();
        writer.field("featureKey", &feature.key);
        writer.field("name", &feature.name);
        render_entry(writer, &static_entry(feature, definition));
        writer.end_object();
    }
    writer.end_array();
}

/// Writes the versions of a product, each with how many customers have it.
pub fn render_versions(writer: &mut Writer, versions: &[(u32, Option<&Definition>, u64)], catalog: &Catalog) {
    writer.begin_array();
    for (version, definition, count) in versions {
        writer.begin_object();
        writer.field("version", version);
        writer.field("createdAt", &definition.map(|definition| definition.created));
        writer.field("customerCount", count);
        writer.key("featureAccess");
        render_definition(writer, *definition, catalog);
        writer.end_object();
    }
    writer.end_array();
}

/// Answers a migration.
pub fn render_migrated(writer: &mut Writer, count: u64, changes: &[AccessChange]) {
    writer.begin_object();
    writer.field("migratedCount", &count);
    writer.array_field("changes");
    for change in changes {
        writer.begin_object();
        writer.field("customerId", change.customer.as_str());
        writer.field("featureKey", &change.before.feature.key);
        for (name, entry) in [("before", &change.before), ("after", &change.after)] {
            writer.object_field(name);
            render_entry(writer, entry);
            writer.end_object();
        }
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
}
