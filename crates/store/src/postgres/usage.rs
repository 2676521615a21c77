//! Usage events in numbers: sums, pages, counts, and events that are swept away. PostgreSQL sums exactly: the amounts are
//! a column of their own, of a decimal type without a limit.

use super::readers::Readers;
use super::session::{Call, Param};
use super::table;
use super::text;
use super::trouble::Trouble;
use crate::error::StoreError;
use crate::page::{UsagePage, UsageQuery};
use crate::record;
use serde_json::Value as Json;
use std::sync::{Arc, LazyLock};
use tokio_postgres::Row;
use tollgate_domain::command::Sweep;
use tollgate_domain::customer::MERGED_EVENTS_MAX;
use tollgate_domain::environment::Environment;
use tollgate_domain::quantity::Quantity;
use tollgate_domain::record::{Field, Noun, Record};
use tollgate_domain::time::Timestamp;
use tollgate_domain::usage::{Tally, UsageEvent};
use tollgate_domain::window::Window;

/// Most rows that are counted or passed over in a short time; where there are more, the counting takes its place among
/// the long lists.
const QUICK_MAX: usize = 10_000;

/// The first and the last millisecond of a window.
fn bounds(window: Window) -> (i64, i64) {
    let first = window.start.map_or(i64::MIN, Timestamp::millis);
    let last = window.end.map_or(i64::MAX, |end| end.millis().saturating_sub(1));
    (first, last)
}

/// Arrays of `live`, subject, first and last millisecond.
pub(super) fn stretches<'a>(of: impl Iterator<Item = (Environment, &'a str, Window)>) -> Vec<Param> {
    let (mut lives, mut subjects, mut firsts, mut lasts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (environment, subject, window) in of {
        let (first, last) = bounds(window);
        lives.push(environment.is_live());
        subjects.push(text::encode(subject).into_owned());
        firsts.push(first);
        lasts.push(last);
    }
    vec![Box::new(lives), Box::new(subjects), Box::new(firsts), Box::new(lasts)]
}

/// For each stretch, in order: how many events there are, and what they sum to.
pub(super) const TALLY: &str = "SELECT found.count, found.sum FROM unnest($1::boolean[], $2::text[], $3::bigint[], \
     $4::bigint[]) WITH ORDINALITY AS asked (live, subject, first, last, place) CROSS JOIN LATERAL \
     (SELECT count(*), coalesce(sum(amount), 0)::text AS sum FROM usage_event WHERE live = asked.live \
     AND subject = asked.subject AND created BETWEEN asked.first AND asked.last) AS found ORDER BY asked.place";

/// What a row of [`TALLY`] says.
pub(super) fn tally(row: &Row) -> Result<Tally, Trouble> {
    let (count, sum): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
    Ok(Tally { count: count.unsigned_abs(), sum: quantity(sum)? })
}

/// A sum may be larger than what a caller may give: it is read as what is kept is.
fn quantity(text: String) -> Result<Quantity, StoreError> {
    serde_json::from_value(Json::String(text)).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// For each subject of two arrays, its first events: the place of the subject among those asked for, and the body.
pub(super) static FIRST_EVENTS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT asked.place, found.body FROM unnest($1::boolean[], $2::text[]) WITH ORDINALITY \
         AS asked (live, subject, place) CROSS JOIN LATERAL (SELECT body, seq FROM usage_event \
         WHERE live = asked.live AND subject = asked.subject ORDER BY seq LIMIT {}) AS found \
         ORDER BY asked.place, found.seq",
        MERGED_EVENTS_MAX + 1
    )
});

/// The events that [`FIRST_EVENTS`] found for each of so many subjects.
pub(super) fn by_place(rows: &[Row], subjects: usize) -> Result<Vec<Vec<Arc<UsageEvent>>>, Trouble> {
    let mut events = vec![Vec::new(); subjects];
    for row in rows {
        let place = usize::try_from(row.try_get::<_, i64>(0)? - 1).ok();
        if let Record::UsageEvent(event) = record::decode(Noun::UsageEvent, row.try_get::<_, &str>(1)?.as_bytes())?
            && let Some(of) = place.and_then(|place| events.get_mut(place))
        {
            of.push(event);
        }
    }
    Ok(events)
}

