//! Plans: recurring prices as old clients make, change and delete them. A plan and its price are one row.
//!
//! Invariant: a price that an item of a subscription has, or that is the default of its product, keeps its product and is
//! not deleted.

use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::event::Action;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{PriceId, ProductId};
use crate::metadata::MetadataPatch;
use crate::patch::Patch;
use crate::price::{NewPrice, Price, ProductChoice, Recurring, is_default};
use crate::record::{Field, Noun, Record};
use crate::refusal::{PlanRefusal, Refusal};
use std::sync::Arc;

/// Makes a plan and, where asked, its product in the same step.
#[derive(Debug, Clone)]
pub struct CreatePlan {
    /// The caller's own id, or nothing for one such as prices have.
    pub id: Option<PriceId>,
    /// What is sold.
    pub product: ProductChoice,
    /// The price, which recurs. It has no lookup key.
    pub price: NewPrice,
}

impl Command for CreatePlan {
    type Reply = Arc<Price>;

    fn reads(&self) -> ReadSet {
        let mut reads = self.product.reads();
        reads.extend(self.id.iter().map(Key::price).collect());
        reads
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        if let Some(id) = &self.id
            && facts.price(id)?.is_some()
        {
            return Err(PlanRefusal::Exists(id.clone()).into());
        }
        let mut changes = Changes::default();
        let product = self.product.have(facts, &mut changes, cx)?;
        let mut price = self.price.build_unclaimed(product, cx)?;
        if let Some(id) = &self.id {
            price.id = id.clone();
        }
        let price = Arc::new(price);
        changes.put(None, Record::Price(price.clone()), cx);
        Ok((price, changes))
    }
}

/// Changes a plan.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Price`")]
pub struct UpdatePlan {
    pub id: PriceId,
    pub active: Option<bool>,
    pub metadata: MetadataPatch,
    pub nickname: Patch<String>,
    pub product: Option<ProductId>,
    pub trial_period_days: Option<u32>,
}

impl Command for UpdatePlan {
    type Reply = Arc<Price>;

    fn reads(&self) -> ReadSet {
        self.product.iter().map(Key::product).chain([Key::price(&self.id)]).collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let (before, recurring) = existing(facts, &self.id)?;
        if self.active == Some(false) && before.active && is_default(facts, &before)? {
            return Err(Refusal::PriceIsDefault(self.id.clone()).into());
        }
        let mut changes = Changes::default();
        let product = match &self.product {
            Some(product) if *product != before.product => {
                let product = ProductChoice::Existing(product.clone()).have(facts, &mut changes, cx)?;
                check_free(facts, &before)?;
                product
            }
            _ => before.product.clone(),
        };
        let trial_period_days = self.trial_period_days.or(recurring.trial_period_days);
        let after = Arc::new(Price {
            active: self.active.unwrap_or(before.active),
            metadata: self.metadata.apply(&before.metadata)?,
            nickname: self.nickname.apply(&before.nickname),
            product,
            recurring: Some(Recurring { trial_period_days, ..recurring }),
            ..(*before).clone()
        });
        changes.put(Some(Record::Price(before)), Record::Price(after.clone()), cx);
        Ok((after, changes))
    }
}

/// Deletes a plan, which is to delete its price.
#[derive(Debug, Clone)]
pub struct DeletePlan {
    /// Which one.
    pub id: PriceId,
}

impl Command for DeletePlan {
    type Reply = PriceId;

    fn reads(&self) -> ReadSet {
        [Key::price(&self.id), Key::any(Field::ItemPrice, self.id.as_str())].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let (before, _) = existing(facts, &self.id)?;
        check_free(facts, &before)?;
        // The events show the price as it ended: no longer active, as that of a product does.
        let ended = Price { active: false, ..(*before).clone() };
        let mut changes = Changes::default();
        changes.announce(Action::Deleted, None, &Record::Price(Arc::new(ended)), cx);
        changes.writes.push(Write::Delete(Record::Price(before)));
        Ok((self.id.clone(), changes))
    }
}

/// The price of a plan, and how it recurs; one that does not is no plan.
fn existing(facts: &Facts, id: &PriceId) -> Result<(Arc<Price>, Recurring), Stop> {
    match facts.price(id)?.map(|price| (price.recurring.clone(), price)) {
        Some((Some(recurring), price)) => Ok((price, recurring)),
        _ => Err(Refusal::NoSubject { noun: Noun::Price, id: id.to_string() }.into()),
    }
}

/// Refuses a plan that something rests on. Whoever makes an item of a subscription reads the price too.
fn check_free(facts: &Facts, price: &Price) -> Result<(), Stop> {
    if is_default(facts, price)? {
        return Err(PlanRefusal::IsDefault(price.id.clone()).into());
    }
    if facts.any(Field::ItemPrice, price.id.as_str())? {
        return Err(PlanRefusal::InUse(price.id.clone()).into());
    }
    Ok(())
}
