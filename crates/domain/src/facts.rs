//! What a command knows: the answers to the keys it asked for.
//!
//! Invariant: a fact is either loaded or not known; asking for one that is not known ends the decision with
//! [`Stop::Need`], and it is decided again once the engine has loaded it.

use crate::api_key::ApiKey;
use crate::command::{Changes, Stop, Write};
use crate::id::{ApiKeyId, PriceId, ProductId};
use crate::idempotency::Receipt;
use crate::price::Price;
use crate::product::Product;
use crate::record::{Field, Lookup, Noun, Record, Value};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A question to the store about one environment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// The object with this id.
    Row(Noun, String),
    /// The one object with this value in a [unique](Lookup::Unique) field.
    Holder(Field, String),
    /// Whether any object has this value in an [indexed](Lookup::Index) field. Many nodes may decide at once, each over
    /// rows that it holds; that there is no object cannot be held. So a decision that rests on it must also read a row
    /// that whoever makes such an object reads: the product, where it is about the prices of a product.
    Any(Field, String),
    /// Whether the other environment has an object with this id. Nothing else is ever asked of it.
    Elsewhere(Noun, String),
}

impl Key {
    /// The product with this id.
    pub fn product(id: &ProductId) -> Self {
        Self::Row(Noun::Product, id.to_string())
    }

    /// The price with this id.
    pub fn price(id: &PriceId) -> Self {
        Self::Row(Noun::Price, id.to_string())
    }

    /// The answer kept under an idempotency key.
    pub fn receipt(key: &str) -> Self {
        Self::Row(Noun::Receipt, key.to_owned())
    }

    /// The API key with this hash.
    pub fn api_key_hash(hash: &str) -> Self {
        Self::holder(Field::ApiKeyHash, hash)
    }

    /// The object that holds a unique value.
    pub fn holder(field: Field, value: &str) -> Self {
        debug_assert_eq!(field.lookup(), Lookup::Unique);
        Self::Holder(field, value.to_owned())
    }

    /// Whether there is an object with this value.
    pub fn any(field: Field, value: &str) -> Self {
        debug_assert_ne!(field.lookup(), Lookup::Scan);
        Self::Any(field, value.to_owned())
    }
}

/// Keys to load, in the order asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadSet(Vec<Key>);

impl ReadSet {
    /// Adds a key.
    pub fn push(&mut self, key: Key) {
        self.0.push(key);
    }

    /// The keys.
    pub fn keys(&self) -> &[Key] {
        &self.0
    }

    /// Adds the keys of another set.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

impl From<Key> for ReadSet {
    fn from(key: Key) -> Self {
        Self(vec![key])
    }
}

impl FromIterator<Key> for ReadSet {
    fn from_iter<I: IntoIterator<Item = Key>>(keys: I) -> Self {
        Self(keys.into_iter().collect())
    }
}

/// The answer to a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// To [`Key::Row`]: the object, or nothing.
    Row(Option<Record>),
    /// To [`Key::Holder`]: the id of the holder, or nothing.
    Holder(Option<String>),
    /// To [`Key::Any`] and [`Key::Elsewhere`].
    Any(bool),
}

/// Answers to keys of one environment.
#[derive(Debug, Clone, Default)]
pub struct Facts(FxHashMap<Key, Fact>);

impl Facts {
    /// Whether the answer to a key is here.
    pub fn knows(&self, key: &Key) -> bool {
        self.0.contains_key(key)
    }

    /// Notes an answer that an engine loaded.
    pub fn learn(&mut self, key: Key, fact: Fact) {
        self.0.insert(key, fact);
    }

    /// The product with this id.
    pub fn product(&self, id: &ProductId) -> Result<Option<Arc<Product>>, Stop> {
        match self.row(Key::product(id))? {
            Some(Record::Product(product)) => Ok(Some(product.clone())),
            _ => Ok(None),
        }
    }

    /// The price with this id.
    pub fn price(&self, id: &PriceId) -> Result<Option<Arc<Price>>, Stop> {
        match self.row(Key::price(id))? {
            Some(Record::Price(price)) => Ok(Some(price.clone())),
            _ => Ok(None),
        }
    }

