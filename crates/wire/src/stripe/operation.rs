//! Every endpoint, in one table: the server's routes, the context of errors and the published description follow it.

use super::{
    account, billing_customer, coupon, delivery, entitlement, event, feature, meter, meter_event, meter_event_summary,
    plan, price, product, product_feature, promotion_code, source, subscription, subscription_item, tax_code,
    test_clock, webhook_endpoint,
};
use crate::params::Table;
use crate::search;

/// An HTTP method that some endpoint takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum Method {
    Get,
    Post,
    Delete,
}

impl Method {
    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

macro_rules! operations {
    ($($name:ident: $method:ident $path:literal, $params:expr, $summary:literal;)*) => {
        /// An endpoint.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "`summary` says it of each")]
        pub enum Operation { $($name),* }

        impl Operation {
            /// Every endpoint. Paths without placeholders come before those that would match them too.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }

            /// Its method.
            pub const fn method(self) -> Method {
                match self { $(Self::$name => Method::$method),* }
            }

            /// Its path; placeholders are in braces: `/v1/products/{id}`.
            pub const fn path(self) -> &'static str {
                match self { $(Self::$name => $path),* }
            }

            /// The parameters it takes in its query or body.
            pub const fn params(self) -> Table {
                match self { $(Self::$name => $params),* }
            }

            /// What it does.
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$name => $summary),* }
            }
        }
    };
}

