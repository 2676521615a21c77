//! Who has what a subscription gives: the customer of the access side that the billing customer is.

use super::{Subscription, SubscriptionItem};
use crate::account::Account;
use crate::billing_customer::BillingCustomer;
use crate::catalog::Catalog;
use crate::command::{Changes, Cx, Stop, Write};
use crate::customer::{Customer, Subscribed};
use crate::entitlement;
use crate::facts::{Facts, ReadSet};
use crate::id::{BillingCustomerId, CustomerId, ProductId, SubscriptionId};
use crate::record::{Field, Record};
use crate::time::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A billing customer with its row on the access side, both held, while its subscriptions change.
pub(super) struct Holder {
    pub(super) customer: Arc<BillingCustomer>,
    /// What time it is for it: a whole second, as everything about billing is.
    pub(super) now: Timestamp,
    catalog: Arc<Catalog>,
    having: Having,
}

/// A customer of the access side, while its subscriptions change.
struct Having {
    account: Option<Arc<Account>>,
    /// The customer from now on.
    after: Option<Customer>,
}

impl Holder {
    /// Reads both rows; nothing where there is no such billing customer.
    pub(super) fn read(id: &BillingCustomerId, facts: &Facts, cx: &Cx<'_>) -> Result<Option<Self>, Stop> {
        let Some(customer) = facts.billing_customer(id)? else { return Ok(None) };
        let clock = match &customer.test_clock {
            Some(clock) => facts.test_clock(clock)?,
            None => None,
        };
        let now = clock.map_or(cx.now, |clock| clock.frozen);
        let account = match facts.holder(Field::CustomerStripe, id.as_str())?.map(CustomerId::from) {
            Some(holder) => facts.account(&holder)?.cloned(),
            None => None,
        };
        let catalog = facts.catalog()?.clone();
        let now = Timestamp::from_seconds(now.seconds());
        Ok(Some(Self { customer, now, catalog, having: Having::of(account) }))
    }

    /// Its subscriptions that are not over.
    pub(super) fn subscriptions(&self) -> BTreeSet<&SubscriptionId> {
        self.having.after.as_ref().map(Customer::subscriptions).unwrap_or_default()
    }

    /// Writes a subscription and the rows of its items; of the customer, [`close`](Self::close) does so once for all.
    pub(super) fn write(
        &mut self,
        before: Option<&Arc<Subscription>>,
        after: &Arc<Subscription>,
        changes: &mut Changes,
    ) {
        self.having.write(before, after, changes);
    }

    /// Tells what the customer is entitled to from now on, where that is something else than before.
    pub(super) fn tell(&self, changes: &mut Changes, cx: &mut Cx<'_>) {
        if let Having { account: Some(account), after: Some(after) } = &self.having {
            let (before, after) = (&account.customer.subscribed[..], &after.subscribed[..]);
            entitlement::announce(&self.customer.id, (before, after), &self.catalog, changes, cx);
        }
    }

    /// Writes the row of the customer, where it has something else than before, and tells of it.
    pub(super) fn close(self, changes: &mut Changes, cx: &mut Cx<'_>) {
        self.tell(changes, cx);
        self.having.close(changes);
    }
}

impl Having {
    fn of(account: Option<Arc<Account>>) -> Self {
        let after = account.as_ref().map(|account| (*account.customer).clone());
        Self { account, after }
    }

    fn write(&mut self, before: Option<&Arc<Subscription>>, after: &Arc<Subscription>, changes: &mut Changes) {
        let was = before.map(|before| Record::Subscription(before.clone()));
        if before != Some(after) {
            changes.writes.push(Write::Put { before: was, after: Record::Subscription(after.clone()) });
        }
        let holder = self.account.as_ref().map(|account| account.id());
        rewrite_items(before.map(|before| (&**before, holder)), (after, holder), changes);
        if let Some(customer) = &mut self.after {
            customer.follow(after);
        }
    }

    fn close(self, changes: &mut Changes) -> Option<Arc<Customer>> {
        let (account, after) = (self.account?, self.after?);
        if after == *account.customer {
            return None;
        }
        let (before, after) = (Some(Record::Customer(account.customer.clone())), Arc::new(after));
        changes.writes.push(Write::Put { before, after: Record::Customer(after.clone()) });
        Some(after)
    }
}

