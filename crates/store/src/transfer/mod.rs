//! Moving house: everything that one database keeps, row by row, into another, whichever engines they are.
//!
//! A row keeps its place, its id, its columns and every byte of its body, so that lists, cursors, pages of searches
//! and receipts go on as before. The source holds still from the first look to the last. The rows of a table go over
//! in the order of their places, each chunk in a transaction of its own, so that the last place in the target says
//! where to go on after a crash.
//!
//! Invariant: until both sides were read again and found equal, the target is marked, and no server opens it. The mark
//! holds a sum over all that the source has; a move goes on only where the source still comes to the same.

mod row;
mod side;

pub use row::Tally;
pub(crate) use row::{Chunk, Row, Which};
pub(crate) use side::{Chunks, Mark, Reached};

use crate::error::{OpenError, StoreError};
use crate::nouns;
use crate::url::DatabaseUrl;
use side::{Reading, Side};
use std::ops::ControlFlow;
use std::path::Path;
use tollgate_domain::record::Noun;

const IN_MEMORY: &str = "the model is kept in memory only; there is nothing to move";

/// Why a move did not come to its end. Whatever it is, the source is as it was.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// Both addresses lead to one database.
    #[error("both addresses are of the same database")]
    SameDatabase,
    /// The source cannot be had.
    #[error("the source: {0}")]
    Source(OpenError),
    /// The target cannot be had.
    #[error("the target: {0}")]
    Target(OpenError),
    /// There are rows in the target which no move has put there.
    #[error("the target holds data already; a move needs a database that is new")]
    NotEmpty,
    /// The target is part of another move, or of this one before the source was changed.
    #[error(
        "the target holds an unfinished move from {from}, which is another database or was changed since; \
         move to a new database instead"
    )]
    OtherMove {
        /// The address that was moved from.
        from: String,
    },
    /// The source failed on the way.
    #[error("while reading the source: {0}")]
    Reading(StoreError),
    /// The target failed on the way.
    #[error("while writing the target: {0}")]
    Writing(StoreError),
    /// The two do not hold the same in the end.
    #[error(
        "table {} differs: {} rows with checksum {:016x} in the source, {} with {:016x} in the target; \
         the target stays unfinished, move to a new database instead",
        source_tally.table, source_tally.rows, source_tally.checksum, target_tally.rows, target_tally.checksum
    )]
    Differs {
        /// What the source has.
        source_tally: Tally,
        /// What the target has.
        target_tally: Tally,
    },
    /// Whoever was told of the progress wanted no more. The same move goes on from here when it is started again.
    #[error("stopped; the same move started again goes on from here")]
    Stopped,
}

/// What a move is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Reads the source, to know it again.
    Reading,
    /// Copies rows.
    Copying,
    /// Reads both sides again and compares.
    Verifying,
}

/// How far a move is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// The table it is done with.
    pub table: &'static str,
    /// Rows of it that are done.
    pub rows: u64,
    /// Rows it has, where that is known yet.
    pub of: Option<u64>,
}

/// Is told of the progress, after every few thousand rows, and may end the move.
pub type Watcher<'a> = &'a mut (dyn FnMut(Progress) -> ControlFlow<()> + Send);

/// Moves everything that one database keeps into another, which is new or holds the unfinished part of the same move.
/// Gives what was moved, table by table, after both sides were read again and found equal. Work with a file blocks.
pub async fn transfer(from: &DatabaseUrl, to: &DatabaseUrl, watcher: Watcher<'_>) -> Result<Vec<Tally>, TransferError> {
    if is_same(from, to) {
        return Err(TransferError::SameDatabase);
    }
    let source = Side::source(from).await.map_err(TransferError::Source)?;
    let target = Side::target(to).await.map_err(TransferError::Target)?;
    let tallies = tally(&source, Step::Reading, &[], watcher).await.map_err(of_source)?;
    let mark = Mark { from: from.to_string(), fingerprint: fingerprint(&tallies) };
    if let Role::Whole = begin(&target, &tallies, mark).await? {
        return match verify(&source, &target, &tallies, watcher).await {
            Err(TransferError::Differs { .. }) => Err(TransferError::NotEmpty),
            verified => verified.map(|()| tallies),
        };
    }
    for (noun, tally) in nouns::KEPT.into_iter().zip(&tallies) {
        copy(&source, &target, noun, *tally, watcher).await?;
    }
    verify(&source, &target, &tallies, watcher).await?;
    target.finish().await.map_err(TransferError::Writing)?;
    Ok(tallies)
}

/// Addresses that only look different are found out by the locks that each side takes.
fn is_same(from: &DatabaseUrl, to: &DatabaseUrl) -> bool {
    let canonical = |path: &Path| path.canonicalize().ok();
    match (from, to) {
        (DatabaseUrl::Sqlite(from), DatabaseUrl::Sqlite(to)) => {
            from == to || canonical(from).is_some_and(|from| Some(from) == canonical(to))
        }
        _ => from == to,
    }
}

