//! Access: what a customer may use, and why.

use super::bonus;
use super::fault::Fault;
use super::fields::{Field, Kind, Map, Origin, Table, Values, read};
use crate::json::{Null, Writer};
use tollgate_domain::access::{AnchorSource, Entry, Explained, HoldingSource, Limit, Usage};
use tollgate_domain::command::Stop;
use tollgate_domain::customer;
use tollgate_domain::definition::{AskedAccess, Grant, ProductRef};
use tollgate_domain::feature::{Feature, FeatureKind};
use tollgate_domain::id::CustomerId;

/// The id of a customer.
pub(super) const CUSTOMER_ID: Kind = Kind::PathText { max: customer::ID_MAX_CHARACTERS };

/// What asking for access takes.
pub const QUERY: Table = &[
    Field::new("customerId", CUSTOMER_ID, "Who asks. Made where there is no such customer.").required(),
    Field::new("explain", Kind::Flag, "Whether each entry says what it rests on."),
];

/// A question for access.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct AccessRequest {
    pub customer: CustomerId,
    pub explain: bool,
}

/// Reads a question for access.
pub fn parse(query: &Map) -> Result<AccessRequest, Fault> {
    let values = read(QUERY, query, Origin::Query)?;
    Ok(AccessRequest {
        customer: values.text("customerId").unwrap_or_default().into(),
        explain: values.flag("explain").unwrap_or(false),
    })
}

/// Reads `hasAccess`, `limit` and `isUnlimited`.
pub(super) fn asked(values: &Values) -> AskedAccess {
    AskedAccess {
        has_access: values.flag("hasAccess").unwrap_or(false),
        limit: values.amount("limit"),
        is_unlimited: values.flag("isUnlimited"),
    }
}

/// What each entry rests on; asks for products that are not among the facts.
pub type Explain<'a> = &'a dyn Fn(&Feature) -> Explained<'a>;

/// The key of a product.
pub type KeyOf<'a> = &'a dyn Fn(&ProductRef) -> Result<String, Stop>;

/// Writes the map of access: one entry for each feature.
pub fn render(writer: &mut Writer, entries: &[Entry]) {
    writer.begin_object();
    for entry in entries {
        writer.key(&entry.feature.key);
        writer.begin_object();
        render_entry(writer, entry);
        writer.end_object();
    }
    writer.end_object();
}

/// The same with explanations.
pub fn render_explained(
    writer: &mut Writer,
    entries: &[Entry],
    explain: Explain<'_>,
    key_of: KeyOf<'_>,
) -> Result<(), Stop> {
    writer.begin_object();
    for entry in entries {
        writer.key(&entry.feature.key);
        writer.begin_object();
        render_entry(writer, entry);
        render_explanation(writer, &entry.feature, &explain(&entry.feature), key_of)?;
        writer.end_object();
    }
    writer.end_object();
    Ok(())
}

/// Writes the members of an entry.
pub(super) fn render_entry(writer: &mut Writer, entry: &Entry) {
    writer.field("type", entry.feature.kind.as_str());
    render_limit(writer, entry.feature.kind, entry.limit);
    if let Some(usage) = &entry.usage {
        writer.object_field("usage");
        render_usage(writer, entry, usage);
        writer.end_object();
    }
}

fn render_limit(writer: &mut Writer, kind: FeatureKind, limit: Limit) {
    writer.field("hasAccess", &limit.has_access());
    if kind == FeatureKind::Limit {
        writer.field("limit", &limit.number());
        writer.field("isUnlimited", &(limit == Limit::Unlimited));
    }
}

fn render_usage(writer: &mut Writer, entry: &Entry, usage: &Usage) {
    writer.field("used", &usage.total.floor_zero());
    writer.field("remaining", &entry.remaining());
    writer.field("bonusRemaining", &usage.bonus.remaining);
    writer.field("bonusUsed", &usage.bonus.burnt);
    writer.field("hasReachedLimit", &entry.has_reached_limit());
    writer.field("nextReset", &usage.window.end);
    writer.field("lastReset", &usage.window.start);
}

fn render_explanation(
    writer: &mut Writer,
    feature: &Feature,
    explained: &Explained<'_>,
    key_of: KeyOf<'_>,
) -> Result<(), Stop> {
    writer.object_field("explanation");
    writer.array_field("products");
    for holding in &explained.holdings {
        writer.begin_object();
        writer.field("productKey", &key_of(&holding.product)?);
        writer.field("version", &holding.version);
        let (source, subscription) = match holding.source {
            HoldingSource::Subscription { id, .. } => ("subscription", Some(id)),
            HoldingSource::Assigned => ("assigned", None),
            HoldingSource::Default => ("default", None),
        };
        writer.field("source", source);
        writer.field("subscriptionId", &subscription);
        writer.field("quantity", &holding.quantity);
        render_grant(writer, feature.kind, holding.grant);
        writer.end_object();
    }
    writer.end_array();
    match explained.overrule {
        None => writer.field("override", &Null),
        Some(overrule) => {
            writer.object_field("override");
            writer.field("overrideId", overrule.id.as_str());
            writer.field("reason", &overrule.reason);
            writer.field("expiresAt", &overrule.expires);
            render_grant(writer, feature.kind, overrule.grant);
            writer.end_object();
        }
    }
    writer.array_field("bonuses");
    explained.bonuses.iter().for_each(|bonus| bonus::render_share(writer, bonus));
    writer.end_array();
    render_window(writer, explained);
    writer.end_object();
    Ok(())
}

/// Writes `hasAccess`, and of limits `limit` and `isUnlimited`.
pub(super) fn render_grant(writer: &mut Writer, kind: FeatureKind, grant: Option<Grant>) {
    render_limit(writer, kind, grant.into());
}

fn render_window(writer: &mut Writer, explained: &Explained<'_>) {
    let Some(window) = explained.window else { return writer.field("window", &Null) };
    writer.object_field("window");
    writer.field("start", &window.window.start);
    writer.field("end", &window.window.end);
    writer.field("interval", window.interval.as_str());
    writer.field("anchor", &window.anchor);
    writer.field("anchorSource", &source_word(window.source));
    writer.end_object();
}

fn source_word(source: AnchorSource) -> Option<&'static str> {
    match source {
        AnchorSource::Subscription => Some("subscription"),
        AnchorSource::UsageStartedAt => Some("usage_started_at"),
        AnchorSource::CustomerCreated => Some("customer_created"),
        AnchorSource::Calendar => Some("calendar"),
        AnchorSource::Never => None,
    }
}
