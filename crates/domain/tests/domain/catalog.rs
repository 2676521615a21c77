//! The Stripe side of the catalog over the smallest engine, one command a second.

use crate::engine::Engine;
use std::collections::BTreeMap;
use std::sync::Arc;
use tollgate_domain::command::Command;
use tollgate_domain::currency::Currency;
use tollgate_domain::event::Event;
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::money::UnitAmount;
use tollgate_domain::price::{Charge, CreatePrice, NewPrice, Price, ProductChoice};
use tollgate_domain::product::{CreateProduct, NewProduct, Product};
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::refusal::Refusal;
use tollgate_domain::time::Timestamp;

#[derive(Default)]
pub(crate) struct Catalog {
    engine: Engine,
    pub(crate) events: Vec<Arc<Event>>,
    seconds: u32,
}

impl Catalog {
    /// Runs a command, a second after the one before it.
    #[allow(clippy::needless_pass_by_value, reason = "so that commands are written where they are run")]
    pub(crate) fn run<C: Command>(&mut self, command: C) -> Result<C::Reply, Refusal> {
        self.seconds += 1;
        let now = Timestamp::from_seconds(1_700_000_000 + i64::from(self.seconds));
        let reply = self.engine.run(&command, now, u64::from(self.seconds));
        self.events.append(&mut self.engine.events);
        reply
    }

    pub(crate) fn product(&self, id: &str) -> Option<Arc<Product>> {
        match self.engine.row(Noun::Product, id) {
            Some(Record::Product(product)) => Some(product.clone()),
            _ => None,
        }
    }

    pub(crate) fn price(&self, id: &str) -> Option<Arc<Price>> {
        match self.engine.row(Noun::Price, id) {
            Some(Record::Price(price)) => Some(price.clone()),
            _ => None,
        }
    }

    /// The rows, to see that a refusal changed none of them.
    pub(crate) fn rows(&self) -> Vec<Record> {
        self.engine.rows().values().flat_map(|rows| rows.values().map(|(_, record)| record.clone())).collect()
    }

    /// The types of the events since the last call, in order.
    pub(crate) fn told(&mut self) -> Vec<String> {
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
