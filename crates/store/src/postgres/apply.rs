//! Writes what was decided: one statement for each table and kind of change, whatever the number of rows.
//!
//! Changes of one row are folded to what remains of them, since statements take many rows at once. Rows that go make
//! room first, then unique values are let go of, then rows change, then new ones come: so no unique value is in two
//! rows in between. Of new ones customers come first, each of whom guards everything that belongs to it.

use super::access;
use super::session::{Call, Param};
use super::table::{self, Table};
use super::text;
use super::value::{flag, kept_text, pairs};
use crate::{nouns, record};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use tollgate_domain::catalog;
use tollgate_domain::command::{Changes, Write};
use tollgate_domain::environment::Environment;
use tollgate_domain::event::Event;
use tollgate_domain::record::{Field, FieldType, Noun, Record, Value};

/// An object: its noun, its environment, its id.
pub(super) type Object = (Noun, Environment, String);

/// What becomes of some objects.
#[derive(Default)]
pub(super) struct Writes {
    nets: FxHashMap<Object, Net>,
    events: Vec<(Environment, Record)>,
    /// Rows inserted so far, which orders them.
    inserted: usize,
}

/// What remains of the changes of one object.
struct Net {
    /// The object as it is in the database, where it is there.
    before: Option<Record>,
    /// Whether the row in the database goes, even if there is a new one of the same id.
    goes: bool,
    /// The object as it is to be, and its place among those inserted.
    after: Option<(Record, usize)>,
}

impl Writes {
    /// Adds the changes of one decision.
    pub(super) fn add(&mut self, environment: Environment, changes: Changes) {
        for write in changes.writes {
            self.write(environment, write);
        }
        self.events.extend(changes.events.into_iter().map(|event: Arc<Event>| (environment, Record::Event(event))));
    }

    fn write(&mut self, environment: Environment, write: Write) {
        let (before, after) = match write {
            Write::Put { before, after } => (before, Some(after)),
            Write::Delete(before) => (Some(before), None),
        };
        let Some(record) = after.as_ref().or(before.as_ref()) else { return };
        let object = (record.noun(), environment, record.id().to_owned());
        let is_new = before.is_none();
        self.inserted += usize::from(is_new);
        let net = self.nets.entry(object).or_insert(Net { before, goes: false, after: None });
        net.goes |= net.before.is_some() && (after.is_none() || is_new);
        let place = if is_new { self.inserted } else { net.after.as_ref().map_or(0, |(_, place)| *place) };
        net.after = after.map(|after| (after, place));
    }

    /// Objects that are kept in memory, here or on other nodes, and are not what they were.
    pub(super) fn outdated(&self) -> impl Iterator<Item = &Object> {
        // Nobody can have a body of an object that is new.
        self.nets
            .iter()
            .filter(|((noun, ..), net)| nouns::is_cached(*noun) && net.before.is_some())
            .map(|(object, _)| object)
    }

    /// The environments whose catalog of access is not what it was.
    pub(super) fn catalogs(&self) -> BTreeSet<Environment> {
        let concerned = self.nets.keys().filter(|(noun, ..)| catalog::NOUNS.contains(noun));
        concerned.map(|(_, environment, _)| *environment).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.nets.is_empty() && self.events.is_empty()
    }

