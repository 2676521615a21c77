//! Coupons: what is taken off a price. Kept on file; no amount is computed from them.
//!
//! Invariants: what a coupon takes off never changes after creation but for currencies that are added; `currency` is never
//! among the other currencies.

use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::currency::Currency;
use crate::event::Action;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{CouponId, ProductId};
use crate::metadata::{Metadata, MetadataPatch};
use crate::quantity::Quantity;
use crate::record::{Noun, Record};
use crate::refusal::{OfferRefusal, Reference, Refusal};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Longest name, in characters.
pub const NAME_MAX_CHARACTERS: usize = 40;
/// Products that a coupon can be limited to.
pub const PRODUCTS_MAX: usize = 1000;
/// How far ahead a coupon or a promotion code may end, in milliseconds: five years of 366 days.
pub const AHEAD_MAX_MILLIS: i64 = 5 * 366 * 24 * 60 * 60 * 1000;

/// A coupon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct Coupon {
    pub id: CouponId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub off: Off,
    pub lasts: Lasts,
    /// The products it is limited to; none where it is for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<ProductId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_redemptions: Option<u64>,
    /// The last instant at which it can be redeemed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redeem_by: Option<Timestamp>,
    #[serde(default)]
    pub times_redeemed: u64,
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    pub created: Timestamp,
}

/// What a coupon takes off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Off {
    /// So many percent, above 0 and up to 100.
    Percent(Quantity),
    /// An amount.
    Amount {
        /// In minor units of `currency`, 1 or more.
        amount: i64,
        /// The currency of it.
        currency: Currency,
        /// What is taken off in other currencies.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        others: BTreeMap<Currency, i64>,
    },
}

/// For how long a coupon takes something off once it is redeemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum Lasts {
    Once,
    Forever,
    /// For so many months.
    Months(u32),
}

impl Coupon {
    /// Whether it can be redeemed still.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.redeem_by.is_none_or(|until| now <= until)
            && self.max_redemptions.is_none_or(|max| self.times_redeemed < max)
    }
}

/// Makes a coupon.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Coupon`")]
pub struct CreateCoupon {
    /// The caller's own, or nothing for a generated one.
    pub id: Option<CouponId>,
    pub name: Option<String>,
    /// A currency of an amount may stand among the others, with the same amount.
    pub off: Off,
    pub lasts: Lasts,
    pub products: Vec<ProductId>,
    pub max_redemptions: Option<u64>,
    pub redeem_by: Option<Timestamp>,
    pub metadata: MetadataPatch,
}

impl Command for CreateCoupon {
    type Reply = Arc<Coupon>;

    fn reads(&self) -> ReadSet {
        self.id.iter().map(row).chain(self.products.iter().map(Key::product)).collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        check_end("redeem_by", self.redeem_by, cx.now)?;
        if let Some(id) = &self.id
            && facts.coupon(id)?.is_some()
        {
            return Err(OfferRefusal::CouponExists(id.clone()).into());
        }
        for (index, id) in self.products.iter().enumerate() {
            if facts.product(id)?.is_none() {
                let reference = Reference::ProductOfCoupon(index);
                return Err(Refusal::NoReference { reference, id: id.to_string() }.into());
            }
        }
        let coupon = Arc::new(Coupon {
            off: without_own(&self.off)?,
            metadata: self.metadata.apply(&Metadata::new())?,
            id: match &self.id {
                Some(id) => id.clone(),
                None => free_id(facts, cx)?,
            },
            name: self.name.clone(),
            lasts: self.lasts,
            products: self.products.clone(),
            max_redemptions: self.max_redemptions,
            redeem_by: self.redeem_by,
            times_redeemed: 0,
            created: cx.now,
        });
        let mut changes = Changes::default();
        changes.put(None, Record::Coupon(coupon.clone()), cx);
        Ok((coupon, changes))
    }
}

/// The row of a coupon.
pub fn row(id: &CouponId) -> Key {
    Key::Row(Noun::Coupon, id.to_string())
}

/// Refuses an end that lies in the past, or too far ahead.
pub(crate) fn check_end(field: &'static str, end: Option<Timestamp>, now: Timestamp) -> Result<(), Refusal> {
    match end {
        Some(at) if at <= now => Err(Refusal::TimeInPast { field, at }),
        Some(at) if at.millis() > now.millis().saturating_add(AHEAD_MAX_MILLIS) => Err(Refusal::TimeTooFar { field }),
        _ => Ok(()),
    }
}

/// An id that no coupon has: drawn until one is found.
fn free_id(facts: &Facts, cx: &mut Cx<'_>) -> Result<CouponId, Stop> {
    loop {
        let id = CouponId::generate(cx.random);
        if facts.coupon(&id)?.is_none() {
            return Ok(id);
        }
    }
}

/// What is taken off, its own currency no longer among the others.
fn without_own(off: &Off) -> Result<Off, Refusal> {
    let mut off = off.clone();
    if let Off::Amount { amount, currency, others } = &mut off
        && others.remove(currency).is_some_and(|again| again != *amount)
    {
        return Err(OfferRefusal::OptionInOwnCurrency(*currency).into());
    }
    Ok(off)
}

/// Changes a coupon.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Coupon`")]
pub struct UpdateCoupon {
    pub id: CouponId,
    pub name: Option<String>,
    /// Merged by currency.
    pub others: BTreeMap<Currency, i64>,
    pub metadata: MetadataPatch,
}

impl Command for UpdateCoupon {
    type Reply = Arc<Coupon>;

    fn reads(&self) -> ReadSet {
        row(&self.id).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = existing(facts, &self.id)?;
        let mut off = before.off.clone();
        match &mut off {
            Off::Amount { others, .. } => others.extend(&self.others),
            Off::Percent(_) if self.others.is_empty() => {}
            Off::Percent(_) => return Err(OfferRefusal::TakesPercent.into()),
        }
        let after = Arc::new(Coupon {
            name: self.name.clone().or_else(|| before.name.clone()),
            off: without_own(&off)?,
            metadata: self.metadata.apply(&before.metadata)?,
            ..(*before).clone()
        });
        let mut changes = Changes::default();
        changes.put(Some(Record::Coupon(before)), Record::Coupon(after.clone()), cx);
        Ok((after, changes))
    }
}

/// Deletes a coupon. Whoever redeemed it keeps what it gave.
#[derive(Debug, Clone)]
pub struct DeleteCoupon {
    /// Which one.
    pub id: CouponId,
}

impl Command for DeleteCoupon {
    type Reply = CouponId;

    fn reads(&self) -> ReadSet {
        row(&self.id).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = Record::Coupon(existing(facts, &self.id)?);
        let mut changes = Changes::default();
        changes.announce(Action::Deleted, None, &before, cx);
        changes.writes.push(Write::Delete(before));
        Ok((self.id.clone(), changes))
    }
}

fn existing(facts: &Facts, id: &CouponId) -> Result<Arc<Coupon>, Stop> {
    Ok(facts.coupon(id)?.ok_or_else(|| Refusal::NoSubject { noun: Noun::Coupon, id: id.to_string() })?)
}
