//! What is put in before the measurement, through the API.

use super::answer::Protocol;
use super::load::{Load, Until};
use super::process::Process;
use super::work::{Ask, Ground, Size, priceos, stripe};
use anyhow::Context;
use std::sync::Arc;
use std::time::Duration;

/// Connections that put things in.
const CONNECTIONS: u64 = 256;

/// How fast it went in, each by the second.
pub(super) struct PutRates {
    /// Products of Stripe.
    pub(super) products: f64,
    /// Customers with all they have, and usage events, where any were put in.
    pub(super) customers: Option<f64>,
    /// The same of events.
    pub(super) events: Option<f64>,
}

/// Puts everything in.
pub(super) async fn put(process: &Process, ground: &Arc<Ground>) -> anyhow::Result<PutRates> {
    let Size { products, customers, events, subscribers } = ground.size;
    let put = Put { process, ground };
    eprintln!("putting in {}", ground.size);
    let products = rate(products, put.times(products, stripe::PUT_PRODUCT).await.context("cannot put in products")?);
    if subscribers > 0 {
        put.times(1, stripe::PUT_SUBSCRIBED).await.context("cannot put in what is subscribed to")?;
        put.times(subscribers, stripe::PUT_SUBSCRIBER).await.context("cannot put in subscribers")?;
    }
    if customers == 0 {
        return Ok(PutRates { products, customers: None, events: None });
    }
    let took = put.customers(customers).await.context("cannot put in customers")?;
    let customers = Some(rate(customers, took));
    let batches = events.div_ceil(priceos::BATCH.into());
    if batches == 0 {
        return Ok(PutRates { products, customers, events: None });
    }
    let took = put.times(batches, priceos::PUT_EVENTS).await.context("cannot put in usage events")?;
    Ok(PutRates { products, customers, events: Some(rate(batches * u64::from(priceos::BATCH), took)) })
}

struct Put<'a> {
    process: &'a Process,
    ground: &'a Arc<Ground>,
}

impl Put<'_> {
    /// The time it takes to put in the features, the custom products, and then the customers.
    async fn customers(&self, customers: u64) -> anyhow::Result<Duration> {
        let mut took = Duration::ZERO;
        for (count, ask) in priceos::CATALOG {
            took += self.times(count as u64, ask).await?;
        }
        for ask in priceos::CUSTOMER {
            took += self.times(customers, ask).await?;
        }
        Ok(took)
    }

    /// The time that so many requests take, over as many connections as are worth it.
    async fn times(&self, count: u64, ask: Ask) -> anyhow::Result<Duration> {
        let load = Load {
            addresses: vec![self.process.address()],
            protocol: Protocol::Http,
            connections: CONNECTIONS.min(count),
            until: Until::Sent(count),
            ask,
            ground: self.ground.clone(),
        };
        Ok(load.run().await?.elapsed)
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody puts in 2^52 things")]
fn rate(count: u64, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}
