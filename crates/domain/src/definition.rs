//! Definitions of access: what one version of a product grants of each feature.
//!
//! Invariants: a product without a definition is at version 1 and grants nothing; versions are numbered from 1
//! without gaps above the first that is defined; a boolean feature is granted as [`Grant::On`], a limit as a number
//! or without bound.

use crate::catalog::Catalog;
use crate::command::{Changes, Command, Cx, Stop};
use crate::facts::{Facts, Key, ReadSet};
use crate::feature::{Feature, FeatureKind};
use crate::id::{CustomProductId, FeatureId, ProductFeatureId, ProductId};
use crate::quantity::Quantity;
use crate::record::{Noun, Record};
use crate::refusal::{AccessFault, AccessRefusal, Refusal};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Most versions of one product.
pub const VERSIONS_MAX: u32 = 1000;

/// A product of either kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum ProductRef {
    Stripe(ProductId),
    Custom(CustomProductId),
}

impl fmt::Display for ProductRef {
    /// Its kind and its id; no two products are shown alike.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stripe(id) => write!(f, "stripe {id}"),
            Self::Custom(id) => write!(f, "custom {id}"),
        }
    }
}

/// What is granted of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grant {
    /// A boolean feature.
    On,
    /// So much of a limit; zero or more.
    Limit(Quantity),
    /// A limit without bound.
    Unlimited,
}

/// One version of what a product grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// The [name](Definition::name) of this version.
    pub id: String,
    /// Whose access it is.
    pub product: ProductRef,
    /// From 1.
    pub version: u32,
    /// What it grants; features that are not there are not granted.
    pub grants: BTreeMap<FeatureId, Granted>,
    /// When the version was made.
    pub created: Timestamp,
}

/// A grant, as an object of its own in the Stripe dialect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    /// Names the pair of product and feature, for as long as it is granted.
    pub id: ProductFeatureId,
    /// What is granted.
    pub grant: Grant,
}

/// Access as a caller asks for it, for one feature; held against the kind of the feature by [`grant_of`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct AccessEntry {
    pub feature_key: String,
    pub access: AskedAccess,
}

/// What a caller asks for: nothing where a field was not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct AskedAccess {
    pub has_access: bool,
    /// Zero or more.
    pub limit: Option<Quantity>,
    pub is_unlimited: Option<bool>,
}

/// The grant that is asked for; nothing where access is denied.
pub fn grant_of(feature: &Feature, asked: &AskedAccess) -> Result<Option<Grant>, AccessFault> {
    let unlimited = asked.is_unlimited == Some(true);
    match feature.kind {
        FeatureKind::Boolean if asked.limit.is_some() => Err(AccessFault::LimitOfBoolean),
        FeatureKind::Boolean if unlimited => Err(AccessFault::UnlimitedBoolean),
        _ if !asked.has_access => Ok(None),
        FeatureKind::Boolean => Ok(Some(Grant::On)),
        FeatureKind::Limit if unlimited => Ok(Some(Grant::Unlimited)),
        FeatureKind::Limit => match asked.limit {
            Some(limit) => Ok(Some(Grant::Limit(limit))),
            None => Err(AccessFault::NoLimit),
        },
    }
}

impl Definition {
    /// One that grants nothing.
    pub fn empty(product: ProductRef, version: u32, created: Timestamp) -> Self {
        Self { id: Self::name(&product, version), product, version, grants: BTreeMap::new(), created }
    }

    /// What a version of a product is kept under.
    pub fn name(product: &ProductRef, version: u32) -> String {
        format!("{version} {product}")
    }

    /// The same with these entries changed; the others stay.
    pub fn with(&self, entries: &[AccessEntry], catalog: &Catalog, cx: &mut Cx<'_>) -> Result<Self, Stop> {
        let mut after = self.clone();
        for (index, entry) in entries.iter().enumerate() {
            let wrong = |fault| AccessRefusal::BadAccess { entry: Some(index), fault };
            let feature = catalog.feature_by_key(&entry.feature_key).ok_or_else(|| wrong(AccessFault::NoFeature))?;
            if feature.archived.is_some() {
                return Err(wrong(AccessFault::Archived).into());
            }
            after.set(&feature.id, grant_of(feature, &entry.access).map_err(wrong)?, cx);
        }
        Ok(after)
    }

    fn set(&mut self, feature: &FeatureId, grant: Option<Grant>, cx: &mut Cx<'_>) {
        match (grant, self.grants.get_mut(feature)) {
            (Some(grant), Some(granted)) => granted.grant = grant,
            (Some(grant), None) => drop(self.grants.insert(feature.clone(), Granted { id: cx.new_id(), grant })),
            (None, _) => drop(self.grants.remove(feature)),
        }
    }

    /// What is granted of a feature.
    pub fn grant(&self, feature: &FeatureId) -> Option<Grant> {
        self.grants.get(feature).map(|granted| granted.grant)
    }
}

