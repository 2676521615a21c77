//! Bad input: the error that names the field, and nothing changed.

use crate::client::{Server, TEST_KEY};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

/// Method, path, body, status, code, and the field that is named; none where no field is to blame.
type Case = (&'static str, &'static str, Value, u16, &'static str, &'static str);

async fn refused(server: &Server, cases: Vec<Case>) {
    let before = server.state().await;
    for (method, path, body, status, code, param) in cases {
        let answer = server.call(method, path, &body).await;
        let error = answer.json();
        let named = error["param"].as_str().unwrap_or_default();
        assert_eq!(
            (answer.status.as_u16(), error["code"].as_str(), named),
            (status, Some(code), param),
            "{method} {path} {body}: {}",
            answer.text
        );
        assert!(error["error"].as_str().is_some_and(|message| !message.is_empty()), "{}", answer.text);
        assert_eq!(error["requestId"].as_str(), answer.header("request-id"), "{}", answer.text);
    }
    assert_eq!(server.state().await, before);
}

fn event(more: &Value) -> Value {
    let mut event = json!({"customerId": "acme", "featureKey": "credits"});
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

#[tokio::test]
async fn usage_of_the_wrong_shape_is_refused_with_its_field() {
    let server = Server::furnished().await;
    let long = "x".repeat(256);
    let number = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
    let many: serde_json::Map<String, Value> = (0..51).map(|key| (key.to_string(), json!("v"))).collect();
    let (invalid, missing) = ("invalid_parameter", "missing_parameter");
    let mut cases: Vec<Case> = vec![
        ("POST", "/v1/usage", json!({}), 400, missing, "customerId"),
        ("POST", "/v1/usage", json!({"customerId": null, "featureKey": "credits"}), 400, missing, "customerId"),
        ("POST", "/v1/usage", json!({"customerId": "acme"}), 400, missing, "featureKey"),
        ("POST", "/v1/usage", event(&json!({"nope": 1})), 400, "unknown_parameter", "nope"),
        ("POST", "/v1/usage", event(&json!({"customerId": 5})), 400, invalid, "customerId"),
        ("POST", "/v1/usage", event(&json!({"customerId": ""})), 400, invalid, "customerId"),
        ("POST", "/v1/usage", event(&json!({"customerId": ".."})), 400, invalid, "customerId"),
        ("POST", "/v1/usage", event(&json!({"customerId": "a\u{0}b"})), 400, invalid, "customerId"),
        ("POST", "/v1/usage", event(&json!({"customerId": long.clone()})), 400, invalid, "customerId"),
        ("POST", "/v1/usage", event(&json!({"eventKey": ""})), 400, invalid, "eventKey"),
        ("POST", "/v1/usage", event(&json!({"eventKey": long})), 400, invalid, "eventKey"),
        ("POST", "/v1/usage", event(&json!({"metadata": {"a": 1}})), 400, invalid, "metadata.a"),
        ("POST", "/v1/usage", event(&json!({"metadata": "x"})), 400, invalid, "metadata"),
        ("POST", "/v1/usage", event(&json!({"metadata": many})), 400, invalid, "metadata"),
        ("POST", "/v1/usage", event(&json!({"featureKey": "nope"})), 404, "feature_not_found", "featureKey"),
        ("POST", "/v1/usage", event(&json!({"featureKey": "old"})), 400, "feature_archived", "featureKey"),
        ("POST", "/v1/usage/consume", event(&json!({"amount": 0})), 400, invalid, "amount"),
        ("POST", "/v1/usage/consume", event(&json!({"amount": -1})), 400, invalid, "amount"),
        ("POST", "/v1/usage/consume", event(&json!({"occurredAt": 1})), 400, "unknown_parameter", "occurredAt"),
        ("POST", "/v1/usage/set", event(&json!({})), 400, missing, "used"),
        ("POST", "/v1/usage/set", event(&json!({"used": -1})), 400, invalid, "used"),
        (
            "POST",
            "/v1/usage/set",
            event(&json!({"used": 1, "customerId": "ghost"})),
            404,
            "customer_not_found",
            "customerId",
        ),
    ];
    for amount in ["null", "\"1\"", "true", "1.0000000001", "1e16", "-1e16", "1e999", "1000000000000001"] {
        cases.push(("POST", "/v1/usage", event(&json!({"amount": number(amount)})), 400, invalid, "amount"));
    }
    let far = 4_102_444_800_000_i64;
    for instant in [json!(0), json!(946_684_799_999_i64), json!(far), json!("now"), json!(1.5), json!(-1), json!(1e18)]
    {
        cases.push(("POST", "/v1/usage", event(&json!({"occurredAt": instant})), 400, invalid, "occurredAt"));
    }
    refused(&server, cases).await;
}

#[tokio::test]
async fn lists_and_deletions_that_contradict_themselves_are_refused() {
    let server = Server::furnished().await;
    let (invalid, missing) = ("invalid_parameter", "missing_parameter");
    let range = json!({"start": 1_700_000_000_000_i64, "end": 1_700_000_000_001_i64});
    let empty = json!({"start": 1_700_000_000_000_i64, "end": 1_700_000_000_000_i64});
    let list = "/v1/usage/events";
    let delete = "/v1/usage/delete";
    let uuid = "0b8f4c1e-6f0c-4a51-9d0e-2c6a1f7be311";
    refused(
        &server,
        vec![
            ("POST", list, event(&json!({"limit": 0})), 400, invalid, "limit"),
            ("POST", list, event(&json!({"limit": 1001})), 400, invalid, "limit"),
            ("POST", list, event(&json!({"offset": -1})), 400, invalid, "offset"),
            ("POST", list, event(&json!({"period": "next"})), 400, invalid, "period"),
            (
                "POST",
                list,
                event(&json!({"period": "current", "customRange": range.clone()})),
                400,
                invalid,
                "customRange",
            ),
            ("POST", list, event(&json!({"customRange": empty.clone()})), 400, invalid, "customRange"),
            ("POST", list, event(&json!({"customRange": {"start": 1}})), 400, missing, "customRange.end"),
            (
                "POST",
                list,
                event(&json!({"customRange": {"start": 1, "end": 2, "x": 3}})),
                400,
                "unknown_parameter",
                "customRange.x",
            ),
            ("POST", list, event(&json!({"customerId": "ghost"})), 404, "customer_not_found", "customerId"),
            ("POST", delete, json!({}), 400, missing, "customerId"),
            ("POST", delete, json!({"period": "current"}), 400, invalid, "period"),
            ("POST", delete, json!({"eventIds": []}), 400, invalid, "eventIds"),
            ("POST", delete, json!({"eventIds": ["x"]}), 400, invalid, "eventIds[0]"),
            ("POST", delete, json!({"eventIds": [uuid], "customerId": "acme"}), 400, invalid, "customerId"),
            ("POST", delete, json!({"customerId": "ghost"}), 404, "customer_not_found", "customerId"),
            (
                "POST",
                delete,
                json!({"customerId": "acme", "featureKey": "nope"}),
                404,
                "feature_not_found",
                "featureKey",
            ),
            (
                "POST",
                delete,
                json!({"customerId": "acme", "period": "current", "customRange": range}),
                400,
                invalid,
                "customRange",
            ),
            ("GET", "/v1/usage/events/not-a-uuid", Value::Null, 404, "event_not_found", "eventId"),
            (
                "GET",
                "/v1/usage/events/0b8f4c1e-6f0c-4a51-9d0e-2c6a1f7be311",
                Value::Null,
                404,
                "event_not_found",
                "eventId",
            ),
            ("DELETE", "/v1/usage/events/not-a-uuid", Value::Null, 404, "event_not_found", "eventId"),
            ("PUT", "/v1/usage/events/not-a-uuid", json!({"amount": 1}), 404, "event_not_found", "eventId"),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_a_feature_cannot_be_is_refused() {
    let server = Server::furnished().await;
    let invalid = "invalid_parameter";
    refused(
        &server,
        vec![
            (
                "POST",
                "/v1/features",
                json!({"name": "X", "featureKey": "credits", "type": "limit"}),
                409,
                "key_taken",
                "featureKey",
            ),
            (
                "POST",
                "/v1/features",
                json!({"name": "X", "featureKey": "a b", "type": "limit"}),
                400,
                invalid,
                "featureKey",
            ),
            ("POST", "/v1/features", json!({"name": "", "featureKey": "x", "type": "limit"}), 400, invalid, "name"),
            ("POST", "/v1/features", json!({"name": "X", "featureKey": "x", "type": "count"}), 400, invalid, "type"),
            (
                "POST",
                "/v1/features",
                json!({"name": "X", "featureKey": "x", "type": "boolean", "tracksUsage": true}),
                400,
                invalid,
                "tracksUsage",
            ),
            (
                "POST",
                "/v1/features",
                json!({"name": "X", "featureKey": "x", "type": "boolean", "usageResetInterval": "day"}),
                400,
                invalid,
                "usageResetInterval",
            ),
            ("PUT", "/v1/features/nope", json!({"name": "X"}), 404, "feature_not_found", "featureKey"),
            ("PUT", "/v1/features/sso", json!({"type": "limit"}), 400, "unknown_parameter", "type"),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_a_product_cannot_be_is_refused() {
    let server = Server::furnished().await;
    let invalid = "invalid_parameter";
    refused(
        &server,
        vec![
            ("POST", "/v1/products", json!({"name": "X", "key": "pro"}), 409, "key_taken", "key"),
            ("POST", "/v1/products", json!({"name": "X", "key": "gold"}), 409, "key_taken", "key"),
            (
                "POST",
                "/v1/products",
                json!({"name": "X", "featureAccess": [{"featureKey": "nope", "hasAccess": true}]}),
                400,
                invalid,
                "featureAccess[0].featureKey",
            ),
            ("PUT", "/v1/products/gold", json!({"name": "Gold 2"}), 400, "stripe_managed", ""),
            ("PUT", "/v1/products/nope", json!({"name": "X"}), 404, "product_not_found", "productKey"),
            ("PUT", "/v1/products/pro", json!({"isDefault": true}), 409, "default_product_conflict", ""),
            ("PUT", "/v1/products/free", json!({"isArchived": true}), 409, "default_product_conflict", ""),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_a_product_cannot_grant_is_refused() {
    let server = Server::furnished().await;
    let invalid = "invalid_parameter";
    let access = |entry: Value| json!({"featureAccess": [entry]});
    let define = "/v1/products/pro/feature-access";
    refused(
        &server,
        vec![
            (
                "PUT",
                define,
                access(json!({"featureKey": "sso", "hasAccess": true, "limit": 3})),
                400,
                invalid,
                "featureAccess[0].limit",
            ),
            (
                "PUT",
                define,
                access(json!({"featureKey": "credits", "hasAccess": true})),
                400,
                "missing_parameter",
                "featureAccess[0].limit",
            ),
            (
                "PUT",
                define,
                access(json!({"featureKey": "credits", "hasAccess": true, "limit": -1})),
                400,
                invalid,
                "featureAccess[0].limit",
            ),
            (
                "PUT",
                define,
                access(json!({"featureKey": "credits"})),
                400,
                "missing_parameter",
                "featureAccess[0].hasAccess",
            ),
            (
                "PUT",
                define,
                access(json!({"featureKey": "old", "hasAccess": false})),
                400,
                "feature_archived",
                "featureAccess[0].featureKey",
            ),
            ("PUT", define, json!({"featureAccess": [], "version": 7}), 404, "version_not_found", "version"),
            ("PUT", define, json!({"featureAccess": [], "version": 1, "newVersion": true}), 400, invalid, "version"),
            (
                "PUT",
                "/v1/products/free/feature-access",
                json!({"featureAccess": [], "newVersion": true}),
                400,
                invalid,
                "newVersion",
            ),
            (
                "POST",
                "/v1/products/pro/migrate",
                json!({"fromVersion": 1, "toVersion": 9}),
                404,
                "version_not_found",
                "toVersion",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_a_customer_cannot_be_is_refused() {
    let server = Server::furnished().await;
    let invalid = "invalid_parameter";
    refused(
        &server,
        vec![
            (
                "POST",
                "/v1/customers",
                json!({"customerId": "acme", "customProductKeys": ["pro", "nope"]}),
                400,
                invalid,
                "customProductKeys[1]",
            ),
            (
                "POST",
                "/v1/customers",
                json!({"customerId": "new", "customProductKeys": ["free"]}),
                400,
                "not_assignable",
                "customProductKeys[0]",
            ),
            (
                "POST",
                "/v1/customers",
                json!({"customerId": "new", "customProductKeys": ["gold"]}),
                400,
                "not_assignable",
                "customProductKeys[0]",
            ),
            (
                "POST",
                "/v1/customers",
                json!({"customerId": "new", "usageStartedAt": 99_999_999_999_999_i64}),
                400,
                invalid,
                "usageStartedAt",
            ),
            ("PUT", "/v1/customers/ghost", json!({"name": "X"}), 404, "customer_not_found", "customerId"),
            ("GET", "/v1/customers/ghost", Value::Null, 404, "customer_not_found", "customerId"),
            ("DELETE", "/v1/customers/ghost", Value::Null, 404, "customer_not_found", "customerId"),
            ("GET", "/v1/customers?limit=0", Value::Null, 400, invalid, "limit"),
            ("GET", "/v1/customers?limit=x", Value::Null, 400, invalid, "limit"),
            ("GET", "/v1/customers?cursor=nobody", Value::Null, 400, invalid, "cursor"),
            ("GET", "/v1/customers?include=all", Value::Null, 400, invalid, "include"),
            ("GET", "/v1/products?omit=name", Value::Null, 400, invalid, "omit"),
            ("POST", "/v1/products", json!({"name": "Up", "key": ".."}), 400, invalid, "key"),
            ("GET", "/v1/customers?nope=1", Value::Null, 400, "unknown_parameter", "nope"),
            (
                "POST",
                "/v1/customers/acme/checkout",
                json!({"productKey": "gold"}),
                400,
                "missing_parameter",
                "stripePriceId",
            ),
            ("POST", "/v1/customers/acme/customer-portal", json!({"returnUrl": "x"}), 400, invalid, "returnUrl"),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_a_bonus_or_an_override_cannot_be_is_refused() {
    let server = Server::furnished().await;
    let invalid = "invalid_parameter";
    refused(
        &server,
        vec![
            ("POST", "/v1/bonuses", event(&json!({"amount": 0})), 400, invalid, "amount"),
            ("POST", "/v1/bonuses", event(&json!({"amount": -5})), 400, invalid, "amount"),
            ("POST", "/v1/bonuses", event(&json!({})), 400, "missing_parameter", "amount"),
            ("POST", "/v1/bonuses", event(&json!({"amount": 1, "featureKey": "sso"})), 400, invalid, "featureKey"),
            ("POST", "/v1/bonuses", event(&json!({"amount": 1, "featureKey": "seats"})), 400, invalid, "featureKey"),
            (
                "POST",
                "/v1/bonuses",
                event(&json!({"amount": 1, "customerId": "ghost"})),
                404,
                "customer_not_found",
                "customerId",
            ),
            ("PUT", "/v1/bonuses/nope", json!({"amount": 1}), 404, "bonus_not_found", "bonusId"),
            ("DELETE", "/v1/bonuses/nope", Value::Null, 404, "bonus_not_found", "bonusId"),
            ("GET", "/v1/bonuses", Value::Null, 400, "missing_parameter", "customerId"),
            ("GET", "/v1/bonuses?customerId=ghost", Value::Null, 404, "customer_not_found", "customerId"),
            ("POST", "/v1/overrides", event(&json!({})), 400, "missing_parameter", "hasAccess"),
            ("POST", "/v1/overrides", event(&json!({"hasAccess": true})), 400, "missing_parameter", "limit"),
            ("POST", "/v1/overrides", event(&json!({"hasAccess": true, "limit": -1})), 400, invalid, "limit"),
            (
                "POST",
                "/v1/overrides",
                event(&json!({"hasAccess": true, "featureKey": "sso", "isUnlimited": true})),
                400,
                invalid,
                "isUnlimited",
            ),
            ("PUT", "/v1/overrides/nope", json!({"hasAccess": false}), 404, "override_not_found", "overrideId"),
            ("DELETE", "/v1/overrides/nope", Value::Null, 404, "override_not_found", "overrideId"),
        ],
    )
    .await;
}

#[tokio::test]
async fn inside_a_batch_only_the_bad_entry_fails() {
    let server = Server::furnished().await;
    let entries = json!({"events": [
        event(&json!({"amount": 2})),
        event(&json!({"amount": "2"})),
        event(&json!({"featureKey": "nope"})),
        "no object",
        event(&json!({"amount": 4, "eventKey": "first"})),
        event(&json!({"amount": 5, "eventKey": "second"})),
        event(&json!({"amount": 6, "eventKey": "second"})),
    ]});
    let answer = server.good("POST", "/v1/usage/batch", entries).await;
    let results = answer["results"].as_array().unwrap();
    let told: Vec<Value> = results
        .iter()
        .map(|entry| {
            json!([entry["success"], entry["code"], entry["param"], entry["result"]["used"], entry["result"]["reason"]])
        })
        .collect();
    assert_eq!(
        told,
        [
            json!([true, null, null, 5, null]),
            json!([false, "invalid_parameter", "amount", null, null]),
            json!([false, "feature_not_found", "featureKey", null, null]),
            json!([false, "invalid_parameter", null, null, null]),
            json!([true, null, null, 5, "duplicate_event_key"]),
            json!([true, null, null, 10, null]),
            json!([true, null, null, 10, "duplicate_event_key"]),
        ]
    );
    assert_eq!(answer["hasErrors"], true);
    let many: Vec<Value> = (0..101).map(|_| event(&json!({}))).collect();
    let cases = vec![
        ("POST", "/v1/usage/batch", json!({"events": many}), 400, "invalid_parameter", "events"),
        ("POST", "/v1/usage/batch", json!({"events": []}), 400, "invalid_parameter", "events"),
        ("POST", "/v1/usage/batch", json!({"events": {}}), 400, "invalid_parameter", "events"),
        ("POST", "/v1/usage/batch", json!({}), 400, "missing_parameter", "events"),
    ];
    refused(&server, cases).await;
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused_as_such() {
    let server = Server::furnished().await;
    for (media_type, body, status, code) in [
        ("application/json", "{\"customerId\": ", 400, "invalid_json"),
        ("application/json", "[]", 400, "invalid_json"),
        ("application/json", "\"x\"", 400, "invalid_json"),
        ("application/json", "{\"amount\": NaN}", 400, "invalid_json"),
        ("application/json", "{\"amount\": Infinity}", 400, "invalid_json"),
        ("application/json; charset=utf-8", "", 400, "missing_parameter"),
        ("application/x-www-form-urlencoded", "customerId=acme", 415, "unsupported_media_type"),
        ("text/plain", "{}", 415, "unsupported_media_type"),
    ] {
        let request = Request::post("/v1/usage").header("x-api-key", TEST_KEY).header("content-type", media_type);
        let answer = server.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["code"].as_str()),
            (status, Some(code)),
            "{media_type} {body}: {}",
            answer.text
        );
    }
    let large = format!("{{\"customerId\": \"{}\"}}", "x".repeat(1024 * 1024));
    let request = Request::post("/v1/usage").header("x-api-key", TEST_KEY).body(Body::from(large)).unwrap();
    let answer = server.send(request).await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (413, Some("payload_too_large")));
}
