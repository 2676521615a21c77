//! Partitions of tables that grow with time: one for each month of the calendar (UTC), made when it is first needed.

use super::session::Session;
use super::trouble::Trouble;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use tollgate_domain::time::Timestamp;

/// The tables, which are partitioned by `created`.
const PARTITIONED: [&str; 1] = ["event"];
/// Keeps nodes from making the same partition at once. An arbitrary number, the same in every version.
const LOCK: i64 = 0x746f_6c6c_7061_7274;
/// The month of an instant: its name, where it begins, and where the next does, in milliseconds.
const MONTH: &str = "SELECT to_char(month, 'YYYYMM'), (extract(epoch FROM month) * 1000)::bigint, \
     (extract(epoch FROM month + interval '1 month') * 1000)::bigint \
     FROM date_trunc('month', to_timestamp($1::bigint / 1000.0::double precision) AT TIME ZONE 'UTC') AS month";
/// How long before a month begins its partition is made, in milliseconds: three days.
const AHEAD_MILLIS: i64 = 3 * 24 * 60 * 60 * 1000;

/// The months that are known to have their partitions: where each begins and ends.
#[derive(Default)]
pub(super) struct Partitions(Mutex<BTreeMap<i64, i64>>);

impl Partitions {
    /// Makes sure that rows of this instant, and of the days after it, have a place.
    pub(super) async fn ensure(&self, session: &Session, now: Timestamp) -> Result<(), Trouble> {
        for instant in [now.millis(), now.millis().saturating_add(AHEAD_MILLIS)] {
            if !self.knows(instant) {
                self.make(session, instant).await?;
            }
        }
        Ok(())
    }

    fn knows(&self, instant: i64) -> bool {
        let months = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        months.range(..=instant).next_back().is_some_and(|(_, end)| instant < *end)
    }

    async fn make(&self, session: &Session, instant: i64) -> Result<(), Trouble> {
        let rows = session.query(MONTH, &[&instant]).await?;
        let (name, start, end): (String, i64, i64) = (rows[0].try_get(0)?, rows[0].try_get(1)?, rows[0].try_get(2)?);
        for table in PARTITIONED {
            let made = make(session, table, &format!("{table}_{name}"), (start, end)).await;
            if let Err(trouble) = made {
                session.roll_back().await;
                return Err(trouble);
            }
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(start, end);
        Ok(())
    }
}

/// Attaching a table that was made beside holds nobody up, unlike making it in its place.
async fn make(session: &Session, table: &str, name: &str, (start, end): (i64, i64)) -> Result<(), Trouble> {
    session.batch(&format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK})")).await?;
    let there = session.query("SELECT to_regclass($1::text) IS NOT NULL", &[&name]).await?;
    if !there[0].try_get::<_, bool>(0)? {
        let sql = format!(
            "CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS); \
             ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({start}) TO ({end})"
        );
        session.batch(&sql).await?;
    }
    session.batch("COMMIT").await
}
