//! A connection that is made when it is needed and made anew when it is lost.
//!
//! While the database is away, nobody waits for it: whoever asks hears so at once, and now and then one of them tries
//! to connect.

use super::address::{Address, CONNECT_TIMEOUT};
use super::session::{Purpose, Session};
use super::trouble::{Trouble, with_cause};
use crate::error::{OpenError, StoreError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Shortest and longest pause between tries to connect to a database that is away; it doubles from try to try.
const PAUSE_MIN: Duration = Duration::from_millis(25);
const PAUSE_MAX: Duration = Duration::from_millis(500);

/// Makes connections.
pub(super) struct Connector {
    address: Address,
    away: Mutex<Option<Away>>,
    /// Told whenever any session hears a notification.
    pub(super) hint: Arc<Notify>,
}

/// What is known of a database that could not be reached.
#[derive(Clone)]
struct Away {
    why: String,
    pause: Duration,
    /// When to try again.
    until: Instant,
}

impl Connector {
    pub(super) fn new(address: Address) -> Self {
        Self { address, away: Mutex::default(), hint: Arc::default() }
    }

    /// A new connection, or at once the reason of the last failure while it is too early to try again.
    pub(super) async fn connect(&self, purpose: Purpose) -> Result<Session, StoreError> {
        let away = self.away().clone();
        if let Some(Away { why, until, .. }) = &away
            && Instant::now() < *until
        {
            return Err(StoreError::Unavailable(why.clone()));
        }
        let connected = tokio::time::timeout(CONNECT_TIMEOUT * 2, self.try_connect(purpose)).await;
        let connected = connected.unwrap_or_else(|_| Err(Trouble::Gone("connecting took too long".to_owned())));
        *self.away() = match &connected {
            Ok(_) => None,
            Err(trouble) => {
                let pause = away.map_or(PAUSE_MIN, |away| (away.pause * 2).min(PAUSE_MAX));
                Some(Away { why: trouble.to_string(), pause, until: Instant::now() + pause })
            }
        };
        Ok(connected?)
    }

    /// A connection for work on the whole database, which is not to begin where there is none.
    pub(super) async fn maintenance(&self) -> Result<Session, OpenError> {
        self.connect(Purpose::Maintain).await.map_err(|error| OpenError::Failed(error.to_string()))
    }

    async fn try_connect(&self, purpose: Purpose) -> Result<Session, Trouble> {
        let connected = self.address.config.connect(self.address.tls.clone()).await;
        let (client, connection) = connected.map_err(|error| Trouble::Gone(with_cause(&error)))?;
        let session = Session::new(client, connection, purpose, self.hint.clone());
        session.batch(&purpose.settings()).await?;
        Ok(session)
    }

    fn away(&self) -> std::sync::MutexGuard<'_, Option<Away>> {
        self.away.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place for one connection.
pub(super) struct Link {
    connector: Arc<Connector>,
    purpose: Purpose,
    session: Mutex<Option<Arc<Session>>>,
    /// Held while connecting, so that one does it for all.
    connecting: tokio::sync::Mutex<()>,
}

impl Link {
    pub(super) fn new(connector: Arc<Connector>, purpose: Purpose) -> Self {
        Self { connector, purpose, session: Mutex::default(), connecting: tokio::sync::Mutex::default() }
    }

    /// The connection, made where there is none that is open.
    pub(super) async fn session(&self) -> Result<Arc<Session>, StoreError> {
        if let Some(session) = self.open_session() {
            return Ok(session);
        }
        let _connecting = self.connecting.lock().await;
        if let Some(session) = self.open_session() {
            return Ok(session);
        }
        let session = Arc::new(self.connector.connect(self.purpose).await?);
        *self.slot() = Some(session.clone());
        Ok(session)
    }

    fn open_session(&self) -> Option<Arc<Session>> {
        self.slot().clone().filter(|session| !session.is_closed())
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Arc<Session>>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
