//! A row as it is stored, whichever engine keeps it, and sums over rows.

use crate::random::Random;
use crate::search_terms::fnv1a;
use tollgate_domain::environment::Environment;
use tollgate_domain::record::{Record, Value};

/// Most rows that are moved at once, and bytes of bodies after which no more are added: what a move holds in memory
/// is a few times that.
pub(crate) const CHUNK_ROWS_MAX: usize = 2_000;
pub(crate) const CHUNK_BYTES: usize = 4 * 1024 * 1024;

/// A row, column by column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) seq: i64,
    pub(crate) environment: Environment,
    pub(crate) id: String,
    /// In milliseconds.
    pub(crate) created: i64,
    /// The promoted fields, in the order of their columns.
    pub(crate) fields: Vec<Value>,
    pub(crate) body: String,
}

/// Which rows of a table are read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which {
    /// All, in whatever order is quickest.
    All,
    /// Those inserted after this place, in the order of insertion.
    After(i64),
}

/// Rows on their way.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    pub(crate) rows: Vec<Row>,
    bytes: usize,
}

impl Chunk {
    pub(crate) fn push(&mut self, row: Row) {
        self.bytes += row.body.len();
        self.rows.push(row);
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() >= CHUNK_ROWS_MAX || self.bytes >= CHUNK_BYTES
    }
}

/// How many rows a table has, and all of them taken together: equal where the rows are, in whatever order they were
/// read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// The table, which has the name of its noun.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: u64,
    /// A sum over every column of every row.
    pub checksum: u64,
}

impl Tally {
    pub(crate) fn new(table: &'static str) -> Self {
        Self { table, rows: 0, checksum: 0 }
    }

    pub(crate) fn add(&mut self, chunk: &Chunk) {
        let mut bytes = Vec::new();
        for row in &chunk.rows {
            bytes.clear();
            row.spell(&mut bytes);
            self.rows += 1;
            // Mixed once more, so that small differences of two rows do not cancel out in the sum.
            self.checksum = self.checksum.wrapping_add(Random::seeded(fnv1a(&bytes)).next());
        }
    }
}

impl Row {
    /// Columns that are not what the record says.
    pub(crate) fn differing(&self, record: &Record) -> Vec<&'static str> {
        let own = [("id", self.id == record.id()), ("created", self.created == record.created().millis())];
        let fields = record.noun().fields().iter().zip(&self.fields);
        let fields = fields.map(|(field, value)| (field.name(), *value == record.value(*field)));
        own.into_iter().chain(fields).filter(|(_, is_same)| !is_same).map(|(name, _)| name).collect()
    }

    /// Everything in it, so that no two rows are spelled alike.
    fn spell(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.seq.to_le_bytes());
        bytes.push(u8::from(self.environment.is_live()));
        bytes.extend(self.created.to_le_bytes());
        spell_text(&self.id, bytes);
        for field in &self.fields {
            match field {
                Value::Null => bytes.push(0),
                Value::Flag(flag) => bytes.push(1 + u8::from(*flag)),
                Value::Text(text) => {
                    bytes.push(3);
                    spell_text(text, bytes);
                }
            }
        }
        spell_text(&self.body, bytes);
    }
}

fn spell_text(text: &str, bytes: &mut Vec<u8>) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seq: i64, url: Value, body: &str) -> Row {
        Row { seq, environment: Environment::Test, id: "a".into(), created: 1, fields: vec![url], body: body.into() }
    }

    fn tally(rows: &[Row]) -> Tally {
        let mut tally = Tally::new("product");
        tally.add(&Chunk { rows: rows.to_vec(), bytes: 0 });
        tally
    }

    #[test]
    fn a_tally_is_of_the_rows_and_not_of_their_order() {
        let (a, b) = (row(1, Value::Null, "x"), row(2, Value::Text("u".into()), "y"));
        assert_eq!(tally(&[a.clone(), b.clone()]), tally(&[b.clone(), a.clone()]));
        for other in [
            row(3, Value::Null, "x"),
            row(1, Value::Text(String::new()), "x"),
            row(1, Value::Flag(false), "x"),
            row(1, Value::Null, "X"),
            Row { environment: Environment::Live, ..a.clone() },
            Row { id: "b".into(), ..a.clone() },
            Row { created: 2, ..a.clone() },
        ] {
            assert_ne!(tally(&[other, b.clone()]), tally(&[a.clone(), b.clone()]));
        }
        assert_ne!(tally(&[a.clone(), a.clone()]).checksum, tally(&[b.clone(), b]).checksum);
    }
}
