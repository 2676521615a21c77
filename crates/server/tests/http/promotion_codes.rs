//! Promotion codes in the Stripe dialect.

use crate::client::{Answer, Server};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const CODES: &str = "/v1/promotion_codes";
const OF_HALF: &str = "promotion[type]=coupon&promotion[coupon]=HALF";

/// A server with the coupon `HALF`.
async fn with_coupon() -> Server {
    let server = Server::new().await;
    server.post("/v1/coupons", "id=HALF&percent_off=50").await;
    server
}

async fn made(server: &Server, form: &str) -> Value {
    let made = server.post(CODES, &format!("{OF_HALF}&{form}")).await;
    assert_eq!(made.status, StatusCode::OK, "{form}: {}", made.text);
    made.json()
}

async fn listed(server: &Server, query: &str) -> Vec<String> {
    let page = server.get(&format!("{CODES}?{query}")).await.json();
    page["data"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap().to_owned()).collect()
}

fn check(answer: &Answer, message: &str, param: Option<&str>) {
    let error = answer.error();
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    assert_eq!((error["message"].as_str(), error["param"].as_str()), (Some(message), param));
}

#[tokio::test]
async fn a_code_is_made_read_changed_and_found() {
    let server = with_coupon().await;
    let code = made(&server, "code=Spring-24&metadata[a]=1&max_redemptions=10").await;
    let id = code["id"].as_str().unwrap();
    assert!(id.starts_with("promo_"), "{id}");
    let expected = json!({
        "id": id, "object": "promotion_code", "active": true, "code": "Spring-24", "created": code["created"],
        "customer": null, "customer_account": null, "expires_at": null, "livemode": false, "max_redemptions": 10,
        "metadata": {"a": "1"}, "promotion": {"coupon": "HALF", "type": "coupon"},
        "restrictions": {"first_time_transaction": false, "minimum_amount": null, "minimum_amount_currency": null},
        "times_redeemed": 0,
    });
    assert_eq!(code, expected);
    let path = format!("{CODES}/{id}");
    assert_eq!(server.get(&path).await.json(), expected);
    let whole = server.get(&format!("{path}?expand[]=promotion.coupon")).await.json();
    assert_eq!(whole["promotion"]["coupon"], server.get("/v1/coupons/HALF").await.json());
    let changed = server.post(&path, "active=false&metadata[a]=&metadata[b]=2").await.json();
    assert_eq!((&changed["active"], &changed["metadata"]), (&json!(false), &json!({"b": "2"})));
    let events = server.get("/v1/events?type=promotion_code.*").await.json();
    let types: Vec<&Value> = events["data"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
    assert_eq!(types, [&json!("promotion_code.updated"), &json!("promotion_code.created")]);
    assert_eq!(events["data"][0]["data"]["previous_attributes"]["active"], true);
    assert_eq!(server.delete(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_code_that_nobody_chose_is_eight_capitals_and_digits() {
    let server = with_coupon().await;
    let code = made(&server, "").await["code"].as_str().unwrap().to_owned();
    assert!(code.len() == 8 && code.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit()), "{code}");
}

#[tokio::test]
async fn an_active_code_is_unique_whatever_the_case() {
    let server = with_coupon().await;
    let first = made(&server, "code=SPRING").await;
    let again = server.post(CODES, &format!("{OF_HALF}&code=spring")).await;
    check(&again, "An active promotion code with `code: spring` already exists.", None);
    made(&server, "code=spring&active=false").await;
    let path = format!("{CODES}/{}", first["id"].as_str().unwrap());
    server.post(&path, "active=false").await;
    made(&server, "code=sPRING").await;
    let back = server.post(&path, "active=true").await;
    check(&back, "An active promotion code with `code: SPRING` already exists.", None);
    assert_eq!(listed(&server, "code=Spring").await, ["sPRING", "spring", "SPRING"]);
    assert_eq!(listed(&server, "code=Spring&active=true").await, ["sPRING"]);
    assert_eq!(listed(&server, "code=Spring&active=false").await, ["spring", "SPRING"]);
}

#[tokio::test]
async fn what_makes_no_code_is_refused_by_name() {
    let server = with_coupon().await;
    for (form, message, param) in [
        ("", "Missing required param: promotion.", "promotion"),
        ("promotion[coupon]=HALF", "Missing required param: promotion[type].", "promotion[type]"),
        ("promotion[type]=coupon", "You must pass promotion.coupon when passing promotion", "promotion.coupon"),
        ("promotion[type]=gift", "Invalid promotion[type]: must be one of coupon", "promotion[type]"),
        ("promotion[type]=coupon&promotion[coupon]=nope", "No such coupon: 'nope'", "promotion[coupon]"),
        (
            "promotion[type]=coupon&promotion[coupon]=HALF&code=has+spaces!",
            r"This value must match the regex pattern. (/\A[a-zA-Z0-9\-_]+\z/ does not match for the value has spaces!).",
            "code",
        ),
        (
            "promotion[type]=coupon&promotion[coupon]=HALF&expires_at=5",
            "The parameter `expires_at` expects a unix timestamp representing a date and time in the future. You \
             specified the value `5` which is in the past.",
            "expires_at",
        ),
        ("promotion[type]=coupon&promotion[coupon]=HALF&customer=cus_nope", "No such customer: 'cus_nope'", "customer"),
    ] {
        check(&server.post(CODES, form).await, message, Some(param));
    }
    for (form, param) in [
        ("restrictions[minimum_amount]=5", "restrictions[minimum_amount_currency]"),
        ("restrictions[minimum_amount_currency]=usd", "restrictions[minimum_amount]"),
        ("restrictions[currency_options][eur][minimum_amount]=5", "restrictions[currency_options]"),
        ("customer_account=acct_1", "customer_account"),
    ] {
        let answer = server.post(CODES, &format!("{OF_HALF}&{form}")).await;
        assert_eq!((answer.status, &answer.error()["param"]), (StatusCode::BAD_REQUEST, &json!(param)), "{form}");
    }
    assert_eq!(listed(&server, "").await, [""; 0]);
    let missing = server.get(&format!("{CODES}/promo_nope")).await;
    assert_eq!(
        (missing.status, missing.message()),
        (StatusCode::NOT_FOUND, "No such promotion code: 'promo_nope'".into())
    );
    assert_eq!(missing.error()["param"], "promotion_code");
}

#[tokio::test]
async fn restrictions_in_other_currencies_can_be_changed() {
    let server = with_coupon().await;
    let form = "restrictions[minimum_amount]=1000&restrictions[minimum_amount_currency]=usd\
                &restrictions[first_time_transaction]=true&restrictions[currency_options][eur][minimum_amount]=900";
    let code = made(&server, form).await;
    let shown = json!({"first_time_transaction": true, "minimum_amount": 1000, "minimum_amount_currency": "usd"});
    assert_eq!(code["restrictions"], shown);
    let path = format!("{CODES}/{}", code["id"].as_str().unwrap());
    let change = "restrictions[currency_options][gbp][minimum_amount]=800&restrictions[currency_options][eur]=\
                  &expand[]=restrictions.currency_options";
    let changed = server.post(&path, change).await.json();
    let options = json!({"gbp": {"minimum_amount": 800}, "usd": {"minimum_amount": 1000}});
    assert_eq!(changed["restrictions"]["currency_options"], options);
    let own = server.post(&path, "restrictions[currency_options][usd][minimum_amount]=1").await;
    assert_eq!(own.error()["param"], "restrictions[currency_options][usd]");
    let fixed = server.post(&path, "restrictions[minimum_amount]=1").await;
    assert_eq!(fixed.error()["code"], "parameter_unknown");
}

#[tokio::test]
async fn a_code_ends_with_its_time_or_with_its_coupon() {
    let now = Arc::new(AtomicI64::new(1_800_000_000));
    let server = Server::at(now.clone()).await;
    server.post("/v1/coupons", "id=HALF&percent_off=50&redeem_by=1800001000&max_redemptions=5").await;
    let ending = made(&server, "code=ending&expires_at=1800000100").await;
    let open = made(&server, "code=open").await;
    for (form, param) in [("expires_at=1800001001", "expires_at"), ("max_redemptions=6", "max_redemptions")] {
        let answer = server.post(CODES, &format!("{OF_HALF}&{form}")).await;
        assert_eq!((answer.status, &answer.error()["param"]), (StatusCode::BAD_REQUEST, &json!(param)));
    }
    assert_eq!(listed(&server, "active=true").await, ["open", "ending"]);
    now.store(1_800_000_100, Ordering::Relaxed);
    let path = |code: &Value| format!("{CODES}/{}", code["id"].as_str().unwrap());
    assert_eq!(server.get(&path(&ending)).await.json()["active"], false);
    assert_eq!(listed(&server, "active=true").await, ["open"]);
    assert_eq!(listed(&server, "active=false").await, ["ending"]);
    // Nobody can use it, so that its code is free.
    let next = made(&server, "code=Ending").await;
    assert_eq!(listed(&server, "code=ending&active=true").await, ["Ending"]);
    server.post(&path(&next), "active=false").await;
    let back = server.post(&path(&ending), "active=true").await;
    assert_eq!(back.error()["param"], "active");
    now.store(1_800_001_001, Ordering::Relaxed);
    assert_eq!(server.get(&path(&open)).await.json()["active"], false);
    assert_eq!(listed(&server, "active=true").await, [""; 0]);
    assert_eq!(listed(&server, "active=false").await, ["Ending", "open", "ending"]);
}

#[tokio::test]
async fn codes_that_are_active_are_found_page_by_page_among_many_that_are_not() {
    let server = with_coupon().await;
    for number in 0..130 {
        let active = number % 26 == 0;
        made(&server, &format!("code=c{number}&active={active}")).await;
    }
    let all = ["c104", "c78", "c52", "c26", "c0"];
    assert_eq!(listed(&server, "active=true").await, all);
    let page = server.get(&format!("{CODES}?active=true&limit=2")).await.json();
    assert_eq!(page["has_more"], true);
    let last = page["data"][1]["id"].as_str().unwrap();
    assert_eq!(listed(&server, &format!("active=true&limit=2&starting_after={last}")).await, ["c52", "c26"]);
    let oldest = server.get(&format!("{CODES}?code=c0")).await.json()["data"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(listed(&server, &format!("active=true&limit=3&ending_before={oldest}")).await, ["c78", "c52", "c26"]);
    assert_eq!(listed(&server, "active=false&limit=100").await.len(), 100);
    assert_eq!(listed(&server, "coupon=HALF&limit=3").await, ["c129", "c128", "c127"]);
    assert_eq!(listed(&server, "coupon=nope").await, [""; 0]);
    assert_eq!(listed(&server, "customer_account=acct_1").await, [""; 0]);
}

#[tokio::test]
async fn a_code_whose_coupon_is_deleted_is_not_active() {
    let server = with_coupon().await;
    let code = made(&server, "code=left").await;
    server.delete("/v1/coupons/HALF").await;
    let path = format!("{CODES}/{}?expand[]=promotion.coupon", code["id"].as_str().unwrap());
    let left = server.get(&path).await.json();
    assert_eq!((&left["active"], &left["promotion"]["coupon"]), (&json!(false), &json!("HALF")));
}
