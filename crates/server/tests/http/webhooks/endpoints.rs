//! Endpoints: made, read, changed, rolled, deleted.

use super::{ENDPOINTS, live, made};
use crate::client::Server;
use axum::http::StatusCode;
use serde_json::{Value, json};

const URL: &str = "https://example.com/hook";

async fn create(server: &Server) -> Value {
    made(server, URL).await
}

fn path(endpoint: &Value) -> String {
    format!("{ENDPOINTS}/{}", endpoint["id"].as_str().unwrap())
}

fn without_secret(endpoint: &Value) -> Value {
    let mut endpoint = endpoint.clone();
    endpoint.as_object_mut().unwrap().remove("secret");
    endpoint
}

#[tokio::test]
async fn an_endpoint_is_made_and_its_secret_is_told_once() {
    let server = Server::new().await;
    let form = format!(
        "url={URL}&enabled_events[0]=product.created&enabled_events[1]=customer.subscription.deleted\
         &enabled_events[2]=product.created&api_version=2024-04-10&description=Mine&metadata[a]=1&metadata[b]="
    );
    let made = server.post(ENDPOINTS, &form).await.json();
    let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    assert!(id.starts_with("we_") && secret.starts_with("whsec_") && secret.len() == 38, "{made}");
    assert_eq!(
        made,
        json!({
            "id": id, "object": "webhook_endpoint", "api_version": "2024-04-10", "application": null,
            "created": made["created"], "description": "Mine",
            "enabled_events": ["product.created", "customer.subscription.deleted"], "livemode": false,
            "metadata": {"a": "1"}, "secret": secret, "status": "enabled", "url": URL,
        })
    );
    let shown = without_secret(&made);
    assert_eq!(server.get(&path(&made)).await.json(), shown);
    assert_eq!(server.get(ENDPOINTS).await.json()["data"], json!([shown]));
    assert!(!server.post(&path(&made), "description=Yours").await.text.contains(secret));
}

#[tokio::test]
async fn no_two_endpoints_have_the_same_secret() {
    let server = Server::new().await;
    let (one, other) = (create(&server).await, create(&server).await);
    assert_ne!(one["secret"], other["secret"]);
}

#[tokio::test]
async fn an_endpoint_is_changed_where_the_request_says_so() {
    let server = Server::new().await;
    let made = create(&server).await;
    let path = path(&made);
    let changed = server
        .post(&path, "disabled=true&enabled_events[]=plan.created&description=D&metadata[a]=1&url=http://localhost:1/")
        .await
        .json();
    let mut expected = without_secret(&made);
    for (key, value) in [
        ("status", json!("disabled")),
        ("enabled_events", json!(["plan.created"])),
        ("description", json!("D")),
        ("metadata", json!({"a": "1"})),
        ("url", json!("http://localhost:1/")),
    ] {
        expected[key] = value;
    }
    assert_eq!(changed, expected);
    let changed = server.post(&path, "disabled=false&description=&metadata[b]=2").await.json();
    assert_eq!(changed["metadata"], json!({"a": "1", "b": "2"}));
    assert_eq!((&changed["description"], &changed["status"]), (&Value::Null, &json!("enabled")));
    assert_eq!(server.post(&path, "metadata=").await.json()["metadata"], json!({}));
}

#[tokio::test]
async fn a_deleted_endpoint_is_gone_at_once() {
    let server = Server::new().await;
    let (made, other) = (create(&server).await, create(&server).await);
    let path = path(&made);
    let deleted = server.delete(&path).await.json();
    assert_eq!(deleted, json!({"id": made["id"], "object": "webhook_endpoint", "deleted": true}));
    let message = format!("No such webhook endpoint: '{}'", made["id"].as_str().unwrap());
    for answer in [
        server.get(&path).await,
        server.delete(&path).await,
        server.post(&path, "nope=1").await,
        server.post(&path, "description=x").await,
        server.post(&format!("{path}/roll_secret"), "").await,
        server.get(&format!("{path}/deliveries")).await,
    ] {
        assert_eq!((answer.status, answer.message()), (StatusCode::NOT_FOUND, message.clone()));
        assert_eq!(answer.error()["param"], "webhook_endpoint");
    }
    assert_eq!(server.get(ENDPOINTS).await.json()["data"], json!([without_secret(&other)]));
    let cursor = server.get(&format!("{ENDPOINTS}?starting_after={}", made["id"].as_str().unwrap())).await;
    assert_eq!((cursor.status, cursor.message()), (StatusCode::BAD_REQUEST, message));
}

