//! Linking many customers from a file.

use super::{Browser, furnished};
use axum::http::StatusCode;
use serde_json::{Value, json};

/// Sends a file, and says where its preview is.
async fn sent(browser: &Browser, field: &str, file: &str) -> String {
    let answer = browser.parts("/customers/upload", &[("form_token", &browser.token), (field, file)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.header("location").unwrap().strip_prefix("/dashboard/test").unwrap().to_owned()
}

/// The page of an upload once it goes on no more.
async fn ended(browser: &Browser, path: &str) -> String {
    loop {
        let page = browser.get(path).await.text;
        if !page.contains("data-poll") {
            return page;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_file_is_shown_first_and_then_linked_row_by_row() {
    let browser = furnished().await;
    browser.office.api("POST", "/v1/customers/link", json!({"customerId": "c", "stripeCustomerId": "cus_9"})).await;
    let file = "stripeCustomerId,customerId\ncus_1,a\ncus_2,\"b, the 2nd\"\ncus_3,c\n,d\ncus_1,e\n";
    for field in ["file", "text"] {
        let path = sent(&browser, field, file).await;
        let preview = browser.get(&path).await.text;
        assert!(preview.contains("3 rows will be linked") && preview.contains("2 rows cannot be"));
        assert!(
            preview.contains("customerId stands in line")
                || preview.contains("stripeCustomerId stands in line 2 already.")
        );
        assert!(preview.contains("stripeCustomerId is missing."), "{preview}");
        assert_eq!(browser.led(&format!("{path}/start"), &[]).await, path);
        let page = ended(&browser, &path).await;
        assert!(page.contains("3 of 3 rows gone through, 1 of them failed"), "{page}");
        assert!(page.contains("is linked to another customer of Stripe"));
        let failures = browser.get(&format!("{path}/failures.csv")).await;
        assert_eq!(failures.header("content-type"), Some("text/csv; charset=utf-8"));
        assert!(
            failures.text.contains("\n4,c,cus_3,") && failures.text.contains("\n5,,,stripeCustomerId is missing.\n")
        );
        // What ended does not run again.
        browser.led(&format!("{path}/start"), &[]).await;
        assert!(browser.get(&path).await.text.contains("3 of 3 rows"));
    }
    let linked = browser.office.api("GET", "/v1/customers/b%2C%20the%202nd", Value::Null).await;
    assert_eq!(linked["stripeCustomerId"], "cus_2");
    let path = sent(&browser, "text", "c,cus_3").await;
    browser.led(&format!("{path}/start"), &[("force", "on")]).await;
    assert!(ended(&browser, &path).await.contains("1 of 1 row gone through, 0 of them failed"));
    assert_eq!(browser.office.api("GET", "/v1/customers/c", Value::Null).await["stripeCustomerId"], "cus_3");
}

#[tokio::test]
async fn what_is_no_file_of_links_is_refused_beside_its_field() {
    let browser = furnished().await;
    let token = browser.token.clone();
    for (field, file, words) in [
        ("text", "", "There are no rows."),
        ("text", "customerId,email\na,b", "but no stripeCustomerId"),
        ("file", "customerId\na", "but no stripeCustomerId"),
    ] {
        let answer = browser.parts("/customers/upload", &[("form_token", &token), (field, file)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            answer.text.contains(&format!("id=\"{field}-problem\">")) && answer.text.contains(words),
            "{}",
            answer.text
        );
    }
    let large = "a,b\n".repeat(3 * 1024 * 1024);
    let answer = browser.parts("/customers/upload", &[("form_token", &token), ("file", &large)]).await;
    assert!(answer.text.contains("larger than 10 MiB"), "{}", answer.text);
    let plain = browser.send("/customers/upload", &[("text", "a,b")]).await;
    assert_eq!(plain.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_upload_of_another_process_or_environment_is_not_known() {
    let browser = furnished().await;
    let path = sent(&browser, "text", "a,cus_1").await;
    let live = format!("/dashboard/live{path}");
    for answer in [browser.get("/customers/upload/unknown").await, browser.get(&live).await] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.text.contains("another process"), "{}", answer.text);
    }
    assert_eq!(browser.send(&format!("{live}/start"), &[]).await.status, StatusCode::NOT_FOUND);
}
