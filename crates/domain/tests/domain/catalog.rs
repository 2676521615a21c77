//! The smallest engine: every row in a map, one command at a time.

use std::collections::BTreeMap;
use std::sync::Arc;
use tollgate_domain::batch;
use tollgate_domain::command::{Changes, Command, Cx, Write};
use tollgate_domain::currency::Currency;
use tollgate_domain::environment::Environment;
use tollgate_domain::event::Event;
use tollgate_domain::facts::{Fact, Facts, Key, ReadSet};
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::money::UnitAmount;
use tollgate_domain::price::{Charge, CreatePrice, NewPrice, Price, ProductChoice};
use tollgate_domain::product::{CreateProduct, NewProduct, Product};
use tollgate_domain::record::{Noun, Record, Value};
use tollgate_domain::refusal::Refusal;
use tollgate_domain::time::Timestamp;

#[derive(Default)]
pub(crate) struct Catalog {
    rows: BTreeMap<(Noun, String), Record>,
    pub(crate) events: Vec<Arc<Event>>,
    seconds: i64,
    random: u64,
}

impl Catalog {
    /// Runs a command, a second after the one before it.
    #[allow(clippy::needless_pass_by_value, reason = "so that commands are written where they are run")]
    pub(crate) fn run<C: Command>(&mut self, command: C) -> Result<C::Reply, Refusal> {
        self.seconds += 1;
        let mut facts = Facts::default();
        self.load(&command.reads(), &mut facts);
        loop {
            let mut random = || {
                self.random += 1;
                self.random
            };
            let now = Timestamp::from_seconds(1_700_000_000 + self.seconds);
            let mut cx = Cx { environment: Environment::Test, now, cause: None, random: &mut random };
            match batch::decide(&command, &facts, &mut cx) {
                Ok((reply, changes)) => {
                    self.apply(&changes);
                    return reply;
                }
                Err(reads) => self.load(&reads, &mut facts),
            }
        }
    }

    fn load(&self, reads: &ReadSet, facts: &mut Facts) {
        for key in reads.keys() {
            let with = |field, value: &String| {
                self.rows.values().find(move |row| row.value(field) == Value::Text(value.clone()))
            };
            let fact = match key {
                Key::Row(noun, id) => Fact::Row(self.rows.get(&(*noun, id.clone())).cloned()),
                Key::Holder(field, value) => Fact::Holder(with(*field, value).map(|row| row.id().to_owned())),
                Key::Elsewhere(..) => Fact::Any(false),
                Key::Any(field, value) => Fact::Any(with(*field, value).is_some()),
            };
            facts.learn(key.clone(), fact);
        }
    }

    fn apply(&mut self, changes: &Changes) {
        for write in &changes.writes {
            match write {
                Write::Put { after, .. } => {
                    self.rows.insert((after.noun(), after.id().to_owned()), after.clone());
                }
                Write::Delete(before) => {
                    self.rows.remove(&(before.noun(), before.id().to_owned()));
                }
            }
        }
        self.events.extend(changes.events.iter().cloned());
    }

    pub(crate) fn product(&self, id: &str) -> Option<Arc<Product>> {
        match self.rows.get(&(Noun::Product, id.to_owned())) {
            Some(Record::Product(product)) => Some(product.clone()),
            _ => None,
        }
    }

    pub(crate) fn price(&self, id: &str) -> Option<Arc<Price>> {
        match self.rows.get(&(Noun::Price, id.to_owned())) {
            Some(Record::Price(price)) => Some(price.clone()),
            _ => None,
        }
    }

    /// The rows, to see that a refusal changed none of them.
    pub(crate) fn rows(&self) -> Vec<Record> {
        self.rows.values().cloned().collect()
    }

    /// The types of the events since the last call, in order.
    pub(crate) fn told(&mut self) -> Vec<&'static str> {
        std::mem::take(&mut self.events).iter().map(|event| event.name()).collect()
    }
}

pub(crate) fn usd() -> Currency {
    Currency::from_code("usd").unwrap()
}

pub(crate) fn eur() -> Currency {
    Currency::from_code("eur").unwrap()
}

pub(crate) fn cents(minor: i64) -> UnitAmount {
    UnitAmount::from_minor(minor).unwrap()
}

/// 20 dollars, once.
pub(crate) fn new_price() -> NewPrice {
    NewPrice {
        active: None,
        currency: usd(),
        charge: Charge::PerUnit(cents(2000)),
        currency_options: BTreeMap::new(),
        lookup_key: None,
        metadata: MetadataPatch::default(),
        nickname: None,
        recurring: None,
        tax_behavior: None,
        transform_quantity: None,
    }
}

/// A product with a chosen id and nothing else.
pub(crate) fn new_product(id: &str) -> NewProduct {
    NewProduct { id: Some(id.into()), name: "Gold".to_owned(), ..NewProduct::default() }
}

pub(crate) fn create_product(id: &str) -> CreateProduct {
    CreateProduct { product: new_product(id), default_price: None }
}

pub(crate) fn create_price(product: &str, price: NewPrice) -> CreatePrice {
    CreatePrice { product: ProductChoice::Existing(product.into()), price, transfer_lookup_key: false }
}
