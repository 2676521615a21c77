//! `tollgate demo`: a believable catalog, customers and weeks of usage, so that a newcomer has something to look at.
//!
//! It speaks to a running server as any program would, fills the test environment only, and only an empty one.

mod catalog;
mod customers;

use crate::api::{Api, ApiArgs, block_on};
use anyhow::bail;
use clap::Args;
use serde_json::Value;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct DemoArgs {
    #[command(flatten)]
    api: ApiArgs,
}

pub(crate) fn run(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    block_on(async {
        let mut api = Api::connect(&args.api).await?;
        must_be_empty(&mut api).await?;
        catalog::fill(&mut api).await?;
        let events = customers::fill(&mut api).await?;
        println!(
            "The test environment now has {} features, {} products, {} customers and {events} usage events.",
            catalog::FEATURES.len(),
            catalog::PRODUCTS.len() + catalog::STRIPE_PRODUCTS.len(),
            customers::CUSTOMERS.len()
        );
        println!();
        println!("What may one of them use, how much is left, and why:");
        println!(
            "  curl '{}/v1/feature-access?customerId=northwind&explain=true' -H 'x-api-key: YOUR_KEY'",
            args.api.url()
        );
        Ok(ExitCode::SUCCESS)
    })
}

/// Nobody's data is mixed with what is made up.
async fn must_be_empty(api: &mut Api) -> anyhow::Result<()> {
    if api.is_live() {
        bail!("this is a key of the live environment; the demo fills the test environment only");
    }
    let is_empty = |list: &Value| list.as_array().is_none_or(Vec::is_empty);
    let customers = api.get("/v1/customers?limit=1").await?;
    let features = api.get("/v1/features").await?;
    let products = api.get("/v1/products?archived=true").await?;
    if is_empty(&features) && is_empty(&products) && is_empty(&customers["customers"]) {
        return Ok(());
    }
    bail!(
        "the test environment is not empty; the demo leaves it as it is. Start a server over a new file for it, such as\n  \
           tollgate serve --database sqlite://demo.db"
    )
}
