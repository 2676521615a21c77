//! The usage events that the indexes of the file do not have yet, in memory, found by customer and feature and by key.
//!
//! Events enter in the order of their places, before they are committed; those that are rolled back are taken out again
//! from the end. What was deleted or changed is struck out once that is committed; a change enters the indexes of the file
//! at once. So whoever looks here first and at the file after finds every event there is, some of them twice and perhaps
//! some that are not there (any more, or yet): each must be looked up.

use rustc_hash::FxHashMap;
use std::num::NonZeroI64;

/// A customer and a feature, by the places of their rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::sqlite) struct Subject {
    pub(super) customer: i64,
    pub(super) feature: i64,
}

/// A hash of an event's key.
pub(super) type KeyHash = NonZeroI64;

/// How an event is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) subject: Subject,
    /// When it occurred, in milliseconds.
    pub(super) created: i64,
    /// Where its row is.
    pub(super) seq: i64,
    pub(super) key: Option<KeyHash>,
}

/// Some events, in the order of their places. Those of one subject, and those of one key, are chained, last first.
#[derive(Debug, Default)]
pub(super) struct Run {
    links: Vec<Link>,
    last_of: FxHashMap<Subject, u32>,
    last_of_key: FxHashMap<(Subject, KeyHash), u32>,
}

#[derive(Debug)]
struct Link {
    entry: Entry,
    /// The event before, of the same subject; of the same key.
    before: u32,
    before_of_key: u32,
    struck: bool,
}

/// Instead of the number of a link, where there is none.
const NONE: u32 = u32::MAX;

impl Run {
    pub(super) fn len(&self) -> usize {
        self.links.len()
    }

    pub(super) fn push(&mut self, entry: Entry) {
        let number = u32::try_from(self.links.len()).expect("a run has a bounded length");
        let before = self.last_of.insert(entry.subject, number).unwrap_or(NONE);
        let before_of_key = match entry.key {
            Some(key) => self.last_of_key.insert((entry.subject, key), number).unwrap_or(NONE),
            None => NONE,
        };
        self.links.push(Link { entry, before, before_of_key, struck: false });
    }

    /// Takes out all but the first `length`.
    pub(super) fn truncate(&mut self, length: usize) {
        while self.links.len() > length
            && let Some(Link { entry, before, before_of_key, .. }) = self.links.pop()
        {
            restore(&mut self.last_of, entry.subject, before);
            if let Some(key) = entry.key {
                restore(&mut self.last_of_key, (entry.subject, key), before_of_key);
            }
        }
    }

    /// Strikes out an event, where it is in here.
    pub(super) fn strike(&mut self, seq: i64) {
        if let Ok(number) = self.links.binary_search_by_key(&seq, |link| link.entry.seq) {
            self.links[number].struck = true;
        }
    }

    /// The events of a subject, in no order.
    pub(super) fn of(&self, subject: Subject) -> impl Iterator<Item = &Entry> {
        self.chain(self.last_of.get(&subject), |link| link.before)
    }

    /// The events of a subject whose keys have this hash.
    pub(super) fn of_key(&self, subject: Subject, key: KeyHash) -> impl Iterator<Item = &Entry> {
        self.chain(self.last_of_key.get(&(subject, key)), |link| link.before_of_key)
    }

    fn chain(&self, last: Option<&u32>, before: impl Fn(&Link) -> u32) -> impl Iterator<Item = &Entry> {
        let link = |number: u32| self.links.get(usize::try_from(number).expect("32 bits fit"));
        let links = std::iter::successors(last.and_then(|last| link(*last)), move |this| link(before(this)));
        links.filter(|link| !link.struck).map(|link| &link.entry)
    }

    /// The numbers of its events, sorted by something.
    pub(super) fn sorted_by<K: Ord>(&self, key: impl Fn(&Entry) -> Option<K>) -> Vec<u32> {
        let numbers = (0u32..).zip(&self.links);
        let mut keyed: Vec<(K, u32)> =
            numbers.filter_map(|(number, link)| key(&link.entry).map(|key| (key, number))).collect();
        keyed.sort_unstable();
        keyed.into_iter().map(|(_, number)| number).collect()
    }

    /// The event of a number, unless it was struck out.
    pub(super) fn get(&self, number: u32) -> Option<&Entry> {
        let link = self.links.get(usize::try_from(number).expect("32 bits fit"))?;
        (!link.struck).then_some(&link.entry)
    }
}

fn restore<K: std::hash::Hash + Eq>(last: &mut FxHashMap<K, u32>, key: K, before: u32) {
    if before == NONE {
        last.remove(&key);
    } else {
        last.insert(key, before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(seq: i64, customer: i64, key: i64) -> Entry {
        Entry { subject: Subject { customer, feature: 1 }, created: -seq, seq, key: NonZeroI64::new(key) }
    }

    fn seqs<'e>(entries: impl Iterator<Item = &'e Entry>) -> Vec<i64> {
        entries.map(|entry| entry.seq).collect()
    }

    #[test]
    fn events_are_found_until_they_are_struck_out_or_rolled_back() {
        let subject = |customer| Subject { customer, feature: 1 };
        let key = |key| NonZeroI64::new(key).unwrap();
        let mut run = Run::default();
        for (seq, customer, key) in [(2, 1, 5), (3, 2, 5), (7, 1, 0), (8, 1, 5)] {
            run.push(entry(seq, customer, key));
        }
        assert_eq!(seqs(run.of(subject(1))), [8, 7, 2]);
        assert_eq!(seqs(run.of_key(subject(1), key(5))), [8, 2]);
        run.strike(7);
        run.strike(6);
        assert_eq!(seqs(run.of(subject(1))), [8, 2]);
        run.truncate(3);
        assert_eq!(seqs(run.of(subject(1))), [2]);
        assert_eq!(seqs(run.of_key(subject(1), key(5))), [2]);
        run.truncate(1);
        assert!(seqs(run.of(subject(2))).is_empty());
        assert_eq!(run.sorted_by(|entry| Some(entry.created)), [0]);
        run.truncate(0);
        assert!(run.last_of.is_empty() && run.last_of_key.is_empty());
    }
}
