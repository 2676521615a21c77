//! Customers: those who ask what they may use.
//!
//! Invariant: a customer's row is read by every command that changes anything of that customer, so that holding it
//! holds all of it.

mod link;
mod merge;

pub use link::{LinkCustomer, account_of};
pub(crate) use link::{Profile, follow_metadata, introduce, let_go, rename};
pub use merge::MERGED_EVENTS_MAX;

use crate::account::Account;
use crate::catalog::Catalog;
use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::definition::ProductRef;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{CustomProductId, CustomerId, ProductId, SubscriptionId};
use crate::patch::Patch;
use crate::record::{Field, Record};
use crate::refusal::AccessRefusal;
use crate::time::Timestamp;
use crate::usage::subject;
use crate::window::Window;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Longest id, in characters.
pub const ID_MAX_CHARACTERS: usize = 255;
/// Longest name and longest email address, in characters.
pub const NAME_MAX_CHARACTERS: usize = 512;
/// Most custom products that one customer is assigned.
pub const ASSIGNMENTS_MAX: usize = 100;

/// One customer of the company that runs Tollgate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The integrator's own id.
    pub id: CustomerId,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where to write to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The customer of Stripe that it is; no two customers have the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stripe_customer: Option<String>,
    /// What it has by subscriptions that count; oldest start first, then by subscription.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subscribed: Vec<Subscribed>,
    /// Its subscriptions that are not over, and yet give nothing now: those that are paused or wait for their first payment.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub dormant: BTreeSet<SubscriptionId>,
    /// What time it is for it, where a test clock says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<Timestamp>,
    /// Where windows of usage begin, where that is not when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage_started: Option<Timestamp>,
    /// When it was made.
    pub created: Timestamp,
}

impl Customer {
    /// One of whom nothing is known but the id.
    pub fn new(id: CustomerId, now: Timestamp) -> Self {
        Self {
            id,
            name: None,
            email: None,
            stripe_customer: None,
            subscribed: Vec::new(),
            dormant: BTreeSet::new(),
            frozen: None,
            usage_started: None,
            created: now,
        }
    }

    /// The integrator's own id; none of one that stands for a billing customer which nobody linked.
    pub fn own_id(&self) -> Option<&CustomerId> {
        (self.stripe_customer.as_deref() != Some(self.id.as_str())).then_some(&self.id)
    }

    /// Its subscriptions that are not over.
    pub fn subscriptions(&self) -> BTreeSet<&SubscriptionId> {
        self.subscribed.iter().map(|subscribed| &subscribed.subscription).chain(&self.dormant).collect()
    }

    /// What time it is for this customer, when by the time of day it is `now`.
    pub fn now(&self, now: Timestamp) -> Timestamp {
        self.frozen.unwrap_or(now)
    }

    /// What a search looks for parts of: id, name, email and the customer of Stripe, in lower case.
    pub fn search_text(&self) -> String {
        let parts =
            [Some(self.id.as_str()), self.name.as_deref(), self.email.as_deref(), self.stripe_customer.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join("\n").to_lowercase()
    }
}

/// A product that a customer has by an item of a subscription that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscribed {
    /// The subscription; items of the same start are told apart by it.
    pub subscription: SubscriptionId,
    /// What.
    pub product: ProductId,
    /// At which version.
    pub version: u32,
    /// How many times its limits.
    pub quantity: u64,
    /// When it began: of several that grant a feature, the earliest anchors its windows of usage.
    pub started: Timestamp,
    /// Where its billing periods begin, and with them windows of usage.
    pub anchor: Timestamp,
}

/// That a customer has a custom product, and at which version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The [name](Assignment::name) of the pair.
    pub id: String,
    /// Who has it.
    pub customer: CustomerId,
    /// What.
    pub product: CustomProductId,
    /// The version it was given, or moved to.
    pub version: u32,
    /// Since when.
    pub created: Timestamp,
}

impl Assignment {
    /// What the assignment of a product to a customer is kept under.
    pub fn name(product: &CustomProductId, customer: &CustomerId) -> String {
        format!("{product} {customer}")
    }

    /// The version of the product, as it is looked up by.
    pub fn version_name(product: &CustomProductId, version: u32) -> String {
        format!("{version} {product}")
    }
}

/// Makes sure that a customer is there.
#[derive(Debug, Clone)]
pub struct EnsureCustomer {
    /// Who.
    pub id: CustomerId,
}

impl Command for EnsureCustomer {
    type Reply = Arc<Account>;

    fn reads(&self) -> ReadSet {
        Key::account(&self.id).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        if let Some(account) = facts.account(&self.id)? {
            return Ok((account.clone(), Changes::default()));
        }
        let customer = Arc::new(Customer::new(self.id.clone(), cx.now));
        let mut changes = Changes::default();
        changes.put(None, Record::Customer(customer.clone()), cx);
        Ok((Arc::new(Account::new(customer)), changes))
    }
}

