//! Commands and values in short: what tests ask for, each with nothing but what matters.

use jiff::civil::DateTime;
use tollgate_domain::bonus::CreateBonus;
use tollgate_domain::custom_product::CreateCustomProduct;
use tollgate_domain::customer::WriteCustomer;
use tollgate_domain::definition::{AccessEntry, AskedAccess, DefineAccess};
use tollgate_domain::feature::{CreateFeature, FeatureKind};
use tollgate_domain::metadata::{Metadata, MetadataPatch};
use tollgate_domain::overrule::CreateOverride;
use tollgate_domain::patch::Patch;
use tollgate_domain::quantity::Quantity;
use tollgate_domain::time::Timestamp;
use tollgate_domain::usage::{Consume, SetUsage, Track};
use tollgate_domain::window::{ResetAnchor, ResetInterval, Window};

/// Access that is given to a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gives {
    Nothing,
    On,
    Of(i64),
    Unlimited,
}

impl From<Gives> for AskedAccess {
    fn from(gives: Gives) -> Self {
        let (limit, is_unlimited) = match gives {
            Gives::Nothing | Gives::On => (None, None),
            Gives::Of(number) => (Some(q(number)), None),
            Gives::Unlimited => (None, Some(true)),
        };
        Self { has_access: gives != Gives::Nothing, limit, is_unlimited }
    }
}

fn access_entries(gives: &[(&str, Gives)]) -> Vec<AccessEntry> {
    let entry = |(key, gives): &(&str, Gives)| AccessEntry { feature_key: (*key).to_owned(), access: (*gives).into() };
    gives.iter().map(entry).collect()
}

/// A whole quantity.
pub(crate) fn q(number: i64) -> Quantity {
    Quantity::whole(number)
}

/// A decimal quantity.
pub(crate) fn decimal(text: &str) -> Quantity {
    Quantity::parse(text).unwrap()
}

/// An instant of UTC: a date, or a date and a time.
pub(crate) fn at(text: &str) -> Timestamp {
    let moment = text.parse::<DateTime>().unwrap();
    Timestamp::from_millis(jiff::tz::Offset::UTC.to_timestamp(moment).unwrap().as_millisecond())
}

pub(crate) fn window(start: &str, end: &str) -> Window {
    Window::new(at(start), at(end))
}

/// A limit that is not tracked.
pub(crate) fn limit(key: &str) -> CreateFeature {
    CreateFeature {
        key: key.to_owned(),
        name: key.to_uppercase(),
        description: None,
        kind: FeatureKind::Limit,
        tracks_usage: false,
        interval: ResetInterval::Never,
        anchor: ResetAnchor::Calendar,
        metadata: MetadataPatch::default(),
    }
}

pub(crate) fn custom_product(key: &str, gives: &[(&str, Gives)]) -> CreateCustomProduct {
    CreateCustomProduct {
        name: key.to_owned(),
        key: Some(key.to_owned()),
        metadata: MetadataPatch::default(),
        is_default: false,
        access: access_entries(gives),
    }
}

pub(crate) fn define(product: &str, gives: &[(&str, Gives)]) -> DefineAccess {
    DefineAccess { product_key: product.to_owned(), entries: access_entries(gives), version: None, new_version: false }
}

/// Changes nothing of a customer that is there.
pub(crate) fn write(customer: &str) -> WriteCustomer {
    WriteCustomer {
        id: customer.into(),
        create: false,
        name: Patch::Keep,
        email: Patch::Keep,
        usage_started: Patch::Keep,
        product_keys: None,
    }
}

pub(crate) fn assign(customer: &str, keys: &[&str]) -> WriteCustomer {
    let keys = keys.iter().map(|key| (*key).to_owned()).collect();
    WriteCustomer { create: true, product_keys: Some(keys), ..write(customer) }
}

pub(crate) fn overrule(customer: &str, feature: &str, gives: Gives) -> CreateOverride {
    CreateOverride {
        customer: customer.into(),
        feature_key: feature.to_owned(),
        access: gives.into(),
        reason: None,
        expires: None,
    }
}

pub(crate) fn bonus(customer: &str, feature: &str, amount: i64) -> CreateBonus {
    CreateBonus {
        customer: customer.into(),
        feature_key: feature.to_owned(),
        amount: q(amount),
        expires: None,
        reason: None,
        metadata: MetadataPatch::default(),
    }
}

pub(crate) fn track(customer: &str, feature: &str, amount: i64) -> Track {
    Track {
        customer: customer.into(),
        feature_key: feature.to_owned(),
        amount: q(amount),
        key: None,
        occurred: None,
        metadata: Metadata::new(),
    }
}

pub(crate) fn keyed(customer: &str, feature: &str, amount: i64, key: &str) -> Track {
    Track { key: Some(key.to_owned()), ..track(customer, feature, amount) }
}

pub(crate) fn set(customer: &str, feature: &str, used: i64) -> SetUsage {
    SetUsage {
        customer: customer.into(),
        feature_key: feature.to_owned(),
        used: q(used),
        key: None,
        metadata: Metadata::new(),
    }
}

pub(crate) fn consume(customer: &str, feature: &str, amount: i64) -> Consume {
    Consume {
        customer: customer.into(),
        feature_key: feature.to_owned(),
        amount: q(amount),
        key: None,
        metadata: Metadata::new(),
    }
}
