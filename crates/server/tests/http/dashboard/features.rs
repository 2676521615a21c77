//! Features.

use super::{Office, SCRIPT, guards, input, shows_script_as_text};
use serde_json::{Value, json};

const FEATURES: &str = "/dashboard/test/features";

fn at(path: &str) -> String {
    format!("{FEATURES}{path}")
}

#[tokio::test]
async fn a_feature_is_made_with_all_its_options() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    let page = ann.page("/new-feature").await;
    for told in ["Track usage with Tollgate", "More …", "Billing period start", "Start of month", "Create Feature"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let credits = [
        ("name", "Credits"),
        ("featureKey", "credits"),
        ("type", "limit"),
        ("tracksUsage", "on"),
        ("usageResetInterval", "week"),
        ("usageResetAnchor", "calendar"),
    ];
    assert_eq!(ann.done(FEATURES, &credits).await, at("/credits?done=created"));
    let page = ann.refused(FEATURES, &credits, "featureKey").await;
    assert!(page.contains("value=\"Credits\"") && page.contains("<details open>"), "{page}");
    // From a product's page it leads back there.
    let from = [("name", "Support"), ("featureKey", "support"), ("type", "boolean"), ("product", "pro")];
    assert_eq!(ann.done(FEATURES, &from).await, "/dashboard/test/products/pro?done=created");
}

#[tokio::test]
async fn the_access_of_each_product_is_saved_by_the_same_review() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    let page = ann.page(&at("/seats")).await;
    for told in [">Pro</a>", ">Free</a>", ">Gold</a>", "name=\"limit:seats\" value=\"5\""] {
        assert!(page.contains(told), "{told}: {page}");
    }
    // Nobody is attached: at once.
    let free = at("/seats/access/free");
    let saved = ann.done(&free, &[("access:seats", "limit"), ("limit:seats", "1")]).await;
    assert_eq!(saved, at("/seats?done=saved#access"));
    assert_eq!(office.granted("free", "seats").await["limit"], 1);
    // Somebody is.
    let pro = at("/seats/access/pro");
    let review = ann.send(&pro, &[("access:seats", "unlimited")]).await;
    assert!(review.status == 200 && review.text.contains(&format!("action=\"{pro}\"")), "{}", review.text);
    assert_eq!(office.granted("pro", "seats").await["limit"], 5);
    ann.done(&pro, &[("access:seats", "unlimited"), ("decision", "in_place")]).await;
    assert_eq!(office.granted("pro", "seats").await["isUnlimited"], true);
    assert_eq!(office.granted("pro", "sso").await["hasAccess"], false);
    ann.refused(&free, &[("access:seats", "limit"), ("limit:seats", "")], "limit:seats").await;
}

#[tokio::test]
async fn a_feature_is_renamed_archived_and_restored() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    ann.done(&at("/sso"), &[("name", "Single sign-on"), ("description", "For companies")]).await;
    let page = ann.page(&at("/sso")).await;
    assert!(page.contains("Single sign-on") && page.contains("For companies"));
    assert!(ann.refused(&at("/sso"), &[("name", ""), ("description", "kept")], "name").await.contains("kept"));
    ann.done(&at("/sso/archive"), &[("archived", "yes"), ("reason", "nobody used it")]).await;
    let page = ann.page(&at("/sso")).await;
    assert!(page.contains("nobody used it") && page.contains("Restore feature"), "{page}");
    ann.done(&at("/sso/archive"), &[("archived", "no")]).await;
    assert!(ann.page(&at("/sso")).await.contains("Archive feature"));
    assert_eq!(ann.get(&at("/nothing")).await.status, 404);
}

#[tokio::test]
async fn a_page_that_was_overtaken_is_told_so() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    let page = ann.page(&at("/sso")).await;
    let details = &page[page.find("id=\"details\"").unwrap()..];
    let seen = input(details, "seen").unwrap();
    office.api("PUT", "/v1/features/sso", json!({"name": "Sign-on"})).await;
    let mine = [("name", "SSO login"), ("description", ""), ("seen", &seen)];
    let told = ann.send(&at("/sso"), &mine).await;
    assert!(told.status == 422 && told.text.contains("<td>Sign-on</td><td>SSO login</td>"), "{}", told.text);
    let details = &told.text[told.text.find("id=\"details\"").unwrap()..];
    ann.done(&at("/sso"), &[mine[0], mine[1], ("seen", &input(details, "seen").unwrap())]).await;

    // The same of what a product grants of it.
    let row = &page[page.find("/sso/access/free").unwrap()..];
    let seen = input(row, "seen").unwrap();
    let on = json!({"featureAccess": [{"featureKey": "sso", "hasAccess": true}]});
    office.api("PUT", "/v1/products/free/feature-access", on).await;
    let told = ann.send(&at("/sso/access/free"), &[("seen", &seen)]).await;
    assert!(told.status == 422 && told.text.contains("<td>Included</td><td>No access</td>"), "{}", told.text);
    assert_eq!(office.granted("free", "sso").await["hasAccess"], true);
}

#[tokio::test]
async fn forms_are_refused_to_viewers_and_without_their_token() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    let before = office.api("GET", "/v1/features", Value::Null).await;
    let paths = ["", "/sso", "/sso/archive", "/sso/access/pro"].map(at);
    guards(&office, &ann, &paths.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert_eq!(office.api("GET", "/v1/features", Value::Null).await, before);
    let page = office.sign_in("eve@example.com", tollgate_domain::user::Role::Viewer).await.page(&at("/seats")).await;
    assert!(page.contains(">Pro</a>") && !page.contains(">Save"), "{page}");
}

#[tokio::test]
async fn script_in_features_is_text() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    ann.done(&at("/sso"), &[("name", SCRIPT), ("description", SCRIPT)]).await;
    ann.done(&at("/sso/archive"), &[("archived", "yes"), ("reason", SCRIPT)]).await;
    for path in ["", "/sso"] {
        shows_script_as_text(&ann.page(&at(path)).await);
    }
    let wrong = [("name", SCRIPT), ("featureKey", SCRIPT), ("type", SCRIPT), ("product", SCRIPT)];
    shows_script_as_text(&ann.refused(FEATURES, &wrong, "featureKey").await);
    let wrong = [("access:seats", "limit"), ("limit:seats", SCRIPT)];
    shows_script_as_text(&ann.refused(&at("/seats/access/pro"), &wrong, "limit:seats").await);
}
