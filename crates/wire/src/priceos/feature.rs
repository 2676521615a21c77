//! Features.

use super::fault::Fault;
use super::fields::{Field, Kind, Map, Origin, Table, read};
use crate::json::Writer;
use tollgate_domain::feature::{
    CreateFeature, DESCRIPTION_MAX_CHARACTERS, Feature, FeatureKind, FeatureName, KEY_MAX_CHARACTERS,
    NAME_MAX_CHARACTERS, UpdateFeature,
};
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::window::{ResetAnchor, ResetInterval};

const NAME: Kind = Kind::Text { max: NAME_MAX_CHARACTERS };
const DESCRIPTION: Kind = Kind::ClearableText { max: DESCRIPTION_MAX_CHARACTERS };

/// What creating a feature takes.
pub const CREATE: Table = &[
    Field::new("name", NAME, "What people call it.").required(),
    Field::new("featureKey", Kind::Key { max: KEY_MAX_CHARACTERS }, "What programs call it. Never changes.").required(),
    Field::new("type", Kind::Word(&["boolean", "limit"]), "On or off, or a number.").required(),
    Field::new("description", DESCRIPTION, "What it is, for people.").nullable(),
    Field::new("tracksUsage", Kind::Flag, "Whether its usage is counted here; of limits only. Default: false."),
    Field::new(
        "usageResetInterval",
        Kind::Word(&["never", "day", "week", "month", "year"]),
        "How often usage starts from zero. Default: never.",
    ),
    Field::new(
        "usageResetAnchor",
        Kind::Word(&["billing_period", "calendar"]),
        "Where windows of usage begin. Default: calendar.",
    ),
];

/// What updating a feature takes.
pub const UPDATE: Table = &[
    Field::new("name", NAME, "What people call it."),
    Field::new("description", DESCRIPTION, "What it is, for people.").nullable(),
    Field::new("isArchived", Kind::Flag, "Archived features are hidden from access; their data is kept."),
    Field::new("archivedReason", DESCRIPTION, "Why it is archived.").nullable(),
];

/// Reads what creates a feature.
pub fn parse_create(body: &Map) -> Result<CreateFeature, Fault> {
    let values = read(CREATE, body, Origin::Body)?;
    let kind = if values.word("type") == Some("boolean") { FeatureKind::Boolean } else { FeatureKind::Limit };
    if kind == FeatureKind::Boolean {
        if values.flag("tracksUsage") == Some(true) {
            return Err(Fault::invalid("tracksUsage", "can only be true for features of type limit."));
        }
        for name in ["usageResetInterval", "usageResetAnchor"] {
            if values.has(name) {
                return Err(Fault::invalid(name, "can only be set for features of type limit."));
            }
        }
    }
    let interval = values.word("usageResetInterval");
    let anchor = values.word("usageResetAnchor");
    Ok(CreateFeature {
        key: values.text("featureKey").unwrap_or_default(),
        name: values.text("name").unwrap_or_default(),
        description: values.text("description"),
        kind,
        tracks_usage: values.flag("tracksUsage").unwrap_or(false),
        interval: ResetInterval::ALL
            .into_iter()
            .find(|known| Some(known.as_str()) == interval)
            .unwrap_or(ResetInterval::Never),
        anchor: ResetAnchor::ALL
            .into_iter()
            .find(|known| Some(known.as_str()) == anchor)
            .unwrap_or(ResetAnchor::Calendar),
        metadata: MetadataPatch::default(),
    })
}

/// Reads what updates a feature.
pub fn parse_update(body: &Map, key: &str) -> Result<UpdateFeature, Fault> {
    let values = read(UPDATE, body, Origin::Body)?;
    Ok(UpdateFeature {
        feature: FeatureName::Key(key.to_owned()),
        name: values.text("name"),
        description: values.text_patch("description"),
        archived: values.flag("isArchived"),
        archived_reason: values.text_patch("archivedReason"),
        metadata: MetadataPatch::default(),
    })
}

/// Writes a feature.
pub fn render(writer: &mut Writer, feature: &Feature) {
    writer.begin_object();
    writer.field("id", feature.id.as_str());
    writer.field("featureKey", &feature.key);
    writer.field("name", &feature.name);
    writer.field("description", &feature.description);
    writer.field("type", feature.kind.as_str());
    writer.field("tracksUsage", &feature.tracks_usage);
    writer.field("usageResetInterval", feature.interval.as_str());
    writer.field("usageResetAnchor", feature.anchor.as_str());
    writer.field("isArchived", &feature.archived.is_some());
    let archived = feature.archived.as_ref();
    // The one time that this dialect shows as text.
    writer.field("archivedAt", &archived.map(|archived| archived.at.to_rfc3339()));
    writer.field("archivedReason", &archived.and_then(|archived| archived.reason.clone()));
    writer.end_object();
}
