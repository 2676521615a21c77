//! Copies of a file that is in use.

use super::{connect, prepare};
use crate::error::OpenError;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Copies the file as it is at one instant. The copy appears under its name when it is whole and synced.
pub(crate) fn backup(from: &Path, to: &Path) -> Result<(), OpenError> {
    let source = connect::reading(from)?;
    prepare::version(&source, from)?;
    if to.exists() {
        return Err(OpenError::FileExists(to.to_owned()));
    }
    let mut partial = to.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let copied = copy(&source, &partial).and_then(|()| Ok(keep(&partial, to)?));
    if copied.is_err() {
        // What is left of a failed copy is of no use; that it cannot be removed is not the news.
        let _ = fs::remove_file(&partial);
    }
    copied
}

/// All pages in one step: a reader of the log does not hold the writer up, and nothing can change in between.
fn copy(source: &Connection, partial: &Path) -> Result<(), OpenError> {
    if partial.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        return Err(OpenError::NoFolder(partial.to_owned()));
    }
    let mut target = Connection::open(partial)?;
    let step = Backup::new(source, &mut target)?.step(-1)?;
    if step != StepResult::Done {
        return Err(OpenError::Failed("the database was too busy to be copied".to_owned()));
    }
    Ok(())
}

fn keep(partial: &Path, to: &Path) -> std::io::Result<()> {
    File::open(partial)?.sync_all()?;
    // Unlike a rename, a link never replaces a file that came to be meanwhile.
    fs::hard_link(partial, to)?;
    fs::remove_file(partial)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

impl From<std::io::Error> for OpenError {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
