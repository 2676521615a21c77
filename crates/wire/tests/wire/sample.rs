//! Objects to show.

use std::collections::BTreeMap;
use tollgate_domain::currency::Currency;
use tollgate_domain::feature::{Archived, Feature, FeatureKind};
use tollgate_domain::money::UnitAmount;
use tollgate_domain::price::{Charge, Interval, Price, Recurring, TaxBehavior, UsageType};
use tollgate_domain::product::{Product, ProductKind};
use tollgate_domain::time::Timestamp;
use tollgate_domain::window::{ResetAnchor, ResetInterval};

/// The product of the seed's page.
pub(crate) fn gold_plan() -> Product {
    Product {
        id: "prod_NWjs8kKbJWmuuc".into(),
        key: "gold_plan".into(),
        name: "Gold Plan".into(),
        active: true,
        created: Timestamp::from_seconds(1_678_833_149),
        updated: Timestamp::from_seconds(1_678_833_149),
        default_price: None,
        description: None,
        images: Vec::new(),
        marketing_features: Vec::new(),
        metadata: BTreeMap::new(),
        package_dimensions: None,
        shippable: None,
        statement_descriptor: None,
        tax_code: None,
        performance_location: None,
        unit_label: None,
        url: None,
        kind: ProductKind::Service,
    }
}

pub(crate) fn currency(code: &str) -> Currency {
    Currency::from_code(code).unwrap()
}

pub(crate) fn amount(text: &str) -> UnitAmount {
    UnitAmount::parse(text).unwrap()
}

pub(crate) fn monthly() -> Recurring {
    Recurring {
        interval: Interval::Month,
        interval_count: 1,
        usage_type: UsageType::Licensed,
        meter: None,
        trial_period_days: None,
    }
}

/// Twenty dollars a month for the Gold Plan.
pub(crate) fn gold_price() -> Price {
    Price {
        id: "price_1".into(),
        product: gold_plan().id,
        active: true,
        created: Timestamp::from_seconds(1_678_833_149),
        currency: currency("usd"),
        charge: Charge::PerUnit(amount("2000")),
        currency_options: BTreeMap::new(),
        lookup_key: None,
        metadata: BTreeMap::new(),
        nickname: None,
        recurring: Some(monthly()),
        tax_behavior: TaxBehavior::Unspecified,
        transform_quantity: None,
    }
}

/// A boolean feature whose id is its key after `feat_`.
pub(crate) fn feature(key: &str, created: i64) -> Feature {
    Feature {
        id: format!("feat_{key}").into(),
        key: key.to_owned(),
        name: key.to_uppercase(),
        description: None,
        kind: FeatureKind::Boolean,
        tracks_usage: false,
        interval: ResetInterval::Never,
        anchor: ResetAnchor::Calendar,
        archived: None,
        metadata: BTreeMap::new(),
        created: Timestamp::from_seconds(created),
    }
}

/// The same, archived.
pub(crate) fn archived(feature: Feature) -> Feature {
    Feature { archived: Some(Archived { at: feature.created, reason: Some("old".into()) }), ..feature }
}
