//! The items of a subscription, one by one.

use super::draft::Draft;
use super::pricing::{self, ItemPatch, NewItem};
use super::refusal::{Place, SubscriptionRefusal as No};
use super::update::ItemChange;
use super::{Item, Period, Status, Subscription};
use crate::command::{Changes, Command, Cx, Stop};
use crate::event::Action;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{SubscriptionId, SubscriptionItemId};
use crate::record::Noun;
use crate::time::Timestamp;
use std::sync::Arc;

/// Adds an item to a subscription.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct CreateItem {
    pub subscription: SubscriptionId,
    pub item: NewItem,
}

/// Changes an item.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct UpdateItem {
    pub id: SubscriptionItemId,
    pub patch: ItemPatch,
}

/// Takes an item out of its subscription.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct DeleteItem {
    pub id: SubscriptionItemId,
}

impl Command for CreateItem {
    /// The subscription, and which of its items is the new one.
    type Reply = (Arc<Subscription>, SubscriptionItemId);

    fn reads(&self) -> ReadSet {
        let mut reads = ReadSet::from(Key::Row(Noun::Subscription, self.subscription.to_string()));
        reads.extend(pricing::reads(std::iter::once(&self.item.price)));
        reads
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let gone = || No::Over { id: self.subscription.clone() };
        let draft = Draft::open(&self.subscription, facts, cx)?.ok_or_else(gone)?;
        if draft.now_is.status.is_final() {
            return Err(gone().into());
        }
        let (subscription, changes) = change_one(draft, &ItemChange::Add(self.item.clone()), facts, cx)?;
        let id = subscription.items.last().map(|item| item.id.clone()).expect("it was added");
        Ok(((subscription, id), changes))
    }
}

impl Command for UpdateItem {
    type Reply = (Arc<Subscription>, SubscriptionItemId);

    fn reads(&self) -> ReadSet {
        let mut reads = ReadSet::from(Key::Row(Noun::SubscriptionItem, self.id.to_string()));
        reads.extend(pricing::reads(self.patch.price.iter()));
        reads
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let draft = open(&self.id, facts, cx)?;
        let change = ItemChange::Change { id: self.id.clone(), patch: self.patch.clone() };
        let (subscription, changes) = change_one(draft, &change, facts, cx)?;
        Ok(((subscription, self.id.clone()), changes))
    }
}

impl Command for DeleteItem {
    type Reply = SubscriptionItemId;

    fn reads(&self) -> ReadSet {
        Key::Row(Noun::SubscriptionItem, self.id.to_string()).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let draft = open(&self.id, facts, cx)?;
        let (_, changes) = change_one(draft, &ItemChange::Remove { id: self.id.clone() }, facts, cx)?;
        Ok((self.id.clone(), changes))
    }
}

/// The subscription of an item, where that is not over.
fn open(id: &SubscriptionItemId, facts: &Facts, cx: &mut Cx<'_>) -> Result<Draft, Stop> {
    let unknown = || No::UnknownItem { id: id.clone() };
    let row = facts.subscription_item(id)?.ok_or_else(unknown)?;
    let draft = Draft::open(&row.subscription, facts, cx)?.ok_or_else(unknown)?;
    if draft.now_is.status.is_final() { Err(unknown().into()) } else { Ok(draft) }
}

fn change_one(
    mut draft: Draft,
    change: &ItemChange,
    facts: &Facts,
    cx: &mut Cx<'_>,
) -> Result<(Arc<Subscription>, Changes), Stop> {
    draft.now_is.check_open()?;
    let mut after = (*draft.now_is).clone();
    let now = draft.holder.now;
    self::change(&mut after, std::iter::once((Place::Alone, change)), now, facts, draft.changes(), cx)?;
    after.follow_periods(now);
    draft.become_so(after, Action::Updated, cx);
    Ok(draft.close(cx))
}

