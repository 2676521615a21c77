//! Forms that do something anew each time they are sent: each is taken once, whoever presses twice or reloads.
//!
//! A page gives such a form a number. What was done stays done; a form that was refused may be sent again, since its page
//! comes with another number.

use super::form::Form;
use super::page::Trouble;
use super::visit::Visit;
use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The field of the number.
pub(super) const FIELD: &str = "once";
/// Numbers that are remembered, by this server alone; the oldest is forgotten.
const REMEMBERED_MAX: usize = 10_000;

/// A number for a form.
pub(super) fn number() -> String {
    format!("{:016x}", fastrand::u64(..))
}

/// The numbers of forms that were taken.
#[derive(Default)]
pub(crate) struct Once(Mutex<Taken>);

#[derive(Default)]
struct Taken {
    numbers: HashSet<String>,
    order: VecDeque<String>,
}

impl Once {
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a number comes for the first time.
    fn take(&self, number: &str) -> bool {
        let mut taken = self.lock();
        if !taken.numbers.insert(number.to_owned()) {
            return false;
        }
        taken.order.push_back(number.to_owned());
        if taken.order.len() > REMEMBERED_MAX
            && let Some(oldest) = taken.order.pop_front()
        {
            taken.numbers.remove(&oldest);
        }
        true
    }

    fn give_back(&self, number: &str) {
        let mut taken = self.lock();
        taken.numbers.remove(number);
        taken.order.retain(|known| known != number);
    }
}

/// That a form is being done. Unless it is [`done`](Turn::done) in the end, it may come again.
pub(super) struct Turn<'v> {
    once: &'v Once,
    number: Option<String>,
}

impl<'v> Turn<'v> {
    /// Takes a form; one without a number comes from no page, and may come as often as it likes. Numbers are of a session.
    pub(super) fn take(visit: &'v Visit, form: &Form) -> Result<Self, Trouble> {
        let once = &visit.app.dashboard.once;
        // Whatever somebody sends, it takes little room.
        let number = form.given(FIELD).map(|number| crate::keys::hash(&format!("{} {number}", visit.session.hash())));
        if number.as_deref().is_some_and(|number| !once.take(number)) {
            return Err(Trouble::Twice);
        }
        Ok(Self { once, number })
    }

    /// It is done.
    pub(super) fn done(mut self) {
        self.number = None;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(number) = &self.number {
            self.once.give_back(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_taken_once_and_again_where_nothing_came_of_it() {
        let once = Once::default();
        assert!(once.take("a") && !once.take("a") && once.take("b"));
        once.give_back("a");
        assert!(once.take("a"));
        for number in 0..REMEMBERED_MAX {
            assert!(once.take(&number.to_string()));
        }
        assert!(once.take("a") && once.lock().numbers.len() == REMEMBERED_MAX);
    }
}
