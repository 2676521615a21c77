//! Why the domain says no. A refusal is the caller's doing and changes nothing.

use crate::currency::Currency;
use crate::id::{BonusId, CustomerId, FeatureId, OverrideId, PriceId, ProductId, UsageEventId};
use crate::quantity::Quantity;
use crate::record::Noun;

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
    /// A reason of the access side.
    Access(AccessRefusal),
}

impl From<AccessRefusal> for Refusal {
    fn from(refusal: AccessRefusal) -> Self {
        Self::Access(refusal)
    }
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

/// Who is linked already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkConflict {
    /// The customer, to another customer of Stripe.
    Customer,
    /// The customer of Stripe, to another customer.
    StripeCustomer,
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
}

impl Reference {
    /// What kind of object is referred to.
    pub const fn noun(self) -> Noun {
        match self {
            Self::ProductOfPrice => Noun::Product,
            Self::DefaultPrice => Noun::Price,
            Self::TaxCode => Noun::TaxCode,
            Self::EntitlementFeature => Noun::Feature,
        }
    }
}
