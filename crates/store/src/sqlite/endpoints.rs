//! The webhook endpoints as the file has them.

use super::catalog::each;
use crate::error::StoreError;
use rusqlite::Connection;
use tollgate_domain::environment::Environment;
use tollgate_domain::record::Noun;
use tollgate_domain::webhook::Endpoints;

/// Reads them.
pub(super) fn read(connection: &Connection, environment: Environment) -> Result<Endpoints, StoreError> {
    let mut endpoints = Endpoints::default();
    each(connection, environment, Noun::WebhookEndpoint, |record| endpoints.put(record))?;
    Ok(endpoints)
}
