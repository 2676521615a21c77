//! How much is on its way to each endpoint. An endpoint that answers with success gets more at a time, one that does not
//! gets less; whatever the others take, each has room for a few.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tollgate_domain::environment::Environment;
use tollgate_domain::id::WebhookEndpointId;

/// Deliveries that may always be on their way to an endpoint.
const WINDOW_MIN: usize = 8;
/// Most deliveries on their way to one endpoint.
const WINDOW_MAX: usize = 128;
/// Most deliveries on their way in total, but for [`WINDOW_MIN`] to each endpoint.
const FLIGHTS_MAX: usize = 512;
/// How soon an endpoint for which nothing was due is looked at again. It doubles each time, up to the next.
const LOOK_PAUSE_MIN: Duration = Duration::from_millis(4);
const LOOK_PAUSE_MAX: Duration = Duration::from_millis(100);

/// Which endpoint.
pub(super) type Place = (Environment, WebhookEndpointId);

/// Every endpoint's window.
#[derive(Debug, Default)]
pub(super) struct Windows {
    state: Mutex<State>,
    /// Told whenever something landed.
    pub(super) landed: Notify,
}

#[derive(Debug, Default)]
struct State {
    windows: HashMap<Place, Window>,
    flights: usize,
}

#[derive(Debug)]
struct Window {
    size: usize,
    flights: usize,
    /// Looks in a row that found nothing.
    misses: u32,
    look_at: Instant,
}

impl Window {
    fn new() -> Self {
        Self { size: WINDOW_MIN, flights: 0, misses: 0, look_at: Instant::now() }
    }
}

impl Windows {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For how many more there is room, where it is time to look at an endpoint and half of its window is free: fewer are
    /// not worth a look.
    pub(super) fn room(&self, place: &Place, now: Instant) -> usize {
        let mut state = self.state();
        let left = FLIGHTS_MAX.saturating_sub(state.flights);
        let window = state.windows.entry(place.clone()).or_insert_with(Window::new);
        if now < window.look_at {
            return 0;
        }
        let most = window.size.min(window.flights + left).max(WINDOW_MIN);
        let room = most.saturating_sub(window.flights);
        if room * 2 >= most { room } else { 0 }
    }

    /// Notes how many were found to be due.
    pub(super) fn looked(&self, place: &Place, found: usize, now: Instant) {
        let mut state = self.state();
        let window = state.windows.entry(place.clone()).or_insert_with(Window::new);
        window.misses = if found > 0 { 0 } else { window.misses.saturating_add(1) };
        let pause = LOOK_PAUSE_MIN * (1 << window.misses.saturating_sub(1).min(10));
        window.look_at = if found > 0 { now } else { now + pause.min(LOOK_PAUSE_MAX) };
    }

    /// Notes deliveries that set out.
    pub(super) fn set_out(&self, place: &Place, count: usize) {
        let mut state = self.state();
        state.flights += count;
        state.windows.entry(place.clone()).or_insert_with(Window::new).flights += count;
    }

    /// Notes that one landed.
    pub(super) fn land(&self, place: &Place, arrived: bool) {
        let mut state = self.state();
        state.flights = state.flights.saturating_sub(1);
        if let Some(window) = state.windows.get_mut(place) {
            window.flights = window.flights.saturating_sub(1);
            window.size = if arrived { (window.size + 1).min(WINDOW_MAX) } else { (window.size / 2).max(WINDOW_MIN) };
        }
        drop(state);
        self.landed.notify_one();
    }

    /// How many are on their way.
    pub(super) fn flights(&self) -> usize {
        self.state().flights
    }

    /// Forgets endpoints that are gone.
    pub(super) fn keep(&self, is_there: impl Fn(&Place) -> bool) {
        self.state().windows.retain(|place, window| window.flights > 0 || is_there(place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str) -> Place {
        (Environment::Test, name.into())
    }

    #[test]
    fn a_window_grows_with_success_and_shrinks_with_failure() {
        let (windows, place, now) = (Windows::default(), place("a"), Instant::now() + Duration::from_secs(1));
        assert_eq!(windows.room(&place, now), WINDOW_MIN);
        for _ in 0..1000 {
            windows.set_out(&place, 1);
            windows.land(&place, true);
        }
        assert_eq!(windows.room(&place, now), WINDOW_MAX);
        for _ in 0..10 {
            windows.set_out(&place, 1);
            windows.land(&place, false);
        }
        assert_eq!((windows.room(&place, now), windows.flights()), (WINDOW_MIN, 0));
    }

    #[test]
    fn an_endpoint_is_looked_at_once_half_of_its_window_is_free() {
        let (windows, place, now) = (Windows::default(), place("a"), Instant::now() + Duration::from_secs(1));
        windows.set_out(&place, WINDOW_MIN);
        assert_eq!(windows.room(&place, now), 0);
        for left in 1..=WINDOW_MIN / 2 {
            assert_eq!(windows.room(&place, now), 0, "{left}");
            windows.land(&place, false);
        }
        assert_eq!(windows.room(&place, now), WINDOW_MIN / 2);
    }

    #[test]
    fn however_many_are_on_their_way_each_endpoint_has_room_for_a_few() {
        let (windows, now) = (Windows::default(), Instant::now() + Duration::from_secs(1));
        windows.set_out(&place("hangs"), FLIGHTS_MAX);
        assert_eq!(windows.room(&place("hangs"), now), 0);
        assert_eq!(windows.room(&place("b"), now), WINDOW_MIN);
    }

    #[test]
    fn an_endpoint_for_which_nothing_is_due_is_looked_at_less_often() {
        let (windows, place) = (Windows::default(), place("a"));
        let mut now = Instant::now() + Duration::from_secs(1);
        for pause in [4, 8, 16, 32, 64, 100, 100] {
            assert!(windows.room(&place, now) > 0);
            windows.looked(&place, 0, now);
            now += Duration::from_millis(pause - 1);
            assert_eq!(windows.room(&place, now), 0);
            now += Duration::from_millis(1);
        }
        windows.looked(&place, 1, now);
        assert!(windows.room(&place, now) > 0);
    }
}
