//! Overrides.

use super::access::{CUSTOMER_ID, asked, render_grant};
use super::bonus::{FEATURE_KEY, REASON};
use super::fault::Fault;
use super::fields::{Field, Kind, Map, Origin, Sign, Table, read};
use crate::json::Writer;
use tollgate_domain::feature::Feature;
use tollgate_domain::id::{CustomerId, OverrideId};
use tollgate_domain::overrule::{CreateOverride, Override, UpdateOverride};

/// What overriding takes.
pub const CREATE: Table = &[
    Field::new("customerId", CUSTOMER_ID, "For whom.").required(),
    Field::new("featureKey", FEATURE_KEY, "Of what.").required(),
    Field::new("hasAccess", Kind::Flag, "Whether there is access.").required(),
    Field::new("limit", Kind::Amount(Sign::NotNegative), "How much, of a limit.").nullable(),
    Field::new("isUnlimited", Kind::Flag, "Whether a limit has no bound."),
    Field::new("reason", REASON, "Why.").nullable(),
    Field::new("expiresAt", Kind::Instant, "From then on it does not count.").nullable(),
];

/// What updating an override takes.
pub const UPDATE: Table = &[
    Field::new("hasAccess", Kind::Flag, "Whether there is access."),
    Field::new("limit", Kind::Amount(Sign::NotNegative), "How much, of a limit.").nullable(),
    Field::new("isUnlimited", Kind::Flag, "Whether a limit has no bound."),
    Field::new("reason", REASON, "Why.").nullable(),
    Field::new("expiresAt", Kind::Instant, "From then on it does not count.").nullable(),
];

/// What listing overrides takes.
pub const LIST: Table = &[Field::new("customerId", CUSTOMER_ID, "Whose.").required()];

/// Reads what makes an override.
pub fn parse_create(body: &Map) -> Result<CreateOverride, Fault> {
    let values = read(CREATE, body, Origin::Body)?;
    Ok(CreateOverride {
        customer: values.text("customerId").unwrap_or_default().into(),
        feature_key: values.text("featureKey").unwrap_or_default(),
        access: asked(&values),
        reason: values.text("reason"),
        expires: values.instant("expiresAt"),
    })
}

/// Reads what updates an override.
pub fn parse_update(body: &Map, id: OverrideId) -> Result<UpdateOverride, Fault> {
    let values = read(UPDATE, body, Origin::Body)?;
    Ok(UpdateOverride {
        id,
        has_access: values.flag("hasAccess"),
        limit: values.amount("limit"),
        is_unlimited: values.flag("isUnlimited"),
        reason: values.text_patch("reason"),
        expires: values.instant_patch("expiresAt"),
    })
}

/// Whose overrides to list.
pub fn parse_list(query: &Map) -> Result<CustomerId, Fault> {
    Ok(read(LIST, query, Origin::Query)?.text("customerId").unwrap_or_default().into())
}

/// Writes an override.
pub fn render(writer: &mut Writer, overrule: &Override, feature: &Feature) {
    writer.begin_object();
    writer.field("overrideId", overrule.id.as_str());
    writer.field("customerId", overrule.customer.as_str());
    writer.field("featureKey", &feature.key);
    render_grant(writer, feature.kind, overrule.grant);
    writer.field("reason", &overrule.reason);
    writer.field("expiresAt", &overrule.expires);
    writer.field("createdAt", &overrule.created);
    writer.field("updatedAt", &overrule.updated);
    writer.end_object();
}

/// Answers a deletion.
pub fn render_deleted(writer: &mut Writer, id: &OverrideId) {
    writer.begin_object();
    writer.field("deleted", &true);
    writer.field("overrideId", id.as_str());
    writer.end_object();
}
