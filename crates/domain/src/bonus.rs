//! Bonuses: a one-time amount of a tracked limit, on top of what its windows bring.
//!
//! A bonus is a ledger: it is burnt by the step of usage that crosses the limit, and given back by a correction, in the
//! window that is open. Nothing else books: no read, no change of plan, no grant, no expiry.
//!
//! Invariant: what is left and what was burnt are the amount, always.

use crate::account::Account;
use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::facts::{Facts, Key, ReadSet};
use crate::feature::Feature;
use crate::id::{BonusId, CustomerId, FeatureId};
use crate::metadata::{Metadata, MetadataPatch};
use crate::patch::Patch;
use crate::quantity::Quantity;
use crate::record::Record;
use crate::refusal::AccessRefusal;
use crate::time::Timestamp;
use crate::window::Window;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A one-time extra amount for one customer and one feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct Bonus {
    pub id: BonusId,
    pub customer: CustomerId,
    pub feature: FeatureId,
    /// Above zero.
    pub amount: Quantity,
    /// What was burnt of it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub burns: Vec<Burn>,
    /// From then on it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    pub created: Timestamp,
    pub updated: Timestamp,
}

/// What was burnt of a bonus in one window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Burn {
    /// The start of the window, which names it; nothing where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Timestamp>,
    /// Its place among the burns of all bonuses of the customer and feature; what was burnt last is given back first.
    pub turn: u64,
    /// How much; above zero.
    pub amount: Quantity,
}

impl Bonus {
    /// What was burnt of it.
    pub fn burnt(&self) -> Quantity {
        self.burns.iter().map(|burn| burn.amount).sum()
    }

    /// What is left of it, expired or not.
    pub fn remaining(&self) -> Quantity {
        self.amount.minus(self.burnt())
    }

    /// Whether it counts.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }
}

/// What the bonuses of a feature that count come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct BonusTotals {
    pub remaining: Quantity,
    pub burnt: Quantity,
}

/// Sums the bonuses of a feature that count.
pub fn totals(bonuses: &[Arc<Bonus>], feature: &FeatureId, now: Timestamp) -> BonusTotals {
    let mut totals = BonusTotals::default();
    for bonus in bonuses.iter().filter(|bonus| bonus.feature == *feature && bonus.is_live(now)) {
        totals.remaining = totals.remaining.plus(bonus.remaining());
        totals.burnt = totals.burnt.plus(bonus.burnt());
    }
    totals
}

/// Books a step of usage in the open window. `step` is how much further above the limit usage is after it; below zero
/// for a correction.
pub fn book(bonuses: &mut [Arc<Bonus>], feature: &FeatureId, window: Window, step: Quantity, now: Timestamp) {
    if step.is_positive() {
        burn(bonuses, feature, window, step, now);
    } else if step.is_negative() {
        give_back(bonuses, feature, window, Quantity::ZERO.minus(step), now);
    }
}

fn burn(bonuses: &mut [Arc<Bonus>], feature: &FeatureId, window: Window, mut due: Quantity, now: Timestamp) {
    let mut turn = last_turn(bonuses, feature);
    let mut order: Vec<usize> = (0..bonuses.len())
        .filter(|index| bonuses[*index].feature == *feature && bonuses[*index].is_live(now))
        .filter(|index| bonuses[*index].remaining().is_positive())
        .collect();
    // Those that never expire come last; of equals, the one granted first.
    order.sort_by_key(|index| (bonuses[*index].expires.is_none(), bonuses[*index].expires, *index));
    for index in order {
        if !due.is_positive() {
            return;
        }
        let bonus = Arc::make_mut(&mut bonuses[index]);
        let amount = due.min(bonus.remaining());
        due = due.minus(amount);
        bonus.updated = now;
        match bonus.burns.last_mut() {
            // Nothing was burnt since, of this bonus or another.
            Some(last) if last.turn == turn && last.window == window.start => {
                last.amount = last.amount.plus(amount);
            }
            _ => {
                turn += 1;
                bonus.burns.push(Burn { window: window.start, turn, amount });
            }
        }
    }
}

fn give_back(bonuses: &mut [Arc<Bonus>], feature: &FeatureId, window: Window, mut due: Quantity, now: Timestamp) {
    let mut burns: Vec<(u64, usize)> = Vec::new();
    for (index, bonus) in bonuses.iter().enumerate().filter(|(_, bonus)| bonus.feature == *feature) {
        let here = bonus.burns.iter().filter(|burn| burn.window == window.start);
        burns.extend(here.map(|burn| (burn.turn, index)));
    }
    burns.sort_unstable_by(|a, b| b.cmp(a));
    for (turn, index) in burns {
        if !due.is_positive() {
            return;
        }
        let bonus = Arc::make_mut(&mut bonuses[index]);
        bonus.updated = now;
        for burn in bonus.burns.iter_mut().filter(|burn| burn.turn == turn) {
            let amount = due.min(burn.amount);
            due = due.minus(amount);
            burn.amount = burn.amount.minus(amount);
        }
        bonus.burns.retain(|burn| burn.amount.is_positive());
    }
}

/// The turn of what was burnt last of the bonuses of a feature; zero where nothing was.
pub(crate) fn last_turn(bonuses: &[Arc<Bonus>], feature: &FeatureId) -> u64 {
    turns(bonuses, feature).max().unwrap_or(0)
}

