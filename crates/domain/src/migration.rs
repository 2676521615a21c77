//! Moving customers from one version of a product to another.

use crate::access::{Entry, limit_of};
use crate::account::Account;
use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::customer::Assignment;
use crate::definition::ProductRef;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::CustomerId;
use crate::record::Record;
use crate::refusal::AccessRefusal;
use crate::subscription::{at_version, move_version};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most customers moved in one step.
pub const STEP_MAX: usize = 200;

/// Moves some customers. Those that do not have the product at the version, any more or at all, are passed over.
#[derive(Debug, Clone)]
pub struct MigrateCustomers {
    /// The key of the product.
    pub product_key: String,
    /// The version they leave.
    pub from: u32,
    /// The version they get.
    pub to: u32,
    /// Who; up to [`STEP_MAX`].
    pub customers: Vec<CustomerId>,
    /// Only say what would change.
    pub dry_run: bool,
}

/// What changes for a customer: one for each feature whose access is another after the move, usage apart.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct AccessChange {
    pub customer: CustomerId,
    pub before: Entry,
    pub after: Entry,
}

impl Command for MigrateCustomers {
    /// How many moved, and what changed for them.
    type Reply = (u64, Vec<AccessChange>);

    fn reads(&self) -> ReadSet {
        std::iter::once(Key::Catalog).chain(self.customers.iter().map(Key::account)).collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let catalog = facts.catalog()?;
        let product = catalog.product_ref(&self.product_key, facts)?;
        let newest = catalog.newest_version(&product);
        for (version, field) in [(self.from, "fromVersion"), (self.to, "toVersion")] {
            if catalog.definition(&product, version).is_none() && version != newest {
                return Err(AccessRefusal::NoVersion { version, field: Some(field) }.into());
            }
        }
        self.load(&product, facts)?;
        let (mut moved, mut differences, mut changes) = (0, Vec::new(), Changes::default());
        // Each once, however often it is named: no row is written twice.
        let mut named = BTreeSet::new();
        for customer in self.customers.iter().filter(|customer| named.insert(*customer)) {
            let Some(before) = facts.account(customer)? else { continue };
            let mut writes = Changes::default();
            let Some(after) = self.moved(&product, before, facts, &mut writes)? else { continue };
            moved += 1;
            for feature in catalog.live_features() {
                let entry = |account: &Account| Entry {
                    feature: feature.clone(),
                    limit: limit_of(account, feature, catalog, cx.now),
                    usage: None,
                };
                let (before, after) = (entry(before), entry(&after));
                if before != after {
                    differences.push(AccessChange { customer: customer.clone(), before, after });
                }
            }
            if !self.dry_run {
                changes.writes.append(&mut writes.writes);
            }
        }
        Ok(((moved, differences), changes))
    }
}

impl MigrateCustomers {
    /// Sees that what all of them have is known, in one round of loading.
    fn load(&self, product: &ProductRef, facts: &Facts) -> Result<(), Stop> {
        let ProductRef::Stripe(id) = product else { return Ok(()) };
        let mut reads = ReadSet::default();
        for customer in &self.customers {
            if let Some(Some(account)) = reads.gather(facts.account(customer))? {
                reads.gather(at_version(account, id, self.from, facts))?;
            }
        }
        reads.known()
    }

    /// The account after the move; nothing where the customer does not have the product at the version.
    fn moved(
        &self,
        product: &ProductRef,
        before: &Arc<Account>,
        facts: &Facts,
        changes: &mut Changes,
    ) -> Result<Option<Account>, Stop> {
        let next = match product {
            ProductRef::Custom(id) => {
                let holds = |kept: &&Arc<Assignment>| kept.product == *id && kept.version == self.from;
                let Some(assignment) = before.assignments.iter().find(holds) else { return Ok(None) };
                let next = Record::Assignment(Arc::new(Assignment { version: self.to, ..(**assignment).clone() }));
                let was = Some(Record::Assignment(assignment.clone()));
                changes.writes.push(Write::Put { before: was, after: next.clone() });
                next
            }
            ProductRef::Stripe(id) => {
                let subscriptions = at_version(before, id, self.from, facts)?;
                if subscriptions.is_empty() {
                    return Ok(None);
                }
                Record::Customer(move_version(before, &subscriptions, id, (self.from, self.to), changes))
            }
        };
        let mut after = (**before).clone();
        after.put(&next);
        Ok(Some(after))
    }
}
