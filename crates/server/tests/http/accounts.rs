//! The account, and what there is none of.

use crate::client::{LIVE_KEY, Server};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn the_account_is_the_same_for_every_key_and_says_that_it_takes_no_money() {
    let server = Server::new().await;
    let account = server.get("/v1/account").await.json();
    let id = account["id"].as_str().unwrap();
    assert!(id.starts_with("acct_") && id.len() == "acct_".len() + 16, "{id}");
    let told = ["object", "charges_enabled", "payouts_enabled", "type", "default_currency"].map(|name| &account[name]);
    assert_eq!(told, [&json!("account"), &json!(false), &json!(false), &json!("standard"), &json!("usd")]);
    assert_eq!(account["external_accounts"]["url"], format!("/v1/accounts/{id}/external_accounts"));
    let live = Request::builder().uri("/v1/account").header("authorization", format!("Bearer {LIVE_KEY}"));
    assert_eq!(server.send(live.body(Body::empty()).unwrap()).await.json(), account);
    assert_eq!(server.get("/v1/account?expand[]=settings").await.json(), account);
    assert_eq!(server.get("/v1/account?nope=1").await.error()["code"], "parameter_unknown");
}

#[tokio::test]
async fn there_are_no_connected_accounts_and_no_sources() {
    let server = Server::new().await;
    let empty = |url: &str| json!({"object": "list", "data": [], "has_more": false, "url": url});
    assert_eq!(server.get("/v1/accounts?limit=3").await.json(), empty("/v1/accounts"));
    let odd = server.get("/v1/accounts?starting_after=acct_x").await;
    assert_eq!(
        (odd.message(), &odd.error()["param"]),
        ("No such account: 'acct_x'".to_owned(), &json!("starting_after"))
    );
    let customer: Value = server.post("/v1/customers", "name=Acme").await.json();
    let path = format!("/v1/customers/{}/sources", customer["id"].as_str().unwrap());
    assert_eq!(server.get(&path).await.json(), empty(&path));
    assert_eq!(server.get(&format!("{path}?object=card&limit=1")).await.json(), empty(&path));
    assert_eq!(server.get(&format!("{path}?starting_after=card_x")).await.message(), "No such source: 'card_x'");
    server.delete(path.strip_suffix("/sources").unwrap()).await;
    for path in [path, "/v1/customers/cus_nope/sources".to_owned()] {
        let missing = server.get(&path).await;
        assert_eq!((missing.status, &missing.error()["param"]), (StatusCode::NOT_FOUND, &json!("id")), "{path}");
    }
}
