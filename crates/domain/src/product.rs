//! Products: what a company sells.
//!
//! Invariant: `default_price`, where set, is a price of this product.

use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::definition::ProductRef;
use crate::event::Action;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{PriceId, ProductId, TaxCodeId};
use crate::metadata::{Metadata, MetadataPatch};
use crate::package::PackageDimensions;
use crate::patch::Patch;
use crate::price::{NewPrice, Price};
use crate::record::{Field, Noun, Record};
use crate::refusal::{Reference, Refusal};
use crate::tax_code;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Longest name, in characters.
pub const NAME_MAX_CHARACTERS: usize = 5000;
/// Longest description, in characters.
pub const DESCRIPTION_MAX_CHARACTERS: usize = 40_000;
/// Most images of one product.
pub const IMAGES_MAX: usize = 8;
/// Most marketing features of one product.
pub const MARKETING_FEATURES_MAX: usize = 15;
/// Longest name of a marketing feature, in characters.
pub const MARKETING_FEATURE_MAX_CHARACTERS: usize = 80;
/// Longest unit label, in characters.
pub const UNIT_LABEL_MAX_CHARACTERS: usize = 12;

/// A thing that is sold; its prices say for how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct Product {
    pub id: ProductId,
    /// What the PriceOS dialect calls it: made from its first name, and never changed.
    pub key: String,
    pub name: String,
    pub active: bool,
    pub created: Timestamp,
    /// When the last write got through, also one that changed nothing.
    pub updated: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_price: Option<PriceId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Addresses of up to [`IMAGES_MAX`] images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<String>,
    /// Names of up to [`MARKETING_FEATURES_MAX`] features, for pricing tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marketing_features: Vec<String>,
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package_dimensions: Option<PackageDimensions>,
    /// Whether the product is shipped; nothing where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shippable: Option<bool>,
    /// As [`crate::statement::statement_descriptor`] makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement_descriptor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_code: Option<TaxCodeId>,
    /// Where the service is performed, for its taxes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance_location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "ProductKind::is_service")]
    pub kind: ProductKind,
}

/// A legacy distinction that old clients still read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum ProductKind {
    Good,
    #[default]
    Service,
}

impl ProductKind {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
    fn is_service(&self) -> bool {
        matches!(self, Self::Service)
    }
}

/// Everything a product can be made of; texts are within their limits already.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "as in `Product`")]
pub struct NewProduct {
    /// The caller's own id, or nothing for a generated one.
    pub id: Option<ProductId>,
    pub name: String,
    /// Active unless said otherwise.
    pub active: Option<bool>,
    pub description: Option<String>,
    pub images: Vec<String>,
    pub marketing_features: Vec<String>,
    pub metadata: MetadataPatch,
    pub package_dimensions: Option<PackageDimensions>,
    pub shippable: Option<bool>,
    pub statement_descriptor: Option<String>,
    pub tax_code: Option<TaxCodeId>,
    pub performance_location: Option<String>,
    pub unit_label: Option<String>,
    pub url: Option<String>,
    pub kind: ProductKind,
}

impl NewProduct {
    /// What must be known before the product can be made.
    pub fn reads(&self) -> ReadSet {
        let mut reads: ReadSet = self.id.iter().map(Key::product).collect();
        reads.push(Key::Catalog);
        reads.push(Key::holder(Field::ProductKey, &slug(&self.name)));
        reads
    }