    /// The answer kept under an idempotency key.
    pub fn receipt(&self, key: &str) -> Result<Option<Arc<Receipt>>, Stop> {
        match self.row(Key::receipt(key))? {
            Some(Record::Receipt(receipt)) => Ok(Some(receipt.clone())),
            _ => Ok(None),
        }
    }

    /// The API key with this id.
    pub fn api_key(&self, id: &ApiKeyId) -> Result<Option<Arc<ApiKey>>, Stop> {
        match self.row(Key::Row(Noun::ApiKey, id.to_string()))? {
            Some(Record::ApiKey(key)) => Ok(Some(key.clone())),
            _ => Ok(None),
        }
    }

    /// The API key with this hash.
    pub fn api_key_by_hash(&self, hash: &str) -> Result<Option<Arc<ApiKey>>, Stop> {
        match self.holder(Field::ApiKeyHash, hash)?.map(ApiKeyId::from) {
            Some(id) => self.api_key(&id),
            None => Ok(None),
        }
    }

    /// The id of the object that holds a unique value.
    pub fn holder(&self, field: Field, value: &str) -> Result<Option<&str>, Stop> {
        let key = Key::holder(field, value);
        match self.0.get(&key) {
            Some(Fact::Holder(holder)) => Ok(holder.as_deref()),
            _ => Err(Stop::Need(key.into())),
        }
    }

    /// Whether any object has this value.
    pub fn any(&self, field: Field, value: &str) -> Result<bool, Stop> {
        let key = Key::any(field, value);
        match self.0.get(&key) {
            Some(Fact::Any(any)) => Ok(*any),
            _ => Err(Stop::Need(key.into())),
        }
    }

    /// Whether the other environment has an object with this id.
    pub fn elsewhere(&self, noun: Noun, id: &str) -> Result<bool, Stop> {
        let key = Key::Elsewhere(noun, id.to_owned());
        match self.0.get(&key) {
            Some(Fact::Any(any)) => Ok(*any),
            _ => Err(Stop::Need(key.into())),
        }
    }

    fn row(&self, key: Key) -> Result<Option<&Record>, Stop> {
        match self.0.get(&key) {
            Some(Fact::Row(row)) => Ok(row.as_ref()),
            _ => Err(Stop::Need(key.into())),
        }
    }

    /// Brings the facts up to date with changes that are about to be applied, so that the next command of the same
    /// batch sees them. Events are never asked for and left out.
    pub fn follow(&mut self, changes: &Changes) {
        for write in &changes.writes {
            match write {
                Write::Put { before, after } => {
                    if let Some(before) = before {
                        self.forget_values(before);
                    }
                    self.note_values(after);
                    let key = Key::Row(after.noun(), after.id().to_owned());
                    self.0.insert(key, Fact::Row(Some(after.clone())));
                }
                Write::Delete(before) => {
                    self.forget_values(before);
                    self.0.insert(Key::Row(before.noun(), before.id().to_owned()), Fact::Row(None));
                }
            }
        }
    }

    fn note_values(&mut self, record: &Record) {
        for field in record.noun().fields() {
            let (lookup, Value::Text(value)) = (field.lookup(), record.value(*field)) else { continue };
            match lookup {
                Lookup::Scan => {}
                Lookup::Index => {
                    self.0.insert(Key::Any(*field, value), Fact::Any(true));
                }
                Lookup::Unique => {
                    self.0.insert(Key::Any(*field, value.clone()), Fact::Any(true));
                    self.0.insert(Key::Holder(*field, value), Fact::Holder(Some(record.id().to_owned())));
                }
            }
        }
    }

    fn forget_values(&mut self, record: &Record) {
        for field in record.noun().fields() {
            let (lookup, Value::Text(value)) = (field.lookup(), record.value(*field)) else { continue };
            match lookup {
                Lookup::Scan => {}
                // Others may have the same value; whoever asks next makes the engine look again.
                Lookup::Index => {
                    self.0.remove(&Key::Any(*field, value));
                }
                Lookup::Unique => {
                    self.0.insert(Key::Any(*field, value.clone()), Fact::Any(false));
                    self.0.insert(Key::Holder(*field, value), Fact::Holder(None));
                }
            }
        }
    }
}
