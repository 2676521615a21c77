//! Answers to the one question that still stand: written once, given again until something changes.
//!
//! Invariant: an answer is given again only over the very account and catalog that it was made from, and while no
//! window has ended and nothing has expired. An engine that keeps accounts in memory puts a new one in the place of each
//! that changes, so that the same one says that nothing was written.

use bytes::Bytes;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use std::sync::{Arc, Weak};
use tollgate_domain::account::Account;
use tollgate_domain::catalog::Catalog;
use tollgate_domain::environment::Environment;
use tollgate_domain::id::CustomerId;
use tollgate_domain::time::Timestamp;
use tollgate_domain::window::Window;

/// What an answer takes besides its bytes, about.
const ENTRY_BYTES: usize = 256;
/// How large an answer is, about; decides only how much is remembered of answers that were dropped.
const ENTRY_BYTES_GUESS: u64 = 4096;

type Key = (Environment, CustomerId);

/// The answers of a server.
pub(crate) struct Standing(Option<Cache<Key, Answer, Weight>>);

#[derive(Clone)]
struct Answer {
    /// What it was made from. Not held alive: what is gone has a place that nothing else takes, as long as this is here.
    account: Weak<Account>,
    catalog: Weak<Catalog>,
    stays: Window,
    body: Bytes,
}

#[derive(Clone)]
struct Weight;

impl Weighter<Key, Answer> for Weight {
    fn weight(&self, _: &Key, answer: &Answer) -> u64 {
        (ENTRY_BYTES + answer.body.len()) as u64
    }
}

impl Standing {
    /// Room for so many bytes; with zero, nothing is kept.
    pub(crate) fn new(bytes: u64) -> Self {
        if bytes == 0 {
            return Self(None);
        }
        let items = usize::try_from(bytes / ENTRY_BYTES_GUESS).unwrap_or(usize::MAX);
        let options = OptionsBuilder::new().estimated_items_capacity(items).weight_capacity(bytes).build();
        let options = options.expect("both sizes are given");
        Self(Some(Cache::with_options(options, Weight, DefaultHashBuilder::default(), DefaultLifecycle::default())))
    }

    /// The answer for a customer, where it stands.
    pub(super) fn get(
        &self,
        key: &Key,
        account: &Arc<Account>,
        catalog: &Arc<Catalog>,
        now: Timestamp,
    ) -> Option<Bytes> {
        let answer = self.0.as_ref()?.get(key)?;
        let is_same = std::ptr::eq(answer.account.as_ptr(), Arc::as_ptr(account))
            && std::ptr::eq(answer.catalog.as_ptr(), Arc::as_ptr(catalog));
        (is_same && answer.stays.contains(account.now(now))).then_some(answer.body)
    }

    /// Keeps an answer for as long as it stands.
    pub(super) fn put(&self, key: Key, account: &Arc<Account>, catalog: &Arc<Catalog>, stays: Window, body: Bytes) {
        if let Some(answers) = &self.0 {
            let (account, catalog) = (Arc::downgrade(account), Arc::downgrade(catalog));
            answers.insert(key, Answer { account, catalog, stays, body });
        }
    }
}