/// Says what a product grants, in place or as a new version.
#[derive(Debug, Clone)]
pub struct DefineAccess {
    /// The key of the product.
    pub product_key: String,
    /// What to change; what is not named stays as it is.
    pub entries: Vec<AccessEntry>,
    /// Which version to mend; the newest where not given.
    pub version: Option<u32>,
    /// Leave the newest version to its holders and make another.
    pub new_version: bool,
}

impl Command for DefineAccess {
    /// The product and the version that was written.
    type Reply = (ProductRef, u32);

    fn reads(&self) -> ReadSet {
        Key::CatalogHeld.into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let catalog = facts.catalog()?;
        let product = catalog.product_ref(&self.product_key, facts)?;
        let newest = catalog.newest_version(&product);
        if self.new_version && catalog.is_default(&product) {
            return Err(AccessRefusal::DefaultHasOneVersion.into());
        }
        let version = self.version.unwrap_or(newest);
        let before = catalog.definition(&product, version).cloned();
        if before.is_none() && version != newest {
            return Err(AccessRefusal::NoVersion { version, field: None }.into());
        }
        let current = before.as_deref().cloned();
        let current = current.unwrap_or_else(|| Definition::empty(product.clone(), version, cx.now));
        let mut changes = Changes::default();
        if !self.new_version {
            let after = current.with(&self.entries, catalog, cx)?;
            changes.put(before.map(Record::Definition), Record::Definition(Arc::new(after)), cx);
            return Ok(((product, version), changes));
        }
        if newest >= VERSIONS_MAX {
            return Err(AccessRefusal::TooManyVersions.into());
        }
        if before.is_none() {
            // Its holders keep what they have, which is nothing yet.
            changes.put(None, Record::Definition(Arc::new(current.clone())), cx);
        }
        let next = Definition { grants: current.grants, ..Definition::empty(product.clone(), newest + 1, cx.now) };
        let after = next.with(&self.entries, catalog, cx)?;
        changes.put(None, Record::Definition(Arc::new(after)), cx);
        Ok(((product, newest + 1), changes))
    }
}

/// Grants a feature with the newest version of a Stripe product: a limit without bound.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct AttachFeature {
    pub product: ProductId,
    pub feature: FeatureId,
}

/// Withdraws what the newest version of a Stripe product grants of a feature.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct DetachFeature {
    pub product: ProductId,
    pub attachment: ProductFeatureId,
}

/// What a Stripe product grants, newest version, and where there is none yet an empty one.
fn newest(facts: &Facts, id: &ProductId, cx: &Cx<'_>) -> Result<(Option<Arc<Definition>>, Definition), Stop> {
    if facts.product(id)?.is_none() {
        return Err(Refusal::NoSubject { noun: Noun::Product, id: id.to_string() }.into());
    }
    let (catalog, product) = (facts.catalog()?, ProductRef::Stripe(id.clone()));
    let version = catalog.newest_version(&product);
    let before = catalog.definition(&product, version).cloned();
    let current = before.as_deref().cloned();
    Ok((before, current.unwrap_or_else(|| Definition::empty(product, version, cx.now))))
}

impl Command for AttachFeature {
    type Reply = (Granted, Arc<Feature>);

    fn reads(&self) -> ReadSet {
        [Key::CatalogHeld, Key::product(&self.product)].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let (before, mut definition) = newest(facts, &self.product, cx)?;
        let feature = facts.catalog()?.feature(&self.feature).ok_or_else(|| Refusal::NoReference {
            reference: crate::refusal::Reference::EntitlementFeature,
            id: self.feature.to_string(),
        })?;
        if feature.archived.is_some() {
            return Err(AccessRefusal::FeatureArchived.into());
        }
        if definition.grants.contains_key(&feature.id) {
            return Err(AccessRefusal::AlreadyAttached.into());
        }
        let grant = if feature.kind == FeatureKind::Boolean { Grant::On } else { Grant::Unlimited };
        definition.set(&feature.id, Some(grant), cx);
        let granted = definition.grants[&feature.id].clone();
        let mut changes = Changes::default();
        changes.put(before.map(Record::Definition), Record::Definition(Arc::new(definition)), cx);
        Ok(((granted, feature.clone()), changes))
    }
}

impl Command for DetachFeature {
    type Reply = ProductFeatureId;

    fn reads(&self) -> ReadSet {
        [Key::CatalogHeld, Key::product(&self.product)].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let (before, mut definition) = newest(facts, &self.product, cx)?;
        let granted = definition.grants.len();
        definition.grants.retain(|_, granted| granted.id != self.attachment);
        if definition.grants.len() == granted {
            let id = self.attachment.to_string();
            return Err(Refusal::NoSubject { noun: Noun::ProductFeature, id }.into());
        }
        let mut changes = Changes::default();
        changes.put(before.map(Record::Definition), Record::Definition(Arc::new(definition)), cx);
        Ok((self.attachment.clone(), changes))
    }
}