/// Why a table could not be tallied.
enum Untold {
    Failed(StoreError),
    Stopped,
}

fn of_source(untold: Untold) -> TransferError {
    match untold {
        Untold::Failed(error) => TransferError::Reading(error),
        Untold::Stopped => TransferError::Stopped,
    }
}

fn of_target(untold: Untold) -> TransferError {
    match untold {
        Untold::Failed(error) => TransferError::Writing(error),
        Untold::Stopped => TransferError::Stopped,
    }
}

/// Reads every table to its end. What is known of them is for the progress alone.
async fn tally(side: &Side, step: Step, known: &[Tally], watcher: Watcher<'_>) -> Result<Vec<Tally>, Untold> {
    let mut tallies = Vec::new();
    for noun in nouns::KEPT {
        let mut tally = Tally::new(nouns::table_name(noun).expect("it is kept"));
        let of = known.get(tallies.len()).map(|known| known.rows);
        let mut reading = side.read(noun, Which::All);
        let tell = &mut |tally: &Tally| watcher(Progress { step, table: tally.table, rows: tally.rows, of });
        let read = tally_rows(&mut reading, &mut tally, tell).await;
        reading.end().await;
        read?;
        tallies.push(tally);
    }
    Ok(tallies)
}

async fn tally_rows(
    reading: &mut Reading,
    tally: &mut Tally,
    tell: &mut (dyn FnMut(&Tally) -> ControlFlow<()> + Send),
) -> Result<(), Untold> {
    while let Some(chunk) = reading.next().await {
        tally.add(&chunk.map_err(Untold::Failed)?);
        if tell(tally).is_break() {
            return Err(Untold::Stopped);
        }
    }
    Ok(())
}

fn fingerprint(tallies: &[Tally]) -> String {
    let of = |tally: &Tally| format!("{}={}:{:016x}", tally.table, tally.rows, tally.checksum);
    tallies.iter().map(of).collect::<Vec<_>>().join(" ")
}

/// What a target is to a move.
enum Role {
    /// Some of the rows are to come.
    Part,
    /// As many rows as the source has are there, without a mark: perhaps the move was killed after its last step.
    Whole,
}

/// Makes sure that the target is part of this move.
async fn begin(target: &Side, tallies: &[Tally], mark: Mark) -> Result<Role, TransferError> {
    match target.mark().await.map_err(TransferError::Writing)? {
        Some(found) if found.fingerprint == mark.fingerprint => return Ok(Role::Part),
        Some(found) => return Err(TransferError::OtherMove { from: found.from }),
        None => {}
    }
    let (mut is_empty, mut is_equal) = (true, true);
    for (noun, tally) in nouns::KEPT.into_iter().zip(tallies) {
        let Reached { rows, .. } = target.reached(noun).await.map_err(TransferError::Writing)?;
        is_empty &= rows == 0;
        is_equal &= rows == tally.rows;
    }
    match (is_empty, is_equal) {
        (true, _) => target.begin(&mark).await.map(|()| Role::Part).map_err(TransferError::Writing),
        (false, true) => Ok(Role::Whole),
        (false, false) => Err(TransferError::NotEmpty),
    }
}

/// Copies the rows of a table which the target does not have yet.
async fn copy(
    source: &Side,
    target: &Side,
    noun: Noun,
    Tally { table, rows: all, .. }: Tally,
    watcher: Watcher<'_>,
) -> Result<(), TransferError> {
    let Reached { mut rows, last } = target.reached(noun).await.map_err(TransferError::Writing)?;
    let mut reading = source.read(noun, Which::After(last.unwrap_or(i64::MIN)));
    let copied = async {
        while let Some(chunk) = reading.next().await {
            let chunk = chunk.map_err(TransferError::Reading)?;
            rows += chunk.rows.len() as u64;
            target.write(noun, chunk).await.map_err(TransferError::Writing)?;
            if watcher(Progress { step: Step::Copying, table, rows, of: Some(all) }).is_break() {
                return Err(TransferError::Stopped);
            }
        }
        Ok(())
    };
    let copied = copied.await;
    reading.end().await;
    copied
}

/// Reads both sides again, at once; the target is the one whose progress is told.
async fn verify(source: &Side, target: &Side, known: &[Tally], watcher: Watcher<'_>) -> Result<(), TransferError> {
    let unwatched = &mut |_| ControlFlow::Continue(());
    let (in_source, in_target) =
        tokio::join!(tally(source, Step::Verifying, known, unwatched), tally(target, Step::Verifying, known, watcher));
    for (source_tally, target_tally) in in_source.map_err(of_source)?.into_iter().zip(in_target.map_err(of_target)?) {
        if source_tally != target_tally {
            return Err(TransferError::Differs { source_tally, target_tally });
        }
    }
    Ok(())
}
