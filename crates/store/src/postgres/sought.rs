//! The index of a text that parts are sought in, where the database can have one: it takes the extension `pg_trgm`, which
//! comes with PostgreSQL, and which the owner of a database may add since version 13. Not every service allows it. Without,
//! every object is looked at.

use super::session::Session;
use super::table::{self, Table};
use super::trouble::Trouble;
use crate::nouns;
use tollgate_domain::record::Field;

/// The extension's way to index texts, as a statement has to name it.
const CLASS: &str = "SELECT quote_ident(nspname) || '.gin_trgm_ops' FROM pg_opclass \
     JOIN pg_namespace ON pg_namespace.oid = opcnamespace WHERE opcname = 'gin_trgm_ops' LIMIT 1";

/// Makes the indexes, inside the transaction of the migration. That it cannot is no reason to give that up.
pub(super) async fn make(session: &Session) -> Result<(), Trouble> {
    attempt(session, "CREATE EXTENSION IF NOT EXISTS pg_trgm").await?;
    let Some(class) = session.query(CLASS, &[]).await?.first().map(|row| row.try_get::<_, String>(0)).transpose()?
    else {
        return Ok(());
    };
    for table in table::all() {
        if let Some(field) = nouns::sought(table.noun) {
            attempt(session, &index(table, field, &class)).await?;
        }
    }
    Ok(())
}

/// New texts wait in a list, which every search looks through, until that is long: a shorter one than PostgreSQL's own
/// makes searches a little quicker and new customers a good deal slower.
fn index(table: &Table, field: Field, class: &str) -> String {
    let (name, column) = (table.name, field.name());
    format!("CREATE INDEX IF NOT EXISTS {name}_by_{column} ON {name} USING gin ({column} {class})")
}

/// Runs a statement; one that the database refuses leaves no trace in the transaction.
async fn attempt(session: &Session, sql: &str) -> Result<(), Trouble> {
    session.batch("SAVEPOINT attempt").await?;
    match session.batch(sql).await {
        Ok(()) => session.batch("RELEASE SAVEPOINT attempt").await,
        Err(trouble @ Trouble::Gone(_)) => Err(trouble),
        Err(trouble) => {
            tracing::warn!(%trouble, "searches for customers look at every one: the database has no index for them");
            session.batch("ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt").await
        }
    }
}
