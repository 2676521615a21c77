//! Coupons in the Stripe dialect.

use crate::client::{Answer, Server};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const COUPONS: &str = "/v1/coupons";

async fn made(server: &Server, form: &str) -> Value {
    let made = server.post(COUPONS, form).await;
    assert_eq!(made.status, StatusCode::OK, "{form}: {}", made.text);
    made.json()
}

fn check(answer: &Answer, message: &str, param: Option<&str>, code: Option<&str>) {
    let error = answer.error();
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    let told = (error["message"].as_str(), error["param"].as_str(), error["code"].as_str());
    assert_eq!(told, (Some(message), param, code));
}

async fn types(server: &Server) -> Vec<String> {
    let events = server.get("/v1/events").await.json();
    events["data"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_coupon_is_made_read_changed_and_deleted() {
    let server = Server::new().await;
    let coupon = made(&server, "percent_off=25.5&name=A+quarter&metadata[a]=1&metadata[b]=2").await;
    let id = coupon["id"].as_str().unwrap();
    assert!(id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
    let expected = json!({
        "id": id, "object": "coupon", "amount_off": null, "created": coupon["created"], "currency": null,
        "duration": "once", "duration_in_months": null, "livemode": false, "max_redemptions": null,
        "metadata": {"a": "1", "b": "2"}, "name": "A quarter", "percent_off": 25.5, "redeem_by": null,
        "times_redeemed": 0, "valid": true,
    });
    assert_eq!(coupon, expected);
    let path = format!("{COUPONS}/{id}");
    assert_eq!(server.get(&path).await.json(), expected);
    let changed = server.post(&path, "name=A+bit&metadata[a]=&metadata[c]=3").await.json();
    assert_eq!((&changed["name"], &changed["metadata"]), (&json!("A bit"), &json!({"b": "2", "c": "3"})));
    let deleted = server.delete(&path).await.json();
    assert_eq!(deleted, json!({"id": id, "object": "coupon", "deleted": true}));
    for answer in [server.get(&path).await, server.post(&path, "name=&nope=1").await, server.delete(&path).await] {
        assert_eq!((answer.status, answer.message()), (StatusCode::NOT_FOUND, format!("No such coupon: '{id}'")));
        assert_eq!(answer.error()["param"], "coupon");
    }
    assert_eq!(types(&server).await, ["coupon.deleted", "coupon.updated", "coupon.created"]);
    let events = server.get("/v1/events").await.json();
    let shown = |place: usize| &events["data"][place]["data"]["object"];
    assert_eq!((&shown(0)["valid"], &shown(0)["deleted"]), (&json!(false), &Value::Null));
    assert_eq!((&shown(1)["valid"], shown(2)), (&json!(true), &expected));
    let before = &events["data"][1]["data"]["previous_attributes"];
    assert_eq!(*before, json!({"name": "A quarter", "metadata": {"a": "1", "c": null}}));
}

#[tokio::test]
async fn whole_percents_have_a_fraction_and_amounts_a_currency() {
    let server = Server::new().await;
    let whole = server.post(COUPONS, "percent_off=20").await;
    assert!(whole.text.contains("\"percent_off\": 20.0"), "{}", whole.text);
    let amount = made(&server, "amount_off=500&currency=EUR&duration=repeating&duration_in_months=3").await;
    let shown = [&amount["amount_off"], &amount["currency"], &amount["duration"], &amount["duration_in_months"]];
    assert_eq!(shown, [&json!(500), &json!("eur"), &json!("repeating"), &json!(3)]);
    assert_eq!(made(&server, "percent_off=100&duration=forever").await["duration"], "forever");
}

#[tokio::test]
async fn what_it_is_for_and_other_currencies_are_shown_where_they_are_expanded() {
    let server = Server::new().await;
    server.post("/v1/products", "id=gold&name=Gold").await;
    let form = "id=TEN&amount_off=10&currency=usd&currency_options[eur][amount_off]=9&applies_to[products][0]=gold";
    let coupon = made(&server, form).await;
    assert_eq!((coupon.get("applies_to"), coupon.get("currency_options")), (None, None));
    let expand = "expand[]=applies_to&expand[]=currency_options";
    let shown = server.get(&format!("{COUPONS}/TEN?{expand}")).await.json();
    assert_eq!(shown["applies_to"], json!({"products": ["gold"]}));
    assert_eq!(shown["currency_options"], json!({"eur": {"amount_off": 9}, "usd": {"amount_off": 10}}));
    let changed =
        server.post(&format!("{COUPONS}/TEN"), &format!("currency_options[gbp][amount_off]=8&{expand}")).await.json();
    let options = json!({"eur": {"amount_off": 9}, "gbp": {"amount_off": 8}, "usd": {"amount_off": 10}});
    assert_eq!(changed["currency_options"], options);
    let list = server.get(&format!("{COUPONS}?expand[]=data.applies_to")).await.json();
    assert_eq!(list["data"][0]["applies_to"], json!({"products": ["gold"]}));
    let odd = server.get(&format!("{COUPONS}/TEN?expand[]=metadata")).await;
    assert_eq!(odd.message(), "This property cannot be expanded (metadata).");
}

#[tokio::test]
async fn what_makes_no_coupon_is_refused_by_name() {
    let server = Server::new().await;
    let missing = Some("parameter_missing");
    for (form, message, param, code) in [
        ("", "Must provide percent_off or amount_off.", None, missing),
        (
            "percent_off=5&amount_off=5&currency=usd",
            "Received both percent_off and amount_off parameters. Please pass in only one.",
            None,
            None,
        ),
        ("amount_off=5", "You must pass currency when passing amount_off", Some("currency"), None),
        (
            "percent_off=5&duration=repeating",
            "The duration_in_months param must be set when creating a coupon with a repeating duration",
            Some("duration"),
            None,
        ),
        (
            "percent_off=0",
            "This value must be greater than or equal to 0.01 (it currently is '0.0').",
            Some("percent_off"),
            None,
        ),
        (
            "percent_off=100.5",
            "This value must be less than or equal to 100 (it currently is '100.5').",
            Some("percent_off"),
            None,
        ),
        ("percent_off=abc", "Invalid decimal: abc", Some("percent_off"), None),
        (
            "amount_off=0&currency=usd",
            "This value must be greater than or equal to 1.",
            Some("amount_off"),
            Some("parameter_invalid_integer"),
        ),
        (
            "percent_off=5&redeem_by=1000",
            "The parameter `redeem_by` expects a unix timestamp representing a date and time in the future. You \
             specified the value `1000` which is in the past.",
            Some("redeem_by"),
            None,
        ),
        (
            "percent_off=5&redeem_by=99999999999",
            "Invalid timestamp: can be no more than five years in the future.",
            Some("redeem_by"),
            None,
        ),
        (
            "percent_off=5&applies_to[products][]=nope",
            "No such product: 'nope'",
            Some("applies_to[products][0]"),
            Some("resource_missing"),
        ),
        (
            "percent_off=5&duration=sometimes",
            "Invalid duration: must be one of forever, once, or repeating",
            Some("duration"),
            None,
        ),
    ] {
        check(&server.post(COUPONS, form).await, message, param, code);
    }
    for (form, param) in [
        ("percent_off=5&currency_options[eur][amount_off]=5", "currency_options"),
        ("percent_off=5&duration_in_months=3", "duration_in_months"),
        ("amount_off=5&currency=eur&currency_options[eur][amount_off]=4", "currency_options[eur]"),
    ] {
        let answer = server.post(COUPONS, form).await;
        assert_eq!((answer.status, &answer.error()["param"]), (StatusCode::BAD_REQUEST, &json!(param)), "{form}");
    }
    assert_eq!(server.get(COUPONS).await.json()["data"], json!([]));
    assert_eq!(types(&server).await, [""; 0]);
}

#[tokio::test]
async fn an_id_of_ones_own_is_taken_once() {
    let server = Server::new().await;
    made(&server, "id=HALF&percent_off=50").await;
    let again = server.post(COUPONS, "id=HALF&percent_off=40").await;
    check(&again, "Coupon already exists.", None, Some("resource_already_exists"));
    server.delete(&format!("{COUPONS}/HALF")).await;
    assert_eq!(made(&server, "id=HALF&percent_off=40").await["percent_off"], 40.0);
    let percent = server.post(&format!("{COUPONS}/HALF"), "currency_options[eur][amount_off]=5").await;
    assert_eq!(percent.error()["param"], "currency_options");
}

#[tokio::test]
async fn a_coupon_is_valid_until_its_time() {
    let now = Arc::new(AtomicI64::new(1_800_000_000));
    let server = Server::at(now.clone()).await;
    made(&server, "id=SOON&percent_off=5&redeem_by=1800000100").await;
    for (instant, valid) in [(1_800_000_100, true), (1_800_000_101, false)] {
        now.store(instant, Ordering::Relaxed);
        assert_eq!(server.get(&format!("{COUPONS}/SOON")).await.json()["valid"], valid);
    }
    let events = server.get("/v1/events").await.json();
    assert_eq!(events["data"][0]["data"]["object"]["valid"], true, "an event shows what was then");
}

#[tokio::test]
async fn a_list_is_newest_first_and_a_repeated_creation_makes_one() {
    let now = Arc::new(AtomicI64::new(1_800_000_000));
    let server = Server::at(now.clone()).await;
    for number in 0..4 {
        now.store(1_800_000_000 + number, Ordering::Relaxed);
        made(&server, &format!("id=c{number}&percent_off=5")).await;
    }
    let ids = async |query: &str| {
        let page = server.get(&format!("{COUPONS}?{query}")).await.json();
        page["data"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids("limit=2").await, ["c3", "c2"]);
    assert_eq!(ids("starting_after=c2").await, ["c1", "c0"]);
    assert_eq!(ids("ending_before=c1&limit=1").await, ["c2"]);
    assert_eq!(ids("created[gte]=1800000001&created[lt]=1800000003").await, ["c2", "c1"]);
    let odd = server.get(&format!("{COUPONS}?starting_after=nope")).await;
    check(&odd, "No such coupon: 'nope'", Some("starting_after"), Some("resource_missing"));
    let first = server.post_once("k", COUPONS, "percent_off=5").await;
    let again = server.post_once("k", COUPONS, "percent_off=5").await;
    assert_eq!((again.text.as_str(), again.header("idempotent-replayed")), (first.text.as_str(), Some("true")));
    assert_eq!(ids("").await.len(), 5);
}