    /// The statements that make it so: those that have an order, and then those that bring what is new.
    pub(super) fn calls(self) -> (Vec<Call>, Vec<Call>) {
        let catalogs = self.catalogs();
        let mut kinds: FxHashMap<Noun, Kinds> = FxHashMap::default();
        for ((noun, environment, id), net) in self.nets {
            kinds.entry(noun).or_default().sort(environment, id, net);
        }
        for (environment, event) in self.events {
            kinds.entry(Noun::Event).or_default().insert.push((usize::MAX, environment, event));
        }
        let kinds: Vec<(&'static Table, Kinds)> =
            table::all().iter().filter_map(|table| Some((table, kinds.remove(&table.noun)?))).collect();
        let (mut changes, mut first, mut inserts) = (Vec::new(), Vec::new(), Vec::new());
        for (table, kinds) in &kinds {
            changes.extend(kinds.deletes(table));
            changes.extend(kinds.releases(table));
        }
        for (table, mut kinds) in kinds {
            changes.extend(kinds.updates(table));
            if table.noun == Noun::Customer {
                first.extend(kinds.inserts(table));
            } else {
                inserts.extend(kinds.inserts(table));
            }
        }
        changes.extend(first);
        changes.extend(catalogs.into_iter().map(access::raise));
        (changes, inserts)
    }
}

/// The changes of one table.
#[derive(Default)]
struct Kinds {
    delete: Vec<(Environment, String)>,
    /// Rows that had a unique value and will not have it.
    release: Vec<(Environment, String)>,
    update: Vec<(Environment, Record)>,
    /// With their places.
    insert: Vec<(usize, Environment, Record)>,
}

impl Kinds {
    fn sort(&mut self, environment: Environment, id: String, net: Net) {
        match (net.before, net.after) {
            (Some(before), Some((after, _))) if !net.goes => {
                if lets_go(&before, &after) {
                    self.release.push((environment, id));
                }
                self.update.push((environment, after));
            }
            (before, after) => {
                if before.is_some() {
                    self.delete.push((environment, id));
                }
                self.insert.extend(after.map(|(after, place)| (place, environment, after)));
            }
        }
    }

    fn deletes(&self, table: &'static Table) -> Option<Call> {
        let count = Box::new(count(self.delete.len()));
        let mut params = ids(&self.delete)?;
        params.push(count);
        Some(Call::new(&*table.delete, params))
    }

    fn releases(&self, table: &Table) -> Option<Call> {
        Some(Call::new(table.release(), ids(&self.release)?))
    }

    fn updates(&mut self, table: &'static Table) -> Option<Call> {
        if self.update.is_empty() {
            return None;
        }
        // Rows are locked already; the order is for those that a command did not ask for.
        self.update.sort_by(|(environment, a), (other, b)| (environment, a.id()).cmp(&(other, b.id())));
        let mut params = arrays(table, &self.update);
        params.push(Box::new(count(self.update.len())));
        Some(Call::new(&*table.update, params))
    }

    fn inserts(mut self, table: &'static Table) -> Option<Call> {
        self.insert.sort_by_key(|(place, ..)| *place);
        let rows: Vec<_> = self.insert.into_iter().map(|(_, environment, record)| (environment, record)).collect();
        (!rows.is_empty()).then(|| Call::new(&*table.insert, arrays(table, &rows)))
    }
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

fn lets_go(before: &Record, after: &Record) -> bool {
    table::unique_fields(before.noun()).any(|field| {
        let value = before.value(field);
        value != Value::Null && value != after.value(field)
    })
}

fn ids(objects: &[(Environment, String)]) -> Option<Vec<Param>> {
    if objects.is_empty() {
        return None;
    }
    Some(pairs(objects.iter().map(|(environment, id)| (*environment, &**id))))
}

/// One array for each column, in the order of [`table::columns`].
pub(super) fn arrays(table: &Table, rows: &[(Environment, Record)]) -> Vec<Param> {
    let lives: Vec<bool> = rows.iter().map(|(environment, _)| environment.is_live()).collect();
    let ids: Vec<String> = rows.iter().map(|(_, record)| text::encode(record.id()).into_owned()).collect();
    let created: Vec<i64> = rows.iter().map(|(_, record)| record.created().millis()).collect();
    let mut arrays: Vec<Param> = vec![Box::new(lives), Box::new(ids), Box::new(created)];
    arrays.extend(table.noun.fields().iter().map(|field| column(*field, rows)));
    if let Some(derived) = table.derived {
        arrays.push(Box::new(rows.iter().map(|(_, record)| derived.text(record)).collect::<Vec<_>>()));
    }
    let bodies: Vec<String> = rows.iter().map(|(_, record)| record::encode(record)).collect();
    arrays.push(Box::new(bodies));
    arrays
}

fn column(field: Field, rows: &[(Environment, Record)]) -> Param {
    let values = rows.iter().map(|(_, record)| record.value(field));
    match field.field_type() {
        FieldType::Flag => Box::new(values.map(|value| flag(&value)).collect::<Vec<_>>()),
        FieldType::Text => Box::new(values.map(|value| kept_text(&value)).collect::<Vec<_>>()),
    }
}
