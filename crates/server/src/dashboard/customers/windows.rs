//! The usage of the last windows, for a chart.
//!
//! The API has no sums of windows that are over, so they are read from the store. A sum reads every event of its window:
//! events are counted first, which is cheap, and of too many there is no sum.

use super::Subject;
use crate::dashboard::json::Json;
use crate::dashboard::page::Trouble;
use crate::dashboard::visit::Visit;
use tollgate_domain::access::window_of;
use tollgate_domain::command::Stop;
use tollgate_domain::facts::{Facts, Key, ReadSet};
use tollgate_domain::id::CustomerId;
use tollgate_domain::quantity::Quantity;
use tollgate_domain::time::Timestamp;
use tollgate_domain::usage::subject as events_of;
use tollgate_domain::window::{Division, ResetInterval, Window};
use tollgate_store::UsageQuery;

/// Windows of a chart.
const WINDOWS: usize = 12;
/// Most events that are summed up for one chart.
const EVENTS_MAX: u64 = 20_000;

/// A window and what was used in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Used {
    pub(super) window: Window,
    /// Nothing where there are too many events to sum up.
    pub(super) sum: Option<Quantity>,
}

/// The last windows of a feature that tracks usage, the open one last.
pub(super) async fn last(visit: &Visit, subject: &Subject, feature: &Json, entry: &Json) -> Result<Vec<Used>, Trouble> {
    let id = CustomerId::from(subject.id.as_str());
    let mut facts = Facts::default();
    let reads: ReadSet = [Key::Catalog, Key::account(&id)].into_iter().collect();
    visit.app.store.load(visit.environment, &reads, &mut facts).await.map_err(Trouble::store)?;
    let (windows, events) = {
        let catalog = known(facts.catalog())?;
        let account = known(facts.account(&id))?.ok_or(Trouble::NotFound)?;
        let found = catalog.feature_by_key(&feature.text("featureKey")).ok_or(Trouble::NotFound)?;
        let now = account.now(visit.app.store.clock().now());
        let (_, anchoring) = window_of(account, found, catalog, now);
        (before(anchoring.division(found), now), events_of(&found.id, &id))
    };
    let open = Quantity::parse(&entry.get("usage").text("used")).ok();
    let mut all = vec![Used { window: windows[0], sum: open }];
    let mut left = EVENTS_MAX;
    for window in windows.into_iter().skip(1) {
        let sum = sum(visit, &events, window, &mut left).await?;
        all.push(Used { window, sum });
    }
    all.reverse();
    Ok(all)
}

/// What the keys that were loaded answer.
fn known<T>(found: Result<T, Stop>) -> Result<T, Trouble> {
    found.map_err(|stop| {
        tracing::error!(?stop, "what was loaded is not known");
        Trouble::Broken
    })
}

/// The open window and those before it, newest first. What is never reset has one.
fn before(division: Division, now: Timestamp) -> Vec<Window> {
    let mut windows = vec![division.window(now)];
    while windows.len() < WINDOWS && division.interval != ResetInterval::Never {
        let Some(start) = windows.last().and_then(|window| window.start) else { break };
        let Some(earlier) = division.previous(start) else { break };
        windows.push(earlier);
    }
    windows
}

async fn sum(visit: &Visit, events: &str, window: Window, left: &mut u64) -> Result<Option<Quantity>, Trouble> {
    let query = UsageQuery { subject: events.to_owned(), window, offset: 0, limit: 1 };
    let page = visit.app.store.usage_events(visit.environment, &query).await.map_err(Trouble::store)?;
    if page.total == 0 {
        return Ok(Some(Quantity::ZERO));
    }
    let Some(rest) = left.checked_sub(page.total) else { return Ok(None) };
    *left = rest;
    let mut facts = Facts::default();
    let key = Key::UsageTally(events.to_owned(), window);
    visit.app.store.load(visit.environment, &key.into(), &mut facts).await.map_err(Trouble::store)?;
    Ok(Some(known(facts.usage_tally(events, window))?.sum.floor_zero()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_windows_lie_one_before_the_other() {
        let now = Timestamp::from_millis(1_795_280_400_000);
        for interval in [ResetInterval::Day, ResetInterval::Week, ResetInterval::Month, ResetInterval::Year] {
            for anchor in [None, Some(Timestamp::from_millis(1_706_700_000_000))] {
                let windows = before(Division { interval, anchor }, now);
                assert_eq!(windows.len(), WINDOWS);
                assert!(windows[0].contains(now));
                assert!(windows.windows(2).all(|pair| pair[1].end == pair[0].start), "{windows:?}");
            }
        }
        assert_eq!(before(Division { interval: ResetInterval::Never, anchor: None }, now), [Window::ALWAYS]);
    }
}
