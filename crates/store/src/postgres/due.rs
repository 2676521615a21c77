//! Objects whose time has come. Several nodes may find the same ones: whoever acts on one holds its row, and looks again.

use super::readers::Readers;
use super::session::{Call, Param};
use super::table;
use super::text;
use super::trouble::Trouble;
use crate::error::StoreError;
use crate::page::Within;
use tollgate_domain::environment::Environment;
use tollgate_domain::record::Field;

/// Their ids, the longest due first.
pub(super) async fn due(
    readers: &Readers,
    environment: Environment,
    field: Field,
    within: &Within,
    limit: usize,
) -> Result<Vec<String>, StoreError> {
    let (table, column) = (table::kept(field.noun())?, field.name());
    let sql = format!(
        "SELECT id FROM {} WHERE live = $1 AND {column} BETWEEN $2 AND $3 ORDER BY {column}, created, seq LIMIT $4",
        table.name
    );
    let params: Vec<Param> = vec![
        Box::new(environment.is_live()),
        Box::new(text::encode(&within.first).into_owned()),
        Box::new(text::encode(&within.last).into_owned()),
        Box::new(i64::try_from(limit).unwrap_or(i64::MAX)),
    ];
    let found = readers.quick(&[Call::new(sql, params)]).await?;
    let id = |row: &tokio_postgres::Row| row.try_get(0).map(text::decode).map_err(Trouble::from);
    Ok(found[0].iter().map(id).collect::<Result<_, _>>()?)
}
