//! Custom products: access that no subscription stands behind.
//!
//! Invariants: no two products of one environment, custom or not, have the same key; at most one is the default; the
//! default is assigned to nobody, has one version, and is not archived.

use crate::command::{Changes, Command, Cx, Stop};
use crate::definition::{AccessEntry, Definition, ProductRef};
use crate::facts::{Facts, Key, ReadSet};
use crate::id::CustomProductId;
use crate::metadata::{Metadata, MetadataPatch};
use crate::product::slug;
use crate::record::{Field, Record};
use crate::refusal::{AccessRefusal, DefaultConflict, Taken};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Longest key, in characters.
pub const KEY_MAX_CHARACTERS: usize = 80;
/// Longest name, in characters.
pub const NAME_MAX_CHARACTERS: usize = 255;
/// Most custom products of one environment: all of them are held in memory.
pub const CUSTOM_PRODUCTS_MAX: usize = 10_000;
/// What keys begin with that are made from names.
const KEY_PREFIX: &str = "custom_";

/// A product that is assigned to customers by hand, or applies to those without any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomProduct {
    /// Names it for good.
    pub id: CustomProductId,
    /// What programs call it. Never changes.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// Pairs of the caller's own.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// Whether it applies to every customer without a product.
    pub is_default: bool,
    /// Kept by its holders, but not assignable any more.
    pub is_archived: bool,
    /// When it was made.
    pub created: Timestamp,
}

/// Makes a custom product.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `CustomProduct`")]
pub struct CreateCustomProduct {
    pub name: String,
    /// Made from the name where not given.
    pub key: Option<String>,
    pub metadata: MetadataPatch,
    pub is_default: bool,
    /// What it grants from the start.
    pub access: Vec<AccessEntry>,
}

impl Command for CreateCustomProduct {
    type Reply = Arc<CustomProduct>;

    fn reads(&self) -> ReadSet {
        let mut reads = ReadSet::from(Key::CatalogHeld);
        if let Some(key) = &self.key {
            reads.push(Key::holder(Field::ProductKey, key));
        }
        reads
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let catalog = facts.catalog()?;
        if catalog.custom_products().len() >= CUSTOM_PRODUCTS_MAX {
            return Err(AccessRefusal::TooManyCustomProducts.into());
        }
        let product = Arc::new(CustomProduct {
            id: cx.new_id(),
            key: self.free_key(facts)?,
            name: self.name.clone(),
            metadata: self.metadata.apply(&Metadata::new())?,
            is_default: self.is_default,
            is_archived: false,
            created: cx.now,
        });
        let empty = Definition::empty(ProductRef::Custom(product.id.clone()), 1, cx.now);
        let definition = empty.with(&self.access, catalog, cx)?;
        let mut changes = Changes::default();
        changes.put(None, Record::CustomProduct(product.clone()), cx);
        changes.put(None, Record::Definition(Arc::new(definition)), cx);
        if product.is_default {
            step_down(facts, &product.id, &mut changes, cx)?;
        }
        Ok((product, changes))
    }
}

impl CreateCustomProduct {
    fn free_key(&self, facts: &Facts) -> Result<String, Stop> {
        let catalog = facts.catalog()?;
        if let Some(key) = &self.key {
            if catalog.custom_product_by_key(key).is_some() || facts.holder(Field::ProductKey, key)?.is_some() {
                return Err(AccessRefusal::KeyTaken(Taken::Product).into());
            }
            return Ok(key.clone());
        }
        let base = format!("{KEY_PREFIX}{}", slug(&self.name));
        let mut number = 1u32;
        loop {
            let key = if number == 1 { base.clone() } else { format!("{base}_{number}") };
            // A Stripe product may have got this key from its name.
            if catalog.custom_product_by_key(&key).is_none() && facts.holder(Field::ProductKey, &key)?.is_none() {
                return Ok(key);
            }
            number += 1;
        }
    }
}

/// Takes the default from the product that has it.
fn step_down(facts: &Facts, new: &CustomProductId, changes: &mut Changes, cx: &mut Cx<'_>) -> Result<(), Stop> {
    if let Some(old) = facts.catalog()?.default_product()
        && old.id != *new
    {
        let after = CustomProduct { is_default: false, ..(**old).clone() };
        changes.put(Some(Record::CustomProduct(old.clone())), Record::CustomProduct(Arc::new(after)), cx);
    }
    Ok(())
}

/// Changes a custom product.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `CustomProduct`")]
pub struct UpdateCustomProduct {
    pub key: String,
    pub name: Option<String>,
    pub metadata: MetadataPatch,
    pub is_default: Option<bool>,
    pub is_archived: Option<bool>,
}

impl Command for UpdateCustomProduct {
    type Reply = Arc<CustomProduct>;

    fn reads(&self) -> ReadSet {
        Key::CatalogHeld.into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = match facts.catalog()?.product_ref(&self.key, facts)? {
            ProductRef::Custom(id) => facts.catalog()?.custom_product(&id).expect("the catalog named it").clone(),
            ProductRef::Stripe(_) => return Err(AccessRefusal::StripeManaged.into()),
        };
        let after = Arc::new(CustomProduct {
            name: self.name.clone().unwrap_or_else(|| before.name.clone()),
            metadata: self.metadata.apply(&before.metadata)?,
            is_default: self.is_default.unwrap_or(before.is_default),
            is_archived: self.is_archived.unwrap_or(before.is_archived),
            ..(*before).clone()
        });
        if after.is_default {
            check_default(&before, &after, facts)?;
        }
        let mut changes = Changes::default();
        changes.put(Some(Record::CustomProduct(before)), Record::CustomProduct(after.clone()), cx);
        if after.is_default {
            step_down(facts, &after.id, &mut changes, cx)?;
        }
        Ok((after, changes))
    }
}

fn check_default(before: &CustomProduct, after: &CustomProduct, facts: &Facts) -> Result<(), Stop> {
    let conflict = |reason| Err(AccessRefusal::DefaultProduct(reason).into());
    if after.is_archived {
        return conflict(DefaultConflict::Archived);
    }
    if before.is_default {
        return Ok(());
    }
    if facts.catalog()?.newest_version(&ProductRef::Custom(after.id.clone())) > 1 {
        return conflict(DefaultConflict::HasVersions);
    }
    // Whoever assigns it holds the catalog as it is, and this command holds it to change it.
    if facts.any(Field::AssignmentProduct, after.id.as_str())? {
        return conflict(DefaultConflict::IsAssigned);
    }
    Ok(())
}
