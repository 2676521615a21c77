//! Bonuses.

use super::access::CUSTOMER_ID;
use super::fault::Fault;
use super::fields::{Field, Kind, Map, Origin, Sign, Table, read};
use crate::json::Writer;
use tollgate_domain::bonus::{Bonus, CreateBonus, UpdateBonus};
use tollgate_domain::feature::KEY_MAX_CHARACTERS;
use tollgate_domain::id::{BonusId, CustomerId};
use tollgate_domain::metadata::Metadata;
use tollgate_domain::overrule::REASON_MAX_CHARACTERS;
use tollgate_domain::quantity::Quantity;

/// The key of a feature that is looked up.
pub(super) const FEATURE_KEY: Kind = Kind::Text { max: KEY_MAX_CHARACTERS };
pub(super) const REASON: Kind = Kind::ClearableText { max: REASON_MAX_CHARACTERS };

/// What granting a bonus takes.
pub const CREATE: Table = &[
    Field::new("customerId", CUSTOMER_ID, "Who gets it.").required(),
    Field::new("featureKey", FEATURE_KEY, "Of what: a limit whose usage is tracked.").required(),
    Field::new("amount", Kind::Amount(Sign::Positive), "How much.").required(),
    Field::new("expiresAt", Kind::Instant, "From then on it does not count.").nullable(),
    Field::new("reason", REASON, "Why.").nullable(),
    Field::new("metadata", Kind::Metadata, "Strings of your own.").nullable(),
];

/// What updating a bonus takes.
pub const UPDATE: Table = &[
    Field::new("amount", Kind::Amount(Sign::Positive), "How much; not below what is used of it."),
    Field::new("expiresAt", Kind::Instant, "From then on it does not count.").nullable(),
    Field::new("reason", REASON, "Why.").nullable(),
    Field::new("metadata", Kind::Metadata, "Strings of your own.").nullable(),
];

/// What listing bonuses takes.
pub const LIST: Table = &[
    Field::new("customerId", CUSTOMER_ID, "Whose.").required(),
    Field::new("featureKey", FEATURE_KEY, "Only those of this feature."),
];

/// Reads what grants a bonus.
pub fn parse_create(body: &Map) -> Result<CreateBonus, Fault> {
    let values = read(CREATE, body, Origin::Body)?;
    Ok(CreateBonus {
        customer: values.text("customerId").unwrap_or_default().into(),
        feature_key: values.text("featureKey").unwrap_or_default(),
        amount: values.amount("amount").unwrap_or_default(),
        expires: values.instant("expiresAt"),
        reason: values.text("reason"),
        metadata: values.metadata_patch("metadata"),
    })
}

/// Reads what updates a bonus.
pub fn parse_update(body: &Map, id: BonusId) -> Result<UpdateBonus, Fault> {
    let values = read(UPDATE, body, Origin::Body)?;
    Ok(UpdateBonus {
        id,
        amount: values.amount("amount"),
        expires: values.instant_patch("expiresAt"),
        reason: values.text_patch("reason"),
        metadata: values.metadata_patch("metadata"),
    })
}

/// Whose bonuses to list, and of which feature.
pub fn parse_list(query: &Map) -> Result<(CustomerId, Option<String>), Fault> {
    let values = read(LIST, query, Origin::Query)?;
    Ok((values.text("customerId").unwrap_or_default().into(), values.text("featureKey")))
}

/// Writes a bonus.
pub fn render(writer: &mut Writer, bonus: &Bonus, feature_key: &str) {
    writer.begin_object();
    writer.field("bonusId", bonus.id.as_str());
    writer.field("featureKey", feature_key);
    writer.field("amount", &bonus.amount);
    writer.field("remainingAmount", &bonus.remaining());
    writer.field("expiresAt", &bonus.expires);
    writer.field("reason", &bonus.reason);
    writer.key("metadata");
    render_metadata(writer, &bonus.metadata);
    writer.field("createdAt", &bonus.created);
    writer.field("updatedAt", &bonus.updated);
    writer.end_object();
}

/// Writes what an explanation says of a bonus.
pub(super) fn render_share(writer: &mut Writer, bonus: &Bonus) {
    writer.begin_object();
    writer.field("bonusId", bonus.id.as_str());
    writer.field("amount", &bonus.amount);
    writer.field("remainingAmount", &bonus.remaining());
    writer.field("expiresAt", &bonus.expires);
    writer.end_object();
}

/// Writes pairs as an object; null where there are none.
pub(super) fn render_metadata(writer: &mut Writer, metadata: &Metadata) {
    if metadata.is_empty() {
        writer.raw("null");
    } else {
        render_pairs(writer, metadata);
    }
}

/// Writes pairs as an object.
pub(super) fn render_pairs(writer: &mut Writer, metadata: &Metadata) {
    writer.begin_object();
    for (key, value) in metadata {
        writer.key(key);
        writer.value(value);
    }
    writer.end_object();
}

/// Answers a grant.
pub fn render_created(writer: &mut Writer, bonus: &Bonus, counter_remaining: Quantity) {
    writer.begin_object();
    writer.field("bonusId", bonus.id.as_str());
    writer.field("remainingAmount", &bonus.remaining());
    writer.field("counterRemaining", &counter_remaining);
    writer.end_object();
}

/// Answers an update.
pub fn render_updated(writer: &mut Writer, bonus: &Bonus, feature_key: &str, counter_remaining: Quantity) {
    writer.begin_object();
    writer.key("bonus");
    render(writer, bonus, feature_key);
    writer.field("counterRemaining", &counter_remaining);
    writer.end_object();
}

/// Answers a deletion.
pub fn render_deleted(writer: &mut Writer, counter_remaining: Quantity) {
    writer.begin_object();
    writer.field("deleted", &true);
    writer.field("counterRemaining", &counter_remaining);
    writer.end_object();
}
