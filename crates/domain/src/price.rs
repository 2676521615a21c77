//! Prices: how much a product costs, in which currencies, how often.
//!
//! Invariants: what is charged never changes after creation but for currency options; a lookup key is held by at
//! most one price of an environment; a price is deleted only [as a plan](crate::plan).

use crate::command::{Changes, Command, Cx, Stop};
use crate::currency::Currency;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{PriceId, ProductId};
use crate::metadata::{Metadata, MetadataPatch};
use crate::money::UnitAmount;
use crate::patch::Patch;
use crate::product::NewProduct;
use crate::record::{Field, Noun, Record};
use crate::refusal::{Reference, Refusal};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Longest lookup key, in characters.
pub const LOOKUP_KEY_MAX_CHARACTERS: usize = 200;
/// Longest nickname, in characters.
pub const NICKNAME_MAX_CHARACTERS: usize = 5000;

/// What one unit, or one period, of a product costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct Price {
    pub id: PriceId,
    pub product: ProductId,
    pub active: bool,
    pub created: Timestamp,
    pub currency: Currency,
    pub charge: Charge,
    /// What is charged in other currencies; `currency` itself is never among the keys.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub currency_options: BTreeMap<Currency, CurrencyOption>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup_key: Option<String>,
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// Nothing for a one-time price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurring: Option<Recurring>,
    #[serde(default, skip_serializing_if = "TaxBehavior::is_unspecified")]
    pub tax_behavior: TaxBehavior,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transform_quantity: Option<TransformQuantity>,
}

/// How a price turns a quantity into an amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Charge {
    /// The same amount for each unit.
    PerUnit(UnitAmount),
    /// What the buyer chooses, within bounds.
    Custom(CustomUnitAmount),
    /// An amount that depends on the quantity.
    Tiered {
        /// How the tiers count.
        mode: TiersMode,
        /// Rising; the last has no bound.
        tiers: Vec<Tier>,
    },
}

/// What is charged in a currency other than the price's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct CurrencyOption {
    pub amount: OptionAmount,
    #[serde(default, skip_serializing_if = "TaxBehavior::is_unspecified")]
    pub tax_behavior: TaxBehavior,
}

/// The amount of a currency option; of the same kind as its price's [`Charge`], whose tiers mode it shares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "as in `Charge`")]
pub enum OptionAmount {
    PerUnit(UnitAmount),
    Custom(CustomUnitAmount),
    Tiers(Vec<Tier>),
}

impl Price {
    /// Whether it charges nothing in a currency, however many are bought.
    pub fn is_free_in(&self, currency: Currency) -> bool {
        match self.currency_options.get(&currency) {
            Some(option) => option.amount.is_free(),
            None => self.charge.is_free(),
        }
    }
}

impl Charge {
    fn is_free(&self) -> bool {
        match self {
            Self::PerUnit(amount) => amount.is_zero(),
            Self::Custom(custom) => custom.is_free(),
            Self::Tiered { tiers, .. } => tiers.iter().all(Tier::is_free),
        }
    }
}

impl OptionAmount {
    fn is_free(&self) -> bool {
        match self {
            Self::PerUnit(amount) => amount.is_zero(),
            Self::Custom(custom) => custom.is_free(),
            Self::Tiers(tiers) => tiers.iter().all(Tier::is_free),
        }
    }

    fn suits(&self, charge: &Charge) -> bool {
        matches!(
            (self, charge),
            (Self::PerUnit(_), Charge::PerUnit(_))
                | (Self::Custom(_), Charge::Custom(_))
                | (Self::Tiers(_), Charge::Tiered { .. })
        )
    }

    fn equals(&self, charge: &Charge) -> bool {
        match (self, charge) {
            (Self::PerUnit(option), Charge::PerUnit(own)) => option == own,
            (Self::Custom(option), Charge::Custom(own)) => option == own,
            (Self::Tiers(option), Charge::Tiered { tiers, .. }) => option == tiers,
            _ => false,
        }
    }
}

/// Bounds of an amount that the buyer chooses, in minor units; `minimum` ≤ `preset` ≤ `maximum` where set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct CustomUnitAmount {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<i64>,
}

