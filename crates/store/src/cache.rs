//! What was read of objects, in memory, up to a number of bytes: bodies, or what was made of several of them.
//!
//! Invariant: once a change is answered, nothing older than it is in here. The writer puts what it committed before
//! it answers, or takes it out, where others write too. A reader that misses first leaves a placeholder, then reads
//! the file, then fills the placeholder; the writer's put or removal takes the placeholder away, so that a reader with
//! something older in hand fills nothing.

use crate::error::StoreError;
use crate::metrics::Metrics;
use quick_cache::sync::{Cache as Values, DefaultLifecycle, GuardResult};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use std::sync::Arc;
use tollgate_domain::environment::Environment;
use tollgate_domain::record::Noun;

/// Below this many bytes nothing is kept: half of the least that options ask for.
const CACHE_BYTES_MIN: u64 = 512 * 1024;
/// Larger ones are not kept; they would push out many others.
const KEPT_BYTES_MAX: usize = 64 * 1024;
/// What an entry takes besides its key and its value, in bytes: its place in the table, two allocations.
const ENTRY_BYTES: u64 = 128;
/// About how large an entry is, in bytes; decides only how much is remembered of entries that were dropped.
const ENTRY_BYTES_GUESS: u64 = 1024;
/// Keys up to this many bytes are put together without an allocation.
const SHORT_KEY_BYTES: usize = 64;

/// The noun and environment in one byte, then the id.
type Key = Vec<u8>;

/// What can be kept: shared, so that it is cheap to hand out.
pub(crate) trait Kept: Clone {
    /// About how many bytes of memory it takes.
    fn bytes(&self) -> usize;
}

impl Kept for Arc<[u8]> {
    fn bytes(&self) -> usize {
        self.len()
    }
}

/// Values by object, where any are kept.
#[derive(Debug)]
pub(crate) struct Cache<V: Kept = Arc<[u8]>>(Option<Values<Key, V, Bytes>>);

#[derive(Debug, Clone)]
struct Bytes;

impl<V: Kept> Weighter<Key, V> for Bytes {
    fn weight(&self, key: &Key, value: &V) -> u64 {
        ENTRY_BYTES + (key.len() + value.bytes()) as u64
    }
}

impl<V: Kept> Cache<V> {
    /// Room for this many bytes; taken as they are needed.
    pub(crate) fn new(bytes: u64) -> Self {
        if bytes < CACHE_BYTES_MIN {
            return Self(None);
        }
        let items = usize::try_from(bytes / ENTRY_BYTES_GUESS).unwrap_or(usize::MAX);
        let options = OptionsBuilder::new().estimated_items_capacity(items).weight_capacity(bytes).build();
        let options = options.expect("both sizes are given");
        let (hasher, lifecycle) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
        Self(Some(Values::with_options(options, Bytes, hasher, lifecycle)))
    }

    /// The value as the last commit left it, where it is kept.
    pub(crate) fn get(&self, noun: Noun, environment: Environment, id: &str) -> Option<V> {
        let values = self.0.as_ref()?;
        with_key(noun, environment, id, |key| values.get(key))
    }

    /// The value from memory, or else as `read` finds it.
    pub(crate) fn get_or_read(
        &self,
        metrics: &Metrics,
        noun: Noun,
        environment: Environment,
        id: &str,
        read: impl FnOnce() -> Result<Option<V>, StoreError>,
    ) -> Result<Option<V>, StoreError> {
        let Some(values) = &self.0 else { return read() };
        with_key(noun, environment, id, |key| match values.get_value_or_guard(key, None) {
            GuardResult::Value(value) => {
                metrics.cache_hits.inc();
                Ok(Some(value))
            }
            GuardResult::Guard(placeholder) => {
                metrics.cache_misses.inc();
                let value = read()?;
                if let Some(value) = value.as_ref().filter(|value| value.bytes() <= KEPT_BYTES_MAX) {
                    // It fails where the writer was faster, and is right to.
                    let _ = placeholder.insert(value.clone());
                }
                Ok(value)
            }
            GuardResult::Timeout => read(),
        })
    }

    /// The same where reading takes a while; those who ask for the same value meanwhile wait for it.
    pub(crate) async fn get_or_fetch(
        &self,
        metrics: &Metrics,
        noun: Noun,
        environment: Environment,
        id: &str,
        fetch: impl Future<Output = Result<Option<V>, StoreError>>,
    ) -> Result<Option<V>, StoreError> {
        let Some(values) = &self.0 else { return fetch.await };
        if let Some(value) = self.get(noun, environment, id) {
            metrics.cache_hits.inc();
            return Ok(Some(value));
        }
        let key = with_key(noun, environment, id, <[u8]>::to_vec);
        match values.get_value_or_guard_async(&key).await {
            Ok(value) => {
                metrics.cache_hits.inc();
                Ok(Some(value))
            }
            Err(placeholder) => {
                metrics.cache_misses.inc();
                let value = fetch.await?;
                if let Some(value) = value.as_ref().filter(|value| value.bytes() <= KEPT_BYTES_MAX) {
                    // It fails where the object was changed meanwhile, and is right to.
                    let _ = placeholder.insert(value.clone());
                }
                Ok(value)
            }
        }
    }

    /// Forgets everything, also what somebody is about to put in.
    pub(crate) fn clear(&self) {
        if let Some(values) = &self.0 {
            values.clear();
        }
    }

    /// Called between commit and answer.
    pub(crate) fn put(&self, noun: Noun, environment: Environment, id: &str, value: Option<V>) {
        let Some(values) = &self.0 else { return };
        with_key(noun, environment, id, |key| match value {
            Some(value) if value.bytes() <= KEPT_BYTES_MAX => values.insert(key.to_owned(), value),
            _ => drop(values.remove(key)),
        });
    }
}

fn with_key<T>(noun: Noun, environment: Environment, id: &str, use_key: impl FnOnce(&[u8]) -> T) -> T {
    let tag = noun as u8 * 2 + u8::from(environment.is_live());
    let mut short = [0; SHORT_KEY_BYTES];
    if let Some(place) = short.get_mut(1..=id.len()) {
        place.copy_from_slice(id.as_bytes());
        short[0] = tag;
        return use_key(&short[..=id.len()]);
    }
    use_key(&[&[tag], id.as_bytes()].concat())
}