    /// The product, created now. Refuses an id that is taken, an unknown tax code and too much metadata.
    pub fn build(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<Product, Stop> {
        if let Some(id) = &self.id
            && facts.product(id)?.is_some()
        {
            return Err(Refusal::ProductExists(id.clone()).into());
        }
        check_tax_code(self.tax_code.as_ref())?;
        let metadata = self.metadata.apply(&Metadata::new())?;
        Ok(Product {
            key: free_key(&self.name, facts, cx)?,
            id: self.id.clone().unwrap_or_else(|| cx.new_id()),
            name: self.name.clone(),
            active: self.active.unwrap_or(true),
            created: cx.now,
            updated: cx.now,
            default_price: None,
            description: self.description.clone(),
            images: self.images.clone(),
            marketing_features: self.marketing_features.clone(),
            metadata,
            package_dimensions: self.package_dimensions.clone(),
            shippable: self.shippable,
            statement_descriptor: self.statement_descriptor.clone(),
            tax_code: self.tax_code.clone(),
            performance_location: self.performance_location.clone(),
            unit_label: self.unit_label.clone(),
            url: self.url.clone(),
            kind: self.kind,
        })
    }
}

/// Most characters of a name that go into a key.
const SLUG_MAX_CHARACTERS: usize = 64;
/// Numbers up to this are tried one after the other behind a key that is taken; after that any number may come.
const NUMBERS_IN_ORDER: u64 = 5;

/// The letters and digits of a name in lower case, with single underscores where something else stood between.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars().take(SLUG_MAX_CHARACTERS) {
        match character {
            'a'..='z' | '0'..='9' => slug.push(character),
            'A'..='Z' => slug.push(character.to_ascii_lowercase()),
            _ if slug.is_empty() || slug.ends_with('_') => {}
            _ => slug.push('_'),
        }
    }
    let slug = slug.trim_end_matches('_');
    if slug.is_empty() { "product".to_owned() } else { slug.to_owned() }
}

/// The slug of a name, with a number behind it where others have that key.
fn free_key(name: &str, facts: &Facts, cx: &mut Cx<'_>) -> Result<String, Stop> {
    let base = slug(name);
    if let Some(free) = first_free(vec![base.clone()], facts)? {
        return Ok(free);
    }
    let in_order = (2..=NUMBERS_IN_ORDER).map(|number| format!("{base}_{number}"));
    if let Some(free) = first_free(in_order.collect(), facts)? {
        return Ok(free);
    }
    // Many have this name. Numbers drawn from ever more of them are soon free.
    for digits in [3, 5, 7, 9] {
        let drawn: Vec<String> = (0..2).map(|_| format!("{base}_{}", (cx.random)() % 10u64.pow(digits))).collect();
        if let Some(free) = first_free(drawn, facts)? {
            return Ok(free);
        }
    }
    Ok(format!("{base}_{}", (cx.random)()))
}

