//! Who uses it: customers on every product, an override, bonuses of which one is partly used, and weeks of usage; some
//! have reached a limit.

use crate::api::Api;
use anyhow::Context;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// A customer: its id, its name, its products, and how much it uses, in percent of an ordinary one.
pub(super) struct Customer {
    id: &'static str,
    name: &'static str,
    products: &'static [&'static str],
    appetite: i64,
}

pub(super) const CUSTOMERS: [Customer; 10] = [
    Customer { id: "northwind", name: "Northwind Traders", products: &["enterprise_northwind"], appetite: 2_000 },
    Customer { id: "lumen", name: "Lumen Studio", products: &["growth", "credit_pack"], appetite: 420 },
    Customer { id: "harbor", name: "Harbor Logistics", products: &["growth"], appetite: 300 },
    Customer { id: "fable", name: "Fable Books", products: &["starter"], appetite: 115 },
    Customer { id: "quill", name: "Quill & Co", products: &["starter", "credit_pack"], appetite: 90 },
    Customer { id: "orchard", name: "Orchard Health", products: &["starter"], appetite: 70 },
    Customer { id: "tinker", name: "Tinker Labs", products: &[], appetite: 12 },
    Customer { id: "maple", name: "Maple Design", products: &[], appetite: 9 },
    Customer { id: "pocket", name: "Pocket Garden", products: &[], appetite: 5 },
    Customer { id: "riverside", name: "Riverside School", products: &[], appetite: 3 },
];

/// How long ago the first of them began, in days.
const DAYS: i64 = 42;
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// What an ordinary customer uses on an ordinary day.
const DAILY: [(&str, i64); 3] = [("api_calls", 800), ("exports", 1), ("ai_credits", 6)];
/// Where some stand today: over a limit and into a bonus, at a limit, short of one.
const TODAY: [(&str, &str, i64); 3] =
    [("fable", "ai_credits", 226), ("tinker", "exports", 5), ("orchard", "projects", 19)];
/// Most events of one request.
const BATCH: usize = 100;

/// Makes all of it; says how many usage events there are.
pub(super) async fn fill(api: &mut Api) -> anyhow::Result<usize> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
    let now = i64::try_from(now.as_millis())?;
    for (index, customer) in (0i64..).zip(&CUSTOMERS) {
        let body = json!({
            "customerId": customer.id,
            "name": customer.name,
            "email": format!("hello@{}.example", customer.id),
            // Windows of the billing period begin on different days of the month.
            "usageStartedAt": now - (DAYS - 3 * index) * DAY_MILLIS,
            "customProductKeys": customer.products,
        });
        api.post("/v1/customers", &body).await?;
    }
    grants(api, now).await?;
    let events = events(now);
    for batch in events.chunks(BATCH) {
        let answer = api.post("/v1/usage/batch", &json!({ "events": batch })).await?;
        anyhow::ensure!(answer["hasErrors"] == false, "an event of the demo was refused: {answer}");
    }
    for (customer, feature, used) in TODAY {
        api.post("/v1/usage/set", &json!({ "customerId": customer, "featureKey": feature, "used": used })).await?;
    }
    Ok(events.len() + TODAY.len())
}

/// What some of them have beside their products.
async fn grants(api: &mut Api, now: i64) -> anyhow::Result<()> {
    let trial = json!({
        "customerId": "orchard", "featureKey": "sso", "hasAccess": true,
        "reason": "Evaluating single sign-on", "expiresAt": now + 21 * DAY_MILLIS,
    });
    api.post("/v1/overrides", &trial).await?;
    let apology = json!({
        "customerId": "fable", "featureKey": "ai_credits", "amount": 60,
        "reason": "Sorry for the outage", "expiresAt": now + 90 * DAY_MILLIS,
    });
    api.post("/v1/bonuses", &apology).await?;
    let reward = json!({ "customerId": "lumen", "featureKey": "exports", "amount": 100, "reason": "Referral" });
    api.post("/v1/bonuses", &reward).await?;
    Ok(())
}

/// Weeks of usage, the oldest first. Nothing about it is random, so that every demo looks alike.
fn events(now: i64) -> Vec<Value> {
    let mut events = Vec::new();
    for day in (0..DAYS).rev() {
        for (index, customer) in (0i64..).zip(&CUSTOMERS) {
            if day > DAYS - 3 * index {
                continue;
            }
            // Weekdays are busier, and every customer has days of its own.
            let mood = 60 + (day * 37 + index * 53) % 80 - if day % 7 < 2 { 40 } else { 0 };
            for (feature, ordinary) in DAILY {
                let amount = ordinary * customer.appetite * mood / 10_000;
                if amount > 0 {
                    events.push(event(customer.id, feature, amount, day, now));
                }
            }
        }
    }
    for (index, customer) in (0i64..).zip(&CUSTOMERS) {
        events.push(event(customer.id, "projects", 1 + customer.appetite / 40, 20 - index, now));
    }
    events
}

fn event(customer: &str, feature: &str, amount: i64, days_ago: i64, now: i64) -> Value {
    json!({
        "customerId": customer,
        "featureKey": feature,
        "amount": amount,
        "occurredAt": now - days_ago * DAY_MILLIS,
        "eventKey": format!("demo-{feature}-{days_ago}"),
    })
}
