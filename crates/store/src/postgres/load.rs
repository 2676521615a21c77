//! Answers to keys: all that are asked for at once are found with one statement for each table and kind of key.

use super::session::Call;
use super::table::{self, Table};
use super::trouble::Trouble;
use super::value::pairs;
use crate::record;
use std::collections::BTreeSet;
use tokio_postgres::Row;
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Fact, Key};
use tollgate_domain::record::{Field, Noun, Value};

/// A key together with the environment it is asked of. Their order is the order in which rows are locked.
pub(super) type Asked = (Environment, Key);

/// Takes note of an answer.
pub(super) type Learn<'a> = &'a mut (dyn FnMut(Environment, Key, Fact) + Send);

/// Whether rows are held until the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// They may change at once.
    No,
    /// Nobody else changes or locks them. Whether any object has a value is looked up after that, so that it holds
    /// for as long as whoever would change it has to lock one of these rows first.
    Yes,
}

/// Statements that answer keys, and what becomes of their rows.
#[derive(Default)]
pub(super) struct Questions {
    pub(super) calls: Vec<Call>,
    answers: Vec<Answer>,
}

/// What the rows of one statement tell.
enum Answer {
    /// Objects with these ids, and holders of these unique values.
    Rows(&'static Table, Vec<Asked>),
    /// For each of these keys, whether.
    Whether(Vec<Asked>),
}

impl Questions {
    /// What answers these keys. Those of nouns that are kept nowhere are answered at once.
    pub(super) fn new(asked: &BTreeSet<Asked>, hold: Hold, learn: Learn<'_>) -> Self {
        let mut questions = Self::default();
        for table in table::all() {
            questions.rows(table, of(asked, |key| is_row(key, table.noun)), hold);
        }
        for table in table::all() {
            for field in table.noun.fields() {
                questions.any(table, *field, of(asked, |key| matches!(key, Key::Any(of, _) if of == field)));
            }
            questions.elsewhere(table, of(asked, |key| matches!(key, Key::Elsewhere(noun, _) if *noun == table.noun)));
        }
        for (environment, key) in asked.iter().filter(|(_, key)| table::of(noun(key)).is_none()) {
            let fact = match key {
                Key::Row(..) => Fact::Row(None),
                Key::Holder(..) => Fact::Holder(None),
                Key::Any(..) | Key::Elsewhere(..) => Fact::Any(false),
            };
            learn(*environment, key.clone(), fact);
        }
        questions
    }

    fn rows(&mut self, table: &'static Table, asked: Vec<Asked>, hold: Hold) {
        if asked.is_empty() {
            return;
        }
        let ids = asked.iter().filter_map(|(environment, key)| match key {
            Key::Row(_, id) => Some((*environment, &**id)),
            _ => None,
        });
        let mut params = pairs(ids);
        for field in table::unique_fields(table.noun) {
            params.extend(pairs(asked.iter().filter_map(|(environment, key)| match key {
                Key::Holder(of, value) if *of == field => Some((*environment, &**value)),
                _ => None,
            })));
        }
        let sql = if hold == Hold::Yes { &table.locked_rows } else { &table.rows };
        self.calls.push(Call::new(&**sql, params));
        self.answers.push(Answer::Rows(table, asked));
    }

    fn any(&mut self, table: &Table, field: Field, asked: Vec<Asked>) {
        if asked.is_empty() {
            return;
        }
        let values = asked.iter().filter_map(|(environment, key)| match key {
            Key::Any(_, value) => Some((*environment, &**value)),
            _ => None,
        });
        self.calls.push(Call::new(table.any(field), pairs(values)));
        self.answers.push(Answer::Whether(asked));
    }

    fn elsewhere(&mut self, table: &Table, asked: Vec<Asked>) {
        if asked.is_empty() {
            return;
        }
        let ids = asked.iter().filter_map(|(environment, key)| match key {
            Key::Elsewhere(_, id) => Some((environment.other(), &**id)),
            _ => None,
        });
        self.calls.push(Call::new(table.exist(), pairs(ids)));
        self.answers.push(Answer::Whether(asked));
    }

    /// Notes what was found; one list of rows for each call.
    pub(super) fn learn<'r>(self, found: impl Iterator<Item = &'r Vec<Row>>, learn: Learn<'_>) -> Result<(), Trouble> {
        for (answer, rows) in self.answers.into_iter().zip(found) {
            match answer {
                Answer::Rows(table, asked) => learn_rows(table, asked, rows, learn)?,
                Answer::Whether(asked) => {
                    for ((environment, key), row) in asked.into_iter().zip(rows) {
                        learn(environment, key, Fact::Any(row.try_get(0)?));
                    }
                }
            }
        }
        Ok(())
    }
}

fn learn_rows(table: &Table, asked: Vec<Asked>, rows: &[Row], learn: Learn<'_>) -> Result<(), Trouble> {
    // What is asked for and not found is known not to be there.
    for (environment, key) in asked {
        let fact = match key {
            Key::Row(..) => Fact::Row(None),
            _ => Fact::Holder(None),
        };
        learn(environment, key, fact);
    }
    for row in rows {
        let environment = Environment::from_live(row.try_get(0)?);
        let record = record::decode(table.noun, row.try_get::<_, &str>(2)?.as_bytes())?;
        for field in table::unique_fields(table.noun) {
            if let Value::Text(value) = record.value(field) {
                learn(environment, Key::Holder(field, value), Fact::Holder(Some(record.id().to_owned())));
            }
        }
        learn(environment, Key::Row(table.noun, record.id().to_owned()), Fact::Row(Some(record)));
    }
    Ok(())
}

fn of(asked: &BTreeSet<Asked>, test: impl Fn(&Key) -> bool) -> Vec<Asked> {
    asked.iter().filter(|(_, key)| test(key)).cloned().collect()
}

fn is_row(key: &Key, noun: Noun) -> bool {
    match key {
        Key::Row(of, _) => *of == noun,
        Key::Holder(field, _) => field.noun() == noun,
        Key::Any(..) | Key::Elsewhere(..) => false,
    }
}

fn noun(key: &Key) -> Noun {
    match key {
        Key::Row(noun, _) | Key::Elsewhere(noun, _) => *noun,
        Key::Holder(field, _) | Key::Any(field, _) => field.noun(),
    }
}
