//! What the store does with each noun. What is needed to declare a noun to it is here, in the body of a
//! [record](crate::record), and in a migration of each engine.

use tollgate_domain::record::{Field, Noun};

/// The nouns that have a table, in the order in which tables are locked.
pub(crate) const KEPT: [Noun; 25] = [
    Noun::Product,
    Noun::Price,
    Noun::Event,
    Noun::Receipt,
    Noun::ApiKey,
    Noun::Feature,
    Noun::CustomProduct,
    Noun::Definition,
    Noun::Customer,
    Noun::Assignment,
    Noun::Override,
    Noun::Bonus,
    Noun::Counters,
    Noun::UsageEvent,
    Noun::BillingCustomer,
    Noun::Subscription,
    Noun::SubscriptionItem,
    Noun::Coupon,
    Noun::PromotionCode,
    Noun::Meter,
    Noun::MeterEvent,
    Noun::TestClock,
    Noun::WebhookEndpoint,
    Noun::Delivery,
    Noun::User,
];

/// The table of a noun; none of one that is kept nowhere.
pub(crate) fn table_name(noun: Noun) -> Option<&'static str> {
    match noun {
        Noun::Product => Some("product"),
        Noun::Price => Some("price"),
        Noun::Event => Some("event"),
        Noun::Receipt => Some("receipt"),
        Noun::ApiKey => Some("api_key"),
        Noun::Feature => Some("feature"),
        Noun::CustomProduct => Some("custom_product"),
        Noun::Definition => Some("definition"),
        Noun::Customer => Some("customer"),
        Noun::Assignment => Some("assignment"),
        Noun::Override => Some("overrule"),
        Noun::Bonus => Some("bonus"),
        Noun::Counters => Some("counters"),
        Noun::UsageEvent => Some("usage_event"),
        Noun::BillingCustomer => Some("billing_customer"),
        Noun::Subscription => Some("subscription"),
        Noun::SubscriptionItem => Some("subscription_item"),
        Noun::Coupon => Some("coupon"),
        Noun::PromotionCode => Some("promotion_code"),
        Noun::Meter => Some("meter"),
        Noun::MeterEvent => Some("meter_event"),
        Noun::TestClock => Some("test_clock"),
        Noun::WebhookEndpoint => Some("webhook_endpoint"),
        Noun::Delivery => Some("delivery"),
        Noun::User => Some("dashboard_user"),
        Noun::Entitlement | Noun::EntitlementSummary | Noun::TaxCode | Noun::ProductFeature => None,
    }
}

/// Whether other processes write rows of this noun beside the one that serves a file.
pub(crate) fn is_shared(noun: Noun) -> bool {
    matches!(noun, Noun::ApiKey | Noun::User)
}

/// Whether bodies of this noun are kept in memory: those that are read over and over. API keys never are, since
/// whoever revokes one should not have to wait for that.
pub(crate) fn is_cached(noun: Noun) -> bool {
    matches!(noun, Noun::Product | Noun::Price)
}

/// The field of a noun that texts are sought in so often that its parts have an index.
pub(crate) fn sought(noun: Noun) -> Option<Field> {
    match noun {
        Noun::Customer => Some(Field::CustomerSearch),
        _ => None,
    }
}

/// The index of a noun by the creation of its objects.
#[cfg(test)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CreatedIndex {
    /// In list order.
    Listed,
    /// Across environments, to find those that are old.
    Age,
    /// None: its objects are found by their ids and fields only.
    Missing,
}

/// How objects of this noun are found by their creation.
#[cfg(test)]
pub(crate) fn created_index(noun: Noun) -> CreatedIndex {
    match noun {
        Noun::Product
        | Noun::Price
        | Noun::Event
        | Noun::ApiKey
        | Noun::Customer
        | Noun::BillingCustomer
        | Noun::Subscription
        | Noun::Coupon
        | Noun::PromotionCode
        | Noun::Meter
        | Noun::TestClock
        | Noun::WebhookEndpoint
        | Noun::User => CreatedIndex::Listed,
        Noun::Receipt => CreatedIndex::Age,
        _ => CreatedIndex::Missing,
    }
}