impl CustomUnitAmount {
    fn is_free(&self) -> bool {
        self.maximum == Some(0)
    }
}

/// One step of a tiered price; at least one of the amounts is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// The last unit of the tier; nothing for the last tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<u64>,
    /// Charged once for the tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flat: Option<UnitAmount>,
    /// Charged for each unit in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitAmount>,
}

impl Tier {
    fn is_free(&self) -> bool {
        [self.flat, self.unit].into_iter().flatten().all(UnitAmount::is_zero)
    }
}

macro_rules! words {
    ($($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal),* $(,)? })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs, reason = "the variants are what they are called")]
        pub enum $name { $($(#[$variant_meta])* $variant),* }

        impl $name {
            /// Every variant.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
    )*};
}

words! {
    /// How tiers count: each unit at its own tier's amount, or all at the tier that the quantity reaches.
    TiersMode { Graduated = "graduated", Volume = "volume" }
    /// The unit of a billing period.
    Interval { Day = "day", Week = "week", Month = "month", Year = "year" }
    /// Whether the quantity is set beforehand or metered.
    UsageType { Licensed = "licensed", Metered = "metered" }
    /// Whether the amount has its tax in it; unspecified unless said. Once inclusive or exclusive, it stays.
    #[derive(Default)]
    TaxBehavior { Exclusive = "exclusive", Inclusive = "inclusive", #[default] Unspecified = "unspecified" }
    /// Which way a divided quantity is rounded.
    Round { Down = "down", Up = "up" }
}

impl TaxBehavior {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
    fn is_unspecified(&self) -> bool {
        matches!(self, Self::Unspecified)
    }

    fn may_become(self, next: Self) -> bool {
        self.is_unspecified() || self == next
    }
}

impl Interval {
    /// Most intervals in one billing period: three years (1095 days).
    pub const fn max_count(self) -> u32 {
        match self {
            Self::Day => 1095,
            Self::Week => 156,
            Self::Month => 36,
            Self::Year => 3,
        }
    }
}

/// How often a price is charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Recurring {
    pub interval: Interval,
    /// 1 to [`Interval::max_count`].
    pub interval_count: u32,
    pub usage_type: UsageType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<String>,
    /// Legacy; kept and shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial_period_days: Option<u32>,
}

/// Divides the quantity before it is charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransformQuantity {
    /// 1 or more.
    pub divide_by: u64,
    /// What happens to the rest.
    pub round: Round,
}

/// What a request says of one currency option; empty to remove it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "as in `CurrencyOption`")]
pub struct CurrencyOptionPatch {
    pub amount: Option<OptionAmount>,
    pub tax_behavior: Option<TaxBehavior>,
}

/// Everything a price can be made of but its product; texts are within their limits already.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Price`")]
pub struct NewPrice {
    /// Active unless said otherwise.
    pub active: Option<bool>,
    pub currency: Currency,
    pub charge: Charge,
    pub currency_options: BTreeMap<Currency, CurrencyOptionPatch>,
    pub lookup_key: Option<String>,
    pub metadata: MetadataPatch,
    pub nickname: Option<String>,
    pub recurring: Option<Recurring>,
    pub tax_behavior: Option<TaxBehavior>,
    pub transform_quantity: Option<TransformQuantity>,
}

impl NewPrice {
    /// The price, created now. Refuses a lookup key that another price holds.
    pub fn build(&self, product: ProductId, facts: &Facts, cx: &mut Cx<'_>) -> Result<Price, Stop> {
        if let Some(lookup_key) = &self.lookup_key
            && let Some(holder) = holder(facts, lookup_key)?
        {
            return Err(Refusal::LookupKeyTaken { holder }.into());
        }
        self.build_unclaimed(product, cx)
    }

