//! Promotion codes: what customers type in to get a coupon.
//!
//! Invariant: no two active ones of an environment have the same code, whatever the case.

use crate::command::{Changes, Command, Cx, Stop};
use crate::coupon::{self, Coupon, check_end};
use crate::currency::Currency;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{self, BillingCustomerId, CouponId, PromotionCodeId};
use crate::metadata::{Metadata, MetadataPatch};
use crate::record::{Field, Noun, Record};
use crate::refusal::{OfferRefusal, Reference, Refusal};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Longest code, in characters.
pub const CODE_MAX_CHARACTERS: usize = 500;
/// Characters of a code that nobody chose: capitals and digits.
const CODE_ALPHABET: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const CODE_LENGTH: usize = 8;

/// A promotion code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct PromotionCode {
    pub id: PromotionCodeId,
    pub code: String,
    pub coupon: CouponId,
    /// The only one who may use it; nothing where all may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<BillingCustomerId>,
    /// What was said last. One that has ended is no longer in use, whatever this says: see [`is_active`](Self::is_active).
    pub active: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_redemptions: Option<u64>,
    #[serde(default)]
    pub restrictions: Restrictions,
    #[serde(default)]
    pub times_redeemed: u64,
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    pub created: Timestamp,
}

/// What a purchase must be like for the code to be used.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Restrictions {
    /// The first of its customer.
    #[serde(default)]
    pub first_time_transaction: bool,
    /// Of this amount at least, in minor units of the currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<(i64, Currency)>,
    /// The same in other currencies.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<Currency, i64>,
}

impl PromotionCode {
    /// Whether it can be used, as far as the code itself says.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.active
            && self.expires.is_none_or(|end| now < end)
            && self.max_redemptions.is_none_or(|max| self.times_redeemed < max)
    }

    /// Whether it can be used: its coupon must be valid too.
    pub fn is_active(&self, coupon: Option<&Coupon>, now: Timestamp) -> bool {
        self.is_open(now) && coupon.is_some_and(|coupon| coupon.is_valid(now))
    }
}

/// Makes a promotion code.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `PromotionCode`")]
pub struct CreatePromotionCode {
    /// The caller's own, or nothing for a generated one.
    pub code: Option<String>,
    pub coupon: CouponId,
    pub customer: Option<BillingCustomerId>,
    pub active: bool,
    pub expires: Option<Timestamp>,
    pub max_redemptions: Option<u64>,
    pub restrictions: Restrictions,
    pub metadata: MetadataPatch,
}

impl Command for CreatePromotionCode {
    type Reply = Arc<PromotionCode>;

    fn reads(&self) -> ReadSet {
        let mut reads = ReadSet::from(coupon::row(&self.coupon));
        reads.extend(self.customer.iter().map(|id| Key::Row(Noun::BillingCustomer, id.to_string())).collect());
        reads.extend(self.code.iter().map(|code| Key::holder(Field::PromotionCodeHeld, &held(code))).collect());
        reads
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        check_end("expires_at", self.expires, cx.now)?;
        let Some(coupon) = facts.coupon(&self.coupon)? else {
            return missing(Reference::CouponOfPromotionCode, self.coupon.as_str());
        };
        if let Some(customer) = &self.customer
            && facts.billing_customer(customer)?.is_none_or(|customer| customer.deleted)
        {
            return missing(Reference::NamedCustomer, customer.as_str());
        }
        if let (Some(code), Some(coupon)) = (self.expires, coupon.redeem_by)
            && code > coupon
        {
            return Err(OfferRefusal::OutlivesCoupon.into());
        }
        if let (Some(code), Some(coupon)) = (self.max_redemptions, coupon.max_redemptions)
            && code > coupon
        {
            return Err(OfferRefusal::OutnumbersCoupon.into());
        }
        let mut changes = Changes::default();
        let code = match &self.code {
            Some(code) => code.clone(),
            None => free_code(facts, cx)?,
        };
        if self.active {
            claim(&code, facts, &mut changes, cx)?;
        }
        let made = Arc::new(PromotionCode {
            id: cx.new_id(),
            code,
            coupon: self.coupon.clone(),
            customer: self.customer.clone(),
            active: self.active,
            expires: self.expires,
            max_redemptions: self.max_redemptions,
            restrictions: self.restrictions.clone(),
            times_redeemed: 0,
            metadata: self.metadata.apply(&Metadata::new())?,
            created: cx.now,
        });
        changes.put(None, Record::PromotionCode(made.clone()), cx);
        Ok((made, changes))
    }
}

