//! Products.

use super::{Office, SCRIPT, guards, input, shows_script_as_text};
use serde_json::{Value, json};

const PRODUCTS: &str = "/dashboard/test/products";

fn at(path: &str) -> String {
    format!("{PRODUCTS}{path}")
}

#[tokio::test]
async fn the_steps_of_the_seed_make_a_default_product() {
    let office = Office::new().await;
    office.api("POST", "/v1/features", json!({"featureKey": "seats", "name": "Seats", "type": "limit"})).await;
    let ann = office.admin().await;
    assert!(ann.page(PRODUCTS).await.contains(">New Product</a>"));
    assert!(ann.page("/new-product").await.contains(">Create</button>"));
    let details = ann.done(PRODUCTS, &[("name", "Basic"), ("kind", "custom")]).await;
    assert_eq!(details, at("/custom_basic?done=created"));
    let page = ann.page(&details).await;
    assert!(page.contains("Created.") && page.contains(">Custom limit</option>"), "{page}");
    let access = [("access:seats", "limit"), ("limit:seats", "7"), ("seen", &input(&page, "seen").unwrap())];
    assert_eq!(ann.done(&at("/custom_basic/access"), &access).await, at("/custom_basic?done=saved"));
    assert_eq!(office.granted("custom_basic", "seats").await["limit"], 7);
    ann.done(&at("/custom_basic/default"), &[("isDefault", "on")]).await;
    assert!(ann.page(&at("/custom_basic")).await.contains("aria-checked=\"true\""));
}

#[tokio::test]
async fn the_list_searches_and_hides_what_is_archived() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    let page = ann.page(PRODUCTS).await;
    for told in [">Pro</a>", ">Gold</a>", "Everyone without a product", "1 customer", ">Default</span>"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(page.contains("href=\"/dashboard/test/pricing-table\""), "{page}");
    let found = ann.page(&at("?search=PR")).await;
    assert!(found.contains(">Pro</a>") && !found.contains(">Gold</a>"));
    ann.done(&at("/pro/archive"), &[("archived", "yes")]).await;
    assert!(!ann.page(PRODUCTS).await.contains(">Pro</a>"));
    assert!(ann.page(&at("?archived=on")).await.contains(">Pro</a>"));
    ann.done(&at("/pro/archive"), &[("archived", "no")]).await;
    assert!(ann.page(PRODUCTS).await.contains(">Pro</a>"));
    ann.done(&at("/gold/archive"), &[("archived", "yes")]).await;
    assert!(!ann.page(PRODUCTS).await.contains(">Gold</a>"));
}

#[tokio::test]
async fn refusals_stand_beside_their_fields() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    let taken = [("name", "Another"), ("key", "pro"), ("kind", "custom")];
    let page = ann.refused(PRODUCTS, &taken, "key").await;
    assert!(page.contains("value=\"Another\"") && page.contains("This is taken by another product."), "{page}");
    ann.refused(PRODUCTS, &[("name", ""), ("kind", "stripe")], "name").await;
    let limit = [("access:seats", "limit"), ("limit:seats", "many")];
    let page = ann.refused(&at("/pro/access"), &limit, "limit:seats").await;
    assert!(page.contains("value=\"many\""));
    let page = ann.send(&at("/pro/default"), &[("isDefault", "on")]).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("assigned to customers cannot be the default"), "{}", page.text);
    let page = ann.send(&at("/free/archive"), &[("archived", "yes")]).await;
    assert!(page.status == 422 && page.text.contains("default product cannot be archived"), "{}", page.text);
    let page = ann.page(&at("/free")).await;
    assert!(page.contains("The default product cannot be archived.") && !page.contains("Archive product"), "{page}");
    let keyless = [("name", "Pro"), ("metadata-key", ""), ("metadata-value", "orphan")];
    assert!(ann.refused(&at("/pro"), &keyless, "metadata").await.contains("value=\"orphan\""));
    assert_eq!(ann.get(&at("/nothing")).await.status, 404);
}