    /// The same, whoever holds the lookup key.
    pub(crate) fn build_unclaimed(&self, product: ProductId, cx: &mut Cx<'_>) -> Result<Price, Stop> {
        let metadata = self.metadata.apply(&Metadata::new())?;
        let mut price = Price {
            id: cx.new_id(),
            product,
            active: self.active.unwrap_or(true),
            created: cx.now,
            currency: self.currency,
            charge: self.charge.clone(),
            currency_options: BTreeMap::new(),
            lookup_key: self.lookup_key.clone(),
            metadata,
            nickname: self.nickname.clone(),
            recurring: self.recurring.clone(),
            tax_behavior: self.tax_behavior.unwrap_or_default(),
            transform_quantity: self.transform_quantity.clone(),
        };
        for (currency, option) in &self.currency_options {
            let repeats_price = option.amount.as_ref().is_some_and(|amount| amount.equals(&price.charge))
                && option.tax_behavior.is_none_or(|behavior| behavior == price.tax_behavior);
            if *currency == price.currency && repeats_price {
                continue;
            }
            let option = merge_option(&price, *currency, option)?;
            price.currency_options.insert(*currency, option);
        }
        Ok(price)
    }
}

/// The option after the patch.
fn merge_option(price: &Price, currency: Currency, patch: &CurrencyOptionPatch) -> Result<CurrencyOption, Refusal> {
    if currency == price.currency {
        return Err(Refusal::OptionInOwnCurrency(currency));
    }
    let before = price.currency_options.get(&currency);
    let amount = patch.amount.as_ref().or(before.map(|option| &option.amount));
    let amount = amount.ok_or(Refusal::OptionWithoutAmount(currency))?;
    if !amount.suits(&price.charge) {
        return Err(Refusal::OptionChargesOtherwise(currency));
    }
    let behavior = before.map(|option| option.tax_behavior).unwrap_or_default();
    let wanted = patch.tax_behavior.unwrap_or(behavior);
    if !behavior.may_become(wanted) {
        return Err(Refusal::TaxBehaviorFixed { option: Some(currency) });
    }
    Ok(CurrencyOption { amount: amount.clone(), tax_behavior: wanted })
}

/// The product a new price belongs to.
#[derive(Debug, Clone)]
pub enum ProductChoice {
    /// One that exists.
    Existing(ProductId),
    /// One that is made with the price.
    New(Box<NewProduct>),
}

impl ProductChoice {
    /// What must be known before the product can be had.
    pub fn reads(&self) -> ReadSet {
        match self {
            Self::Existing(id) => Key::product(id).into(),
            Self::New(product) => product.reads(),
        }
    }

    /// The product, made where it is new.
    pub(crate) fn have(&self, facts: &Facts, changes: &mut Changes, cx: &mut Cx<'_>) -> Result<ProductId, Stop> {
        match self {
            Self::Existing(id) if facts.product(id)?.is_some() => Ok(id.clone()),
            Self::Existing(id) => {
                let reference = Reference::ProductOfPrice;
                Err(Refusal::NoReference { reference, id: id.to_string() }.into())
            }
            Self::New(new) => {
                let product = Arc::new(new.build(facts, cx)?);
                let id = product.id.clone();
                changes.put(None, Record::Product(product), cx);
                Ok(id)
            }
        }
    }
}

/// Makes a price and, where asked, its product in the same step.
#[derive(Debug, Clone)]
pub struct CreatePrice {
    /// What is sold at this price.
    pub product: ProductChoice,
    /// The price.
    pub price: NewPrice,
    /// Take the lookup key from the price that has it.
    pub transfer_lookup_key: bool,
}

impl Command for CreatePrice {
    type Reply = Arc<Price>;

    fn reads(&self) -> ReadSet {
        let mut reads = self.product.reads();
        if let Some(lookup_key) = &self.price.lookup_key {
            reads.push(Key::holder(Field::PriceLookupKey, lookup_key));
        }
        reads
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let mut changes = Changes::default();
        let product = self.product.have(facts, &mut changes, cx)?;
        let price = Arc::new(self.price.build_unclaimed(product, cx)?);
        if let Some(lookup_key) = &price.lookup_key {
            claim_lookup_key(facts, lookup_key, &price.id, self.transfer_lookup_key, &mut changes, cx)?;
        }
        changes.put(None, Record::Price(price.clone()), cx);
        Ok((price, changes))
    }
}

fn holder(facts: &Facts, lookup_key: &str) -> Result<Option<PriceId>, Stop> {
    Ok(facts.holder(Field::PriceLookupKey, lookup_key)?.map(PriceId::from))
}

