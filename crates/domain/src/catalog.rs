//! The access side of the catalog as a whole: features, custom products and what each product grants. Small enough to
//! be one fact, held in memory and shared by every decision about access.

use crate::command::{Stop, Write};
use crate::custom_product::CustomProduct;
use crate::definition::{Definition, ProductRef};
use crate::facts::Facts;
use crate::feature::{Feature, FeatureName};
use crate::id::{CustomProductId, FeatureId, ProductId};
use crate::record::{Field, Noun, Record};
use crate::refusal::{AccessRefusal, Refusal};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The nouns it is made of.
pub const NOUNS: [Noun; 3] = [Noun::Feature, Noun::CustomProduct, Noun::Definition];

/// Everything that access rests on and that is no customer's own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalog {
    /// By key.
    features: BTreeMap<String, Arc<Feature>>,
    /// Keys by id.
    feature_keys: FxHashMap<FeatureId, String>,
    custom_products: BTreeMap<CustomProductId, Arc<CustomProduct>>,
    /// Ids by key.
    custom_keys: FxHashMap<String, CustomProductId>,
    default: Option<CustomProductId>,
    definitions: FxHashMap<ProductRef, BTreeMap<u32, Arc<Definition>>>,
}

impl Catalog {
    /// Takes a record in, or in the place of the one of the same id. Others than [`NOUNS`] are none of its business.
    pub fn put(&mut self, record: &Record) {
        match record {
            Record::Feature(feature) => {
                self.feature_keys.insert(feature.id.clone(), feature.key.clone());
                self.features.insert(feature.key.clone(), feature.clone());
            }
            Record::CustomProduct(product) => {
                if product.is_default {
                    self.default = Some(product.id.clone());
                } else if self.default.as_ref() == Some(&product.id) {
                    self.default = None;
                }
                self.custom_keys.insert(product.key.clone(), product.id.clone());
                self.custom_products.insert(product.id.clone(), product.clone());
            }
            Record::Definition(definition) => {
                let versions = self.definitions.entry(definition.product.clone()).or_default();
                versions.insert(definition.version, definition.clone());
            }
            _ => {}
        }
    }

    /// Follows a write. Of what it is made of, only definitions are ever deleted: those of a product that is gone.
    pub fn follow(&mut self, write: &Write) {
        match write {
            Write::Put { after, .. } => self.put(after),
            Write::Delete(Record::Definition(definition)) => {
                if let Some(versions) = self.definitions.get_mut(&definition.product) {
                    versions.remove(&definition.version);
                    if versions.is_empty() {
                        self.definitions.remove(&definition.product);
                    }
                }
            }
            Write::Delete(_) => {}
        }
    }

    /// Whether a write changes it.
    pub fn is_concerned(write: &Write) -> bool {
        let (Write::Put { after: record, .. } | Write::Delete(record)) = write;
        NOUNS.contains(&record.noun())
    }

    /// Every feature by key, archived ones included.
    pub fn features(&self) -> &BTreeMap<String, Arc<Feature>> {
        &self.features
    }

    /// The features that are not archived, in the order of their keys.
    pub fn live_features(&self) -> impl Iterator<Item = &Arc<Feature>> {
        self.features.values().filter(|feature| feature.archived.is_none())
    }

    /// The feature with this id.
    pub fn feature(&self, id: &FeatureId) -> Option<&Arc<Feature>> {
        self.features.get(self.feature_keys.get(id)?)
    }

    /// The feature with this key.
    pub fn feature_by_key(&self, key: &str) -> Option<&Arc<Feature>> {
        self.features.get(key)
    }

    /// The feature that a request is about.
    pub fn named_feature(&self, name: &FeatureName) -> Result<&Arc<Feature>, Stop> {
        match name {
            FeatureName::Id(id) => {
                self.feature(id).ok_or_else(|| Refusal::NoSubject { noun: Noun::Feature, id: id.to_string() }.into())
            }
            FeatureName::Key(key) => {
                self.feature_by_key(key).ok_or_else(|| AccessRefusal::NoFeature { key: key.clone() }.into())
            }
        }
    }

    /// Every custom product.
    pub fn custom_products(&self) -> &BTreeMap<CustomProductId, Arc<CustomProduct>> {
        &self.custom_products
    }

    /// The custom product with this id.
    pub fn custom_product(&self, id: &CustomProductId) -> Option<&Arc<CustomProduct>> {
        self.custom_products.get(id)
    }

    /// The custom product with this key.
    pub fn custom_product_by_key(&self, key: &str) -> Option<&Arc<CustomProduct>> {
        self.custom_products.get(self.custom_keys.get(key)?)
    }

    /// The product that applies to customers without any.
    pub fn default_product(&self) -> Option<&Arc<CustomProduct>> {
        self.custom_products.get(self.default.as_ref()?)
    }

    /// Whether a product is the default.
    pub fn is_default(&self, product: &ProductRef) -> bool {
        matches!(product, ProductRef::Custom(id) if self.default.as_ref() == Some(id))
    }

    /// The product with this key, of either kind. Custom products are looked at first.
    pub fn product_ref(&self, key: &str, facts: &Facts) -> Result<ProductRef, Stop> {
        if let Some(product) = self.custom_product_by_key(key) {
            return Ok(ProductRef::Custom(product.id.clone()));
        }
        match facts.holder(Field::ProductKey, key)? {
            Some(id) => Ok(ProductRef::Stripe(ProductId::from(id))),
            None => Err(AccessRefusal::NoProduct { key: key.to_owned() }.into()),
        }
    }

    /// What a version of a product grants; nothing where it was never defined.
    pub fn definition(&self, product: &ProductRef, version: u32) -> Option<&Arc<Definition>> {
        self.definitions.get(product)?.get(&version)
    }

    /// The versions of a product that are defined, oldest first.
    pub fn versions(&self, product: &ProductRef) -> impl DoubleEndedIterator<Item = &Arc<Definition>> {
        self.definitions.get(product).into_iter().flat_map(BTreeMap::values)
    }

    /// The version that whoever gets the product now is given.
    pub fn newest_version(&self, product: &ProductRef) -> u32 {
        self.versions(product).next_back().map_or(1, |definition| definition.version)
    }
}
