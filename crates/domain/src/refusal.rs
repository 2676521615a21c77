//! Why the domain says no. A refusal is the caller's doing and changes nothing.

use crate::currency::Currency;
use crate::id::{PriceId, ProductId};
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
}

impl Reference {
    /// What kind of object is referred to.
    pub const fn noun(self) -> Noun {
        match self {
            Self::ProductOfPrice => Noun::Product,
            Self::DefaultPrice => Noun::Price,
            Self::TaxCode => Noun::TaxCode,
        }
    }
}
