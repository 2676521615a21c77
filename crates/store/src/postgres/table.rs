//! Tables, derived from the fields that the domain declares: the statements PostgreSQL runs on them.
//!
//! Every table has `seq` (order of insertion), `live`, `id`, `created` (milliseconds), one column for each promoted
//! field, and `body`; some have a column that is [derived](super::derived). Statements take arrays, one for each column, so that
//! one statement serves a whole batch.

use super::derived::Derived;
use crate::error::StoreError;
use crate::nouns;
#[cfg(test)]
use crate::nouns::CreatedIndex;
use std::fmt::Write as _;
use std::sync::LazyLock;
use tollgate_domain::record::{Field, FieldType, Lookup, Noun};

/// The table of a noun, with the statements that do not depend on a query.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) noun: Noun,
    pub(super) name: &'static str,
    pub(super) derived: Option<Derived>,
    /// By `live, id`: the body.
    pub(super) body: String,
    /// By `live, id`: `created, seq`.
    pub(super) place: String,
    /// Arrays of `live, id`, then of `live` and value for each unique field: `live, id, body` of the rows with such an
    /// id or value, in the order of their ids.
    pub(super) rows: String,
    /// The same, each row locked in that order until the transaction ends.
    pub(super) locked_rows: String,
    /// Arrays of `live, id, created, fields…, derived, body`: inserted in the order given.
    pub(super) insert: String,
    /// The same, then how many there are: each such row is now so. Fails with a division by zero where one is gone.
    pub(super) update: String,
    /// Arrays of `live, id`, then how many there are. Fails as an update does.
    pub(super) delete: String,
}

static TABLES: LazyLock<[Table; nouns::KEPT.len()]> = LazyLock::new(|| nouns::KEPT.map(Table::new));

/// Every table, in the order in which they are locked.
pub(super) fn all() -> &'static [Table] {
    &*TABLES
}

/// The table of a noun; none of one that is kept nowhere.
pub(super) fn of(noun: Noun) -> Option<&'static Table> {
    all().iter().find(|table| table.noun == noun)
}

/// The table of a noun that is kept.
pub(super) fn kept(noun: Noun) -> Result<&'static Table, StoreError> {
    of(noun).ok_or_else(|| StoreError::Conflict(format!("{noun:?} is kept nowhere")))
}

/// The unique fields of a noun.
pub(super) fn unique_fields(noun: Noun) -> impl Iterator<Item = Field> {
    noun.fields().iter().copied().filter(|field| field.lookup() == Lookup::Unique)
}

impl Table {
    fn new(noun: Noun) -> Self {
        let name = nouns::table_name(noun).expect("it is kept");
        let rows = rows(noun, name);
        let columns = columns(noun);
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let arrays: Vec<String> =
            columns.iter().enumerate().map(|(place, (_, sql))| format!("${}::{sql}[]", place + 1)).collect();
        let (names, arrays) = (names.join(", "), arrays.join(", "));
        let values = columns.iter().map(|(name, _)| value(noun, name)).collect::<Vec<_>>().join(", ");
        let sets: Vec<String> =
            columns[2..].iter().map(|(name, _)| format!("{name} = new.{}", value(noun, name))).collect();
        let count = columns.len() + 1;
        Self {
            noun,
            name,
            derived: Derived::of(noun),
            body: format!("SELECT body FROM {name} WHERE live = $1 AND id = $2"),
            place: format!("SELECT created, seq FROM {name} WHERE live = $1 AND id = $2"),
            locked_rows: format!("{rows} FOR UPDATE OF {name}"),
            rows,
            insert: insert(noun, name, &names, &values, &arrays),
            update: all_or_fail(
                &format!(
                    "UPDATE {name} SET {} FROM unnest({arrays}) AS new ({names}) \
                     WHERE {name}.live = new.live AND {name}.id = new.id",
                    sets.join(", ")
                ),
                count,
            ),
            delete: all_or_fail(
                &format!(
                    "DELETE FROM {name} USING unnest($1::boolean[], $2::text[]) AS old (live, id) \
                     WHERE {name}.live = old.live AND {name}.id = old.id"
                ),
                3,
            ),
        }
    }

    /// Arrays of `live` and a value of a unique field: the place of each value that is held, from 1, and the id of its
    /// holder.
    pub(super) fn holders(&self, field: Field) -> String {
        let (name, column) = (self.name, field.name());
        format!(
            "SELECT asked.place, found.id FROM unnest($1::boolean[], $2::text[]) WITH ORDINALITY AS asked (live, value, place) \
             CROSS JOIN LATERAL (SELECT id FROM {name} WHERE live = asked.live AND {column} = asked.value OFFSET 0) AS found"
        )
    }

    /// Arrays of `live, id`: the unique fields of these rows are empty from now on.
    pub(super) fn release(&self) -> String {
        let name = self.name;
        let empty: Vec<String> = unique_fields(self.noun).map(|field| format!("{} = NULL", field.name())).collect();
        format!(
            "UPDATE {name} SET {} FROM unnest($1::boolean[], $2::text[]) AS old (live, id) \
             WHERE {name}.live = old.live AND {name}.id = old.id",
            empty.join(", ")
        )
    }

    /// Arrays of `live` and a value of the field: for each, in order, whether any object has it.
    pub(super) fn any(&self, field: Field) -> String {
        let (name, column) = (self.name, field.name());
        format!(
            "SELECT EXISTS (SELECT 1 FROM {name} WHERE {name}.live = asked.live AND {name}.{column} = asked.value) \
             FROM unnest($1::boolean[], $2::text[]) WITH ORDINALITY AS asked (live, value, place) ORDER BY place"
        )
    }

