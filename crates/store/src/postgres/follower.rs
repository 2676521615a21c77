//! What other nodes change: their entries in the [record of changes](super::changes) are read again and again, and
//! what they name is taken out of memory.
//!
//! Invariant: up to [`Follower::is_fresh`], memory holds nothing that was changed longer ago than the age that is
//! allowed. Each look at the record vouches for memory from the moment it began, for that long; while the database
//! cannot be looked at, memory is not used. A notification only makes the next look come sooner.

use super::Shared;
use super::changes;
use super::link::Link;
use super::session::Session;
use super::trouble::Trouble;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The channel on which nodes tell one another that there is something to look at.
const LISTEN: &str = "LISTEN tollgate_changes";
const NOTIFY: &str = "SELECT pg_notify('tollgate_changes', '')";
/// Entries of one lane that are read in one look; with more, everything is forgotten.
const ENTRIES_MAX: usize = 1000;
/// Looks for each age that is allowed, so that one that is late or lost does no harm.
const LOOKS: u32 = 4;
/// Shortest time between looks, and between notifications sent: what comes in between is told together, so that
/// neither grows with what is written.
const LOOK_MIN: Duration = Duration::from_millis(20);
/// How often a node says that its lanes are in use.
const SEEN_EVERY: Duration = Duration::from_secs(60);
/// How long an entry is kept for nodes that did not read it yet.
const KEEP_ENTRIES: &str = "5 minutes";
/// How long nothing is heard of a lane until it is retired, and until nobody reads it any more. In between, what was on
/// its way when it was retired has long arrived.
const RETIRE: &str = "1 hour";
const FORGET: &str = "2 hours";
/// Most entries dropped in one statement.
const DROP_SLICE: usize = 5000;

/// What a node knows of the changes of others.
pub(super) struct Follower {
    /// How old what is answered from memory may be.
    max_age: Duration,
    started: Instant,
    /// Nanoseconds since the start until which memory may be used.
    fresh_until: AtomicU64,
    own: Mutex<FxHashSet<i64>>,
    /// Told when this node has changed something that others may have in memory.
    changed: Notify,
}

