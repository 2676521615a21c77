//! The same person in both dialects.

use crate::client::Server;
use serde_json::{Value, json};

async fn stripe(server: &Server, form: &str) -> String {
    let made = server.post("/v1/customers", form).await;
    assert_eq!(made.status, 200, "{}", made.text);
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn ids(server: &Server) -> Vec<Value> {
    let page = server.good("GET", "/v1/customers", Value::Null).await;
    let customers = page["customers"].as_array().unwrap();
    customers.iter().map(|it| json!([it["customerId"], it["stripeCustomerId"]])).collect()
}

#[tokio::test]
async fn a_customer_of_stripe_alone_is_shown_without_an_id_of_its_own() {
    let server = Server::new().await;
    let id = stripe(&server, "name=Ann&email=ann@example.com").await;
    assert_eq!(ids(&server).await, [json!([null, id])]);
    let shown = server.good("GET", &format!("/v1/customers/{id}"), Value::Null).await;
    assert_eq!((&shown["name"], &shown["customerId"]), (&json!("Ann"), &Value::Null));
    for search in ["ann", id.as_str()] {
        let found = server.good("GET", &format!("/v1/customers?search={search}"), Value::Null).await;
        assert_eq!(found["customers"][0]["stripeCustomerId"], json!(id));
    }
    let refused = server.call("DELETE", &format!("/v1/customers/{id}"), &Value::Null).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (409, &json!("stripe_customer")));
    server.delete(&format!("/v1/customers/{id}")).await;
    assert_eq!(ids(&server).await, [Value::Null; 0]);
}

#[tokio::test]
async fn a_link_merges_what_was_used_under_both_names() {
    let server = Server::furnished().await;
    let id = stripe(&server, "name=Ann").await;
    let event = |customer: &str, key: &str| json!({"customerId": customer, "featureKey": "credits", "eventKey": key});
    server.good("POST", "/v1/usage", event(&id, "second")).await;
    let linked = server.good("POST", "/v1/customers/link", json!({"stripeCustomerId": id, "customerId": "acme"})).await;
    assert_eq!((&linked["customerId"], &linked["stripeCustomerId"]), (&json!("acme"), &json!(id)));
    assert_eq!((&linked["name"], &linked["products"][0]["key"]), (&json!("Ann"), &json!("pro")));
    assert_eq!(linked["featureAccess"]["credits"]["usage"]["used"], 4);
    let again = server.good("POST", "/v1/customers/link", json!({"stripeCustomerId": id, "customerId": "acme"})).await;
    assert_eq!(again, linked);
    assert_eq!(ids(&server).await, [json!(["acme", id])]);
    let repeated = server.good("POST", "/v1/usage", event("acme", "second")).await;
    assert_eq!(repeated["reason"], "duplicate_event_key");
    let refused =
        server.call("POST", "/v1/customers/link", &json!({"stripeCustomerId": id, "customerId": "other"})).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (409, &json!("customer_linked")));
    assert_eq!(refused.json()["param"], "stripeCustomerId");
}

#[tokio::test]
async fn metadata_links_and_the_next_change_in_stripe_overwrites_the_name() {
    let server = Server::furnished().await;
    let id = stripe(&server, "name=Ann&metadata[priceos_customer_id]=acme").await;
    assert_eq!(ids(&server).await, [json!(["acme", id])]);
    let renamed = server.good("PUT", "/v1/customers/acme", json!({"name": "Nick"})).await;
    assert_eq!((&renamed["name"], &renamed["stripeCustomerId"]), (&json!("Nick"), &json!(id)));
    server.post(&format!("/v1/customers/{id}"), "email=new@example.com").await;
    let shown = server.good("GET", "/v1/customers/acme", Value::Null).await;
    assert_eq!((&shown["name"], &shown["email"]), (&json!("Ann"), &json!("new@example.com")));
    server.delete(&format!("/v1/customers/{id}")).await;
    let left = server.good("GET", "/v1/customers/acme", Value::Null).await;
    assert_eq!((&left["stripeCustomerId"], &left["products"][0]["key"]), (&Value::Null, &json!("pro")));
    server.good("DELETE", "/v1/customers/acme", Value::Null).await;
}
