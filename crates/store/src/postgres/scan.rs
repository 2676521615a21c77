//! Reads a table to its end, a piece at a time, as it is in the transaction that the session is in.

use super::derived::Derived;
use super::session::Session;
use super::table::Table;
use super::text;
use super::trouble::Trouble;
use crate::transfer::{Row, Which};
use tollgate_domain::environment::Environment;
use tollgate_domain::record::{Field, FieldType, Value};

/// Rows of one piece.
const PIECE_ROWS: usize = 250;

/// A cursor over a table.
pub(super) struct Scan<'a> {
    session: &'a Session,
    table: &'static Table,
    /// What fetches a piece.
    fetch: String,
}

impl<'a> Scan<'a> {
    /// Begins to read rows, and the text of what is derived.
    pub(super) async fn open(session: &'a Session, table: &'static Table, which: Which) -> Result<Self, Trouble> {
        let cursor = format!("scan_{}", table.name);
        let derived = table.derived.map_or("NULL", Derived::name);
        let own = ["seq", "live", "id", "created", "body"];
        let columns: Vec<&str> = own.into_iter().chain(table.noun.fields().iter().map(|field| field.name())).collect();
        // Nothing else has places in order, so all that are read are sorted first.
        let which = match which {
            Which::All => String::new(),
            Which::After(seq) => format!("WHERE seq > {seq} ORDER BY seq"),
        };
        session
            .batch(&format!(
                "DECLARE {cursor} NO SCROLL CURSOR FOR SELECT {derived}::text, {} FROM {} {which}",
                columns.join(", "),
                table.name
            ))
            .await?;
        Ok(Self { session, table, fetch: format!("FETCH {PIECE_ROWS} FROM {cursor}") })
    }

    /// The next rows, each with what is derived; none at the end.
    pub(super) async fn next(&mut self) -> Result<Vec<(Row, Option<String>)>, Trouble> {
        let rows = self.session.query(&self.fetch, &[]).await?;
        if rows.is_empty() {
            self.session.batch(&format!("CLOSE scan_{}", self.table.name)).await?;
        }
        rows.iter().map(|row| Ok((read_row(self.table, row)?, row.try_get(0)?))).collect()
    }
}

fn read_row(table: &Table, row: &tokio_postgres::Row) -> Result<Row, tokio_postgres::Error> {
    let fields = table.noun.fields().iter().enumerate();
    let fields = fields.map(|(place, field)| value(*field, row, place + 6)).collect::<Result<Vec<_>, _>>()?;
    Ok(Row {
        seq: row.try_get(1)?,
        environment: Environment::from_live(row.try_get(2)?),
        id: text::decode(row.try_get(3)?),
        created: row.try_get(4)?,
        fields,
        body: row.try_get(5)?,
    })
}

fn value(field: Field, row: &tokio_postgres::Row, place: usize) -> Result<Value, tokio_postgres::Error> {
    Ok(match field.field_type() {
        FieldType::Flag => row.try_get::<_, Option<bool>>(place)?.map_or(Value::Null, Value::Flag),
        FieldType::Text => {
            row.try_get::<_, Option<String>>(place)?.map_or(Value::Null, |kept| Value::Text(text::decode(kept)))
        }
    })
}