#[tokio::test]
async fn who_gains_and_loses_is_shown_before_anything_is_saved() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    let wanted = [("access:seats", "limit"), ("limit:seats", "2"), ("access:sso", "on")];
    let review = ann.send(&at("/pro/access"), &wanted).await;
    assert_eq!(review.status, 200);
    for told in ["Who gains and loses what", "1 customer", "Acme Ltd", "class=\"gain\"", "class=\"loss\"", ">2</td>"] {
        assert!(review.text.contains(told), "{told}: {}", review.text);
    }
    assert_eq!(office.granted("pro", "seats").await["limit"], 5);
    let edit = ann.send(&at("/pro/access"), &[&wanted[..], &[("edit", "yes")]].concat()).await;
    assert!(edit.status == 200 && edit.text.contains("name=\"limit:seats\" value=\"2\""), "{}", edit.text);
    assert_eq!(office.granted("pro", "seats").await["limit"], 5);

    ann.done(&at("/pro/access"), &[&wanted[..], &[("decision", "new_version")]].concat()).await;
    let versions = office.api("GET", "/v1/products/pro/versions", Value::Null).await;
    assert_eq!((&versions[0]["version"], &versions[0]["customerCount"]), (&json!(2), &json!(0)));
    let access = office.api("GET", "/v1/feature-access?customerId=acme", Value::Null).await;
    assert_eq!(access["seats"]["limit"], 5);

    // Nobody has the newest version now, so it is changed at once.
    ann.done(&at("/pro/access"), &[("access:seats", "unlimited")]).await;
    let page = ann.page(&at("/pro/versions")).await;
    assert!(page.contains("Version 2") && page.contains("Unlimited"), "{page}");

    // Everyone is moved to it after a look.
    let preview = ann.page(&at("/pro/migrate?from=1&to=2")).await;
    assert!(preview.contains("<strong>1 customer</strong>") && preview.contains("class=\"gain\""), "{preview}");
    assert_eq!(ann.get(&at("/pro/migrate?from=1&to=9")).await.status, 422);
    ann.done(&at("/pro/migrate"), &[("from", "1"), ("to", "2")]).await;
    let access = office.api("GET", "/v1/feature-access?customerId=acme", Value::Null).await;
    assert_eq!(access["seats"]["isUnlimited"], true);
    let in_place = [("access:seats", "limit"), ("limit:seats", "3"), ("decision", "in_place")];
    ann.done(&at("/pro/access"), &in_place).await;
    let access = office.api("GET", "/v1/feature-access?customerId=acme", Value::Null).await;
    assert_eq!(access["seats"]["limit"], 3);
}

#[tokio::test]
async fn what_an_override_decides_is_nobodys_loss() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    let seven = json!({"customerId": "acme", "featureKey": "seats", "hasAccess": true, "limit": 7});
    office.api("POST", "/v1/overrides", seven).await;
    let wanted = [("access:seats", "limit"), ("limit:seats", "2")];
    let review = ann.send(&at("/pro/access"), &wanted).await.text;
    assert!(review.contains("None of them gains or loses anything") && !review.contains("Acme Ltd"), "{review}");
    let review = ann.send(&at("/pro/access"), &[&wanted[..], &[("access:sso", "on")]].concat()).await.text;
    assert!(review.contains(">Acme Ltd</a>: SSO No access → <span class=\"gain\">Included</span></li>"), "{review}");
}

#[tokio::test]
async fn the_default_product_is_reviewed_for_everyone_who_has_it() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    // Nobody has it yet: acme has another.
    ann.done(&at("/free/access"), &[("access:seats", "limit"), ("limit:seats", "9")]).await;
    office.api("POST", "/v1/customers", json!({"customerId": "loner"})).await;
    let wanted = [("access:seats", "limit"), ("limit:seats", "3")];
    let review = ann.send(&at("/free/access"), &wanted).await.text;
    for told in ["Everyone without a product", ">loner</a>: Seats 9 → <span class=\"loss\">3</span>"] {
        assert!(review.contains(told), "{told}: {review}");
    }
    assert!(!review.contains("new_version"), "{review}");
    assert_eq!(office.granted("free", "seats").await["limit"], 9);
    ann.done(&at("/free/access"), &[&wanted[..], &[("decision", "in_place")]].concat()).await;
    assert_eq!(office.granted("free", "seats").await["limit"], 3);
}

#[tokio::test]
async fn what_was_archived_meanwhile_is_told_of() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    let seen = input(&ann.page(&at("/free")).await, "seen").unwrap();
    office.api("PUT", "/v1/features/sso", json!({"isArchived": true})).await;
    let typed = [("access:sso", "on"), ("access:seats", "none")];
    let page = ann.refusal(&at("/free/access"), &[&typed[..], &[("seen", &seen)]].concat()).await;
    assert!(page.contains("Archived while you had the page open: sso."), "{page}");
    let seen = input(&page, "seen").unwrap();
    ann.done(&at("/free/access"), &[&typed[..], &[("seen", &seen)]].concat()).await;
}

