//! What is kept: one record per object, and the few of its fields that can be looked up or filtered by.
//!
//! An engine stores a record as an id, a creation time, the promoted fields of [`Noun::fields`], and a body. A new
//! noun or field is declared here once; both engines and the model follow.

use crate::api_key::ApiKey;
use crate::billing_customer::BillingCustomer;
use crate::bonus::Bonus;
use crate::coupon::Coupon;
use crate::custom_product::CustomProduct;
use crate::customer::{Assignment, Customer};
use crate::definition::Definition;
use crate::entitlement::EntitlementSummary;
use crate::event::Event;
use crate::feature::Feature;
use crate::id::{BillingCustomerId, TestClockId};
use crate::idempotency::Receipt;
use crate::meter::{Meter, MeterEvent};
use crate::overrule::Override;
use crate::price::Price;
use crate::product::Product;
use crate::promotion_code::{self, PromotionCode};
use crate::subscription::{Subscription, SubscriptionItem};
use crate::test_clock::TestClock;
use crate::time::Timestamp;
use crate::usage::{self, Counters, UsageEvent};
use crate::user::User;
use crate::webhook::{Delivery, WebhookEndpoint};
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
    Feature,
    CustomProduct,
    /// What a version of a product grants.
    Definition,
    Customer,
    /// That a customer has a custom product.
    Assignment,
    Override,
    Bonus,
    /// What the usage of a customer sums to.
    Counters,
    UsageEvent,
    /// A customer as one that is billed: what the Stripe dialect calls a customer.
    BillingCustomer,
    Subscription,
    /// An item of a subscription as what it gives: a product, at a version, so many times.
    SubscriptionItem,
    Coupon,
    PromotionCode,
    Meter,
    MeterEvent,
    TestClock,
    WebhookEndpoint,
    /// That an event is to be sent to a webhook endpoint.
    Delivery,
    /// A person who uses the dashboard.
    User,
    /// That a customer has a feature by a subscription; kept nowhere.
    Entitlement,
    /// What a customer is entitled to, as events tell of it; kept nowhere else.
    EntitlementSummary,
    /// A fixed list; kept nowhere.
    TaxCode,
    /// A part of a definition; kept there.
    ProductFeature,
}

