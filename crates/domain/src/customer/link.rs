//! Which billing customer a customer of the access side is.
//!
//! Invariant: every billing customer has exactly one customer, which holds its id. One that nobody linked has the id of
//! the billing customer itself: it gives way to whoever is linked in its place.

use super::Customer;
use super::merge::merge;
use crate::account::Account;
use crate::billing_customer::BillingCustomer;
use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{BillingCustomerId, CustomerId};
use crate::record::{Field, Noun, Record};
use crate::refusal::{AccessRefusal, LinkConflict};
use crate::subscription::rehold;
use crate::time::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What the access side shows of a billing customer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in `Customer`")]
pub(crate) struct Profile {
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
}

/// The account of a billing customer.
pub fn account_of<'f>(id: &BillingCustomerId, facts: &'f Facts) -> Result<Option<&'f Arc<Account>>, Stop> {
    match facts.holder(Field::CustomerStripe, id.as_str())?.map(CustomerId::from) {
        Some(holder) => facts.account(&holder),
        None => Ok(None),
    }
}

/// Makes the customer of a billing customer that is new, or takes the one that its metadata wants, unless another
/// billing customer has that.
pub(crate) fn introduce(
    new: &BillingCustomer,
    wanted: Option<CustomerId>,
    frozen: Option<Timestamp>,
    facts: &Facts,
    changes: &mut Changes,
) -> Result<(), Stop> {
    let stripe_customer = Some(new.id.to_string());
    let own = |id| Customer { name: new.name.clone(), email: new.email.clone(), ..Customer::new(id, new.created) };
    let (before, after) = match wanted {
        Some(id) => match facts.account(&id)? {
            None => (None, own(id)),
            Some(taken) if taken.customer.stripe_customer.is_none() => {
                (Some(taken.customer.clone()), with_profile(&taken.customer, new))
            }
            Some(_) => (None, own(new.id.as_str().into())),
        },
        None => (None, own(new.id.as_str().into())),
    };
    put(before, Customer { stripe_customer, frozen, ..after }, changes);
    Ok(())
}

/// What the billing customer says of itself wins; what it does not say stays.
fn with_profile(customer: &Customer, billing: &BillingCustomer) -> Customer {
    Customer {
        name: billing.name.clone().or_else(|| customer.name.clone()),
        email: billing.email.clone().or_else(|| customer.email.clone()),
        ..customer.clone()
    }
}

fn put(before: Option<Arc<Customer>>, after: Customer, changes: &mut Changes) {
    let before = before.map(Record::Customer);
    changes.writes.push(Write::Put { before, after: Record::Customer(after.into()) });
}

/// Gives the customer of a billing customer the name and the email address that this one has now.
pub(crate) fn rename(billing: &BillingCustomer, facts: &Facts, changes: &mut Changes) -> Result<(), Stop> {
    if let Some(account) = account_of(&billing.id, facts)? {
        let (name, email) = (billing.name.clone(), billing.email.clone());
        put(Some(account.customer.clone()), Customer { name, email, ..(*account.customer).clone() }, changes);
    }
    Ok(())
}

/// Follows metadata that names a customer: a billing customer that nobody linked, or that is linked to the customer
/// which its metadata named so far, goes over to the one named now. Where another billing customer has that one already, or
/// more would have to be moved than one step moves, it stays where it is.
pub(crate) fn follow_metadata(
    billing: &BillingCustomer,
    wanted: &CustomerId,
    former: Option<&CustomerId>,
    facts: &Facts,
    changes: &mut Changes,
    cx: &mut Cx<'_>,
) -> Result<(), Stop> {
    let Some(holder) = account_of(&billing.id, facts)? else { return Ok(()) };
    let follows = holder.id().as_str() == billing.id.as_str() || Some(holder.id()) == former;
    let is_free = facts.account(wanted)?.is_none_or(|account| account.customer.stripe_customer.is_none());
    if !follows || !is_free || holder.id() == wanted {
        return rename(billing, facts, changes);
    }
    let mut moved = Changes::default();
    match relink(wanted, billing.id.as_str(), Some(billing), facts, &mut moved, cx) {
        Ok(_) => {
            changes.writes.append(&mut moved.writes);
            changes.sweeps.append(&mut moved.sweeps);
            Ok(())
        }
        Err(Stop::Refused(_)) => rename(billing, facts, changes),
        Err(need) => Err(need),
    }
}

/// Takes the customer of a billing customer that is deleted away from it: one that nobody linked goes with everything of
/// it, another one stays as it is, without what it had by subscriptions.
pub(crate) fn let_go(id: &BillingCustomerId, facts: &Facts, changes: &mut Changes) -> Result<(), Stop> {
    let Some(account) = account_of(id, facts)? else { return Ok(()) };
    if account.id().as_str() == id.as_str() {
        return super::forget(account, facts, changes);
    }
    put(Some(account.customer.clone()), without_billing(&account.customer), changes);
    Ok(())
}

