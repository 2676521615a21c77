//! Reads: by key on a few connections that everybody shares, one statement after the other without waiting in
//! between; searches and long lists on connections of their own, so many at a time.

use super::link::{Connector, Link};
use super::session::{Call, Purpose, Session};
use super::trouble::Trouble;
use crate::error::StoreError;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{Mutex, Semaphore};
use tokio_postgres::Row;

/// Connections for searches and long lists; so many run at a time.
const SLOW_LINKS: usize = 2;
/// Most searches and long lists that run or wait; one more is answered with [`StoreError::Busy`].
const SLOW_WAITING_MAX: usize = 128;

/// The connections that read.
pub(super) struct Readers {
    quick: Vec<Link>,
    slow: Vec<Mutex<Link>>,
    next: AtomicUsize,
    waiting: Semaphore,
    running: Semaphore,
}

impl Readers {
    pub(super) fn new(connector: &Arc<Connector>, quick: usize) -> Self {
        let link = |purpose| Link::new(connector.clone(), purpose);
        Self {
            quick: (0..quick.max(1)).map(|_| link(Purpose::Read)).collect(),
            slow: (0..SLOW_LINKS).map(|_| Mutex::new(link(Purpose::Search))).collect(),
            next: AtomicUsize::new(0),
            waiting: Semaphore::new(SLOW_WAITING_MAX),
            running: Semaphore::new(SLOW_LINKS),
        }
    }

    /// Reads for milliseconds. A connection that turns out to be lost is made anew once: to read twice does no harm.
    pub(super) async fn quick(&self, calls: &[Call]) -> Result<Vec<Vec<Row>>, Trouble> {
        let link = &self.quick[self.next.fetch_add(1, Ordering::Relaxed) % self.quick.len()];
        match link.session().await?.exchange(calls).await {
            Err(Trouble::Gone(said)) => {
                tracing::debug!(said, "a connection was lost; reading once more");
                link.session().await?.exchange(calls).await
            }
            done => done,
        }
    }

    /// Reads for as long as it takes, on a connection that nobody else uses meanwhile.
    pub(super) async fn slow<T, E, F>(&self, read: impl Fn(Arc<Session>) -> F) -> Result<T, E>
    where
        E: From<StoreError> + From<Trouble>,
        F: Future<Output = Result<T, E>>,
    {
        let _waiting = self.waiting.try_acquire().map_err(|_| StoreError::Busy)?;
        let _running = self.running.acquire().await.map_err(|_| StoreError::Closed)?;
        let link = self.slow.iter().find_map(|link| link.try_lock().ok());
        let link = link.ok_or(StoreError::Busy)?;
        let session = link.session().await?;
        let unfinished = Unfinished(Some(session.clone()));
        let done = read(session).await;
        if done.is_ok() {
            unfinished.finish();
        }
        done
    }
}

/// A connection on which something long is under way. Unless that is brought to its end, the connection is given up:
/// nobody should wait for a statement whose answer is not wanted any more.
struct Unfinished(Option<Arc<Session>>);

impl Unfinished {
    fn finish(mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(session) = &self.0 {
            session.close();
        }
    }
}