impl Noun {
    /// What people call one of it.
    pub const fn singular(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Price => "price",
            Self::Event => "event",
            Self::Receipt => "idempotency key",
            Self::ApiKey => "API key",
            Self::Feature => "feature",
            Self::CustomProduct => "custom product",
            Self::Definition => "product version",
            Self::Customer | Self::BillingCustomer => "customer",
            Self::Assignment => "assignment",
            Self::Override => "override",
            Self::Bonus => "bonus",
            Self::Counters => "usage",
            Self::UsageEvent => "usage event",
            Self::Subscription => "subscription",
            Self::SubscriptionItem => "subscription item",
            Self::Coupon => "coupon",
            Self::PromotionCode => "promotion code",
            Self::Meter => "meter",
            Self::MeterEvent => "meter event",
            Self::TestClock => "test clock",
            Self::WebhookEndpoint => "webhook endpoint",
            Self::Delivery => "delivery",
            Self::User => "user",
            Self::Entitlement => "active entitlement",
            Self::EntitlementSummary => "entitlement summary",
            Self::TaxCode => "tax code",
            Self::ProductFeature => "product feature",
        }
    }
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
    Feature(Arc<Feature>),
    CustomProduct(Arc<CustomProduct>),
    Definition(Arc<Definition>),
    Customer(Arc<Customer>),
    Assignment(Arc<Assignment>),
    Override(Arc<Override>),
    Bonus(Arc<Bonus>),
    Counters(Arc<Counters>),
    UsageEvent(Arc<UsageEvent>),
    BillingCustomer(Arc<BillingCustomer>),
    Subscription(Arc<Subscription>),
    SubscriptionItem(Arc<SubscriptionItem>),
    Coupon(Arc<Coupon>),
    PromotionCode(Arc<PromotionCode>),
    Meter(Arc<Meter>),
    MeterEvent(Arc<MeterEvent>),
    TestClock(Arc<TestClock>),
    WebhookEndpoint(Arc<WebhookEndpoint>),
    Delivery(Arc<Delivery>),
    User(Arc<User>),
    EntitlementSummary(Arc<EntitlementSummary>),
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
            Self::Feature(_) => Noun::Feature,
            Self::CustomProduct(_) => Noun::CustomProduct,
            Self::Definition(_) => Noun::Definition,
            Self::Customer(_) => Noun::Customer,
            Self::Assignment(_) => Noun::Assignment,
            Self::Override(_) => Noun::Override,
            Self::Bonus(_) => Noun::Bonus,
            Self::Counters(_) => Noun::Counters,
            Self::UsageEvent(_) => Noun::UsageEvent,
            Self::BillingCustomer(_) => Noun::BillingCustomer,
            Self::Subscription(_) => Noun::Subscription,
            Self::SubscriptionItem(_) => Noun::SubscriptionItem,
            Self::Coupon(_) => Noun::Coupon,
            Self::PromotionCode(_) => Noun::PromotionCode,
            Self::Meter(_) => Noun::Meter,
            Self::MeterEvent(_) => Noun::MeterEvent,
            Self::TestClock(_) => Noun::TestClock,
            Self::WebhookEndpoint(_) => Noun::WebhookEndpoint,
            Self::Delivery(_) => Noun::Delivery,
            Self::User(_) => Noun::User,
            Self::EntitlementSummary(_) => Noun::EntitlementSummary,
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
            Self::Feature(feature) => feature.id.as_str(),
            Self::CustomProduct(product) => product.id.as_str(),
            Self::Definition(definition) => &definition.id,
            Self::Customer(customer) => customer.id.as_str(),
            Self::Assignment(assignment) => &assignment.id,
            Self::Override(overrule) => overrule.id.as_str(),
            Self::Bonus(bonus) => bonus.id.as_str(),
            Self::Counters(counters) => counters.customer.as_str(),
            Self::UsageEvent(event) => event.id.as_str(),
            Self::BillingCustomer(customer) => customer.id.as_str(),
            Self::Subscription(subscription) => subscription.id.as_str(),
            Self::SubscriptionItem(item) => item.id.as_str(),
            Self::Coupon(coupon) => coupon.id.as_str(),
            Self::PromotionCode(code) => code.id.as_str(),
            Self::Meter(meter) => meter.id.as_str(),
            Self::MeterEvent(event) => event.id.as_str(),
            Self::TestClock(clock) => clock.id.as_str(),
            Self::WebhookEndpoint(endpoint) => endpoint.id.as_str(),
            Self::Delivery(delivery) => delivery.id.as_str(),
            Self::User(user) => user.id.as_str(),
            Self::EntitlementSummary(summary) => summary.customer.as_str(),
        }
    }

    /// When it was created; of a usage event, when the usage occurred.
    pub fn created(&self) -> Timestamp {
        match self {
            Self::Product(product) => product.created,
            Self::Price(price) => price.created,
            Self::Event(event) => event.created,
            Self::Receipt(receipt) => receipt.created,
            Self::ApiKey(key) => key.created,
            Self::Feature(feature) => feature.created,
            Self::CustomProduct(product) => product.created,
            Self::Definition(definition) => definition.created,
            Self::Customer(customer) => customer.created,
            Self::Assignment(assignment) => assignment.created,
            Self::Override(overrule) => overrule.created,
            Self::Bonus(bonus) => bonus.created,
            Self::Counters(counters) => counters.created,
            Self::UsageEvent(event) => event.occurred,
            Self::BillingCustomer(customer) => customer.created,
            Self::Subscription(subscription) => subscription.created,
            Self::SubscriptionItem(item) => item.created,
            Self::Coupon(coupon) => coupon.created,
            Self::PromotionCode(code) => code.created,
            Self::Meter(meter) => meter.created,
            Self::MeterEvent(event) => event.created,
            Self::TestClock(clock) => clock.created,
            Self::WebhookEndpoint(endpoint) => endpoint.created,
            Self::Delivery(delivery) => delivery.created,
            Self::User(user) => user.created,
            Self::EntitlementSummary(summary) => summary.created,
        }
    }

    /// A promoted field; [`Value::Null`] where it is unset or the noun has no such field.
    pub fn value(&self, field: Field) -> Value {
        match self {
            Self::Product(product) => match field {
                Field::ProductActive => Value::Flag(product.active),
                Field::ProductShippable => product.shippable.map_or(Value::Null, Value::Flag),
                Field::ProductUrl => Value::text(product.url.as_deref()),
                Field::ProductKey => Value::text(Some(&product.key)),
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
                Field::EventType => Value::Text(event.name()),
                _ => Value::Null,
            },
            Self::ApiKey(key) => match field {
                Field::ApiKeyHash => Value::text(Some(&key.hash)),
                _ => Value::Null,
            },
            Self::Customer(customer) => match field {
                Field::CustomerStripe => Value::text(customer.stripe_customer.as_deref()),
                Field::CustomerSearch => Value::Text(customer.search_text()),
                _ => Value::Null,
            },
            Self::Assignment(assignment) => match field {
                Field::AssignmentCustomer => Value::text(Some(assignment.customer.as_str())),
                Field::AssignmentProduct => Value::text(Some(assignment.product.as_str())),
                Field::AssignmentVersion => {
                    Value::Text(Assignment::version_name(&assignment.product, assignment.version))
                }
                _ => Value::Null,
            },
            Self::Override(overrule) => match field {
                Field::OverrideCustomer => Value::text(Some(overrule.customer.as_str())),
                _ => Value::Null,
            },
            Self::Bonus(bonus) => match field {
                Field::BonusCustomer => Value::text(Some(bonus.customer.as_str())),
                _ => Value::Null,
            },
            Self::UsageEvent(event) => match field {
                Field::UsageSubject => Value::Text(usage::subject(&event.feature, &event.customer)),
                Field::UsageKey => match &event.key {
                    Some(key) => Value::Text(usage::key_name(&event.feature, &event.customer, key)),
                    None => Value::Null,
                },
                _ => Value::Null,
            },
            _ => self.billing_value(field),
        }
    }

    /// The same of what is billed, and of webhooks.
    fn billing_value(&self, field: Field) -> Value {
        match self {
            Self::BillingCustomer(customer) => match field {
                Field::BillingCustomerEmail => Value::text(customer.email.as_deref()),
                Field::BillingCustomerClock => Value::text(customer.test_clock.as_ref().map(TestClockId::as_str)),
                Field::BillingCustomerDeleted => Value::Flag(customer.deleted),
                _ => Value::Null,
            },
            Self::Subscription(subscription) => match field {
                Field::SubscriptionCustomer => Value::text(Some(subscription.customer.as_str())),
                Field::SubscriptionStatus => Value::text(Some(subscription.status.as_str())),
                Field::SubscriptionCollection => Value::text(Some(subscription.collection.as_str())),
                Field::SubscriptionClock => Value::text(subscription.test_clock.as_ref().map(TestClockId::as_str)),
                // Those of a clock are not due at any time of the day.
                Field::SubscriptionDue if subscription.test_clock.is_none() => Value::due(subscription.due()),
                _ => Value::Null,
            },
            Self::SubscriptionItem(item) => match (field, &item.holder) {
                (Field::ItemPrice, _) => Value::text(Some(item.price.as_str())),
                (Field::ItemProduct, Some(_)) => Value::text(Some(item.product.as_str())),
                (Field::ItemVersion, Some(_)) => {
                    Value::Text(SubscriptionItem::version_name(&item.product, item.version))
                }
                _ => Value::Null,
            },
            Self::PromotionCode(code) => match field {
                Field::PromotionCodeHeld if code.active => Value::Text(promotion_code::held(&code.code)),
                Field::PromotionCodeText => Value::Text(promotion_code::held(&code.code)),
                Field::PromotionCodeCoupon => Value::text(Some(code.coupon.as_str())),
                Field::PromotionCodeCustomer => Value::text(code.customer.as_ref().map(BillingCustomerId::as_str)),
                Field::PromotionCodeActive => Value::Flag(code.active),
                _ => Value::Null,
            },
            Self::Meter(meter) => match field {
                Field::MeterHeld if meter.deactivated.is_none() => Value::text(Some(&meter.event_name)),
                Field::MeterActive => Value::Flag(meter.deactivated.is_none()),
                _ => Value::Null,
            },
            Self::MeterEvent(event) => match field {
                Field::MeterEventIdentifier => Value::text(Some(&event.identifier)),
                Field::MeterEventSubject => match &event.counted {
                    Some(counted) => Value::Text(MeterEvent::subject(&event.meter, &counted.customer)),
                    None => Value::Null,
                },
                _ => Value::Null,
            },
            Self::TestClock(clock) => match field {
                Field::TestClockDue => Value::due(Some(clock.due())),
                _ => Value::Null,
            },
            Self::Delivery(delivery) => match field {
                Field::DeliveryQueue => Value::due_of(delivery.endpoint.as_str(), delivery.due),
                Field::DeliveryStatus => Value::text(Some(delivery.status.as_str())),
                Field::DeliveryEvent => Value::text(Some(delivery.event.as_str())),
                Field::DeliveryEndpoint => Value::text(Some(delivery.endpoint.as_str())),
                _ => Value::Null,
            },
            Self::User(user) => match field {
                Field::UserEmail => Value::text(Some(&user.email)),
                _ => Value::Null,
            },
            _ => Value::Null,
        }
    }
}

