//! What is kept: one record per object, and the few of its fields that can be looked up or filtered by.
//!
//! An engine stores a record as an id, a creation time, the promoted fields of [`Noun::fields`], and a body. A new
//! noun or field is declared here once; both engines and the model follow.

use crate::api_key::ApiKey;
use crate::event::Event;
use crate::idempotency::Receipt;
use crate::price::Price;
use crate::product::Product;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum Noun {
    Product,
    Price,
    Event,
    /// The answer kept under an idempotency key.
    Receipt,
    ApiKey,
    /// A fixed list; kept nowhere.
    TaxCode,
}

/// An object. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum Record {
    Product(Arc<Product>),
    Price(Arc<Price>),
    Event(Arc<Event>),
    Receipt(Arc<Receipt>),
    ApiKey(Arc<ApiKey>),
}

impl Record {
    /// What kind of object it is.
    pub fn noun(&self) -> Noun {
        match self {
            Self::Product(_) => Noun::Product,
            Self::Price(_) => Noun::Price,
            Self::Event(_) => Noun::Event,
            Self::Receipt(_) => Noun::Receipt,
            Self::ApiKey(_) => Noun::ApiKey,
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        match self {
            Self::Product(product) => product.id.as_str(),
            Self::Price(price) => price.id.as_str(),
            Self::Event(event) => event.id.as_str(),
            Self::Receipt(receipt) => &receipt.key,
            Self::ApiKey(key) => key.id.as_str(),
        }
    }

    /// When it was created.
    pub fn created(&self) -> Timestamp {
        match self {
            Self::Product(product) => product.created,
            Self::Price(price) => price.created,
            Self::Event(event) => event.created,
            Self::Receipt(receipt) => receipt.created,
            Self::ApiKey(key) => key.created,
        }
    }

    /// A promoted field; [`Value::Null`] where it is unset or the noun has no such field.
    pub fn value(&self, field: Field) -> Value {
        match self {
            Self::Product(product) => match field {
                Field::ProductActive => Value::Flag(product.active),
                Field::ProductShippable => product.shippable.map_or(Value::Null, Value::Flag),
                Field::ProductUrl => Value::text(product.url.as_deref()),
                _ => Value::Null,
            },
            Self::Price(price) => match field {
                Field::PriceActive => Value::Flag(price.active),
                Field::PriceCurrency => Value::text(Some(price.currency.code())),
                Field::PriceLookupKey => Value::text(price.lookup_key.as_deref()),
                Field::PriceProduct => Value::text(Some(price.product.as_str())),
                Field::PriceInterval => {
                    Value::text(price.recurring.as_ref().map(|recurring| recurring.interval.as_str()))
                }
                Field::PriceMeter => {
                    Value::text(price.recurring.as_ref().and_then(|recurring| recurring.meter.as_deref()))
                }
                Field::PriceUsageType => {
                    Value::text(price.recurring.as_ref().map(|recurring| recurring.usage_type.as_str()))
                }
                _ => Value::Null,
            },
            Self::Event(event) => match field {
                Field::EventType => Value::text(Some(event.name())),
                _ => Value::Null,
            },
            Self::Receipt(_) => Value::Null,
            Self::ApiKey(key) => match field {
                Field::ApiKeyHash => Value::text(Some(&key.hash)),
                _ => Value::Null,
            },
        }
    }
}

/// A field that records can be looked up or filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "noun and field are what the variants are called")]
pub enum Field {
    ProductActive,
    ProductShippable,
    ProductUrl,
    PriceActive,
    PriceCurrency,
    /// No two prices of one environment have the same.
    PriceLookupKey,
    PriceProduct,
    /// Set for recurring prices only, so that its absence means one-time.
    PriceInterval,
    PriceMeter,
    PriceUsageType,
    EventType,
    ApiKeyHash,
}

/// How a promoted field is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// No index: it divides objects too coarsely for one to help.
    Scan,
    /// An index in list order.
    Index,
    /// An index that also forbids a second object with the same value.
    Unique,
}

impl Noun {
    /// The promoted fields, in the order of their columns.
    pub const fn fields(self) -> &'static [Field] {
        use Field as F;
        match self {
            Self::Product => &[F::ProductActive, F::ProductShippable, F::ProductUrl],
            Self::Price => &[
                F::PriceActive,
                F::PriceCurrency,
                F::PriceLookupKey,
                F::PriceProduct,
                F::PriceInterval,
                F::PriceMeter,
                F::PriceUsageType,
            ],
            Self::Event => &[F::EventType],
            Self::ApiKey => &[F::ApiKeyHash],
            Self::Receipt | Self::TaxCode => &[],
        }
    }
}

impl Field {
    /// The noun whose field it is.
    pub const fn noun(self) -> Noun {
        match self {
            Self::ProductActive | Self::ProductShippable | Self::ProductUrl => Noun::Product,
            Self::PriceActive
            | Self::PriceCurrency
            | Self::PriceLookupKey
            | Self::PriceProduct
            | Self::PriceInterval
            | Self::PriceMeter
            | Self::PriceUsageType => Noun::Price,
            Self::EventType => Noun::Event,
            Self::ApiKeyHash => Noun::ApiKey,
        }
    }

    /// Its name among the fields of its noun.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ProductActive | Self::PriceActive => "active",
            Self::ProductShippable => "shippable",
            Self::ProductUrl => "url",
            Self::PriceCurrency => "currency",
            Self::PriceLookupKey => "lookup_key",
            Self::PriceProduct => "product",
            Self::PriceInterval => "recurring_interval",
            Self::PriceMeter => "meter",
            Self::PriceUsageType => "usage_type",
            Self::EventType => "type",
            Self::ApiKeyHash => "hash",
        }
    }

    /// What its values are, where it is set.
    pub const fn field_type(self) -> FieldType {
        match self {
            Self::ProductActive | Self::ProductShippable | Self::PriceActive => FieldType::Flag,
            Self::ProductUrl
            | Self::PriceCurrency
            | Self::PriceLookupKey
            | Self::PriceProduct
            | Self::PriceInterval
            | Self::PriceMeter
            | Self::PriceUsageType
            | Self::EventType
            | Self::ApiKeyHash => FieldType::Text,
        }
    }

    /// How it is found.
    pub const fn lookup(self) -> Lookup {
        match self {
            Self::PriceLookupKey | Self::ApiKeyHash => Lookup::Unique,
            Self::ProductUrl | Self::PriceProduct | Self::PriceMeter | Self::EventType => Lookup::Index,
            Self::ProductActive
            | Self::ProductShippable
            | Self::PriceActive
            | Self::PriceCurrency
            | Self::PriceInterval
            | Self::PriceUsageType => Lookup::Scan,
        }
    }
}

/// What the values of a promoted field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum FieldType {
    Flag,
    Text,
}

/// The value of a promoted field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum Value {
    Null,
    Flag(bool),
    Text(String),
}

impl Value {
    fn text(text: Option<&str>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.to_owned()))
    }
}