/// The row of a promotion code.
pub fn row(id: &PromotionCodeId) -> Key {
    Key::Row(Noun::PromotionCode, id.to_string())
}

fn missing<T>(reference: Reference, id: &str) -> Result<T, Stop> {
    Err(Refusal::NoReference { reference, id: id.to_owned() }.into())
}

/// A code as it is compared: its case does not count.
pub fn held(code: &str) -> String {
    code.to_lowercase()
}

/// A code that no active one has: drawn until one is found.
fn free_code(facts: &Facts, cx: &mut Cx<'_>) -> Result<String, Stop> {
    loop {
        let code = id::draw(CODE_ALPHABET, CODE_LENGTH, cx.random);
        if facts.holder(Field::PromotionCodeHeld, &held(&code))?.is_none() {
            return Ok(code);
        }
    }
}

/// Makes sure that a code may be active: no other that can be used has it. One that has ended gives it up, told first.
fn claim(code: &str, facts: &Facts, changes: &mut Changes, cx: &mut Cx<'_>) -> Result<(), Stop> {
    let Some(holder) = facts.holder(Field::PromotionCodeHeld, &held(code))?.map(PromotionCodeId::from) else {
        return Ok(());
    };
    let Some(before) = facts.promotion_code(&holder)? else { return Ok(()) };
    if before.is_open(cx.now) {
        return Err(OfferRefusal::CodeTaken { code: code.to_owned() }.into());
    }
    let after = PromotionCode { active: false, ..(*before).clone() };
    changes.put(Some(Record::PromotionCode(before)), Record::PromotionCode(Arc::new(after)), cx);
    Ok(())
}

/// Changes a promotion code.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `PromotionCode`")]
pub struct UpdatePromotionCode {
    pub id: PromotionCodeId,
    pub active: Option<bool>,
    /// Minimum amounts in other currencies, merged by currency; nothing to remove one.
    pub others: BTreeMap<Currency, Option<i64>>,
    pub metadata: MetadataPatch,
}

impl Command for UpdatePromotionCode {
    type Reply = Arc<PromotionCode>;

    fn reads(&self) -> ReadSet {
        row(&self.id).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let Some(before) = facts.promotion_code(&self.id)? else {
            return Err(Refusal::NoSubject { noun: Noun::PromotionCode, id: self.id.to_string() }.into());
        };
        let restrictions = self.restrictions(&before.restrictions)?;
        let mut changes = Changes::default();
        if self.active == Some(true) && !before.active {
            let coupon = facts.coupon(&before.coupon)?;
            if !(PromotionCode { active: true, ..(*before).clone() }).is_active(coupon.as_deref(), cx.now) {
                return Err(OfferRefusal::NotRedeemable.into());
            }
            claim(&before.code, facts, &mut changes, cx)?;
        }
        let after = Arc::new(PromotionCode {
            active: self.active.unwrap_or(before.active),
            restrictions,
            metadata: self.metadata.apply(&before.metadata)?,
            ..(*before).clone()
        });
        changes.put(Some(Record::PromotionCode(before)), Record::PromotionCode(after.clone()), cx);
        Ok((after, changes))
    }
}

impl UpdatePromotionCode {
    /// The restrictions after the change.
    fn restrictions(&self, before: &Restrictions) -> Result<Restrictions, Refusal> {
        let mut after = before.clone();
        for (currency, minimum) in &self.others {
            match (minimum, before.minimum) {
                (Some(_), None) => return Err(OfferRefusal::NoMinimum.into()),
                (Some(minimum), Some((own, of))) if of == *currency && own != *minimum => {
                    return Err(OfferRefusal::MinimumInOwnCurrency(*currency).into());
                }
                (Some(_), Some((_, of))) if of == *currency => {}
                (Some(minimum), Some(_)) => drop(after.others.insert(*currency, *minimum)),
                (None, _) => drop(after.others.remove(currency)),
            }
        }
        Ok(after)
    }
}
