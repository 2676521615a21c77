//! A directory that is gone afterwards.

use anyhow::Context;
use std::path::{Path, PathBuf};

/// A new directory, removed with everything in it when dropped.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// Makes one, in `parent` or where the system keeps temporary files.
    pub(super) fn new(parent: Option<&Path>) -> anyhow::Result<Self> {
        let parent = parent.map_or_else(std::env::temp_dir, Path::to_path_buf);
        let parent = parent.canonicalize().with_context(|| format!("cannot use {}", parent.display()))?;
        let path = parent.join(format!("tollgate-bench-{}", std::process::id()));
        std::fs::create_dir(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self(path))
    }

    /// A file in it.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("cannot remove {}: {error}", self.0.display());
        }
    }
}