#[tokio::test]
async fn bad_input_names_its_parameter_and_makes_nothing() {
    let server = Server::new().await;
    let of = |rest: &str| format!("url={URL}&enabled_events[0]=*&{rest}");
    for (form, param, message) in [
        (String::new(), "url", "Missing required param: url."),
        (format!("url={URL}"), "enabled_events", "Missing required param: enabled_events."),
        (format!("url={URL}&enabled_events=*"), "enabled_events", "Invalid array"),
        ("url=example.com&enabled_events[]=*".into(), "url", "Not a valid URL"),
        ("url=ftp://example.com&enabled_events[]=*".into(), "url", "Not a valid URL"),
        ("url=https://me:pw@example.com&enabled_events[]=*".into(), "url", "Not a valid URL"),
        (of("api_version=latest"), "api_version", "Invalid Stripe API version: latest"),
        (of("connect=maybe"), "connect", "Invalid boolean: maybe"),
        (of("secret=whsec_mine"), "secret", "Received unknown parameter: secret"),
        (of("disabled=true"), "disabled", "Received unknown parameter: disabled"),
    ] {
        let answer = server.post(ENDPOINTS, &form).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{form}");
        assert_eq!((answer.error()["param"].as_str(), answer.message()), (Some(param), message.to_owned()), "{form}");
    }
    let unknown = server.post(ENDPOINTS, &format!("url={URL}&enabled_events[]=*&enabled_events[]=nope")).await;
    assert_eq!(unknown.error()["param"], "enabled_events[1]");
    assert!(unknown.message().starts_with("Invalid enabled_events[1]: must be one of *, account."), "{}", unknown.text);
    assert_eq!(server.get(ENDPOINTS).await.json()["data"], json!([]));
}

#[tokio::test]
async fn a_seventeenth_endpoint_is_refused_in_each_environment_by_itself() {
    let server = Server::new().await;
    for _ in 0..16 {
        create(&server).await;
    }
    let refused = server.post(ENDPOINTS, &format!("url={URL}&enabled_events[]=*")).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.message(), "You have reached the maximum of 16 webhook endpoints.");
    assert_eq!(live(&server, "POST", ENDPOINTS, &format!("url={URL}&enabled_events[]=*")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn in_live_mode_events_are_sent_over_encrypted_connections_only() {
    let server = Server::new().await;
    let plain = "url=http://example.com&enabled_events[]=*";
    let refused = live(&server, "POST", ENDPOINTS, plain).await;
    assert_eq!((refused.status, &refused.error()["param"]), (StatusCode::BAD_REQUEST, &json!("url")));
    let made = live(&server, "POST", ENDPOINTS, &format!("url={URL}&enabled_events[]=*")).await.json();
    assert_eq!(made["livemode"], true);
    let changed = live(&server, "POST", &path(&made), "url=http://example.com").await;
    assert_eq!(changed.error()["param"], "url");
    assert_eq!(server.post(ENDPOINTS, plain).await.status, StatusCode::OK);
    // Nothing of one environment is seen in the other.
    let elsewhere = server.get(&path(&made)).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    assert!(elsewhere.message().contains("a similar object exists in live mode"), "{}", elsewhere.text);
}

#[tokio::test]
async fn a_repeated_creation_makes_one_endpoint_and_tells_its_secret_again() {
    let server = Server::new().await;
    let form = format!("url={URL}&enabled_events[]=*");
    let first = server.post_once("k", ENDPOINTS, &form).await;
    let again = server.post_once("k", ENDPOINTS, &form).await;
    assert_eq!((again.text.as_str(), again.header("idempotent-replayed")), (first.text.as_str(), Some("true")));
    assert_eq!(server.get(ENDPOINTS).await.json()["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn endpoints_are_listed_newest_first_page_by_page() {
    let server = Server::new().await;
    for _ in 0..12 {
        create(&server).await;
    }
    let first = server.get(ENDPOINTS).await.json();
    assert_eq!(
        (&first["has_more"], &first["url"], &first["object"]),
        (&json!(true), &json!(ENDPOINTS), &json!("list"))
    );
    let mut walked = first["data"].as_array().unwrap().clone();
    assert_eq!(walked.len(), 10);
    let last = walked[9]["id"].as_str().unwrap().to_owned();
    let rest = server.get(&format!("{ENDPOINTS}?starting_after={last}")).await.json();
    walked.extend(rest["data"].as_array().unwrap().clone());
    assert_eq!(server.get(&format!("{ENDPOINTS}?limit=100")).await.json()["data"], Value::Array(walked));
}

#[tokio::test]
async fn a_secret_is_rolled_for_up_to_seven_days() {
    let server = Server::new().await;
    let made = create(&server).await;
    let roll = format!("{}/roll_secret", path(&made));
    let rolled = server.post(&roll, "").await.json();
    assert_eq!(without_secret(&rolled), without_secret(&made));
    assert_ne!(rolled["secret"], made["secret"]);
    assert_eq!(server.post(&roll, "expires_in=604800").await.status, StatusCode::OK);
    for (form, message) in [
        ("expires_in=604801", "This value must be less than or equal to 604800."),
        ("expires_in=-1", "This value must be greater than or equal to 0."),
        ("expires_in=soon", "Invalid integer: soon"),
    ] {
        let refused = server.post(&roll, form).await;
        assert_eq!((refused.status, refused.message()), (StatusCode::BAD_REQUEST, message.to_owned()));
        assert_eq!(refused.error()["param"], "expires_in");
    }
}
