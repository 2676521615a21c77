//! Why the domain says no. A refusal is the caller's doing and changes nothing.

use crate::currency::Currency;
use crate::id::{
    BonusId, CouponId, CustomerId, FeatureId, OverrideId, PriceId, ProductId, UsageEventId, WebhookEndpointId,
};
use crate::quantity::Quantity;
use crate::record::Noun;
use crate::subscription::SubscriptionRefusal;
use crate::test_clock::TestClockRefusal;
use crate::time::Timestamp;

/// A reason, with the data to word it; the sentences are each dialect's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The object that the request is about does not exist.
    NoSubject {
        /// What kind of object.
        noun: Noun,
        /// The id as asked for.
        id: String,
    },
    /// An object that a parameter names does not exist.
    NoReference {
        /// What is referred to.
        reference: Reference,
        /// The id as given.
        id: String,
    },
    /// A product with the chosen id exists.
    ProductExists(ProductId),
    /// A product that has, or had, prices cannot be deleted.
    ProductHasPrices(ProductId),
    /// Another price holds the lookup key and no transfer was asked for.
    LookupKeyTaken {
        /// Who holds it.
        holder: PriceId,
    },
    /// A product's default price must be one of its own.
    DefaultPriceOfAnotherProduct {
        /// The price that was to be the default.
        price: PriceId,
        /// The product it belongs to.
        owner: ProductId,
    },
    /// A product's default price must be active.
    DefaultPriceInactive(PriceId),
    /// A price that is its product's default cannot be archived.
    PriceIsDefault(PriceId),
    /// `inclusive` or `exclusive`, once said, stays.
    TaxBehaviorFixed {
        /// The currency option concerned; nothing for the price's own tax behavior.
        option: Option<Currency>,
    },
    /// A currency option for the currency that the price itself is in.
    OptionInOwnCurrency(Currency),
    /// A currency option that charges in another way than its price (tiers beside a unit amount, say).
    OptionChargesOtherwise(Currency),
    /// A new currency option without an amount.
    OptionWithoutAmount(Currency),
    /// More metadata pairs than one object holds, after the merge.
    TooManyMetadataKeys {
        /// How many there would be.
        count: usize,
    },
    /// A time that must lie ahead does not.
    TimeInPast {
        /// What it was to be.
        field: &'static str,
        /// The time.
        at: Timestamp,
    },
    /// A time lies further ahead than it may: five years.
    TimeTooFar {
        /// What it was to be.
        field: &'static str,
    },
    /// [`CUSTOMERS_MAX`](crate::test_clock::CUSTOMERS_MAX) is reached.
    TestClockFull,
    /// A test clock cannot be moved so.
    TestClock(TestClockRefusal),
    /// A reason of coupons and promotion codes.
    Offer(OfferRefusal),
    /// A reason of plans.
    Plan(PlanRefusal),
    /// A reason of meters.
    Meter(MeterRefusal),
    /// [`ENDPOINTS_MAX`](crate::webhook::endpoint::ENDPOINTS_MAX) is reached.
    TooManyWebhookEndpoints,
    /// Nothing is sent to a disabled webhook endpoint.
    WebhookEndpointDisabled(WebhookEndpointId),
    /// A reason of the access side.
    Access(AccessRefusal),
    /// A reason of subscriptions.
    Subscription(Box<SubscriptionRefusal>),
}

impl From<AccessRefusal> for Refusal {
    fn from(refusal: AccessRefusal) -> Self {
        Self::Access(refusal)
    }
}

impl From<OfferRefusal> for Refusal {
    fn from(refusal: OfferRefusal) -> Self {
        Self::Offer(refusal)
    }
}

/// Why meters say no.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "fields are what they are called")]
pub enum MeterRefusal {
    /// Another active meter takes events of this name.
    NameTaken { event_name: String },
    /// No active meter takes events of this name.
    NoMeter { event_name: String },
    /// There is an event with this identifier.
    IdentifierTaken { identifier: String },
    /// The usage lies too long ago, or ahead.
    BadInstant,
    /// There is no event of this identifier and name.
    NoEvent { identifier: String },
    /// The event is too old to be cancelled.
    TooLate { identifier: String },
}

impl From<MeterRefusal> for Refusal {
    fn from(refusal: MeterRefusal) -> Self {
        Self::Meter(refusal)
    }
}

/// Why plans say no, where prices would not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanRefusal {
    /// A price with the chosen id exists.
    Exists(PriceId),
    /// The default price of a product is not deleted, and stays with its product.
    IsDefault(PriceId),
    /// A price that subscriptions have, or had, is not deleted, and stays with its product.
    InUse(PriceId),
}

impl From<PlanRefusal> for Refusal {
    fn from(refusal: PlanRefusal) -> Self {
        Self::Plan(refusal)
    }
}

/// Why coupons and promotion codes say no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferRefusal {
    /// A coupon with the chosen id exists.
    CouponExists(CouponId),
    /// An amount of a coupon for the currency that the coupon itself is in, and another than its own.
    OptionInOwnCurrency(Currency),
    /// Amounts in other currencies for a coupon that takes off percents.
    TakesPercent,
    /// Another active promotion code has the code.
    CodeTaken {
        /// The code.
        code: String,
    },
    /// A promotion code that would end after its coupon.
    OutlivesCoupon,
    /// A promotion code for more redemptions than its coupon is for.
    OutnumbersCoupon,
    /// A promotion code that cannot be redeemed cannot be made active again.
    NotRedeemable,
    /// A minimum amount in another currency for a promotion code without a minimum amount.
    NoMinimum,
    /// A minimum amount for the currency that the promotion code's own is in, and another than that.
    MinimumInOwnCurrency(Currency),
}