/// Changes a customer, or makes it.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Customer`")]
pub struct WriteCustomer {
    pub id: CustomerId,
    /// Whether it is made where it is not there.
    pub create: bool,
    pub name: Patch<String>,
    pub email: Patch<String>,
    pub usage_started: Patch<Timestamp>,
    /// Keys of every custom product it is to have.
    pub product_keys: Option<Vec<String>>,
}

impl Command for WriteCustomer {
    type Reply = Arc<Account>;

    fn reads(&self) -> ReadSet {
        [Key::Catalog, Key::account(&self.id)].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = facts.account(&self.id)?;
        let mut after = match before {
            Some(account) => (**account).clone(),
            None if self.create => Account::new(Arc::new(Customer::new(self.id.clone(), cx.now))),
            None => return Err(AccessRefusal::NoCustomer { id: self.id.clone() }.into()),
        };
        let customer = Customer {
            name: self.name.apply(&after.customer.name),
            email: self.email.apply(&after.customer.email),
            usage_started: self.usage_started.apply(&after.customer.usage_started),
            ..(*after.customer).clone()
        };
        let mut changes = Changes::default();
        if before.is_none() || customer != *after.customer {
            let was = before.map(|account| Record::Customer(account.customer.clone()));
            after.customer = Arc::new(customer);
            changes.put(was, Record::Customer(after.customer.clone()), cx);
        }
        if let Some(keys) = &self.product_keys {
            self.assign(keys, &mut after, facts, &mut changes, cx)?;
        }
        Ok((Arc::new(after), changes))
    }
}

impl WriteCustomer {
    fn assign(
        &self,
        keys: &[String],
        account: &mut Account,
        facts: &Facts,
        changes: &mut Changes,
        cx: &mut Cx<'_>,
    ) -> Result<(), Stop> {
        let catalog = facts.catalog()?;
        let mut wanted: Vec<CustomProductId> = Vec::new();
        for (index, key) in keys.iter().enumerate() {
            let product = assignable(key, index, account, catalog, facts)?;
            if !wanted.contains(&product) {
                wanted.push(product);
            }
        }
        let (kept, dropped): (Vec<_>, Vec<_>) =
            std::mem::take(&mut account.assignments).into_iter().partition(|kept| wanted.contains(&kept.product));
        changes.writes.extend(dropped.into_iter().map(|assignment| Write::Delete(Record::Assignment(assignment))));
        account.assignments = kept;
        for product in wanted {
            if account.assignments.iter().any(|assignment| assignment.product == product) {
                continue;
            }
            let assignment = Arc::new(Assignment {
                id: Assignment::name(&product, &self.id),
                customer: self.id.clone(),
                version: catalog.newest_version(&ProductRef::Custom(product.clone())),
                product,
                created: cx.now,
            });
            changes.put(None, Record::Assignment(assignment.clone()), cx);
            account.assignments.push(assignment);
        }
        Ok(())
    }
}

/// The custom product with this key, where it may be assigned.
fn assignable(
    key: &str,
    index: usize,
    account: &Account,
    catalog: &Catalog,
    facts: &Facts,
) -> Result<CustomProductId, Stop> {
    let Some(product) = catalog.custom_product_by_key(key) else {
        return match facts.holder(Field::ProductKey, key)? {
            Some(_) => Err(AccessRefusal::NotAssignable { index, key: key.to_owned() }.into()),
            None => Err(AccessRefusal::UnknownProductKey { index, key: key.to_owned() }.into()),
        };
    };
    let is_held = account.assignments.iter().any(|assignment| assignment.product == product.id);
    if product.is_default || (product.is_archived && !is_held) {
        return Err(AccessRefusal::NotAssignable { index, key: key.to_owned() }.into());
    }
    Ok(product.id.clone())
}

/// Forgets a customer and everything of it.
#[derive(Debug, Clone)]
pub struct DeleteCustomer {
    /// Who.
    pub id: CustomerId,
}

impl Command for DeleteCustomer {
    type Reply = CustomerId;

    fn reads(&self) -> ReadSet {
        [Key::Catalog, Key::account(&self.id)].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, _: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let account = facts.account(&self.id)?.ok_or_else(|| AccessRefusal::NoCustomer { id: self.id.clone() })?;
        if account.customer.stripe_customer.is_some() {
            return Err(AccessRefusal::StripeCustomer.into());
        }
        let mut changes = Changes::default();
        forget(account, facts, &mut changes)?;
        Ok((self.id.clone(), changes))
    }
}

/// Deletes everything of a customer.
fn forget(account: &Account, facts: &Facts, changes: &mut Changes) -> Result<(), Stop> {
    for feature in facts.catalog()?.features().values().filter(|feature| feature.tracks_usage) {
        changes.sweep(subject(&feature.id, account.id()), Window::ALWAYS);
    }
    changes.writes.extend(account.records().map(Write::Delete));
    Ok(())
}