/// Makes changes to items, in order.
pub(super) fn change<'a>(
    after: &mut Subscription,
    asked: impl Iterator<Item = (Place, &'a ItemChange)> + Clone,
    now: Timestamp,
    facts: &Facts,
    changes: &mut Changes,
    cx: &mut Cx<'_>,
) -> Result<(), Stop> {
    pricing::load(asked.clone().filter_map(|(_, change)| change.price()), facts)?;
    let mut named: Vec<&SubscriptionItemId> = Vec::new();
    let mut other_cadence = 0;
    for (place, change) in asked {
        if let ItemChange::Change { id, .. } | ItemChange::Remove { id } = change {
            if named.contains(&id) {
                return Err(No::ItemTwice { place, id: id.clone() }.into());
            }
            named.push(id);
        }
        match change {
            ItemChange::Add(new) => add(after, new, place, now, facts, changes, cx)?,
            ItemChange::Change { id, patch } => {
                other_cadence += usize::from(patch.apply(after, (id, place), now, facts, changes, cx)?);
            }
            ItemChange::Remove { id } => {
                let place_of = find(after, id, place)?;
                after.items.remove(place_of);
            }
        }
    }
    if after.items.is_empty() {
        return Err(No::LastItem.into());
    }
    // Where every item is billed at another interval than before, there is no period left to keep to.
    if other_cadence == after.items.len() && after.status != Status::Trialing {
        after.anchor_at(now);
    }
    pricing::check_together(&after.items, after.mode)
}

fn find(subscription: &Subscription, id: &SubscriptionItemId, place: Place) -> Result<usize, Stop> {
    let found = subscription.items.iter().position(|item| item.id == *id);
    Ok(found.ok_or_else(|| No::NoItem { place, id: id.to_string() })?)
}

/// The period of an item that begins now.
fn period_from(subscription: &Subscription, cadence: super::Cadence, now: Timestamp) -> Period {
    match subscription.trial.filter(|_| subscription.status == Status::Trialing) {
        Some(trial) => Period { start: now, end: trial.end },
        None => cadence.period(now, subscription.anchor),
    }
}

fn add(
    after: &mut Subscription,
    new: &NewItem,
    place: Place,
    now: Timestamp,
    facts: &Facts,
    changes: &mut Changes,
    cx: &mut Cx<'_>,
) -> Result<(), Stop> {
    let priced = new.price.resolve(place, facts, changes, cx)?;
    check_beside(after, &priced, None, place)?;
    let period = period_from(after, priced.cadence, now);
    after.items.push(new.build(&priced, after.currency, place, period, facts, cx)?);
    Ok(())
}

impl ItemPatch {
    /// Changes an item; says whether it is billed at another interval since.
    fn apply(
        &self,
        after: &mut Subscription,
        (id, place): (&SubscriptionItemId, Place),
        now: Timestamp,
        facts: &Facts,
        changes: &mut Changes,
        cx: &mut Cx<'_>,
    ) -> Result<bool, Stop> {
        let index = find(after, id, place)?;
        let before = after.items[index].clone();
        let mut item = Item { metadata: self.metadata.apply(&before.metadata)?, ..before.clone() };
        match self.price.as_ref().filter(|choice| !choice.is(&before)) {
            None => match (before.quantity, self.quantity) {
                (None, Some(_)) => return Err(No::QuantityOfMetered { place }.into()),
                (kept, asked) => item.quantity = asked.or(kept),
            },
            Some(choice) => {
                let priced = choice.resolve(place, facts, changes, cx)?;
                check_beside(after, &priced, Some(id), place)?;
                item.quantity = priced.quantity(self.quantity, before.quantity, place)?;
                if priced.price.product != before.product {
                    item.version = priced.newest_version(facts)?;
                }
                item.price = priced.price.id.clone();
                item.product = priced.price.product.clone();
                item.cadence = priced.cadence;
                item.is_free = priced.price.is_free_in(after.currency);
                if item.cadence != before.cadence && after.status != Status::Trialing {
                    item.period = period_from(after, item.cadence, now);
                }
            }
        }
        let is_other = item.cadence != before.cadence;
        after.items[index] = item;
        Ok(is_other)
    }
}

impl super::PriceChoice {
    fn is(&self, item: &Item) -> bool {
        matches!(self, Self::Existing(id) if *id == item.price)
    }
}

/// Refuses a price that cannot stand beside the other items.
fn check_beside(
    subscription: &Subscription,
    priced: &pricing::Priced,
    own: Option<&SubscriptionItemId>,
    place: Place,
) -> Result<(), Stop> {
    let price = &priced.price;
    let mut others = subscription.items.iter().filter(|item| Some(&item.id) != own);
    if let Some(other) = others.find(|item| item.price == price.id) {
        return Err(No::PriceInUse { price: price.id.clone(), item: other.id.clone() }.into());
    }
    if !priced.charges_in(subscription.currency) {
        return Err(No::OtherCurrency { place, price: price.currency, expected: subscription.currency }.into());
    }
    Ok(())
}