#[tokio::test]
async fn every_address_below_the_dashboard_is_a_page_or_leads_to_one() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    for (method, body) in [
        ("/v1/features", json!({"featureKey": "new", "name": "Newest", "type": "boolean"})),
        ("/v1/products", json!({"key": "new", "name": "Newer"})),
    ] {
        office.api("POST", method, body).await;
    }
    assert!(ann.page("/features/new").await.contains("<h1>Newest</h1>"));
    assert!(ann.page("/products/new").await.contains("<h1>Newer</h1>"));
    for (path, leads) in [
        ("/dashboard/", "/dashboard/test"),
        ("/dashboard/test/", "/dashboard/test"),
        ("/products/", "/dashboard/test/products"),
        ("/products/pro/access", "/dashboard/test/products/pro"),
        ("/products/gold/prices/price_1", "/dashboard/test/products/gold/prices"),
        ("/products/gold/prices", "/dashboard/test/products/gold"),
        ("/features/seats/access/pro", "/dashboard/test/features/seats"),
        ("/developers/keys", "/dashboard/test/developers"),
    ] {
        let answer = ann.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, Some(leads)), "{path}");
    }
    let nothing = ann.get("/nothing/at/all").await;
    assert!(nothing.status == 404 && nothing.text.contains("Nothing here"), "{}", nothing.text);
    let lost = ann.signed_out().get("/nothing").await;
    assert_eq!(lost.header("location"), Some("/dashboard/sign-in?back=%2Fdashboard%2Ftest%2Fnothing"));
}

#[tokio::test]
async fn a_page_that_was_overtaken_is_told_so() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    let page = ann.page(&at("/free")).await;
    let seen = input(&page, "seen").unwrap();
    let other = json!({"featureAccess": [{"featureKey": "seats", "hasAccess": true, "limit": 9}]});
    office.api("PUT", "/v1/products/free/feature-access", other).await;
    let mine = [("access:seats", "limit"), ("limit:seats", "4"), ("seen", &seen)];
    let told = ann.send(&at("/free/access"), &mine).await;
    assert_eq!(told.status, 422);
    for cell in ["<td>No access</td>", "<td>9</td>", "<td>4</td>", "name=\"limit:seats\" value=\"4\""] {
        assert!(told.text.contains(cell), "{cell}: {}", told.text);
    }
    assert_eq!(office.granted("free", "seats").await["limit"], 9);
    let renewed = input(&told.text, "seen").unwrap();
    ann.done(&at("/free/access"), &[mine[0], mine[1], ("seen", &renewed)]).await;
    assert_eq!(office.granted("free", "seats").await["limit"], 4);

    let page = ann.page(&at("/pro")).await;
    let details = &page[page.find("id=\"details\"").unwrap()..];
    let seen = input(details, "seen").unwrap();
    office.api("PUT", "/v1/products/pro", json!({"name": "Professional"})).await;
    let told = ann.send(&at("/pro"), &[("name", "Pro+"), ("seen", &seen)]).await;
    assert!(told.status == 422 && told.text.contains("<td>Professional</td>"), "{}", told.text);
    assert_eq!(office.api("GET", "/v1/products/pro", Value::Null).await["name"], "Professional");
}

#[tokio::test]
async fn what_another_product_grants_is_copied_without_saving() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    assert!(ann.page(&at("/free/duplicate")).await.contains("<option value=\"pro\">"));
    let page = ann.page(&at("/free?from=pro&done=copied")).await;
    assert!(page.contains("Nothing is saved yet") && page.contains("name=\"limit:seats\" value=\"5\""), "{page}");
    assert_eq!(office.granted("free", "seats").await["hasAccess"], false);
}