fn without_billing(customer: &Customer) -> Customer {
    let (subscribed, dormant) = (Vec::new(), BTreeSet::new());
    Customer { stripe_customer: None, subscribed, dormant, frozen: None, ..customer.clone() }
}

/// Says which billing customer a customer is; makes it where it is not there. What the customer that the billing customer
/// had without a link has got by now goes over to it, whole.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Customer`")]
pub struct LinkCustomer {
    pub id: CustomerId,
    pub stripe_customer: String,
    /// Take the link from whoever has it.
    pub force: bool,
}

impl Command for LinkCustomer {
    type Reply = Arc<Account>;

    fn reads(&self) -> ReadSet {
        let billing = Key::Row(Noun::BillingCustomer, self.stripe_customer.clone());
        let holder = Key::holder(Field::CustomerStripe, &self.stripe_customer);
        [Key::Catalog, Key::account(&self.id), billing, holder].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let account = facts.account(&self.id)?;
        let mut changes = Changes::default();
        if let Some(account) = account
            && let Some(linked) = &account.customer.stripe_customer
        {
            if *linked == self.stripe_customer {
                return Ok((account.clone(), changes));
            }
            // That of a billing customer which nobody linked is none that could be linked to another.
            if !self.force || *linked == self.id.as_str() {
                return Err(AccessRefusal::Linked(LinkConflict::Customer).into());
            }
        }
        let holder = facts.holder(Field::CustomerStripe, &self.stripe_customer)?;
        if holder.is_some_and(|holder| holder != self.stripe_customer) && !self.force {
            return Err(AccessRefusal::Linked(LinkConflict::StripeCustomer).into());
        }
        let billing = facts.billing_customer(&self.stripe_customer.as_str().into())?;
        let account = relink(&self.id, &self.stripe_customer, billing.as_deref(), facts, &mut changes, cx)?;
        Ok((Arc::new(account), changes))
    }
}

/// Makes `id` the customer of a billing customer, whoever was that before, and whomever it was the customer of.
fn relink(
    id: &CustomerId,
    stripe_customer: &str,
    billing: Option<&BillingCustomer>,
    facts: &Facts,
    changes: &mut Changes,
    cx: &mut Cx<'_>,
) -> Result<Account, Stop> {
    let target = facts.account(id)?;
    let holder = match facts.holder(Field::CustomerStripe, stripe_customer)?.map(CustomerId::from) {
        Some(holder) => facts.account(&holder)?,
        None => None,
    };
    let blank = || Account::new(Arc::new(Customer::new(id.clone(), billing.map_or(cx.now, |billing| billing.created))));
    let mut after = target.map_or_else(blank, |target| (**target).clone());
    let linked = match billing {
        Some(billing) => with_profile(&after.customer, billing),
        None => (*after.customer).clone(),
    };
    after.customer = Arc::new(Customer {
        stripe_customer: Some(stripe_customer.to_owned()),
        subscribed: holder.map_or_else(Vec::new, |holder| holder.customer.subscribed.clone()),
        dormant: holder.map_or_else(BTreeSet::new, |holder| holder.customer.dormant.clone()),
        frozen: holder.and_then(|holder| holder.customer.frozen),
        ..linked
    });
    // Whoever has what no two may have lets go of it before another gets it.
    let was = target.map(|target| target.customer.clone());
    match holder {
        Some(holder) if holder.id().as_str() == stripe_customer => {
            after = merge(holder, was, after, facts, changes, cx)?;
        }
        Some(holder) => {
            put(Some(holder.customer.clone()), without_billing(&holder.customer), changes);
            put(was, (*after.customer).clone(), changes);
        }
        None => put(was, (*after.customer).clone(), changes),
    }
    if let Some(holder) = holder {
        rehold(&holder.customer.subscribed, holder.id(), id, facts, changes)?;
    }
    if let Some(target) = target
        && let Some(former) = &target.customer.stripe_customer
    {
        stand_alone(former, &target.customer, facts, changes)?;
    }
    Ok(after)
}

/// Gives a billing customer, whose customer is now another's, one of its own, with what it has by subscriptions.
fn stand_alone(former: &str, taken: &Customer, facts: &Facts, changes: &mut Changes) -> Result<(), Stop> {
    let Some(billing) = facts.billing_customer(&former.into())? else { return Ok(()) };
    let own = CustomerId::from(former);
    let there = facts.account(&own)?.map(|account| account.customer.clone());
    if there.as_ref().is_some_and(|there| there.stripe_customer.is_some()) {
        return Err(AccessRefusal::Linked(LinkConflict::Customer).into());
    }
    let blank = Customer::new(own.clone(), billing.created);
    let after = Customer {
        stripe_customer: Some(former.to_owned()),
        subscribed: taken.subscribed.clone(),
        dormant: taken.dormant.clone(),
        frozen: taken.frozen,
        ..with_profile(there.as_deref().unwrap_or(&blank), &billing)
    };
    put(there, after, changes);
    rehold(&taken.subscribed, &taken.id, &own, facts, changes)
}
