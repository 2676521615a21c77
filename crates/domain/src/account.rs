//! Everything of one customer that access rests on, as one fact.

use crate::bonus::Bonus;
use crate::command::Write;
use crate::customer::{Assignment, Customer};
use crate::id::{CustomerId, FeatureId};
use crate::overrule::Override;
use crate::record::{Noun, Record};
use crate::time::Timestamp;
use crate::usage::{Counter, Counters};
use std::sync::Arc;

/// The nouns it is made of. The customer's own row is the one to hold.
pub const NOUNS: [Noun; 5] = [Noun::Customer, Noun::Counters, Noun::Assignment, Noun::Override, Noun::Bonus];

/// A customer with what it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub customer: Arc<Customer>,
    /// Its usage; nothing where there never was any.
    pub counters: Option<Arc<Counters>>,
    /// Its custom products, oldest assignment first.
    pub assignments: Vec<Arc<Assignment>>,
    /// At most one for each feature, expired ones included; oldest first.
    pub overrides: Vec<Arc<Override>>,
    /// Expired and used-up ones included; oldest first.
    pub bonuses: Vec<Arc<Bonus>>,
}

impl Account {
    /// A customer that has nothing yet.
    pub fn new(customer: Arc<Customer>) -> Self {
        Self { customer, counters: None, assignments: Vec::new(), overrides: Vec::new(), bonuses: Vec::new() }
    }

    /// Whose it is.
    pub fn id(&self) -> &CustomerId {
        &self.customer.id
    }

    /// What time it is for the customer, when by the time of day it is `now`.
    pub fn now(&self, now: Timestamp) -> Timestamp {
        self.customer.now(now)
    }

    /// The count of a feature's usage; nothing where there never was any.
    pub fn counter(&self, feature: &FeatureId) -> Option<&Counter> {
        self.counters.as_ref()?.of(feature)
    }

    /// The customer that a record belongs to; none of a noun that is no part of an account.
    pub fn owner(record: &Record) -> Option<&CustomerId> {
        match record {
            Record::Customer(customer) => Some(&customer.id),
            Record::Counters(counters) => Some(&counters.customer),
            Record::Assignment(assignment) => Some(&assignment.customer),
            Record::Override(overrule) => Some(&overrule.customer),
            Record::Bonus(bonus) => Some(&bonus.customer),
            _ => None,
        }
    }

    /// Takes in a record of this customer, or puts it in the place of the one of the same id.
    pub fn put(&mut self, record: &Record) {
        match record {
            Record::Customer(customer) => self.customer = customer.clone(),
            Record::Counters(counters) => self.counters = Some(counters.clone()),
            Record::Assignment(assignment) => {
                put(&mut self.assignments, assignment, |kept| kept.id == assignment.id, |kept| kept.created);
            }
            Record::Override(overrule) => {
                put(&mut self.overrides, overrule, |kept| kept.id == overrule.id, |kept| kept.created);
            }
            Record::Bonus(bonus) => {
                put(&mut self.bonuses, bonus, |kept| kept.id == bonus.id, |kept| kept.created);
            }
            _ => {}
        }
    }

    /// Drops a record of this customer. The customer itself is dropped with its account.
    pub fn remove(&mut self, record: &Record) {
        match record {
            Record::Counters(_) => self.counters = None,
            Record::Assignment(gone) => self.assignments.retain(|kept| kept.id != gone.id),
            Record::Override(gone) => self.overrides.retain(|kept| kept.id != gone.id),
            Record::Bonus(gone) => self.bonuses.retain(|kept| kept.id != gone.id),
            _ => {}
        }
    }

    /// The customers whose account a write changes: two where a record changes hands.
    pub fn owners(write: &Write) -> impl Iterator<Item = &CustomerId> {
        let (Write::Put { after: record, .. } | Write::Delete(record)) = write;
        let owner = Self::owner(record);
        let former = match write {
            Write::Put { before: Some(before), .. } => Self::owner(before).filter(|former| Some(*former) != owner),
            _ => None,
        };
        owner.into_iter().chain(former)
    }

    /// The account after a write to it; nothing once the customer is gone, or where it never was there.
    pub fn follow(account: Option<Arc<Self>>, write: &Write) -> Option<Arc<Self>> {
        match (write, account) {
            (Write::Put { after: Record::Customer(customer), .. }, None) => Some(Arc::new(Self::new(customer.clone()))),
            (Write::Delete(Record::Customer(_)), _) | (_, None) => None,
            (Write::Put { after, .. }, Some(mut account)) => {
                let changed = Arc::make_mut(&mut account);
                if Self::owner(after) == Some(changed.id()) {
                    changed.put(after);
                } else {
                    changed.remove(after);
                }
                Some(account)
            }
            (Write::Delete(before), Some(mut account)) => {
                Arc::make_mut(&mut account).remove(before);
                Some(account)
            }
        }
    }

    /// Every record of it, the customer last, so that nothing is ever without its customer.
    pub fn records(&self) -> impl Iterator<Item = Record> {
        let counters = self.counters.iter().cloned().map(Record::Counters);
        let assignments = self.assignments.iter().cloned().map(Record::Assignment);
        let overrides = self.overrides.iter().cloned().map(Record::Override);
        let bonuses = self.bonuses.iter().cloned().map(Record::Bonus);
        let customer = [Record::Customer(self.customer.clone())];
        counters.chain(assignments).chain(overrides).chain(bonuses).chain(customer)
    }
}

/// What is new stands last; only what came from another customer may be older than what is here.
fn put<T>(records: &mut Vec<Arc<T>>, record: &Arc<T>, is_same: impl Fn(&T) -> bool, created: impl Fn(&T) -> Timestamp) {
    if let Some(kept) = records.iter_mut().find(|kept| is_same(kept)) {
        *kept = record.clone();
        return;
    }
    let place = records.partition_point(|kept| created(kept) <= created(record));
    records.insert(place, record.clone());
}
