//! Answers as text and as JSON.

use std::sync::Arc;
use tollgate_domain::command::Stop;
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Fact, Facts, Key};
use tollgate_domain::price::Price;
use tollgate_domain::product::Product;
use tollgate_domain::record::Record;
use tollgate_domain::time::Timestamp;
use tollgate_wire::expand::{Expand, NOTHING};
use tollgate_wire::json::Writer;
use tollgate_wire::stripe::view::View;

/// What is rendered of facts, or what is needed to render it.
pub(crate) fn rendered(
    expand: &Expand,
    facts: &Facts,
    render: impl FnOnce(&mut Writer, &View<'_>) -> Result<(), Stop>,
) -> Result<String, Stop> {
    let mut writer = Writer::new();
    render(&mut writer, &View { environment: Environment::Test, now: Timestamp::default(), expand, facts })?;
    Ok(String::from_utf8(writer.into_bytes()).unwrap())
}

/// The text of an answer in which nothing is expanded.
pub(crate) fn text(render: impl FnOnce(&mut Writer, &View<'_>) -> Result<(), Stop>) -> String {
    // Events ask where they are sent to: nowhere.
    let mut facts = Facts::default();
    facts.learn(Key::Endpoints, Fact::Endpoints(Arc::default()));
    rendered(&NOTHING, &facts, render).unwrap()
}

pub(crate) fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Facts that know these objects.
pub(crate) fn facts(products: &[Product], prices: &[Price]) -> Facts {
    let mut facts = Facts::default();
    for product in products {
        facts.learn(Key::product(&product.id), Fact::Row(Some(Record::Product(Arc::new(product.clone())))));
    }
    for price in prices {
        facts.learn(Key::price(&price.id), Fact::Row(Some(Record::Price(Arc::new(price.clone())))));
    }
    facts
}
