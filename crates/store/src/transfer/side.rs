//! One of the two databases of a move, held for as long as the move takes.

use super::row::{Chunk, Which};
use crate::error::{OpenError, StoreError};
use crate::url::DatabaseUrl;
use crate::{postgres, sqlite};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;
use tollgate_domain::record::Noun;

/// Chunks that are read while another is written.
const CHUNKS_AHEAD: usize = 1;

/// Where chunks that were read go.
pub(crate) type Chunks = Sender<Result<Chunk, StoreError>>;

/// What says, in a target, that it is not whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The address that the rows come from, without secrets.
    pub(crate) from: String,
    /// What the rows there came to, which no other database comes to.
    pub(crate) fingerprint: String,
}

/// How far a table of a target is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reached {
    pub(crate) rows: u64,
    /// The place of the last row.
    pub(crate) last: Option<i64>,
}

/// Rows that are being read.
pub(super) struct Reading {
    chunks: Receiver<Result<Chunk, StoreError>>,
    task: JoinHandle<()>,
}

impl Reading {
    pub(super) async fn next(&mut self) -> Option<Result<Chunk, StoreError>> {
        self.chunks.recv().await
    }

    /// Reads no more, and lets go of the database.
    pub(super) async fn end(self) {
        drop(self.chunks);
        // It ends without a word where nobody takes what it reads.
        let _ = self.task.await;
    }
}

#[derive(Clone)]
pub(super) enum Side {
    Sqlite(sqlite::Side),
    Postgres(postgres::Side),
}

impl Side {
    /// A database that holds still from now on.
    pub(super) async fn source(url: &DatabaseUrl) -> Result<Self, OpenError> {
        match url {
            DatabaseUrl::Sqlite(path) => sqlite::Side::source(path).map(Self::Sqlite),
            DatabaseUrl::Postgres(url) => postgres::Side::source(url).await.map(Self::Postgres),
            DatabaseUrl::Model => Err(OpenError::Elsewhere(super::IN_MEMORY)),
        }
    }

    /// A database, made where there is none, that nobody else writes to.
    pub(super) async fn target(url: &DatabaseUrl) -> Result<Self, OpenError> {
        match url {
            DatabaseUrl::Sqlite(path) => sqlite::Side::target(path).map(Self::Sqlite),
            DatabaseUrl::Postgres(url) => postgres::Side::target(url).await.map(Self::Postgres),
            DatabaseUrl::Model => Err(OpenError::Elsewhere(super::IN_MEMORY)),
        }
    }

    /// Reads rows, somewhat ahead of whoever takes them.
    pub(super) fn read(&self, noun: Noun, which: Which) -> Reading {
        let (to, chunks) = channel(CHUNKS_AHEAD);
        // Where telling of a failure fails, nobody wants to know.
        let task = match self.clone() {
            Self::Sqlite(side) => tokio::task::spawn_blocking(move || {
                let _ = side.read(noun, which, &to).map_err(|error| to.blocking_send(Err(error)));
            }),
            Self::Postgres(side) => tokio::spawn(async move {
                if let Err(error) = side.read(noun, which, &to).await {
                    let _ = to.send(Err(error)).await;
                }
            }),
        };
        Reading { chunks, task }
    }

    /// Writes rows and syncs them, all or none.
    pub(super) async fn write(&self, noun: Noun, chunk: Chunk) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(side) => side.blocking(move |side| side.write(noun, &chunk)).await,
            Self::Postgres(side) => side.write(noun, chunk).await,
        }
    }

    pub(super) async fn reached(&self, noun: Noun) -> Result<Reached, StoreError> {
        match self {
            Self::Sqlite(side) => side.blocking(move |side| side.reached(noun)).await,
            Self::Postgres(side) => side.reached(noun).await,
        }
    }

    /// The mark of an unfinished move.
    pub(super) async fn mark(&self) -> Result<Option<Mark>, StoreError> {
        match self {
            Self::Sqlite(side) => side.mark(),
            Self::Postgres(side) => side.mark().await,
        }
    }

    /// Marks a database that has no rows.
    pub(super) async fn begin(&self, mark: &Mark) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(side) => side.begin(mark),
            Self::Postgres(side) => side.begin(mark).await,
        }
    }

    /// What is left to do once every row is there; the mark goes with the last of it.
    pub(super) async fn finish(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(side) => side.blocking(sqlite::Side::finish).await,
            Self::Postgres(side) => side.finish().await,
        }
    }
}