operations! {
    ProductSearch: Get "/v1/products/search", search::TABLE, "Search products";
    ProductList: Get "/v1/products", product::LIST, "List all products";
    ProductCreate: Post "/v1/products", product::CREATE, "Create a product";
    ProductRetrieve: Get "/v1/products/{id}", product::RETRIEVE, "Retrieve a product";
    ProductUpdate: Post "/v1/products/{id}", product::UPDATE, "Update a product";
    ProductDelete: Delete "/v1/products/{id}", product::DELETE, "Delete a product";
    ProductFeatureList: Get "/v1/products/{product}/features", product_feature::LIST,
        "List all features attached to a product";
    ProductFeatureCreate: Post "/v1/products/{product}/features", product_feature::CREATE,
        "Attach a feature to a product";
    ProductFeatureRetrieve: Get "/v1/products/{product}/features/{id}", product_feature::RETRIEVE,
        "Retrieve a product_feature";
    ProductFeatureDelete: Delete "/v1/products/{product}/features/{id}", product_feature::DELETE,
        "Remove a feature from a product";
    PriceSearch: Get "/v1/prices/search", search::TABLE, "Search prices";
    PriceList: Get "/v1/prices", price::LIST, "List all prices";
    PriceCreate: Post "/v1/prices", price::CREATE, "Create a price";
    PriceRetrieve: Get "/v1/prices/{price}", price::RETRIEVE, "Retrieve a price";
    PriceUpdate: Post "/v1/prices/{price}", price::UPDATE, "Update a price";
    FeatureList: Get "/v1/entitlements/features", feature::LIST, "List all features";
    FeatureCreate: Post "/v1/entitlements/features", feature::CREATE, "Create a feature";
    FeatureRetrieve: Get "/v1/entitlements/features/{id}", feature::RETRIEVE, "Retrieve a feature";
    FeatureUpdate: Post "/v1/entitlements/features/{id}", feature::UPDATE, "Update a feature";
    AccountRetrieve: Get "/v1/account", account::RETRIEVE, "Retrieve account";
    AccountList: Get "/v1/accounts", account::LIST, "List all connected accounts";
    SourceList: Get "/v1/customers/{id}/sources", source::LIST, "List the payment sources of a customer";
    MeterList: Get "/v1/billing/meters", meter::LIST, "List billing meters";
    MeterCreate: Post "/v1/billing/meters", meter::CREATE, "Create a billing meter";
    MeterRetrieve: Get "/v1/billing/meters/{id}", meter::RETRIEVE, "Retrieve a billing meter";
    MeterUpdate: Post "/v1/billing/meters/{id}", meter::UPDATE, "Update a billing meter";
    MeterDeactivate: Post "/v1/billing/meters/{id}/deactivate", meter::RETRIEVE, "Deactivate a billing meter";
    MeterReactivate: Post "/v1/billing/meters/{id}/reactivate", meter::RETRIEVE, "Reactivate a billing meter";
    MeterEventSummaryList: Get "/v1/billing/meters/{id}/event_summaries", meter_event_summary::LIST,
        "List billing meter event summaries";
    MeterEventCreate: Post "/v1/billing/meter_events", meter_event::CREATE, "Create a billing meter event";
    MeterEventAdjust: Post "/v1/billing/meter_event_adjustments", meter_event::ADJUST,
        "Create a billing meter event adjustment";
    PlanList: Get "/v1/plans", plan::LIST, "List all plans";
    PlanCreate: Post "/v1/plans", plan::CREATE, "Create a plan";
    PlanRetrieve: Get "/v1/plans/{plan}", plan::RETRIEVE, "Retrieve a plan";
    PlanUpdate: Post "/v1/plans/{plan}", plan::UPDATE, "Update a plan";
    PlanDelete: Delete "/v1/plans/{plan}", plan::DELETE, "Delete a plan";
    CouponList: Get "/v1/coupons", coupon::LIST, "List all coupons";
    CouponCreate: Post "/v1/coupons", coupon::CREATE, "Create a coupon";
    CouponRetrieve: Get "/v1/coupons/{coupon}", coupon::RETRIEVE, "Retrieve a coupon";
    CouponUpdate: Post "/v1/coupons/{coupon}", coupon::UPDATE, "Update a coupon";
    CouponDelete: Delete "/v1/coupons/{coupon}", coupon::DELETE, "Delete a coupon";
    PromotionCodeList: Get "/v1/promotion_codes", promotion_code::LIST, "List all promotion codes";
    PromotionCodeCreate: Post "/v1/promotion_codes", promotion_code::CREATE, "Create a promotion code";
    PromotionCodeRetrieve: Get "/v1/promotion_codes/{promotion_code}", promotion_code::RETRIEVE,
        "Retrieve a promotion code";
    PromotionCodeUpdate: Post "/v1/promotion_codes/{promotion_code}", promotion_code::UPDATE,
        "Update a promotion code";
    CustomerSearch: Get "/v1/customers/search", search::TABLE, "Search customers";
    CustomerList: Get "/v1/customers", billing_customer::LIST, "List all customers";
    CustomerCreate: Post "/v1/customers", billing_customer::CREATE, "Create a customer";
    CustomerRetrieve: Get "/v1/customers/{id}", billing_customer::RETRIEVE, "Retrieve a customer";
    CustomerUpdate: Post "/v1/customers/{id}", billing_customer::UPDATE, "Update a customer";
    CustomerDelete: Delete "/v1/customers/{id}", billing_customer::DELETE, "Delete a customer";
    SubscriptionSearch: Get "/v1/subscriptions/search", search::TABLE, "Search subscriptions";
    SubscriptionList: Get "/v1/subscriptions", subscription::LIST, "List subscriptions";
    SubscriptionCreate: Post "/v1/subscriptions", subscription::CREATE, "Create a subscription";
    SubscriptionRetrieve: Get "/v1/subscriptions/{id}", subscription::RETRIEVE, "Retrieve a subscription";
    SubscriptionUpdate: Post "/v1/subscriptions/{id}", subscription::UPDATE, "Update a subscription";
    SubscriptionCancel: Delete "/v1/subscriptions/{id}", subscription::CANCEL, "Cancel a subscription";
    SubscriptionResume: Post "/v1/subscriptions/{id}/resume", subscription::RESUME, "Resume a subscription";
    SubscriptionItemList: Get "/v1/subscription_items", subscription_item::LIST, "List all subscription items";
    SubscriptionItemCreate: Post "/v1/subscription_items", subscription_item::CREATE, "Create a subscription item";
    SubscriptionItemRetrieve: Get "/v1/subscription_items/{item}", subscription_item::RETRIEVE,
        "Retrieve a subscription item";
    SubscriptionItemUpdate: Post "/v1/subscription_items/{item}", subscription_item::UPDATE,
        "Update a subscription item";
    SubscriptionItemDelete: Delete "/v1/subscription_items/{item}", subscription_item::DELETE,
        "Delete a subscription item";
    EventList: Get "/v1/events", event::LIST, "List all events";
    EventRetry: Post "/v1/events/{id}/retry", event::RETRY,
        "Send an event to a webhook endpoint once more (an addition of Tollgate's own)";
    EventRetrieve: Get "/v1/events/{id}", event::RETRIEVE, "Retrieve an event";
    WebhookEndpointList: Get "/v1/webhook_endpoints", webhook_endpoint::LIST, "List all webhook endpoints";
    WebhookEndpointCreate: Post "/v1/webhook_endpoints", webhook_endpoint::CREATE, "Create a webhook endpoint";
    WebhookEndpointRetrieve: Get "/v1/webhook_endpoints/{webhook_endpoint}", webhook_endpoint::RETRIEVE,
        "Retrieve a webhook endpoint";
    WebhookEndpointUpdate: Post "/v1/webhook_endpoints/{webhook_endpoint}", webhook_endpoint::UPDATE,
        "Update a webhook endpoint";
    WebhookEndpointDelete: Delete "/v1/webhook_endpoints/{webhook_endpoint}", webhook_endpoint::DELETE,
        "Delete a webhook endpoint";
    WebhookEndpointRollSecret: Post "/v1/webhook_endpoints/{webhook_endpoint}/roll_secret",
        webhook_endpoint::ROLL_SECRET, "Give a webhook endpoint a new secret (an addition of Tollgate's own)";
    DeliveryList: Get "/v1/webhook_endpoints/{webhook_endpoint}/deliveries", delivery::LIST,
        "List what a webhook endpoint did not receive yet (an addition of Tollgate's own)";
    EntitlementList: Get "/v1/entitlements/active_entitlements", entitlement::LIST, "List all active entitlements";
    EntitlementRetrieve: Get "/v1/entitlements/active_entitlements/{id}", entitlement::RETRIEVE,
        "Retrieve an active entitlement";
    TestClockList: Get "/v1/test_helpers/test_clocks", test_clock::LIST, "List all test clocks";
    TestClockCreate: Post "/v1/test_helpers/test_clocks", test_clock::CREATE, "Create a test clock";
    TestClockRetrieve: Get "/v1/test_helpers/test_clocks/{test_clock}", test_clock::RETRIEVE, "Retrieve a test clock";
    TestClockDelete: Delete "/v1/test_helpers/test_clocks/{test_clock}", test_clock::DELETE, "Delete a test clock";
    TestClockAdvance: Post "/v1/test_helpers/test_clocks/{test_clock}/advance", test_clock::ADVANCE,
        "Advance a test clock";
    TaxCodeList: Get "/v1/tax_codes", tax_code::LIST, "List all tax codes";
    TaxCodeRetrieve: Get "/v1/tax_codes/{id}", tax_code::RETRIEVE, "Retrieve a tax code";
}
