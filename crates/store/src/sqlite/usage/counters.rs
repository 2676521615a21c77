//! Counters that are not stored: in the file they are as they were some events ago.
//!
//! Invariant: what is in here comes out again when the events after the mark are read back. So a customer's counters are
//! put off only where each that changed is carried by a new event, where they have a row in the file, and where nothing
//! else of the customer changes in the same step: who reads the file then never sees one without the other.

use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;
use tollgate_domain::account::Account;
use tollgate_domain::command::Write;
use tollgate_domain::environment::Environment;
use tollgate_domain::id::CustomerId;
use tollgate_domain::record::Record;
use tollgate_domain::usage::Counters;

/// The counters of a customer, as they are.
#[derive(Debug, Clone)]
pub(in crate::sqlite) struct Unstored {
    /// The place of the customer's row.
    pub(in crate::sqlite) customer: i64,
    pub(in crate::sqlite) counters: Arc<Counters>,
    /// No event before this one tells of anything that is not stored.
    pub(in crate::sqlite) since: i64,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Counting([FxHashMap<CustomerId, Unstored>; 2]);

impl Counting {
    pub(super) fn get(&self, environment: Environment, customer: &CustomerId) -> Option<Unstored> {
        self.0[usize::from(environment.is_live())].get(customer).cloned()
    }

    /// Between commit and answer.
    pub(super) fn put(&mut self, environment: Environment, customer: CustomerId, mut unstored: Unstored) {
        let of = &mut self.0[usize::from(environment.is_live())];
        if let Some(before) = of.get_mut(&customer) {
            if before.customer == unstored.customer {
                unstored.since = unstored.since.min(before.since);
            }
            *before = unstored;
        } else {
            of.insert(customer, unstored);
        }
    }

    /// They are stored, or gone.
    pub(super) fn remove(&mut self, environment: Environment, customer: &CustomerId) -> Option<Unstored> {
        self.0[usize::from(environment.is_live())].remove(customer)
    }

    /// Whose counters rest on events up to this one, in the order of their rows.
    pub(super) fn due(&self, upto: i64) -> Vec<(Environment, CustomerId)> {
        let of = |environment: Environment| {
            let all = self.0[usize::from(environment.is_live())].iter();
            let due = all.filter(move |(_, unstored)| unstored.since <= upto);
            due.map(move |(customer, unstored)| (unstored.customer, environment, customer.clone()))
        };
        let mut due: Vec<_> = Environment::ALL.into_iter().flat_map(of).collect();
        due.sort_unstable();
        due.into_iter().map(|(_, environment, customer)| (environment, customer)).collect()
    }
}

/// Whose counters need not be stored with these writes.
pub(super) fn put_off(writes: &[Write]) -> FxHashSet<&CustomerId> {
    /// More than there are features: something else speaks against it.
    const NEVER: usize = usize::MAX / 2;
    let mut missing: FxHashMap<&CustomerId, (&Counters, usize)> = FxHashMap::default();
    for write in writes {
        if let Write::Put { before: Some(Record::Counters(before)), after: Record::Counters(after) } = write {
            let changed = after.by_feature.iter().filter(|(feature, counter)| before.of(feature) != Some(counter));
            missing.insert(&after.customer, (after, changed.count()));
        }
    }
    if missing.is_empty() {
        return FxHashSet::default();
    }
    for write in writes {
        let (Write::Put { after: record, .. } | Write::Delete(record)) = write;
        match (write, record) {
            (Write::Put { before: None, .. }, Record::UsageEvent(event)) => {
                if let Some((after, missing)) = missing.get_mut(&event.customer)
                    && after.of(&event.feature) == Some(&event.counter)
                {
                    *missing = missing.saturating_sub(1);
                }
            }
            (_, Record::Counters(_)) => {}
            _ => {
                for owner in Account::owners(write) {
                    if let Some((_, missing)) = missing.get_mut(owner) {
                        *missing = NEVER;
                    }
                }
            }
        }
    }
    missing.into_iter().filter(|(_, (_, missing))| *missing == 0).map(|(customer, _)| customer).collect()
}
