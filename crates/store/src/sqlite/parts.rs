//! What a customer has, once more in the customer's own row, so that an account is read from two places of the file and
//! not from a dozen: `parts` has its assignments, overrides and bonuses, and `counters` says where the row of its counters is.
//!
//! Invariant: after each transaction both say what the rows of the parts say. Whoever writes a part has the customer's row
//! held already, and it is brought up to date once, before the commit.

use super::account;
use super::apply::Transaction;
use crate::error::StoreError;
use crate::report::Report;
use rusqlite::{Connection, params};
use std::sync::Arc;
use tollgate_domain::account::Account;
use tollgate_domain::batch::Batch;
use tollgate_domain::bonus::Bonus;
use tollgate_domain::customer::Assignment;
use tollgate_domain::environment::Environment;
use tollgate_domain::id::CustomerId;
use tollgate_domain::overrule::Override;
use tollgate_domain::record::Noun;

/// Brings the rows of all customers up to date, by what the rows of their parts say; the migration does the same.
pub(super) const FILL: &str = include_str!("../../migrations/sqlite_fill_parts.sql");

/// What of a customer's row is to be brought up to date.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stale {
    parts: bool,
    counters: bool,
}

impl Stale {
    /// The same after a record of this noun was put or deleted.
    pub(super) fn by(self, noun: Noun) -> Self {
        Self {
            parts: self.parts || matches!(noun, Noun::Assignment | Noun::Override | Noun::Bonus),
            counters: self.counters || noun == Noun::Counters,
        }
    }
}

/// The parts of an account, as they are in the text: assignments, overrides, bonuses.
type Parts = (Vec<Arc<Assignment>>, Vec<Arc<Override>>, Vec<Arc<Bonus>>);

/// The text of an account's parts; none where it has none.
fn encode(account: &Account) -> Option<String> {
    let Account { assignments, overrides, bonuses, .. } = account;
    if assignments.is_empty() && overrides.is_empty() && bonuses.is_empty() {
        return None;
    }
    let text = serde_json::to_string(&(assignments, overrides, bonuses));
    Some(text.expect("records are plain data with text for keys"))
}

/// Gives an account the parts that the text tells of.
pub(super) fn decode(text: &[u8], account: &mut Account) -> Result<(), StoreError> {
    let parts: Parts = serde_json::from_slice(text).map_err(|error| {
        StoreError::Corrupt(format!("what {} has beside its row cannot be read: {error}", account.id()))
    })?;
    (account.assignments, account.overrides, account.bonuses) = parts;
    Ok(())
}

impl Transaction<'_> {
    /// Brings the rows of the customers up to date of whom a part was written.
    pub(super) fn write_parts(&self, batch: &mut Batch) -> Result<(), StoreError> {
        for (environment, touched) in Environment::ALL.into_iter().zip(&self.accounts) {
            for (customer, touched) in touched {
                let Stale { parts, counters } = touched.stale;
                if !(parts || counters) {
                    continue;
                }
                // It may be gone together with its parts.
                let Some(place) = self.place(environment, customer)? else { continue };
                if parts {
                    self.write_text(environment, customer, place, batch)?;
                }
                if counters {
                    let sql = "UPDATE customer SET counters = (SELECT seq FROM counters \
                               WHERE counters.live = customer.live AND counters.id = customer.id) WHERE seq = ?";
                    self.connection.prepare_cached(sql)?.execute([place])?;
                }
            }
        }
        Ok(())
    }

    fn write_text(
        &self,
        environment: Environment,
        customer: &CustomerId,
        place: i64,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let text = match batch.facts_mut(environment).account(customer) {
            Ok(account) => account.and_then(|account| encode(account)),
            // Commands that change what they do not look at.
            Err(_) => account::gather(self.connection, environment, customer)?.and_then(|held| encode(&held.account)),
        };
        self.connection.prepare_cached("UPDATE customer SET parts = ? WHERE seq = ?")?.execute(params![text, place])?;
        Ok(())
    }
}

/// Makes sure that an account is the same, read either way.
pub(super) fn check(
    connection: &Connection,
    environment: Environment,
    gathered: &account::Held,
    report: &mut Report,
) -> Result<(), StoreError> {
    let id = gathered.account.id();
    match account::read(connection, environment, id) {
        Ok(Some(held)) if held.account == gathered.account => Ok(()),
        Ok(_) | Err(StoreError::Corrupt(_)) => {
            report.add("account", format!("{id}: its row tells something else of what it has than the rows of that"));
            Ok(())
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::FILL;

    #[test]
    fn the_migration_fills_the_rows_as_a_move_does() {
        assert!(crate::migrate::SQLITE.iter().any(|migration| migration.sql.contains(FILL)));
    }
}