/// What there is to know of a field.
struct About {
    noun: Noun,
    name: &'static str,
    field_type: FieldType,
    lookup: Lookup,
}

/// The promoted fields of each noun, in the order of their columns: the name among the fields of the noun, what its
/// values are where it is set, and how it is found.
macro_rules! fields {
    ($($noun:ident { $($(#[$doc:meta])* $field:ident = $name:literal, $type:ident, $lookup:ident;)* })*) => {
        /// A field that records can be looked up or filtered by.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "noun and field are what the variants are called")]
        pub enum Field {
            $($($(#[$doc])* $field,)*)*
        }

        impl Field {
            const fn about(self) -> About {
                match self {
                    $($(Self::$field => About {
                        noun: Noun::$noun,
                        name: $name,
                        field_type: FieldType::$type,
                        lookup: Lookup::$lookup,
                    },)*)*
                }
            }
        }

        impl Noun {
            /// The promoted fields, in the order of their columns.
            pub const fn fields(self) -> &'static [Field] {
                match self {
                    $(Self::$noun => &[$(Field::$field),*],)*
                    _ => &[],
                }
            }
        }
    };
}

fields! {
    Product {
        ProductActive = "active", Flag, Scan;
        ProductShippable = "shippable", Flag, Scan;
        ProductUrl = "url", Text, Index;
        /// What the PriceOS dialect calls it.
        ProductKey = "key", Text, Unique;
    }
    Price {
        PriceActive = "active", Flag, Scan;
        PriceCurrency = "currency", Text, Scan;
        /// No two prices of one environment have the same.
        PriceLookupKey = "lookup_key", Text, Unique;
        PriceProduct = "product", Text, Index;
        /// Set for recurring prices only, so that its absence means one-time.
        PriceInterval = "recurring_interval", Text, Scan;
        PriceMeter = "meter", Text, Index;
        PriceUsageType = "usage_type", Text, Scan;
    }
    Event {
        EventType = "type", Text, Index;
    }
    ApiKey {
        ApiKeyHash = "hash", Text, Unique;
    }
    Customer {
        CustomerStripe = "stripe_customer", Text, Unique;
        /// What a search looks for parts of.
        CustomerSearch = "search", Text, Scan;
    }
    Assignment {
        AssignmentCustomer = "customer", Text, Index;
        AssignmentProduct = "product", Text, Index;
        /// The product together with the version.
        AssignmentVersion = "product_version", Text, Index;
    }
    Override {
        OverrideCustomer = "customer", Text, Index;
    }
    Bonus {
        BonusCustomer = "customer", Text, Index;
    }
    UsageEvent {
        /// The customer together with the feature.
        UsageSubject = "subject", Text, Index;
        /// The subject together with the event's key.
        UsageKey = "key", Text, Unique;
    }
    BillingCustomer {
        BillingCustomerEmail = "email", Text, Index;
        BillingCustomerClock = "test_clock", Text, Index;
        BillingCustomerDeleted = "deleted", Flag, Scan;
    }
    Subscription {
        SubscriptionCustomer = "customer", Text, Index;
        SubscriptionStatus = "status", Text, Scan;
        SubscriptionCollection = "collection", Text, Scan;
        SubscriptionClock = "test_clock", Text, Index;
        /// When time changes it next, as [`Value::due`] writes it; not set where a test clock tells the time.
        SubscriptionDue = "due", Text, Index;
    }
    SubscriptionItem {
        ItemPrice = "price", Text, Index;
        /// What somebody has; set while the subscription counts, as the version.
        ItemProduct = "product", Text, Index;
        ItemVersion = "product_version", Text, Index;
    }
    PromotionCode {
        /// The code in lower case, while it is active.
        PromotionCodeHeld = "held", Text, Unique;
        /// The code in lower case.
        PromotionCodeText = "code", Text, Index;
        PromotionCodeCoupon = "coupon", Text, Index;
        PromotionCodeCustomer = "customer", Text, Index;
        PromotionCodeActive = "active", Flag, Scan;
    }
    Meter {
        /// The name of its events, while it is active.
        MeterHeld = "held", Text, Unique;
        MeterActive = "active", Flag, Scan;
    }
    MeterEvent {
        MeterEventIdentifier = "identifier", Text, Unique;
        /// The meter together with the customer, while the event counts.
        MeterEventSubject = "subject", Text, Index;
    }
    TestClock {
        /// When time changes it next, as [`Value::due`] writes it: always, while it advances.
        TestClockDue = "due", Text, Index;
    }
    Delivery {
        /// Its endpoint and when it is due, as [`Value::due_of`] writes it.
        DeliveryQueue = "queue", Text, Index;
        DeliveryEvent = "event", Text, Index;
        DeliveryEndpoint = "endpoint", Text, Index;
        DeliveryStatus = "status", Text, Scan;
    }
    User {
        UserEmail = "email", Text, Unique;
    }
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

impl Field {
    /// The noun whose field it is.
    pub const fn noun(self) -> Noun {
        self.about().noun
    }

    /// Its name among the fields of its noun.
    pub const fn name(self) -> &'static str {
        self.about().name
    }

    /// What its values are, where it is set.
    pub const fn field_type(self) -> FieldType {
        self.about().field_type
    }

    /// How it is found.
    pub const fn lookup(self) -> Lookup {
        self.about().lookup
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
    /// An instant as text that sorts by time: its milliseconds in fifteen digits.
    pub fn due(instant: Option<Timestamp>) -> Self {
        instant.map_or(Self::Null, |instant| Self::Text(format!("{:015}", instant.millis().max(0))))
    }

    /// The same behind the id of whose queue it stands in.
    pub fn due_of(owner: &str, instant: Timestamp) -> Self {
        Self::Text(format!("{owner} {:015}", instant.millis().max(0)))
    }

    fn text(text: Option<&str>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.to_owned()))
    }
}