    /// Arrays of `live, id`: for each, in order, whether there is such an object.
    pub(super) fn exist(&self) -> String {
        let name = self.name;
        format!(
            "SELECT EXISTS (SELECT 1 FROM {name} WHERE {name}.live = asked.live AND {name}.id = asked.id) \
             FROM unnest($1::boolean[], $2::text[]) WITH ORDINALITY AS asked (live, id, place) ORDER BY place"
        )
    }

    /// What makes the table and its indexes. The migrations must come to the same.
    #[cfg(test)]
    pub(super) fn definition(&self) -> String {
        let name = self.name;
        let mut sql = format!("CREATE TABLE {name} (\n    seq bigserial NOT NULL,\n");
        for (column, sort) in columns(self.noun) {
            let derived = self.derived.filter(|derived| derived.name() == column);
            let is_set = derived.is_some() || matches!(column, "live" | "id" | "created" | "body");
            let collation = if derived.is_none() && sort == "text" && column != "body" { " COLLATE \"C\"" } else { "" };
            let (sort, not_null) = (derived.map_or(sort, Derived::sort), if is_set { " NOT NULL" } else { "" });
            writeln!(sql, "    {column} {sort}{collation}{not_null},").expect("memory takes it");
        }
        if self.noun == Noun::Event {
            sql.push_str("    PRIMARY KEY (live, id, created)\n) PARTITION BY RANGE (created);\n");
        } else {
            sql.push_str("    PRIMARY KEY (live, id)\n);\n");
        }
        let created = match nouns::created_index(self.noun) {
            CreatedIndex::Listed => Some("live, created, seq"),
            CreatedIndex::Age => Some("created"),
            CreatedIndex::Missing => None,
        };
        if let Some(columns) = created {
            writeln!(sql, "CREATE INDEX {name}_by_created ON {name} ({columns});").expect("memory takes it");
        }
        for field in self.noun.fields() {
            let column = field.name();
            let index = match field.lookup() {
                Lookup::Scan => continue,
                Lookup::Index => format!("INDEX {name}_by_{column} ON {name} (live, {column}, created, seq)"),
                Lookup::Unique => format!("UNIQUE INDEX {name}_by_{column} ON {name} (live, {column})"),
            };
            writeln!(sql, "CREATE {index} WHERE {column} IS NOT NULL;").expect("memory takes it");
        }
        if self.derived == Some(Derived::Terms) {
            writeln!(sql, "CREATE INDEX {name}_by_seq ON {name} (live, seq);").expect("memory takes it");
            writeln!(sql, "CREATE INDEX {name}_by_terms ON {name} USING gin (terms);").expect("memory takes it");
        }
        sql
    }
}

/// The columns that a row is written with, and what an array of them is made of.
pub(super) fn columns(noun: Noun) -> Vec<(&'static str, &'static str)> {
    let mut columns = vec![("live", "boolean"), ("id", "text"), ("created", "bigint")];
    columns.extend(noun.fields().iter().map(|field| match field.field_type() {
        FieldType::Flag => (field.name(), "boolean"),
        FieldType::Text => (field.name(), "text"),
    }));
    columns.extend(Derived::of(noun).map(|derived| (derived.name(), "text")));
    columns.push(("body", "text"));
    columns
}

/// What is stored of what came for a column.
pub(super) fn value(noun: Noun, column: &str) -> String {
    match Derived::of(noun) {
        Some(derived) if derived.name() == column => format!("{column}::{}", derived.sort()),
        _ => column.to_owned(),
    }
}

/// Customers are numbered in the order given and inserted in the order of their ids, in which they are locked, too: of
/// two nodes that make the same ones, one waits for the other, and never each for the other.
fn insert(noun: Noun, name: &str, names: &str, values: &str, arrays: &str) -> String {
    let new = format!("unnest({arrays}) WITH ORDINALITY AS new ({names}, place)");
    match noun {
        Noun::Customer => format!(
            "INSERT INTO {name} (seq, {names}) SELECT seq, {values} FROM (SELECT nextval('{name}_seq_seq') AS seq, new.* \
             FROM (SELECT * FROM {new} ORDER BY place OFFSET 0) AS new OFFSET 0) AS new ORDER BY live, id COLLATE \"C\""
        ),
        _ => format!("INSERT INTO {name} ({names}) SELECT {values} FROM {new} ORDER BY place"),
    }
}

/// The ids come from a query of their own, so that rows found by id and rows found by value are locked in one order.
fn rows(noun: Noun, name: &str) -> String {
    let mut ids = String::from("SELECT live, id FROM unnest($1::boolean[], $2::text[]) AS asked (live, id)");
    for (place, field) in unique_fields(noun).enumerate() {
        let (live, value, column) = (3 + 2 * place, 4 + 2 * place, field.name());
        write!(
            ids,
            " UNION SELECT {name}.live, {name}.id FROM unnest(${live}::boolean[], ${value}::text[]) AS asked (live, value) \
             JOIN {name} ON {name}.live = asked.live AND {name}.{column} = asked.value"
        )
        .expect("memory takes it");
    }
    format!("SELECT live, id, body FROM {name} WHERE (live, id) IN ({ids}) ORDER BY live, id")
}

/// A change that must hit as many rows as it names. The database counts, so that a whole transaction can be sent
/// without waiting for the count.
fn all_or_fail(change: &str, count: usize) -> String {
    format!("WITH changed AS ({change} RETURNING 1) SELECT 1 / (count(*) = ${count}::bigint)::integer FROM changed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_migrations_make_the_tables_that_the_fields_ask_for() {
        let migrations: String = crate::migrate::POSTGRES.iter().map(|migration| migration.sql).collect();
        for table in all() {
            assert!(migrations.contains(&table.definition()), "{}", table.definition());
        }
    }
}