/// Sweeps events away.
pub(super) fn sweep(environment: Environment, sweeps: &[Sweep]) -> Call {
    let sql = "DELETE FROM usage_event USING unnest($1::boolean[], $2::text[], $3::bigint[], $4::bigint[]) \
         AS swept (live, subject, first, last) WHERE usage_event.live = swept.live \
         AND usage_event.subject = swept.subject AND usage_event.created BETWEEN swept.first AND swept.last";
    Call::new(sql, stretches(sweeps.iter().map(|sweep| (environment, &*sweep.subject, sweep.window))))
}

/// A page of events and how many there are, from one instant.
pub(super) async fn page(
    readers: &Readers,
    environment: Environment,
    query: &UsageQuery,
) -> Result<UsagePage, StoreError> {
    let [call, whole] = [Some(QUICK_MAX), None].map(|most| page_call(environment, query, most));
    if query.offset.saturating_add(query.limit) <= QUICK_MAX {
        let page = read_page(&readers.quick(&[call]).await?[0])?;
        if page.total <= QUICK_MAX as u64 {
            return Ok(page);
        }
    }
    let rows = slow(readers, whole).await?;
    Ok(read_page(&rows)?)
}

/// Counts up to one more than the most, where there is one.
fn page_call(environment: Environment, query: &UsageQuery, most: Option<usize>) -> Call {
    let which = "FROM usage_event WHERE live = $1 AND subject = $2 AND created BETWEEN $3 AND $4";
    let sql = format!(
        "SELECT count(*), NULL AS body, NULL::bigint AS created, NULL::bigint AS seq FROM (SELECT {which}{}) AS counted \
         UNION ALL (SELECT NULL, body, created, seq {which} ORDER BY created DESC, seq DESC OFFSET $5 LIMIT $6) \
         ORDER BY created DESC NULLS FIRST, seq DESC",
        limited(most)
    );
    let (first, last) = bounds(query.window);
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let params: Vec<Param> = vec![
        Box::new(environment.is_live()),
        Box::new(text::encode(&query.subject).into_owned()),
        Box::new(first),
        Box::new(last),
        Box::new(number(query.offset)),
        Box::new(number(query.limit)),
    ];
    Call::new(sql, params)
}

fn limited(most: Option<usize>) -> String {
    most.map_or_else(String::new, |most| format!(" LIMIT {}", most + 1))
}

fn read_page(rows: &[Row]) -> Result<UsagePage, Trouble> {
    let mut page = UsagePage::default();
    for row in rows {
        match row.try_get::<_, Option<&str>>(1)? {
            None => page.total = row.try_get::<_, i64>(0)?.unsigned_abs(),
            Some(body) => {
                if let Record::UsageEvent(event) = record::decode(Noun::UsageEvent, body.as_bytes())? {
                    page.events.push(event);
                }
            }
        }
    }
    Ok(page)
}

/// How many objects have a value in a field.
pub(super) async fn count(
    readers: &Readers,
    environment: Environment,
    field: Field,
    value: &str,
) -> Result<u64, StoreError> {
    let table = table::kept(field.noun())?;
    let call = |most| {
        let (name, column) = (table.name, field.name());
        let sql = format!(
            "SELECT count(*) FROM (SELECT FROM {name} WHERE live = $1 AND {column} = $2{}) AS counted",
            limited(most)
        );
        Call::new(sql, vec![Box::new(environment.is_live()), Box::new(text::encode(value).into_owned())])
    };
    let quick = number(&readers.quick(&[call(Some(QUICK_MAX))]).await?[0])?;
    if quick <= QUICK_MAX as u64 { Ok(quick) } else { Ok(number(&slow(readers, call(None)).await?)?) }
}

fn number(rows: &[Row]) -> Result<u64, Trouble> {
    Ok(rows[0].try_get::<_, i64>(0)?.unsigned_abs())
}

/// What one statement finds that takes its time.
async fn slow(readers: &Readers, call: Call) -> Result<Vec<Row>, StoreError> {
    let call = &[call];
    let found: Result<_, StoreError> =
        readers.slow(|session| async move { Ok(session.exchange(call).await?.swap_remove(0)) }).await;
    found
}
