//! What answers look like.

use crate::client::Server;
use serde_json::{Value, json};

#[tokio::test]
async fn the_access_of_a_customer_has_an_entry_for_every_live_feature() {
    let server = Server::furnished().await;
    let access = server.good("GET", "/v1/feature-access?customerId=acme", Value::Null).await;
    assert_eq!(access["sso"], json!({"type": "boolean", "hasAccess": false}));
    assert_eq!(access["seats"], json!({"type": "limit", "hasAccess": false, "limit": 0, "isUnlimited": false}));
    let usage = &access["credits"]["usage"];
    assert_eq!(
        (&usage["used"], &usage["remaining"], &usage["hasReachedLimit"]),
        (&json!(3), &json!(97), &json!(false))
    );
    assert!(usage["lastReset"].as_i64() < usage["nextReset"].as_i64());
    assert_eq!(access.as_object().unwrap().len(), 3, "an archived feature is hidden: {access}");
}

#[tokio::test]
async fn asking_for_an_unknown_customer_makes_it_with_the_default_product() {
    let server = Server::furnished().await;
    let path = "/v1/feature-access?customerId=stranger&explain=true";
    let access = server.good("GET", path, Value::Null).await;
    assert_eq!(access["credits"]["explanation"]["products"][0]["source"], "default");
    let customer = server.good("GET", "/v1/customers/stranger", Value::Null).await;
    assert_eq!(
        (&customer["products"][0]["key"], &customer["products"][0]["isDefault"]),
        (&json!("free"), &json!(true))
    );
    assert_eq!(customer["enviroment"], "test");
}

#[tokio::test]
async fn products_are_listed_without_what_is_not_asked_for() {
    let server = Server::furnished().await;
    let whole = server.good("GET", "/v1/products?archived=true", Value::Null).await;
    for (omit, parts) in [
        ("prices", &["prices"][..]),
        ("featureAccess", &["featureAccess"]),
        ("featureAccess,%20prices", &["prices", "featureAccess"]),
    ] {
        let mut expected = whole.clone();
        for product in expected.as_array_mut().unwrap() {
            product.as_object_mut().unwrap().retain(|field, _| !parts.contains(&field.as_str()));
        }
        assert_ne!(expected, whole);
        let path = format!("/v1/products?archived=true&omit={omit}");
        assert_eq!(server.good("GET", &path, Value::Null).await, expected, "{omit}");
    }
}

#[tokio::test]
async fn amounts_are_exact_in_and_out() {
    let server = Server::furnished().await;
    for (amount, used) in [("0.1", "3.1"), ("0.2", "3.3"), ("999999999999999.999999999", "1000000000000003.299999999")]
    {
        let event = format!("{{\"customerId\": \"acme\", \"featureKey\": \"credits\", \"amount\": {amount}}}");
        let answer = server.call("POST", "/v1/usage", &serde_json::from_str(&event).unwrap()).await;
        assert!(answer.text.contains(&format!("\"used\":{used},")), "{amount}: {}", answer.text);
    }
}

#[tokio::test]
async fn customers_are_listed_in_pages_by_part_of_a_name_and_by_product() {
    let server = Server::furnished().await;
    for number in 0..25 {
        let keys: Value = if number % 2 == 0 { json!(["pro"]) } else { json!([]) };
        let body = json!({"customerId": format!("c{number:02}"), "name": format!("Number {number}"), "customProductKeys": keys});
        server.good("POST", "/v1/customers", body).await;
    }
    let mut seen = Vec::new();
    let mut path = "/v1/customers?limit=10".to_owned();
    loop {
        let page = server.good("GET", &path, Value::Null).await;
        seen.extend(page["customers"].as_array().unwrap().iter().map(|found| found["customerId"].clone()));
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("/v1/customers?limit=10&cursor={cursor}");
    }
    assert_eq!(seen.len(), 26);
    assert_eq!(seen[0], "c24");
    for (query, count) in [
        ("search=NUMBER%202", 6),
        ("productKey=pro&limit=100", 14),
        ("productKey=free&limit=100", 12),
        ("productKey=pro&search=number%202", 4),
        ("productKey=gold", 0),
    ] {
        let page = server.good("GET", &format!("/v1/customers?{query}"), Value::Null).await;
        assert_eq!(page["customers"].as_array().map(Vec::len), Some(count), "{query}: {page}");
    }
    let page = server.good("GET", "/v1/customers?limit=1", Value::Null).await;
    assert!(page["customers"][0].get("featureAccess").is_none());
}

#[tokio::test]
async fn versions_count_their_customers_and_a_migration_says_what_changes() {
    let server = Server::furnished().await;
    let credits = |limit: i64| json!([{"featureKey": "credits", "hasAccess": true, "limit": limit}]);
    let next = json!({"featureAccess": credits(250), "newVersion": true});
    assert_eq!(server.good("PUT", "/v1/products/pro/feature-access", next).await["version"], 2);
    let versions = server.good("GET", "/v1/products/pro/versions", Value::Null).await;
    let counts: Vec<Value> =
        versions.as_array().unwrap().iter().map(|each| json!([each["version"], each["customerCount"]])).collect();
    assert_eq!(counts, [json!([2, 0]), json!([1, 1])]);
    for (dry_run, limit) in [(true, 100), (false, 250)] {
        let body = json!({"fromVersion": 1, "toVersion": 2, "dryRun": dry_run});
        let moved = server.good("POST", "/v1/products/pro/migrate", body).await;
        assert_eq!(moved["migratedCount"], 1);
        let change = &moved["changes"][0];
        assert_eq!((&change["before"]["limit"], &change["after"]["limit"]), (&json!(100), &json!(250)));
        let access = server.good("GET", "/v1/feature-access?customerId=acme", Value::Null).await;
        assert_eq!((&access["credits"]["limit"], &access["credits"]["usage"]["used"]), (&json!(limit), &json!(3)));
    }
}

#[tokio::test]
async fn a_link_is_made_once_and_taken_only_by_force() {
    let server = Server::furnished().await;
    let link = |customer: &str, stripe: &str| json!({"customerId": customer, "stripeCustomerId": stripe});
    let linked = server.good("POST", "/v1/customers/link", link("acme", "cus_1")).await;
    assert_eq!(linked["stripeCustomerId"], "cus_1");
    server.good("POST", "/v1/customers/link", link("acme", "cus_1")).await;
    for (body, param) in [(link("acme", "cus_2"), "customerId"), (link("other", "cus_1"), "stripeCustomerId")] {
        let answer = server.call("POST", "/v1/customers/link", &body).await;
        let error = answer.json();
        assert_eq!(
            (answer.status.as_u16(), &error["code"], &error["param"]),
            (409, &json!("customer_linked"), &json!(param))
        );
    }
    let answer = server.call("DELETE", "/v1/customers/acme", &Value::Null).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (409, &json!("stripe_customer")));
    let mut forced = link("other", "cus_1");
    forced["force"] = true.into();
    assert_eq!(server.good("POST", "/v1/customers/link", forced).await["customerId"], "other");
    assert_eq!(server.good("GET", "/v1/customers/acme", Value::Null).await["stripeCustomerId"], Value::Null);
    server.good("DELETE", "/v1/customers/acme", Value::Null).await;
}