/// Why access, usage and what they rest on say no.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "fields are what they are called")]
pub enum AccessRefusal {
    /// There is no such customer.
    NoCustomer { id: CustomerId },
    /// There is no feature with this key.
    NoFeature { key: String },
    /// There is no product with this key.
    NoProduct { key: String },
    /// The product has no such version. The field says which parameter named it, where it was not `version`.
    NoVersion { version: u32, field: Option<&'static str> },
    /// There is no such bonus.
    NoBonus { id: BonusId },
    /// There is no such override.
    NoOverride { id: OverrideId },
    /// There is no such usage event.
    NoEvent { id: UsageEventId },
    /// The key that was chosen is in use.
    KeyTaken(Taken),
    /// Another event of the same customer and feature has the key.
    EventKeyTaken,
    /// The feature is archived.
    FeatureArchived,
    /// The product follows Stripe in what was to be changed.
    StripeManaged,
    /// A product with this key, at this place of a list, cannot be assigned.
    NotAssignable { index: usize, key: String },
    /// There is no product with this key, at this place of a list.
    UnknownProductKey { index: usize, key: String },
    /// The product cannot be the default, or not what was asked beside.
    DefaultProduct(DefaultConflict),
    /// The default product has one version.
    DefaultHasOneVersion,
    /// The access that was asked for does not fit the feature; of this entry, where there is a list.
    BadAccess { entry: Option<usize>, fault: AccessFault },
    /// The product grants the feature already.
    AlreadyAttached,
    /// Usage of the feature is not counted here.
    NotTracked,
    /// An instant that events cannot lie at.
    BadInstant { field: &'static str },
    /// The total would be too large to hold.
    TotalTooLarge,
    /// More of the bonus was burnt than the change leaves.
    BonusConsumed { burnt: Quantity },
    /// A customer of Stripe is deleted in Stripe.
    StripeCustomer,
    /// One of the two is linked to another already.
    Linked(LinkConflict),
    /// What was to be subscribed to cannot be.
    NotForSale(CheckoutFault),
    /// There is no such page, or not any more.
    NoSession,
    /// [`FEATURES_MAX`](crate::feature::FEATURES_MAX) is reached.
    TooManyFeatures,
    /// [`CUSTOM_PRODUCTS_MAX`](crate::custom_product::CUSTOM_PRODUCTS_MAX) is reached.
    TooManyCustomProducts,
    /// [`VERSIONS_MAX`](crate::definition::VERSIONS_MAX) is reached.
    TooManyVersions,
}

/// Who has a key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum Taken {
    Feature(FeatureId),
    Product,
}

/// Why a product cannot be the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum DefaultConflict {
    IsAssigned,
    HasVersions,
    Archived,
}

/// Who is linked already, or what else stands between two customers and a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkConflict {
    /// The customer, to another customer of Stripe.
    Customer,
    /// The customer of Stripe, to another customer.
    StripeCustomer,
    /// Neither; but there are more usage events to be moved than one step moves.
    TooMuchUsage,
}

/// Why a product or price cannot be subscribed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutFault {
    /// The product is a custom one.
    CustomProduct,
    /// The product is archived.
    ProductInactive,
    /// The product has no default price, and no other was named.
    NoDefaultPrice,
    /// There is no such price.
    NoPrice,
    /// The price is that of another product.
    PriceOfAnother,
    /// The price is archived.
    PriceInactive,
    /// The price is charged once.
    PriceIsOneTime,
}

/// Why access does not fit its feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessFault {
    /// There is no such feature.
    NoFeature,
    /// The feature is archived.
    Archived,
    /// A boolean feature has no limit.
    LimitOfBoolean,
    /// A boolean feature is never unlimited.
    UnlimitedBoolean,
    /// Access to a limit is a number or unlimited.
    NoLimit,
}

impl Refusal {
    /// The object that does not exist, where that is the reason.
    pub fn missing(&self) -> Option<(Noun, &str)> {
        match self {
            Self::NoSubject { noun, id } => Some((*noun, id)),
            Self::NoReference { reference, id } => Some((reference.noun(), id)),
            Self::Subscription(refusal) => refusal.missing(),
            _ => None,
        }
    }
}

/// A place in a command that refers to another object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// The product a price is made for.
    ProductOfPrice,
    /// The price a product has as its default.
    DefaultPrice,
    /// The tax code of a product.
    TaxCode,
    /// The feature that a product is to grant.
    EntitlementFeature,
    /// A product, at this place of a list, that a coupon is limited to.
    ProductOfCoupon(usize),
    /// Where an event is to be sent once more.
    WebhookEndpoint,
    /// The coupon of a promotion code.
    CouponOfPromotionCode,
    /// The customer that the parameter `customer` names.
    NamedCustomer,
    /// A customer that the path of a change names, and that was deleted.
    DeletedCustomer,
    /// Whose time is to hold for a customer.
    TestClock,
    /// Whose entitlements are asked for.
    EntitledCustomer,
}

impl Reference {
    /// What kind of object is referred to.
    pub const fn noun(self) -> Noun {
        match self {
            Self::ProductOfPrice | Self::ProductOfCoupon(_) => Noun::Product,
            Self::DefaultPrice => Noun::Price,
            Self::TaxCode => Noun::TaxCode,
            Self::EntitlementFeature => Noun::Feature,
            Self::CouponOfPromotionCode => Noun::Coupon,
            Self::NamedCustomer | Self::DeletedCustomer | Self::EntitledCustomer => Noun::BillingCustomer,
            Self::TestClock => Noun::TestClock,
            Self::WebhookEndpoint => Noun::WebhookEndpoint,
        }
    }
}
