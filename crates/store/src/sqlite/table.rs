//! Tables, derived from the fields that the domain declares: the statements SQLite runs on them.
//!
//! Every table has `seq` (order of insertion), `live` (0 or 1), `id`, `created` (milliseconds), one column for each
//! promoted field, and `body`. Usage events, which are many, are found by their fields in another [way](super::usage),
//! and have no columns for them.

use crate::error::StoreError;
use crate::nouns;
#[cfg(test)]
use crate::nouns::CreatedIndex;
use std::fmt::Write as _;
use std::sync::LazyLock;
#[cfg(test)]
use tollgate_domain::record::Lookup;
use tollgate_domain::record::{Field, Noun};
use tollgate_domain::search::searchable;

/// The table of a noun, with the statements that do not depend on a query.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) noun: Noun,
    pub(crate) name: &'static str,
    /// The fields that have columns.
    pub(crate) fields: &'static [Field],
    /// The field whose parts are [indexed](super::sought).
    pub(crate) sought: Option<Field>,
    /// `seq` or nothing, then `live, id, created, fields…, body`.
    pub(crate) insert: String,
    /// By `live, id`: the body.
    pub(crate) body: String,
    /// By `live, id`: `created, seq`.
    pub(crate) place: String,
    /// By `live, id`: `seq, body`.
    pub(crate) row: String,
    /// By `live, id`: gives the `seq` it had.
    pub(crate) delete: String,
}

static TABLES: LazyLock<[Table; nouns::KEPT.len()]> = LazyLock::new(|| nouns::KEPT.map(Table::new));

/// Every table.
pub(crate) fn all() -> &'static [Table] {
    &*TABLES
}

/// The table of a noun; none of one that is kept nowhere.
pub(crate) fn of(noun: Noun) -> Option<&'static Table> {
    all().iter().find(|table| table.noun == noun)
}

/// The table of a noun that is kept.
pub(super) fn kept(noun: Noun) -> Result<&'static Table, StoreError> {
    of(noun).ok_or_else(|| StoreError::Conflict(format!("{noun:?} is kept nowhere")))
}

impl Table {
    fn new(noun: Noun) -> Self {
        let name = nouns::table_name(noun).expect("it is kept");
        let fields = if noun == Noun::UsageEvent { &[] } else { noun.fields() };
        let mut columns = String::from("seq, live, id, created");
        for field in fields {
            write!(columns, ", {}", field.name()).expect("memory takes it");
        }
        let places = vec!["?"; fields.len() + 5].join(", ");
        Self {
            noun,
            name,
            fields,
            sought: nouns::sought(noun),
            insert: format!("INSERT INTO {name} ({columns}, body) VALUES ({places})"),
            body: format!("SELECT body FROM {name} WHERE live = ? AND id = ?"),
            place: format!("SELECT created, seq FROM {name} WHERE live = ? AND id = ?"),
            row: format!("SELECT seq, body FROM {name} WHERE live = ? AND id = ?"),
            delete: format!("DELETE FROM {name} WHERE live = ? AND id = ? RETURNING seq"),
        }
    }

    /// The table of the search index, where the noun can be searched: `rowid` is the `seq` of the object.
    pub(crate) fn search(&self) -> Option<String> {
        searchable(self.noun).map(|_| format!("{}_search", self.name))
    }

    /// The table of the index of the field whose parts are sought: `rowid` is the `seq` of the object.
    pub(super) fn sought_index(&self) -> String {
        self.sought.map_or_else(String::new, |field| format!("{}_by_{}", self.name, field.name()))
    }

    /// By `live` and a value of the field: `id, body` of an object that has it.
    pub(crate) fn holder(&self, field: Field) -> String {
        format!("SELECT id, body FROM {} WHERE live = ? AND {} = ? LIMIT 1", self.name, field.name())
    }

    /// By `live` and a value of the field: whether any object has it.
    pub(crate) fn any(&self, field: Field) -> String {
        format!("SELECT EXISTS (SELECT 1 FROM {} WHERE live = ? AND {} = ?)", self.name, field.name())
    }

    /// `created` where asked, then these fields, then the body, then by `live, id`.
    pub(crate) fn update(&self, created: bool, fields: &[Field]) -> String {
        let mut sql = format!("UPDATE {} SET ", self.name);
        if created {
            sql.push_str("created = ?, ");
        }
        for field in fields {
            write!(sql, "{} = ?, ", field.name()).expect("memory takes it");
        }
        sql.push_str("body = ? WHERE live = ? AND id = ?");
        sql
    }

    /// What makes the table, its indexes and its search index in SQLite. The migrations must come to the same.
    #[cfg(test)]
    pub(crate) fn definition(&self) -> String {
        let name = self.name;
        let mut sql = format!(
            "CREATE TABLE {name} (\n    seq INTEGER PRIMARY KEY,\n    live INTEGER NOT NULL,\n    id TEXT NOT NULL,\n    \
             created INTEGER NOT NULL,\n"
        );
        for field in self.fields {
            writeln!(sql, "    {} ANY,", field.name()).expect("memory takes it");
        }
        sql.push_str("    body TEXT NOT NULL\n) STRICT;\n");
        writeln!(sql, "CREATE UNIQUE INDEX {name}_by_id ON {name} (live, id);").expect("memory takes it");
        // An index ends with the rowid, which is `seq`: both give list order.
        let created = match nouns::created_index(self.noun) {
            CreatedIndex::Listed => Some("live, created"),
            CreatedIndex::Age => Some("created"),
            CreatedIndex::Missing => None,
        };
        if let Some(columns) = created {
            writeln!(sql, "CREATE INDEX {name}_by_created ON {name} ({columns});").expect("memory takes it");
        }
        for field in self.fields {
            let column = field.name();
            let index = match field.lookup() {
                Lookup::Scan => continue,
                Lookup::Index => format!("INDEX {name}_by_{column} ON {name} (live, {column}, created)"),
                Lookup::Unique => format!("UNIQUE INDEX {name}_by_{column} ON {name} (live, {column})"),
            };
            writeln!(sql, "CREATE {index} WHERE {column} IS NOT NULL;").expect("memory takes it");
        }
        if let Some(search) = self.search() {
            writeln!(
                sql,
                "CREATE VIRTUAL TABLE {search} USING fts5(terms, content='', contentless_delete=1, detail=none, \
                 tokenize='ascii');"
            )
            .expect("memory takes it");
            // Fewer, larger merges: they are most of what the index costs.
            writeln!(sql, "INSERT INTO {search} ({search}, rank) VALUES ('automerge', 16);").expect("memory takes it");
        }
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_migrations_make_the_tables_that_the_fields_ask_for() {
        let migrations: String = crate::migrate::SQLITE.iter().map(|migration| migration.sql).collect();
        for table in all() {
            assert!(migrations.contains(&table.definition()), "{}", table.definition());
        }
    }

    #[test]
    fn a_field_has_the_same_lookup_in_its_own_noun() {
        for table in all() {
            assert!(table.noun.fields().iter().all(|field| field.noun() == table.noun));
        }
    }
}