#[tokio::test]
async fn a_product_of_stripe_is_described_and_priced() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    let made = ann.done(PRODUCTS, &[("name", "Silver"), ("kind", "stripe")]).await;
    let path = made.split('?').next().unwrap().to_owned();
    let described = [
        ("name", "Silver"),
        ("description", "Shiny"),
        ("url", "https://example.com"),
        ("marketingFeatures", "Fast\r\nSafe"),
        ("images", "https://example.com/a.png"),
        ("metadata-key", "tier"),
        ("metadata-value", "2"),
    ];
    ann.done(&path, &described).await;
    let page = ann.page(&path).await;
    for told in ["Shiny", "Fast\nSafe", "href=\"https://example.com/a.png\"", "value=\"tier\""] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("<img"));
    ann.done(&path, &[("name", "Silver")]).await;
    assert!(!ann.page(&path).await.contains("Shiny"));

    let prices = format!("{path}/prices");
    let monthly = [("amount", "1,250.50"), ("currency", "EUR"), ("interval", "month"), ("intervalCount", "3")];
    ann.done(&prices, &monthly).await;
    ann.done(&prices, &[("amount", "9"), ("currency", "usd"), ("interval", ""), ("lookupKey", "once")]).await;
    let page = ann.page(&path).await;
    assert!(page.contains("1,250.50 EUR every 3 months") && page.contains("9.00 USD"), "{page}");
    assert!(
        ann.refused(&prices, &[("amount", "free"), ("currency", "usd")], "amount").await.contains("value=\"free\"")
    );
    ann.refused(&prices, &[("amount", "1"), ("currency", "xxx")], "currency").await;
    ann.refused(&prices, &[("amount", "1"), ("currency", "usd"), ("lookupKey", "once")], "lookupKey").await;

    let listed = office.server.get("/v1/prices?lookup_keys[]=once").await.json();
    let once = listed["data"][0]["id"].as_str().unwrap();
    let price = format!("{prices}/{once}");
    ann.done(&price, &[("do", "default")]).await;
    let refused = ann.send(&price, &[("do", "deactivate")]).await;
    assert!(refused.status == 422 && refused.text.contains("default"), "{}", refused.text);
    assert!(ann.page(PRODUCTS).await.contains("9.00 USD, and 1 more"));
}

#[tokio::test]
async fn forms_are_refused_to_viewers_and_without_their_token() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    let before = office.api("GET", "/v1/products?archived=true", Value::Null).await;
    let paths =
        ["", "/pro", "/pro/access", "/pro/archive", "/pro/default", "/pro/migrate", "/gold/prices", "/gold/prices/x"];
    let paths = paths.map(at);
    guards(&office, &ann, &paths.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert_eq!(office.api("GET", "/v1/products?archived=true", Value::Null).await, before);
}

#[tokio::test]
async fn viewers_see_products_without_forms() {
    let office = Office::furnished().await;
    let vic = office.viewer().await;
    for path in [PRODUCTS.to_owned(), at("/pro"), at("/gold"), at("/pro/versions")] {
        let page = vic.page(&path).await;
        assert!(!page.contains("New Product") && !page.contains(">Save"), "{page}");
    }
}

#[tokio::test]
async fn script_in_products_is_text() {
    let office = Office::furnished().await;
    let ann = office.admin().await;
    let metadata = [("name", SCRIPT), ("metadata-key", "k"), ("metadata-value", SCRIPT)];
    ann.done(&at("/pro"), &metadata).await;
    let texts = [("name", SCRIPT), ("description", SCRIPT), ("marketingFeatures", SCRIPT)];
    ann.done(&at("/gold"), &texts).await;
    for field in ["url", "images"] {
        shows_script_as_text(&ann.refused(&at("/gold"), &[("name", "Gold"), (field, SCRIPT)], field).await);
    }
    let price = [("amount", "1"), ("currency", "usd"), ("nickname", SCRIPT), ("lookupKey", SCRIPT)];
    ann.done(&at("/gold/prices"), &price).await;
    for path in ["", "/pro", "/gold", "/pro/versions", "/free/duplicate"] {
        shows_script_as_text(&ann.page(&at(path)).await);
    }
    shows_script_as_text(&ann.page(&at(&format!("?search={}", tollgate_wire::form::percent_encoded(SCRIPT)))).await);
    let review = ann.send(&at("/pro/access"), &[("access:seats", "none"), (SCRIPT, SCRIPT)]).await;
    shows_script_as_text(&review.text);
    let wrong = [("name", SCRIPT), ("key", SCRIPT), ("kind", SCRIPT)];
    shows_script_as_text(&ann.refused(PRODUCTS, &wrong, "key").await);
    let wrong = [("amount", SCRIPT), ("currency", SCRIPT), ("interval", SCRIPT), ("trialDays", SCRIPT)];
    shows_script_as_text(&ann.refused(&at("/gold/prices"), &wrong, "amount").await);
}
