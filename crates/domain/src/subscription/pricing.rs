//! What the items of a subscription cost: which prices it may have, and beside which others.

use super::refusal::{Place, SubscriptionRefusal as No};
use super::{BillingMode, Cadence, ITEMS_MAX, Item, Period};
use crate::command::{Changes, Cx, Stop};
use crate::currency::Currency;
use crate::definition::ProductRef;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{PriceId, ProductId};
use crate::metadata::{Metadata, MetadataPatch};
use crate::price::{NewPrice, Price, Recurring, UsageType};
use crate::record::Record;
use std::sync::Arc;

/// The price of an item.
#[derive(Debug, Clone)]
pub enum PriceChoice {
    /// One that exists.
    Existing(PriceId),
    /// One that is made with the item.
    Inline(Box<InlinePrice>),
}

/// A price that is made for one item.
#[derive(Debug, Clone)]
pub struct InlinePrice {
    /// What is sold; it exists.
    pub product: ProductId,
    /// The price; recurring.
    pub price: NewPrice,
}

/// An item to be made.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// For which price.
    pub price: PriceChoice,
    /// One where not given; nothing where the price is metered.
    pub quantity: Option<u64>,
    /// Of the item, not of the subscription.
    pub metadata: MetadataPatch,
}

/// What to change of an item.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "as in `NewItem`")]
pub struct ItemPatch {
    pub price: Option<PriceChoice>,
    pub quantity: Option<u64>,
    pub metadata: MetadataPatch,
}

/// A price that an item may have.
pub(super) struct Priced {
    pub(super) price: Arc<Price>,
    pub(super) cadence: Cadence,
    metered: bool,
}

/// What is worth loading for these prices.
pub(super) fn reads<'a>(choices: impl Iterator<Item = &'a PriceChoice>) -> ReadSet {
    let key = |choice: &PriceChoice| match choice {
        PriceChoice::Existing(id) => Key::price(id),
        PriceChoice::Inline(inline) => Key::product(&inline.product),
    };
    choices.map(key).collect()
}

/// Sees that what prices rest on is known: the prices in one round of loading, their products in the next.
pub(super) fn load<'a>(choices: impl Iterator<Item = &'a PriceChoice>, facts: &Facts) -> Result<(), Stop> {
    let (mut prices, mut products) = (ReadSet::default(), ReadSet::default());
    for choice in choices {
        let product = match choice {
            PriceChoice::Existing(id) => prices.gather(facts.price(id))?.flatten().map(|price| price.product.clone()),
            PriceChoice::Inline(inline) => Some(inline.product.clone()),
        };
        if let Some(product) = product {
            products.gather(facts.product(&product))?;
        }
    }
    prices.extend(products);
    prices.known()
}

impl PriceChoice {
    /// The price, where an item may have it; one that is made is written.
    pub(super) fn resolve(
        &self,
        place: Place,
        facts: &Facts,
        changes: &mut Changes,
        cx: &mut Cx<'_>,
    ) -> Result<Priced, Stop> {
        let (price, product) = match self {
            Self::Existing(id) => {
                let price = facts.price(id)?.ok_or_else(|| No::NoPrice { place, id: id.to_string() })?;
                let product = facts.product(&price.product)?;
                (Some(price), product)
            }
            Self::Inline(inline) => {
                let id = &inline.product;
                let product = facts.product(id)?.ok_or_else(|| No::NoProduct { place, id: id.to_string() })?;
                (None, Some(product))
            }
        };
        if let Some(price) = &price {
            if price.recurring.is_none() {
                return Err(No::PriceIsOneTime { place }.into());
            }
            if !price.active {
                return Err(No::PriceInactive { place }.into());
            }
        }
        if let Some(product) = product.filter(|product| !product.active) {
            return Err(No::ProductInactive { place, product: product.id.clone() }.into());
        }
        let price = match (price, self) {
            (None, Self::Inline(inline)) => {
                let price = Arc::new(inline.price.build(inline.product.clone(), facts, cx)?);
                changes.put(None, Record::Price(price.clone()), cx);
                price
            }
            (Some(price), _) => price,
            (None, Self::Existing(_)) => unreachable!("a price that exists was found"),
        };
        let Some(recurring) = &price.recurring else { return Err(No::PriceIsOneTime { place }.into()) };
        let (cadence, metered) = (Cadence::from(recurring), is_metered(recurring));
        Ok(Priced { price, cadence, metered })
    }
}

fn is_metered(recurring: &Recurring) -> bool {
    recurring.usage_type == UsageType::Metered
}

impl Priced {
    /// What the item is counted as.
    pub(super) fn quantity(&self, asked: Option<u64>, kept: Option<u64>, place: Place) -> Result<Option<u64>, Stop> {
        match (self.metered, asked) {
            (true, Some(_)) => Err(No::QuantityOfMetered { place }.into()),
            (true, None) => Ok(None),
            (false, asked) => Ok(Some(asked.or(kept).unwrap_or(1))),
        }
    }

    /// Whether the price has an amount in a currency.
    pub(super) fn charges_in(&self, currency: Currency) -> bool {
        self.price.currency == currency || self.price.currency_options.contains_key(&currency)
    }

    /// The version that whoever gets the product now is given.
    pub(super) fn newest_version(&self, facts: &Facts) -> Result<u32, Stop> {
        Ok(facts.catalog()?.newest_version(&ProductRef::Stripe(self.price.product.clone())))
    }
}

impl NewItem {
    /// The item of a subscription in a currency, made now.
    pub(super) fn build(
        &self,
        priced: &Priced,
        currency: Currency,
        place: Place,
        period: Period,
        facts: &Facts,
        cx: &mut Cx<'_>,
    ) -> Result<Item, Stop> {
        Ok(Item {
            id: cx.new_id(),
            price: priced.price.id.clone(),
            product: priced.price.product.clone(),
            version: priced.newest_version(facts)?,
            quantity: priced.quantity(self.quantity, None, place)?,
            metadata: self.metadata.apply(&Metadata::new())?,
            cadence: priced.cadence,
            is_free: priced.price.is_free_in(currency),
            created: period.start,
            period,
        })
    }
}

/// Refuses items that one subscription cannot have side by side.
pub(super) fn check_together(items: &[Item], mode: BillingMode) -> Result<(), Stop> {
    if items.len() > ITEMS_MAX {
        return Err(No::TooManyItems.into());
    }
    if mode == BillingMode::Classic && items.windows(2).any(|pair| pair[0].cadence != pair[1].cadence) {
        return Err(No::MixedIntervals.into());
    }
    Ok(())
}