fn turns<'b>(bonuses: &'b [Arc<Bonus>], feature: &FeatureId) -> impl Iterator<Item = u64> {
    let bonuses = bonuses.iter().filter(move |bonus| bonus.feature == *feature);
    bonuses.flat_map(|bonus: &'b Arc<Bonus>| bonus.burns.iter().map(|burn| burn.turn))
}

/// Grants a bonus.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Bonus`")]
pub struct CreateBonus {
    pub customer: CustomerId,
    pub feature_key: String,
    pub amount: Quantity,
    pub expires: Option<Timestamp>,
    pub reason: Option<String>,
    pub metadata: MetadataPatch,
}

/// A bonus, and what the unexpired ones of the same customer and feature have left together.
pub type BonusReply = (Arc<Bonus>, Arc<Feature>, Quantity);

impl Command for CreateBonus {
    type Reply = BonusReply;

    fn reads(&self) -> ReadSet {
        [Key::Catalog, Key::account(&self.customer)].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let account = facts.existing_account(&self.customer)?;
        let feature = facts.writable_feature(&self.feature_key)?;
        if !feature.tracks_usage {
            return Err(AccessRefusal::NotTracked.into());
        }
        let now = account.now(cx.now);
        let bonus = Arc::new(Bonus {
            id: BonusId::generate(cx.now, cx.random),
            customer: self.customer.clone(),
            feature: feature.id.clone(),
            amount: self.amount,
            burns: Vec::new(),
            expires: self.expires,
            reason: self.reason.clone(),
            metadata: self.metadata.apply(&Metadata::new())?,
            created: now,
            updated: now,
        });
        let mut changes = Changes::default();
        changes.put(None, Record::Bonus(bonus.clone()), cx);
        Ok((reply(account, bonus, feature, cx.now), changes))
    }
}

/// The reply for a bonus that is, or is to be, among those of its account.
fn reply(account: &Account, bonus: Arc<Bonus>, feature: &Arc<Feature>, now: Timestamp) -> BonusReply {
    let mut after = account.clone();
    after.put(&Record::Bonus(bonus.clone()));
    let remaining = totals(&after.bonuses, &feature.id, account.now(now)).remaining;
    (bonus, feature.clone(), remaining)
}

/// Changes a bonus.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Bonus`")]
pub struct UpdateBonus {
    pub id: BonusId,
    pub amount: Option<Quantity>,
    pub expires: Patch<Timestamp>,
    pub reason: Patch<String>,
    pub metadata: MetadataPatch,
}

impl Command for UpdateBonus {
    type Reply = BonusReply;

    fn reads(&self) -> ReadSet {
        [Key::Catalog, Key::bonus(&self.id)].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let (account, before, feature) = existing(facts, &self.id)?;
        let amount = self.amount.unwrap_or(before.amount);
        if amount < before.burnt() {
            return Err(AccessRefusal::BonusConsumed { burnt: before.burnt() }.into());
        }
        let after = Arc::new(Bonus {
            amount,
            expires: self.expires.apply(&before.expires),
            reason: self.reason.apply(&before.reason),
            metadata: self.metadata.apply(&before.metadata)?,
            updated: account.now(cx.now),
            ..(**before).clone()
        });
        let mut changes = Changes::default();
        changes.put(Some(Record::Bonus(before.clone())), Record::Bonus(after.clone()), cx);
        Ok((reply(account, after, feature, cx.now), changes))
    }
}

/// Takes back a bonus of which nothing was burnt.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Bonus`")]
pub struct DeleteBonus {
    pub id: BonusId,
}

impl Command for DeleteBonus {
    /// What the unexpired bonuses of the same customer and feature have left together.
    type Reply = Quantity;

    fn reads(&self) -> ReadSet {
        [Key::Catalog, Key::bonus(&self.id)].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let (account, before, feature) = existing(facts, &self.id)?;
        if before.burnt().is_positive() {
            return Err(AccessRefusal::BonusConsumed { burnt: before.burnt() }.into());
        }
        let mut after = account.clone();
        after.remove(&Record::Bonus(before.clone()));
        let mut changes = Changes::default();
        changes.writes.push(Write::Delete(Record::Bonus(before.clone())));
        Ok((totals(&after.bonuses, &feature.id, account.now(cx.now)).remaining, changes))
    }
}

/// The bonus as its customer has it now: the row leads to the customer, who is what is held.
fn existing<'f>(facts: &'f Facts, id: &BonusId) -> Result<(&'f Account, &'f Arc<Bonus>, &'f Arc<Feature>), Stop> {
    let missing = || AccessRefusal::NoBonus { id: id.clone() };
    let found = facts.bonus(id)?.ok_or_else(missing)?;
    let account = facts.account(&found.customer)?.ok_or_else(missing)?;
    let bonus = account.bonuses.iter().find(|kept| kept.id == *id).ok_or_else(missing)?;
    let feature = facts.catalog()?.feature(&bonus.feature).expect("features are never deleted");
    if feature.archived.is_some() {
        return Err(AccessRefusal::FeatureArchived.into());
    }
    Ok((account, bonus, feature))
}