impl Customer {
    /// It has what a subscription gives, as that is now.
    fn follow(&mut self, subscription: &Subscription) {
        self.subscribed.retain(|subscribed| subscribed.subscription != subscription.id);
        self.dormant.remove(&subscription.id);
        if subscription.status.counts() {
            self.subscribed.extend(subscription.items.iter().map(|item| Subscribed::of(subscription, item)));
            self.subscribed
                .sort_by(|one, other| (one.started, &one.subscription).cmp(&(other.started, &other.subscription)));
        } else if !subscription.status.is_final() {
            self.dormant.insert(subscription.id.clone());
        }
    }
}

impl Subscribed {
    fn of(subscription: &Subscription, item: &super::Item) -> Self {
        Self {
            subscription: subscription.id.clone(),
            product: item.product.clone(),
            version: item.version,
            quantity: item.units(),
            started: subscription.started,
            anchor: subscription.anchor,
        }
    }
}

/// Puts the rows of a subscription's items as it is held now in the place of those as it was held before.
fn rewrite_items(
    before: Option<(&Subscription, Option<&CustomerId>)>,
    after: (&Subscription, Option<&CustomerId>),
    changes: &mut Changes,
) {
    let row = |(subscription, holder): (&Subscription, Option<&CustomerId>), item| {
        Record::SubscriptionItem(Arc::new(SubscriptionItem::of(subscription, item, holder)))
    };
    for item in &after.0.items {
        let was = before.and_then(|before| Some(row(before, before.0.item(&item.id)?)));
        let after = row(after, item);
        if was.as_ref() != Some(&after) {
            changes.writes.push(Write::Put { before: was, after });
        }
    }
    if let Some(before) = before {
        let gone = before.0.items.iter().filter(|item| after.0.item(&item.id).is_none());
        changes.writes.extend(gone.map(|item| Write::Delete(row(before, item))));
    }
}

/// The subscriptions by which a customer has a product at a version.
pub(crate) fn at_version(
    account: &Account,
    product: &ProductId,
    version: u32,
    facts: &Facts,
) -> Result<Vec<Arc<Subscription>>, Stop> {
    let having = account.customer.subscribed.iter();
    let having = having.filter(|subscribed| subscribed.product == *product && subscribed.version == version);
    let ids: BTreeSet<_> = having.map(|subscribed| &subscribed.subscription).collect();
    let (mut reads, mut found) = (ReadSet::default(), Vec::with_capacity(ids.len()));
    for id in ids {
        found.extend(reads.gather(facts.subscription(id))?.flatten());
    }
    reads.known()?;
    Ok(found)
}

/// Moves what these subscriptions give of a product from one version to another; gives the customer as it is then. Nobody is
/// told: versions are no part of a subscription as its payer sees it.
pub(crate) fn move_version(
    account: &Arc<Account>,
    subscriptions: &[Arc<Subscription>],
    product: &ProductId,
    (from, to): (u32, u32),
    changes: &mut Changes,
) -> Arc<Customer> {
    let mut having = Having::of(Some(account.clone()));
    for before in subscriptions {
        let mut after = (**before).clone();
        for item in &mut after.items {
            if item.product == *product && item.version == from {
                item.version = to;
            }
        }
        having.write(Some(before), &Arc::new(after), changes);
    }
    having.close(changes).unwrap_or_else(|| account.customer.clone())
}

/// The rows of items follow what a customer has by subscriptions from one customer of the access side to another.
/// The caller moves [`Customer::subscribed`] itself.
pub fn rehold(
    subscribed: &[Subscribed],
    from: &CustomerId,
    to: &CustomerId,
    facts: &Facts,
    changes: &mut Changes,
) -> Result<(), Stop> {
    let mut reads = ReadSet::default();
    let ids: BTreeSet<_> = subscribed.iter().map(|subscribed| &subscribed.subscription).collect();
    for id in ids {
        if let Some(Some(subscription)) = reads.gather(facts.subscription(id))? {
            rewrite_items(Some((&subscription, Some(from))), (&subscription, Some(to)), changes);
        }
    }
    reads.known()
}

/// The rows of the items that a subscription has, as whoever holds it has them.
pub fn held_items(subscription: &Subscription, holder: &CustomerId) -> Vec<SubscriptionItem> {
    subscription.items.iter().map(|item| SubscriptionItem::of(subscription, item, Some(holder))).collect()
}