/// Makes sure that `claimant` may have the lookup key: nobody has it, or its holder gives it up, told first.
fn claim_lookup_key(
    facts: &Facts,
    lookup_key: &str,
    claimant: &PriceId,
    transfer: bool,
    changes: &mut Changes,
    cx: &mut Cx<'_>,
) -> Result<(), Stop> {
    let Some(holder) = holder(facts, lookup_key)? else { return Ok(()) };
    if holder == *claimant {
        return Ok(());
    }
    if !transfer {
        return Err(Refusal::LookupKeyTaken { holder }.into());
    }
    let Some(before) = facts.price(&holder)? else { return Ok(()) };
    let after = Price { lookup_key: None, ..(*before).clone() };
    changes.put(Some(Record::Price(before)), Record::Price(Arc::new(after)), cx);
    Ok(())
}

/// What to change of a price; what it charges is not among it.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "as in `Price`")]
pub struct PricePatch {
    pub active: Option<bool>,
    /// Merged by currency; [`Patch::Clear`] removes all.
    pub currency_options: Patch<BTreeMap<Currency, CurrencyOptionPatch>>,
    pub lookup_key: Patch<String>,
    pub metadata: MetadataPatch,
    pub nickname: Patch<String>,
    pub tax_behavior: Option<TaxBehavior>,
}

/// Changes a price.
#[derive(Debug, Clone)]
pub struct UpdatePrice {
    /// Which one.
    pub id: PriceId,
    /// What of it.
    pub patch: PricePatch,
    /// Take the lookup key from the price that has it.
    pub transfer_lookup_key: bool,
}

impl Command for UpdatePrice {
    type Reply = Arc<Price>;

    fn reads(&self) -> ReadSet {
        let mut reads = ReadSet::from(Key::price(&self.id));
        if let Patch::Set(lookup_key) = &self.patch.lookup_key {
            reads.push(Key::holder(Field::PriceLookupKey, lookup_key));
        }
        reads
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let Some(before) = facts.price(&self.id)? else {
            return Err(Refusal::NoSubject { noun: Noun::Price, id: self.id.to_string() }.into());
        };
        let patch = &self.patch;
        if patch.active == Some(false) && before.active && is_default(facts, &before)? {
            return Err(Refusal::PriceIsDefault(self.id.clone()).into());
        }
        let tax_behavior = patch.tax_behavior.unwrap_or(before.tax_behavior);
        if !before.tax_behavior.may_become(tax_behavior) {
            return Err(Refusal::TaxBehaviorFixed { option: None }.into());
        }
        let mut changes = Changes::default();
        if let Patch::Set(lookup_key) = &patch.lookup_key {
            claim_lookup_key(facts, lookup_key, &self.id, self.transfer_lookup_key, &mut changes, cx)?;
        }
        let after = Arc::new(Price {
            active: patch.active.unwrap_or(before.active),
            currency_options: patch_options(&before, &patch.currency_options)?,
            lookup_key: patch.lookup_key.apply(&before.lookup_key),
            metadata: patch.metadata.apply(&before.metadata)?,
            nickname: patch.nickname.apply(&before.nickname),
            tax_behavior,
            ..(*before).clone()
        });
        changes.put(Some(Record::Price(before)), Record::Price(after.clone()), cx);
        Ok((after, changes))
    }
}

/// Whether a price is the default of its product.
pub(crate) fn is_default(facts: &Facts, price: &Price) -> Result<bool, Stop> {
    let product = facts.product(&price.product)?;
    Ok(product.is_some_and(|product| product.default_price.as_ref() == Some(&price.id)))
}

fn patch_options(
    price: &Price,
    patch: &Patch<BTreeMap<Currency, CurrencyOptionPatch>>,
) -> Result<BTreeMap<Currency, CurrencyOption>, Refusal> {
    let patches = match patch {
        Patch::Keep => return Ok(price.currency_options.clone()),
        Patch::Clear => return Ok(BTreeMap::new()),
        Patch::Set(patches) => patches,
    };
    let mut options = price.currency_options.clone();
    for (currency, patch) in patches {
        if *patch == CurrencyOptionPatch::default() {
            options.remove(currency);
        } else {
            options.insert(*currency, merge_option(price, *currency, patch)?);
        }
    }
    Ok(options)
}