impl Follower {
    pub(super) fn new(max_age: Duration) -> Self {
        Self {
            max_age,
            started: Instant::now(),
            fresh_until: AtomicU64::new(0),
            own: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Whether memory may be used now.
    pub(super) fn is_fresh(&self) -> bool {
        nanos(self.started.elapsed()) < self.fresh_until.load(Ordering::Acquire)
    }

    /// What this lane changes is taken out of memory by itself.
    pub(super) fn own(&self, lane: i64) {
        self.lanes().insert(lane);
    }

    /// From now on this lane is read like that of another node.
    pub(super) fn disown(&self, lane: i64) {
        self.lanes().remove(&lane);
    }

    /// Has others told, soon.
    pub(super) fn tell(&self) {
        self.changed.notify_one();
    }

    fn lanes(&self) -> MutexGuard<'_, FxHashSet<i64>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn vouch(&self, from: Instant) {
        let until = from.duration_since(self.started) + self.max_age;
        self.fresh_until.fetch_max(nanos(until), Ordering::Release);
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The task that looks, for as long as the node runs.
pub(super) struct Watch {
    shared: Arc<Shared>,
    link: Link,
    hint: Arc<Notify>,
    /// The last entry read of each lane.
    read: FxHashMap<i64, i64>,
    has_looked: bool,
    /// The session that listens.
    listening: Option<Arc<Session>>,
    seen: Option<Instant>,
}

impl Watch {
    pub(super) fn new(shared: Arc<Shared>, link: Link, hint: Arc<Notify>) -> Self {
        Self { shared, link, hint, read: FxHashMap::default(), has_looked: false, listening: None, seen: None }
    }

    pub(super) async fn run(mut self) {
        let max_age = self.shared.follower.max_age;
        let pause = (max_age / LOOKS).saturating_sub(LOOK_MIN);
        let mut lost = false;
        loop {
            match self.look(max_age).await {
                Ok(()) => lost = false,
                Err(trouble) if !lost => {
                    lost = true;
                    tracing::warn!(%trouble, "cannot see what other nodes change; nothing is answered from memory");
                }
                Err(_) => {}
            }
            if max_age.is_zero() {
                tokio::time::sleep(SEEN_EVERY).await;
            } else {
                tokio::time::sleep(LOOK_MIN).await;
                let _ = tokio::time::timeout(pause, self.hint.notified()).await;
            }
        }
    }

    /// Where nothing may be kept in memory there is nothing to look for.
    async fn look(&mut self, max_age: Duration) -> Result<(), Trouble> {
        let session = self.session().await?;
        if !max_age.is_zero() {
            let begun = Instant::now();
            self.read_entries(&session).await?;
            self.shared.follower.vouch(begun);
        }
        if self.seen.is_none_or(|seen| seen.elapsed() > SEEN_EVERY) {
            self.seen = Some(Instant::now());
            self.be_seen(&session).await?;
        }
        Ok(())
    }

    /// A session that listens, where the database can do that.
    async fn session(&mut self) -> Result<Arc<Session>, Trouble> {
        let session = self.link.session().await?;
        if self.listening.as_ref().is_none_or(|listening| !Arc::ptr_eq(listening, &session)) {
            if let Err(trouble) = session.batch(LISTEN).await {
                tracing::warn!(%trouble, "the database does not notify; changes are seen by looking alone");
            }
            self.listening = Some(session.clone());
        }
        Ok(session)
    }

    async fn read_entries(&mut self, session: &Session) -> Result<(), Trouble> {
        let sql = format!(
            "SELECT lane.id, entry.version, entry.keys \
             FROM lane LEFT JOIN unnest($1::bigint[], $2::bigint[]) AS known (lane, version) ON known.lane = lane.id \
             JOIN LATERAL (SELECT version, keys FROM change_set WHERE change_set.lane = lane.id \
             AND change_set.version > coalesce(known.version, 0) ORDER BY version LIMIT {ENTRIES_MAX}) AS entry ON true \
             ORDER BY lane.id, entry.version"
        );
        let (lanes, versions): (Vec<i64>, Vec<i64>) = self.read.iter().unzip();
        let rows = session.query(&sql, &[&lanes, &versions]).await?;
        // At first nothing is known of any lane.
        let mut forget = !std::mem::replace(&mut self.has_looked, true) || rows.len() >= ENTRIES_MAX;
        for row in &rows {
            let (lane, version): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
            let last = self.read.insert(lane, version).unwrap_or(0);
            if self.shared.follower.lanes().contains(&lane) {
                continue;
            }
            // What is missing in between was dropped before it was read.
            forget |= version != last + 1;
            let keys: Vec<String> = row.try_get(2)?;
            for (noun, environment, id) in keys.into_iter().filter_map(changes::object) {
                self.shared.cache.put(noun, environment, &id, None);
            }
        }
        if forget { self.forget(session).await } else { Ok(()) }
    }

    /// Forgets everything, and reads on from where the lanes are now.
    async fn forget(&mut self, session: &Session) -> Result<(), Trouble> {
        let last = "SELECT id, (SELECT max(version) FROM change_set WHERE change_set.lane = lane.id) FROM lane";
        let rows = session.query(last, &[]).await;
        // Also where that failed: what was missed will not be told again.
        self.shared.cache.clear();
        for row in rows? {
            if let Some(version) = row.try_get(1)? {
                self.read.insert(row.try_get(0)?, version);
            }
        }
        Ok(())
    }

    /// Keeps the lanes of this node, and drops what nobody needs any more.
    async fn be_seen(&mut self, session: &Session) -> Result<(), Trouble> {
        let own: Vec<i64> = self.shared.follower.lanes().iter().copied().collect();
        session.query("UPDATE lane SET seen = now() WHERE id = ANY($1::bigint[]) AND NOT retired", &[&own]).await?;
        for lane in own {
            drop_entries(session, lane, KEEP_ENTRIES).await?;
        }
        let retire = format!("UPDATE lane SET retired = true WHERE NOT retired AND seen < now() - interval '{RETIRE}'");
        session.query(&retire, &[]).await?;
        let gone = format!("SELECT id FROM lane WHERE retired AND seen < now() - interval '{FORGET}' LIMIT 100");
        for row in session.query(&gone, &[]).await? {
            let lane: i64 = row.try_get(0)?;
            drop_entries(session, lane, FORGET).await?;
            session.query("DELETE FROM change_set WHERE lane = $1", &[&lane]).await?;
            session.query("DELETE FROM lane WHERE id = $1", &[&lane]).await?;
            self.read.remove(&lane);
        }
        Ok(())
    }
}

/// Drops what every node has read. The last entry stays, since it settles what became of the transaction.
async fn drop_entries(session: &Session, lane: i64, after: &str) -> Result<(), Trouble> {
    let sql = format!(
        "WITH gone AS (DELETE FROM change_set WHERE lane = $1 AND version IN (SELECT version FROM change_set \
         WHERE lane = $1 AND written < now() - interval '{after}' \
         AND version < (SELECT max(version) FROM change_set WHERE lane = $1) ORDER BY version LIMIT {DROP_SLICE}) \
         RETURNING 1) SELECT count(*) >= {DROP_SLICE} FROM gone"
    );
    while session.query(&sql, &[&lane]).await?[0].try_get(0)? {}
    Ok(())
}

/// Tells other nodes that this one has changed something. Not part of the transaction that did: notifications of
/// transactions are given out under one lock of the whole server, held over the sync of each.
pub(super) async fn tell(shared: Arc<Shared>, link: Link) {
    loop {
        shared.follower.changed.notified().await;
        let told = match link.session().await {
            Ok(session) => session.query(NOTIFY, &[]).await.map(drop),
            Err(error) => Err(error.into()),
        };
        if let Err(trouble) = told {
            tracing::debug!(%trouble, "other nodes were not notified; they look by themselves");
        }
        tokio::time::sleep(LOOK_MIN).await;
    }
}
