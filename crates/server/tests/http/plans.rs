//! Plans: recurring prices as old clients know them.

use crate::client::{Answer, Server};
use axum::http::StatusCode;
use serde_json::{Value, json};

const PLANS: &str = "/v1/plans";

/// A server with the products `gold` and `silver`.
async fn with_products() -> Server {
    let server = Server::new().await;
    for id in ["gold", "silver"] {
        server.post("/v1/products", &format!("id={id}&name={id}")).await;
    }
    server
}

async fn made(server: &Server, form: &str) -> Value {
    let made = server.post(PLANS, &format!("currency=usd&interval=month&{form}")).await;
    assert_eq!(made.status, StatusCode::OK, "{form}: {}", made.text);
    made.json()
}

async fn listed(server: &Server, query: &str) -> Vec<String> {
    let page = server.get(&format!("{PLANS}?{query}")).await.json();
    page["data"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

fn check_missing(answer: &Answer, id: &str) {
    assert_eq!((answer.status, answer.message()), (StatusCode::NOT_FOUND, format!("No such plan: '{id}'")));
    assert_eq!((&answer.error()["param"], &answer.error()["code"]), (&json!("plan"), &json!("resource_missing")));
}

#[tokio::test]
async fn a_plan_is_a_price_with_the_same_id() {
    let server = with_products().await;
    let form = "id=gold-monthly&product=gold&amount=2000&nickname=Monthly&interval_count=3&trial_period_days=7\
                &transform_usage[divide_by]=5&transform_usage[round]=up&metadata[a]=1";
    let plan = made(&server, form).await;
    let expected = json!({
        "id": "gold-monthly", "object": "plan", "active": true, "amount": 2000, "amount_decimal": "2000",
        "billing_scheme": "per_unit", "created": plan["created"], "currency": "usd", "interval": "month",
        "interval_count": 3, "livemode": false, "metadata": {"a": "1"}, "meter": null, "nickname": "Monthly",
        "product": "gold", "tiers_mode": null, "transform_usage": {"divide_by": 5, "round": "up"},
        "trial_period_days": 7, "usage_type": "licensed",
    });
    assert_eq!(plan, expected);
    assert_eq!(server.get(&format!("{PLANS}/gold-monthly")).await.json(), expected);
    let price = server.get("/v1/prices/gold-monthly").await.json();
    assert_eq!((&price["unit_amount"], &price["recurring"]["interval_count"]), (&json!(2000), &json!(3)));
    let whole = server.get(&format!("{PLANS}/gold-monthly?expand[]=product")).await.json();
    assert_eq!(whole["product"]["name"], "gold");
    let events = server.get("/v1/events?limit=2").await.json();
    let types: Vec<&Value> = events["data"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
    assert_eq!(types, [&json!("plan.created"), &json!("price.created")]);
    assert_eq!(events["data"][0]["data"]["object"], expected);
}

#[tokio::test]
async fn a_price_that_recurs_is_a_plan_and_one_that_does_not_is_none() {
    let server = with_products().await;
    let form = "product=gold&currency=usd&unit_amount=500";
    let id = |price: Value| price["id"].as_str().unwrap().to_owned();
    let monthly = id(server.post("/v1/prices", &format!("{form}&recurring[interval]=month")).await.json());
    let once = id(server.post("/v1/prices", form).await.json());
    assert_eq!(server.get(&format!("{PLANS}/{monthly}")).await.json()["amount"], 500);
    assert_eq!(listed(&server, "").await, std::slice::from_ref(&monthly));
    let path = format!("{PLANS}/{once}");
    for answer in [
        server.get(&path).await,
        server.post(&path, "nickname=x").await,
        server.delete(&path).await,
        server.get(&format!("{PLANS}/nope")).await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
        assert_eq!(answer.error()["param"], "plan");
    }
    check_missing(&server.post(&format!("{PLANS}/nope"), "nickname=&nope=1").await, "nope");
}

#[tokio::test]
async fn a_plan_may_bring_its_product_and_have_tiers() {
    let server = with_products().await;
    let form = "product[name]=Bronze&product[id]=bronze&billing_scheme=tiered&tiers_mode=volume\
                &tiers[0][up_to]=5&tiers[0][unit_amount]=7&tiers[1][up_to]=inf&tiers[1][flat_amount]=9&expand[]=tiers";
    let plan = made(&server, form).await;
    assert_eq!(
        (&plan["product"], &plan["amount"], &plan["tiers_mode"]),
        (&json!("bronze"), &Value::Null, &json!("volume"))
    );
    assert_eq!((&plan["tiers"][0]["up_to"], &plan["tiers"][1]["flat_amount"]), (&json!(5), &json!(9)));
    let brief = server.get(&format!("{PLANS}/{}", plan["id"].as_str().unwrap())).await.json();
    assert_eq!(brief.get("tiers"), None);
    assert_eq!(server.get("/v1/products/bronze").await.json()["name"], "Bronze");
}

#[tokio::test]
async fn what_makes_no_plan_is_refused_by_name() {
    let server = with_products().await;
    made(&server, "id=taken&product=gold&amount=1").await;
    let base = "currency=usd&interval=month";
    for (form, message, param) in [
        ("interval=month&product=gold&amount=1".to_owned(), "Missing required param: currency.", Some("currency")),
        ("currency=usd&product=gold&amount=1".to_owned(), "Missing required param: interval.", Some("interval")),
        (format!("{base}&amount=1"), "Missing required param: product.", Some("product")),
        (format!("{base}&product=gold"), "Plans require an `amount` parameter to be set.", None),
        (
            format!("{base}&product=gold&amount=1&amount_decimal=2"),
            "You may only specify one of these parameters: amount, amount_decimal.",
            Some("amount"),
        ),
        (format!("{base}&product=nope&amount=1"), "No such product: 'nope'", Some("product")),
        (format!("{base}&product[id]=x&amount=1"), "Missing required param: product[name].", Some("product[name]")),
        (
            format!("{base}&product[nope]=x&amount=1"),
            "Received unknown parameter: product[nope]",
            Some("product[nope]"),
        ),
        (format!("{base}&id=taken&product=gold&amount=1"), "Plan already exists.", None),
        (
            format!("{base}&product=gold&amount=1&interval_count=37"),
            "The interval_count for monthly prices can't be greater than 36",
            Some("interval_count"),
        ),
        (
            format!("{base}&product=gold&amount=1&usage_type=metered"),
            "Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by meters.",
            None,
        ),
        (format!("{base}&product=gold&billing_scheme=tiered"), "Missing required param: tiers.", Some("tiers")),
    ] {
        let answer = server.post(PLANS, &form).await;
        let error = answer.error();
        assert_eq!((error["message"].as_str(), error["param"].as_str()), (Some(message), param), "{form}");
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(listed(&server, "").await, ["taken"]);
}

#[tokio::test]
async fn a_plan_is_changed_and_moves_to_another_product() {
    let server = with_products().await;
    made(&server, "id=p&product=gold&amount=1&nickname=Old&metadata[a]=1").await;
    let changed = server
        .post(&format!("{PLANS}/p"), "active=false&nickname=&product=silver&trial_period_days=3&metadata[b]=2")
        .await
        .json();
    let shown = [&changed["active"], &changed["nickname"], &changed["product"], &changed["trial_period_days"]];
    assert_eq!(shown, [&json!(false), &Value::Null, &json!("silver"), &json!(3)]);
    assert_eq!(changed["metadata"], json!({"a": "1", "b": "2"}));
    assert_eq!(server.get("/v1/prices/p").await.json()["product"], "silver");
    assert_eq!(listed(&server, "active=true").await, [""; 0]);
    assert_eq!(listed(&server, "active=false&product=silver").await, ["p"]);
    let unknown = server.get(&format!("{PLANS}?product=nope")).await;
    assert_eq!(unknown.message(), "No such product: 'nope'");
    let lost = server.post(&format!("{PLANS}/p"), "product=nope").await;
    assert_eq!((lost.message(), &lost.error()["param"]), ("No such product: 'nope'".to_owned(), &json!("product")));
    let fixed = server.post(&format!("{PLANS}/p"), "amount=5").await;
    assert_eq!(fixed.error()["code"], "parameter_unknown");
}

#[tokio::test]
async fn a_plan_is_deleted_with_its_price_unless_it_is_a_default() {
    let server = with_products().await;
    made(&server, "id=p&product=gold&amount=1").await;
    server.post("/v1/products/gold", "default_price=p").await;
    let path = format!("{PLANS}/p");
    for answer in [server.delete(&path).await, server.post(&path, "product=silver").await] {
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
        assert!(answer.message().contains("default price"), "{}", answer.text);
    }
    server.post("/v1/products/gold", "default_price=").await;
    let deleted = server.delete(&path).await.json();
    assert_eq!(deleted, json!({"id": "p", "object": "plan", "deleted": true}));
    check_missing(&server.get(&path).await, "p");
    check_missing(&server.delete(&path).await, "p");
    assert_eq!(server.get("/v1/prices/p").await.status, StatusCode::NOT_FOUND);
    assert_eq!(server.get("/v1/prices?product=gold").await.json()["data"], json!([]));
    let events = server.get("/v1/events?limit=2").await.json();
    let types: Vec<&Value> = events["data"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
    assert_eq!(types, [&json!("plan.deleted"), &json!("price.deleted")]);
    assert_eq!(server.delete("/v1/products/gold").await.status, StatusCode::OK);
    made(&server, "id=p&product=silver&amount=2").await;
}
