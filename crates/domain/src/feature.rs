//! Features: what access is about.
//!
//! Invariants: no two features of one environment have the same key; key, kind and resets never change; a boolean
//! feature never tracks usage.

use crate::command::{Changes, Command, Cx, Stop};
use crate::facts::{Facts, Key, ReadSet};
use crate::id::FeatureId;
use crate::metadata::{Metadata, MetadataPatch};
use crate::patch::Patch;
use crate::record::Record;
use crate::refusal::{AccessRefusal, Taken};
use crate::time::Timestamp;
use crate::window::{Division, ResetAnchor, ResetInterval};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Longest key, in characters.
pub const KEY_MAX_CHARACTERS: usize = 80;
/// Longest name, in characters.
pub const NAME_MAX_CHARACTERS: usize = 80;
/// Longest description and longest reason for archiving, in characters.
pub const DESCRIPTION_MAX_CHARACTERS: usize = 5000;
/// Most features of one environment: all of them are held in memory and are in every answer about access.
pub const FEATURES_MAX: usize = 1000;

/// Something that customers may or may not use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feature {
    /// Names it for good.
    pub id: FeatureId,
    /// What programs call it; the lookup key of the Stripe dialect.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// What it is, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// On or off, or a number.
    pub kind: FeatureKind,
    /// Whether its usage is counted here; of limits only.
    pub tracks_usage: bool,
    /// How often usage starts from zero.
    pub interval: ResetInterval,
    /// Where the windows of usage begin.
    pub anchor: ResetAnchor,
    /// Hidden from access since; its data is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<Archived>,
    /// Pairs of the caller's own, of the Stripe dialect.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// When it was made.
    pub created: Timestamp,
}

/// What kind of access a feature has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeatureKind {
    /// On or off.
    Boolean,
    /// A number.
    Limit,
}

impl FeatureKind {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Limit => "limit",
        }
    }
}

/// Since when a feature is archived, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Archived {
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Feature {
    /// How time is divided for a customer whose own windows begin at `anchor`.
    pub fn division(&self, anchor: Timestamp) -> Division {
        let own = self.anchor == ResetAnchor::BillingPeriod;
        Division { interval: self.interval, anchor: own.then_some(anchor) }
    }
}

/// Makes a feature.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Feature`")]
pub struct CreateFeature {
    pub key: String,
    pub name: String,
    pub description: Option<String>,
    pub kind: FeatureKind,
    pub tracks_usage: bool,
    pub interval: ResetInterval,
    pub anchor: ResetAnchor,
    pub metadata: MetadataPatch,
}

impl Command for CreateFeature {
    type Reply = Arc<Feature>;

    fn reads(&self) -> ReadSet {
        Key::CatalogHeld.into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let catalog = facts.catalog()?;
        if let Some(holder) = catalog.feature_by_key(&self.key) {
            return Err(AccessRefusal::KeyTaken(Taken::Feature(holder.id.clone())).into());
        }
        if catalog.features().len() >= FEATURES_MAX {
            return Err(AccessRefusal::TooManyFeatures.into());
        }
        let feature = Arc::new(Feature {
            id: cx.new_id(),
            key: self.key.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            kind: self.kind,
            tracks_usage: self.tracks_usage && self.kind == FeatureKind::Limit,
            interval: self.interval,
            anchor: self.anchor,
            archived: None,
            metadata: self.metadata.apply(&Metadata::new())?,
            created: cx.now,
        });
        let mut changes = Changes::default();
        changes.put(None, Record::Feature(feature.clone()), cx);
        Ok((feature, changes))
    }
}

/// What names a feature: either dialect has its own way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeatureName {
    /// Its id, in the Stripe dialect.
    Id(FeatureId),
    /// Its key, in the PriceOS dialect.
    Key(String),
}

/// Changes a feature.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Feature`")]
pub struct UpdateFeature {
    pub feature: FeatureName,
    pub name: Option<String>,
    pub description: Patch<String>,
    pub archived: Option<bool>,
    /// Why it is archived; of no use to one that is not.
    pub archived_reason: Patch<String>,
    pub metadata: MetadataPatch,
}

impl Command for UpdateFeature {
    type Reply = Arc<Feature>;

    fn reads(&self) -> ReadSet {
        Key::CatalogHeld.into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = facts.catalog()?.named_feature(&self.feature)?.clone();
        let reason = before.archived.as_ref().and_then(|archived| archived.reason.clone());
        let reason = self.archived_reason.apply(&reason);
        let archived = self
            .archived
            .unwrap_or(before.archived.is_some())
            .then(|| Archived { at: before.archived.as_ref().map_or(cx.now, |archived| archived.at), reason });
        let after = Arc::new(Feature {
            name: self.name.clone().unwrap_or_else(|| before.name.clone()),
            description: self.description.apply(&before.description),
            metadata: self.metadata.apply(&before.metadata)?,
            archived,
            ..(*before).clone()
        });
        let mut changes = Changes::default();
        changes.put(Some(Record::Feature(before)), Record::Feature(after.clone()), cx);
        Ok((after, changes))
    }
}
