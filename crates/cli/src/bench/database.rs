//! The PostgreSQL database that servers share, past them.

use super::figures;
use super::pgbench::Pgbench;
use super::programs::Programs;
use super::scratch::Scratch;
use super::work::Statement;
use std::time::Duration;

/// What autovacuum would else do in the middle of a round.
const SETTLE: &str = "VACUUM (ANALYZE) product, event";
const SETTLE_PATIENCE: Duration = Duration::from_secs(1_800);
/// A process that every server has.
const CHECKPOINTER: &str = "checkpointer";
const PATIENCE: Duration = Duration::from_secs(60);

/// A database with products in it.
pub(super) struct Database {
    programs: Programs,
    /// The parent of its processes, where they run on this machine.
    pub(super) postmaster: Option<u32>,
}

impl Database {
    /// The database of a URL; nothing where PostgreSQL's programs are not installed.
    pub(super) async fn find(scratch: &Scratch, url: &str) -> anyhow::Result<Option<Self>> {
        let Some(programs) = Programs::find(scratch, url) else { return Ok(None) };
        programs.query(SETTLE, SETTLE_PATIENCE).await?;
        let postmaster = postmaster(&programs).await?;
        Ok(Some(Self { programs, postmaster }))
    }

    /// What runs the statement of a work that was asked of the server just now.
    pub(super) async fn pgbench(
        &self,
        scratch: &Scratch,
        statement: Statement,
        products: u64,
    ) -> anyhow::Result<Pgbench<'_>> {
        Pgbench::new(&self.programs, scratch, statement, products).await
    }
}

/// Whoever may not see the server's processes, or is on another machine, is told nothing.
async fn postmaster(programs: &Programs) -> anyhow::Result<Option<u32>> {
    let sql = format!("SELECT pid FROM pg_stat_activity WHERE backend_type = '{CHECKPOINTER}'");
    let said = programs.query(&sql, PATIENCE).await?;
    Ok(said.trim().parse().ok().and_then(|process| figures::parent(process, CHECKPOINTER)))
}