fn first_free(keys: Vec<String>, facts: &Facts) -> Result<Option<String>, Stop> {
    let missing: ReadSet =
        keys.iter().map(|key| Key::holder(Field::ProductKey, key)).filter(|key| !facts.knows(key)).collect();
    if !missing.keys().is_empty() {
        return Err(Stop::Need(missing));
    }
    for key in keys {
        let is_custom = facts.catalog()?.custom_product_by_key(&key).is_some();
        if facts.holder(Field::ProductKey, &key)?.is_none() && !is_custom {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

fn check_tax_code(id: Option<&TaxCodeId>) -> Result<(), Refusal> {
    match id {
        Some(id) if tax_code::find(id).is_none() => {
            Err(Refusal::NoReference { reference: Reference::TaxCode, id: id.to_string() })
        }
        _ => Ok(()),
    }
}

/// Makes a product and, where asked, its first price in the same step.
#[derive(Debug, Clone)]
pub struct CreateProduct {
    /// The product.
    pub product: NewProduct,
    /// A price that becomes its default.
    pub default_price: Option<NewPrice>,
}

impl Command for CreateProduct {
    type Reply = Arc<Product>;

    fn reads(&self) -> ReadSet {
        self.product.reads()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let mut product = self.product.build(facts, cx)?;
        let price = match &self.default_price {
            Some(new) => Some(Arc::new(new.build(product.id.clone(), facts, cx)?)),
            None => None,
        };
        product.default_price = price.as_ref().map(|price| price.id.clone());
        let product = Arc::new(product);
        let mut changes = Changes::default();
        changes.put(None, Record::Product(product.clone()), cx);
        if let Some(price) = price {
            changes.put(None, Record::Price(price), cx);
        }
        Ok((product, changes))
    }
}

/// What to change of a product.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "as in `Product`")]
pub struct ProductPatch {
    pub name: Option<String>,
    pub active: Option<bool>,
    pub default_price: Patch<PriceId>,
    pub description: Patch<String>,
    /// The whole new list; empty to have none.
    pub images: Option<Vec<String>>,
    /// The whole new list; empty to have none.
    pub marketing_features: Option<Vec<String>>,
    pub metadata: MetadataPatch,
    pub package_dimensions: Patch<PackageDimensions>,
    pub shippable: Option<bool>,
    pub statement_descriptor: Patch<String>,
    pub tax_code: Patch<TaxCodeId>,
    pub performance_location: Patch<String>,
    pub unit_label: Patch<String>,
    pub url: Patch<String>,
}

/// Changes a product.
#[derive(Debug, Clone)]
pub struct UpdateProduct {
    /// Which one.
    pub id: ProductId,
    /// What of it.
    pub patch: ProductPatch,
}

impl Command for UpdateProduct {
    type Reply = Arc<Product>;

    fn reads(&self) -> ReadSet {
        let mut reads = ReadSet::from(Key::product(&self.id));
        if let Patch::Set(price) = &self.patch.default_price {
            reads.push(Key::price(price));
        }
        reads
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = existing(facts, &self.id)?;
        let patch = &self.patch;
        if let Patch::Set(tax_code) = &patch.tax_code {
            check_tax_code(Some(tax_code))?;
        }
        if let Patch::Set(price) = &patch.default_price {
            check_default_price(facts, &self.id, price)?;
        }
        let after = Arc::new(Product {
            id: before.id.clone(),
            key: before.key.clone(),
            name: patch.name.clone().unwrap_or_else(|| before.name.clone()),
            active: patch.active.unwrap_or(before.active),
            created: before.created,
            updated: cx.now,
            default_price: patch.default_price.apply(&before.default_price),
            description: patch.description.apply(&before.description),
            images: patch.images.clone().unwrap_or_else(|| before.images.clone()),
            marketing_features: patch.marketing_features.clone().unwrap_or_else(|| before.marketing_features.clone()),
            metadata: patch.metadata.apply(&before.metadata)?,
            package_dimensions: patch.package_dimensions.apply(&before.package_dimensions),
            shippable: patch.shippable.or(before.shippable),
            statement_descriptor: patch.statement_descriptor.apply(&before.statement_descriptor),
            tax_code: patch.tax_code.apply(&before.tax_code),
            performance_location: patch.performance_location.apply(&before.performance_location),
            unit_label: patch.unit_label.apply(&before.unit_label),
            url: patch.url.apply(&before.url),
            kind: before.kind,
        });
        let mut changes = Changes::default();
        changes.put(Some(Record::Product(before)), Record::Product(after.clone()), cx);
        Ok((after, changes))
    }
}

fn check_default_price(facts: &Facts, product: &ProductId, price: &PriceId) -> Result<(), Stop> {
    let Some(found) = facts.price(price)? else {
        return Err(Refusal::NoReference { reference: Reference::DefaultPrice, id: price.to_string() }.into());
    };
    let Price { id, product: owner, active, .. } = &*found;
    if owner != product {
        return Err(Refusal::DefaultPriceOfAnotherProduct { price: id.clone(), owner: owner.clone() }.into());
    }
    if !active {
        return Err(Refusal::DefaultPriceInactive(id.clone()).into());
    }
    Ok(())
}

/// Deletes a product that never had a price.
#[derive(Debug, Clone)]
pub struct DeleteProduct {
    /// Which one.
    pub id: ProductId,
}

impl Command for DeleteProduct {
    type Reply = ProductId;

    fn reads(&self) -> ReadSet {
        let prices = Key::any(Field::PriceProduct, self.id.as_str());
        [Key::CatalogHeld, Key::product(&self.id), prices].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = existing(facts, &self.id)?;
        if facts.any(Field::PriceProduct, self.id.as_str())? {
            return Err(Refusal::ProductHasPrices(self.id.clone()).into());
        }
        // The event shows the product as it ended: no longer active (spec/stripe.md 3.6).
        let ended = Product { active: false, ..(*before).clone() };
        let mut changes = Changes::default();
        changes.announce(Action::Deleted, None, &Record::Product(Arc::new(ended)), cx);
        changes.writes.push(Write::Delete(Record::Product(before)));
        let product = ProductRef::Stripe(self.id.clone());
        let versions = facts.catalog()?.versions(&product);
        changes.writes.extend(versions.map(|version| Write::Delete(Record::Definition(version.clone()))));
        Ok((self.id.clone(), changes))
    }
}

fn existing(facts: &Facts, id: &ProductId) -> Result<Arc<Product>, Stop> {
    facts.product(id)?.ok_or_else(|| Refusal::NoSubject { noun: Noun::Product, id: id.to_string() }.into())
}
