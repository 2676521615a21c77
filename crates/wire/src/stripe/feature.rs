//! Features. Those that the other dialect made are shown too, limits among them; their key is the lookup key.

use super::metadata::{self, METADATA, METADATA_CHANGE, Shown};
use super::view::View;
use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::json::Writer;
use crate::list::{self, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, Kind, Param, Space, Table};
use std::cmp::Reverse;
use std::sync::Arc;
use tollgate_domain::catalog::Catalog;
use tollgate_domain::feature::{
    CreateFeature, Feature, FeatureKind, FeatureName, KEY_MAX_CHARACTERS, NAME_MAX_CHARACTERS, UpdateFeature,
};
use tollgate_domain::id::FeatureId;
use tollgate_domain::list::{CreatedRange, Page};
use tollgate_domain::patch::Patch;
use tollgate_domain::record::Noun;
use tollgate_domain::window::{ResetAnchor, ResetInterval};

/// Longest lookup key that a list can be asked for, in characters.
const LOOKUP_KEY_ASKED_MAX_CHARACTERS: usize = 5000;

const LOOKUP_KEY: Param = Param::new(
    "lookup_key",
    Kind::Text { max: KEY_MAX_CHARACTERS, space: Space::Surrounds },
    "A key of your own that programs know the feature by; one feature has it, and keeps it.",
);
const NAME: Param =
    Param::new("name", Kind::trimmed(NAME_MAX_CHARACTERS), "The name, for yourself and not for customers.");
const ACTIVE: Param = Param::new(
    "active",
    Kind::Boolean,
    "False to archive the feature: nobody has it, no other product gets it, and ordinary lists leave it out.",
);
const ARCHIVED: Param =
    Param::new("archived", Kind::Boolean, "Only archived features, or only active ones; active unless said.");
const LOOKUP_KEY_ASKED: Param =
    Param::new("lookup_key", Kind::text(LOOKUP_KEY_ASKED_MAX_CHARACTERS), "Only the feature that has this lookup key.");

/// The parameters of a creation, in the order in which they are checked.
pub const CREATE: Table = &[LOOKUP_KEY.required(), NAME.required(), METADATA, EXPAND];
/// The parameters of a change, in the order in which they are checked.
pub const UPDATE: Table = &[ACTIVE, NAME, METADATA_CHANGE, EXPAND];
/// The parameters of a retrieval.
pub const RETRIEVE: Table = &[EXPAND];
/// The parameters of a list.
pub const LIST: Table = &[ARCHIVED, ENDING_BEFORE, EXPAND, LIMIT, LOOKUP_KEY_ASKED, STARTING_AFTER];

static LISTED: [Expandable; 1] = [Expandable::leaf("data")];

/// Reads a new feature: one that is on or off, for this dialect knows no other.
pub fn parse_create(params: &Params) -> Result<(CreateFeature, Expand), Fault> {
    let params = params::read(CREATE, params)?;
    let expand = expand::of_object(&params, &[])?;
    let command = CreateFeature {
        key: params.get(&LOOKUP_KEY).unwrap_or_default(),
        name: params.get(&NAME).unwrap_or_default(),
        description: None,
        kind: FeatureKind::Boolean,
        tracks_usage: false,
        interval: ResetInterval::Never,
        anchor: ResetAnchor::Calendar,
        metadata: params.get(&METADATA).unwrap_or_default(),
    };
    Ok((command, expand))
}

/// Reads a change of a feature.
pub fn parse_update(params: &Params, id: FeatureId) -> Result<(UpdateFeature, Expand), Fault> {
    let params = params::read(UPDATE, params)?;
    let expand = expand::of_object(&params, &[])?;
    let command = UpdateFeature {
        feature: FeatureName::Id(id),
        name: params.get(&NAME),
        description: Patch::Keep,
        archived: params.get(&ACTIVE).map(|active: bool| !active),
        archived_reason: Patch::Keep,
        metadata: metadata::change(&params),
    };
    Ok((command, expand))
}

/// Reads what a retrieval is to expand: nothing can be, so this finds what cannot.
pub fn parse_retrieve(params: &Params) -> Result<Expand, Fault> {
    expand::of_object(&params::read(RETRIEVE, params)?, &[])
}

/// A list of features that was asked for.
#[derive(Debug, Clone)]
pub struct FeatureList {
    /// Which page, and what to expand.
    pub request: ListRequest,
    /// The archived ones, or those that are not.
    pub archived: bool,
    /// The one with this key only.
    pub lookup_key: Option<String>,
}

/// Reads a list of features.
pub fn parse_list(params: &Params) -> Result<FeatureList, Fault> {
    let params = params::read(LIST, params)?;
    Ok(FeatureList {
        request: list::request(&params, Noun::Feature, Vec::new(), CreatedRange::default(), &LISTED)?,
        archived: params.get(&ARCHIVED).unwrap_or(false),
        lookup_key: params.get(&LOOKUP_KEY_ASKED),
    })
}

/// The page of features that was asked for, newest first.
pub fn list<'c>(list: &FeatureList, catalog: &'c Catalog) -> Result<Page<&'c Arc<Feature>>, Fault> {
    let mut all: Vec<&Arc<Feature>> = catalog.features().values().collect();
    all.sort_unstable_by_key(|feature| Reverse((feature.created, feature.id.as_str())));
    let is_asked = |feature: &&Arc<Feature>| {
        feature.archived.is_some() == list.archived && list.lookup_key.as_ref().is_none_or(|key| *key == feature.key)
    };
    list::page(&list.request, all, |feature| feature.id.as_str(), is_asked)
}

/// Writes a feature.
pub fn render(writer: &mut Writer, feature: &Feature, view: &View<'_>) {
    writer.begin_object();
    writer.field("id", feature.id.as_str());
    writer.field("object", "entitlements.feature");
    writer.field("active", &feature.archived.is_none());
    writer.field("livemode", &view.environment.is_live());
    writer.field("lookup_key", &feature.key);
    writer.field("metadata", &Shown(&feature.metadata));
    writer.field("name", &feature.name);
    writer.end_object();
}
