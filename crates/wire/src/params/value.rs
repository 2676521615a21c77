//! Values as read: within the limits of their [`Kind`](super::Kind).

use super::object::Object;
use std::borrow::Cow;
use std::collections::BTreeMap;
use tollgate_domain::currency::Currency;
use tollgate_domain::id::{
    BillingCustomerId, PriceId, ProductId, SubscriptionId, SubscriptionItemId, TaxCodeId, TestClockId,
};
use tollgate_domain::list::CreatedRange;
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::money::UnitAmount;
use tollgate_domain::package::Hundredths;
use tollgate_domain::quantity::Quantity;

/// One value, by the kind of its parameter.
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// An empty value, where that unsets.
    Unset,
    /// Text, label, id, statement descriptor, address.
    Text(Cow<'a, str>),
    /// A boolean.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// An amount, whole or decimal.
    Amount(UnitAmount),
    /// A length or weight.
    Dimension(Hundredths),
    /// A number of percent.
    Percent(Quantity),
    /// One of the declared words.
    Word(&'static str),
    /// A currency.
    Currency(Currency),
    /// The upper end of a tier.
    UpTo(UpTo),
    /// A range of times.
    Created(CreatedRange),
    /// Nested parameters.
    Object(Object<'a>),
    /// Several values.
    List(Vec<Value<'a>>),
    /// Metadata.
    Metadata(MetadataPatch),
    /// Texts by names.
    Texts(BTreeMap<String, String>),
    /// Nested parameters by currency, in the order sent; nothing where a currency was sent empty.
    Currencies(Vec<(Currency, Option<Object<'a>>)>),
}

impl<'a> Value<'a> {
    pub(super) fn as_object(&self) -> Option<&Object<'a>> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }
}

/// The upper end of a tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpTo {
    /// The last unit in it.
    Unit(u64),
    /// No end.
    Infinity,
}

/// What can be taken out of a [`Value`].
pub trait FromValue<'v>: Sized {
    /// The value, or nothing where it is unset or of another kind.
    fn from_value(value: &'v Value<'_>) -> Option<Self>;
}

impl<'v> FromValue<'v> for &'v str {
    fn from_value(value: &'v Value<'_>) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            Value::Word(word) => Some(word),
            _ => None,
        }
    }
}

impl<'v> FromValue<'v> for String {
    fn from_value(value: &'v Value<'_>) -> Option<Self> {
        <&str>::from_value(value).map(str::to_owned)
    }
}

macro_rules! taken_from {
    ($($type:ty: $variant:ident,)*) => {$(
        impl<'v> FromValue<'v> for $type {
            fn from_value(value: &'v Value<'_>) -> Option<Self> {
                match value {
                    Value::$variant(taken) => Some(taken.clone()),
                    _ => None,
                }
            }
        }
    )*};
}

taken_from! {
    bool: Flag,
    i64: Integer,
    UnitAmount: Amount,
    Hundredths: Dimension,
    Quantity: Percent,
    BTreeMap<String, String>: Texts,
    Currency: Currency,
    UpTo: UpTo,
    CreatedRange: Created,
    MetadataPatch: Metadata,
}

macro_rules! ids {
    ($($id:ty,)*) => {$(
        impl<'v> FromValue<'v> for $id {
            fn from_value(value: &'v Value<'_>) -> Option<Self> {
                <&str>::from_value(value).map(Self::from)
            }
        }
    )*};
}

ids! { BillingCustomerId, PriceId, ProductId, SubscriptionId, SubscriptionItemId, TaxCodeId, TestClockId, }

/// Each element, left out where it is of another kind.
impl<'v, T: FromValue<'v>> FromValue<'v> for Vec<T> {
    fn from_value(value: &'v Value<'_>) -> Option<Self> {
        match value {
            Value::List(values) => Some(values.iter().filter_map(T::from_value).collect()),
            _ => None,
        }
    }
}
