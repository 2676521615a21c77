//! Whether what many clients saw could have come from one that does one thing after the other: the search of Wing and
//! Gong, with the states that led nowhere remembered (Lowe). Every call is put at one instant between its beginning and
//! its end, such that each gets, from a sequential model, the reply that it got.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a client asked and was told, and between which instants.
#[derive(Debug, Clone)]
pub(crate) struct Call<O, R> {
    begun: u64,
    /// Nothing where it is not known whether it was ever done: it may be done at any time, or never.
    ended: Option<(u64, R)>,
    op: O,
}

/// Takes down calls in a time that all threads share.
#[derive(Debug)]
pub(crate) struct Recorder<O, R> {
    time: AtomicU64,
    calls: Mutex<Vec<Call<O, R>>>,
}

impl<O, R> Default for Recorder<O, R> {
    fn default() -> Self {
        Self { time: AtomicU64::new(0), calls: Mutex::default() }
    }
}

impl<O, R> Recorder<O, R> {
    /// Takes down a call, and what is known of its reply.
    pub(crate) async fn record(&self, op: O, call: impl Future<Output = Option<R>>) {
        let begun = self.time.fetch_add(1, Ordering::SeqCst);
        let reply = call.await;
        let ended = reply.map(|reply| (self.time.fetch_add(1, Ordering::SeqCst), reply));
        self.calls.lock().unwrap().push(Call { begun, ended, op });
    }

    pub(crate) fn calls(&self) -> Vec<Call<O, R>>
    where
        O: Clone,
        R: Clone,
    {
        self.calls.lock().unwrap().clone()
    }
}

/// Whether there is an order of the calls, none before another that had ended when it began, in which the model gives
/// every reply that is known.
pub(crate) fn is_linearizable<O, R: PartialEq, S: Clone + Eq + Hash>(
    mut calls: Vec<Call<O, R>>,
    start: &S,
    model: impl Fn(&S, &O) -> (S, R),
) -> bool {
    calls.sort_by_key(|call| call.begun);
    let done = vec![0; calls.len().div_ceil(64)];
    Search { calls, model, seen: HashSet::new() }.goes_on(done, start)
}

struct Search<O, R, S, M> {
    /// In the order in which they began.
    calls: Vec<Call<O, R>>,
    model: M,
    /// Which calls were done, and the state they led to.
    seen: HashSet<(Vec<u64>, S)>,
}

impl<O, R: PartialEq, S: Clone + Eq + Hash, M: Fn(&S, &O) -> (S, R)> Search<O, R, S, M> {
    /// A branch for every call that may be the next; `done` has a bit for each that was. Not recursive: a history is as
    /// long as it likes.
    fn goes_on(&mut self, done: Vec<u64>, start: &S) -> bool {
        let mut open = vec![(done, start.clone())];
        while let Some((done, state)) = open.pop() {
            let Some(horizon) = self.horizon(&done) else { return true };
            for (place, call) in self.calls.iter().enumerate() {
                if call.begun > horizon {
                    break;
                }
                if is_done(&done, place) {
                    continue;
                }
                let (after, reply) = (self.model)(&state, &call.op);
                if call.ended.as_ref().is_some_and(|(_, known)| *known != reply) {
                    continue;
                }
                let mut next = done.clone();
                next[place / 64] |= 1 << (place % 64);
                if self.seen.insert((next.clone(), after.clone())) {
                    open.push((next, after));
                }
            }
        }
        false
    }

    /// The first end among the calls that were not done; nothing where all that ended were.
    fn horizon(&self, done: &[u64]) -> Option<u64> {
        let waiting = self.calls.iter().enumerate().filter(|(place, _)| !is_done(done, *place));
        waiting.filter_map(|(_, call)| call.ended.as_ref().map(|(end, _)| *end)).min()
    }
}

fn is_done(done: &[u64], place: usize) -> bool {
    done[place / 64] >> (place % 64) & 1 == 1
}

/// Adds a number and says the sum; adding nothing reads.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature of a model")]
fn add(state: &i64, op: &i64) -> (i64, i64) {
    (state + op, state + op)
}

fn call(begun: u64, ended: Option<(u64, i64)>, op: i64) -> Call<i64, i64> {
    Call { begun, ended, op }
}

#[test]
fn an_order_is_found_where_there_is_one() {
    // The second is done before the first, which began earlier; the read sees both.
    let calls = vec![call(0, Some((5, 3)), 1), call(1, Some((4, 2)), 2), call(6, Some((7, 3)), 0)];
    assert!(is_linearizable(calls, &0, add));
    // What was never answered may have been done, before any call that ended after it began.
    assert!(is_linearizable(vec![call(0, None, 5), call(1, Some((2, 6)), 1)], &0, add));
    assert!(is_linearizable(vec![call(0, None, 5), call(1, Some((2, 1)), 1)], &0, add));
}

#[test]
fn no_order_is_found_where_something_was_lost_doubled_or_old() {
    let lost = vec![call(0, Some((3, 1)), 1), call(1, Some((2, 1)), 1)];
    assert!(!is_linearizable(lost, &0, add));
    let doubled = vec![call(0, Some((1, 1)), 1), call(2, Some((3, 2)), 0)];
    assert!(!is_linearizable(doubled, &0, add));
    let old = vec![call(0, Some((1, 1)), 1), call(2, Some((3, 0)), 0)];
    assert!(!is_linearizable(old, &0, add));
    let late = vec![call(0, Some((1, 5)), 0), call(2, None, 5)];
    assert!(!is_linearizable(late, &0, add));
}
