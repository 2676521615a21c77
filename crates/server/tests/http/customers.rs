//! Customers in the Stripe dialect.

use crate::client::{LIVE_KEY, Server};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

const CUSTOMERS: &str = "/v1/customers";

async fn create(server: &Server, form: &str) -> Value {
    let made = server.post(CUSTOMERS, form).await;
    assert_eq!(made.status, StatusCode::OK, "{form}: {}", made.text);
    made.json()
}

async fn update(server: &Server, id: &str, form: &str) -> Value {
    let changed = server.post(&format!("{CUSTOMERS}/{id}"), form).await;
    assert_eq!(changed.status, StatusCode::OK, "{form}: {}", changed.text);
    changed.json()
}

fn id(customer: &Value) -> String {
    customer["id"].as_str().unwrap().to_owned()
}

async fn listed(server: &Server, query: &str) -> Vec<String> {
    let page = server.get(&format!("{CUSTOMERS}?{query}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page.json()["data"].as_array().unwrap().iter().map(id).collect()
}

#[tokio::test]
async fn a_new_customer_shows_what_the_real_one_shows() {
    let server = Server::new().await;
    let made = create(&server, "").await;
    let prefix = made["invoice_prefix"].as_str().unwrap();
    let expected = json!({
        "id": made["id"], "object": "customer", "address": null, "balance": 0, "created": made["created"],
        "currency": null, "customer_account": null, "default_source": null, "delinquent": false, "description": null,
        "discount": null, "email": null, "invoice_prefix": prefix,
        "invoice_settings": {
            "custom_fields": null, "default_payment_method": null, "footer": null, "rendering_options": null,
        },
        "livemode": false, "metadata": {}, "name": null, "next_invoice_sequence": 1, "phone": null,
        "preferred_locales": [], "shipping": null, "tax_exempt": "none", "test_clock": null,
    });
    assert_eq!(made, expected);
    assert!(id(&made).starts_with("cus_") && id(&made).len() == 18, "{made}");
    assert_eq!(server.get(&format!("{CUSTOMERS}/{}", id(&made))).await.json(), expected);
}

#[tokio::test]
async fn everything_that_is_said_of_a_customer_is_kept_and_nested_objects_merge() {
    let server = Server::new().await;
    let made = create(
        &server,
        "name=Ann&email=ann@example.com&phone=123&description=d&business_name=b&individual_name=i&balance=-50\
         &address[city]=Ulm&address[line1]=1+Way&shipping[name]=Bo&shipping[address][city]=Bonn&shipping[phone]=9\
         &invoice_prefix=ABC12&next_invoice_sequence=7&tax_exempt=reverse&preferred_locales[0]=de\
         &invoice_settings[footer]=f&invoice_settings[custom_fields][0][name]=n\
         &invoice_settings[custom_fields][0][value]=v\
         &invoice_settings[rendering_options][amount_tax_display]=exclude_tax&metadata[a]=1&metadata[b]=2\
         &tax[ip_address]=1.2.3.4&cash_balance[settings][reconciliation_mode]=manual",
    )
    .await;
    let address = json!({
        "city": "Ulm", "country": null, "line1": "1 Way", "line2": null, "postal_code": null, "state": null,
    });
    assert_eq!((&made["address"], &made["balance"]), (&address, &json!(-50)));
    assert_eq!((&made["business_name"], &made["individual_name"]), (&json!("b"), &json!("i")));
    let settings = json!({
        "custom_fields": [{"name": "n", "value": "v"}], "default_payment_method": null, "footer": "f",
        "rendering_options": {"amount_tax_display": "exclude_tax", "template": null},
    });
    assert_eq!(made["invoice_settings"], settings);
    assert_eq!((&made["tax_exempt"], &made["preferred_locales"]), (&json!("reverse"), &json!(["de"])));
    let changed = update(
        &server,
        &id(&made),
        "address[line1]=&address[country]=DE&shipping[name]=Cy&shipping[address][city]=&name=&metadata[a]=\
         &invoice_settings[footer]=&invoice_settings[rendering_options]=&preferred_locales=&tax_exempt=",
    )
    .await;
    assert_eq!(changed["address"]["city"], "Ulm");
    assert_eq!((&changed["address"]["country"], &changed["address"]["line1"]), (&json!("DE"), &Value::Null));
    assert_eq!((&changed["shipping"]["name"], &changed["shipping"]["phone"]), (&json!("Cy"), &json!("9")));
    assert_eq!(changed["shipping"]["address"]["city"], Value::Null);
    assert_eq!((&changed["name"], &changed["metadata"]), (&Value::Null, &json!({"b": "2"})));
    assert_eq!(changed["invoice_settings"]["footer"], Value::Null);
    assert_eq!(changed["invoice_settings"]["rendering_options"], Value::Null);
    assert_eq!((&changed["preferred_locales"], &changed["tax_exempt"]), (&json!([]), &json!("none")));
    assert_eq!(changed["email"], "ann@example.com");
    let cleared = update(&server, &id(&made), "address=&shipping=&metadata=&email=&description=").await;
    for (field, value) in [("address", Value::Null), ("shipping", Value::Null), ("metadata", json!({}))] {
        assert_eq!(cleared[field], value);
    }
}

#[tokio::test]
async fn bad_input_names_the_parameter_and_changes_nothing() {
    let server = Server::new().await;
    let customer = create(&server, "name=Ann").await;
    let long = "x".repeat(257);
    let cases = [
        ("nope=1".to_owned(), "nope", "parameter_unknown"),
        ("invoice_settings[nope]=x".to_owned(), "invoice_settings[nope]", "parameter_unknown"),
        ("email=not-an-address".to_owned(), "email", "email_invalid"),
        (format!("name={long}"), "name", ""),
        ("phone=123456789012345678901".to_owned(), "phone", ""),
        ("invoice_prefix=abc".to_owned(), "invoice_prefix", ""),
        ("invoice_prefix=ABCDEFGHIJKLM".to_owned(), "invoice_prefix", ""),
        ("balance=x".to_owned(), "balance", "parameter_invalid_integer"),
        ("tax_exempt=maybe".to_owned(), "tax_exempt", ""),
        ("shipping[name]=x".to_owned(), "shipping[address]", "parameter_missing"),
        ("shipping[address][city]=x".to_owned(), "shipping[name]", "parameter_missing"),
        ("address=x".to_owned(), "address", ""),
        ("source=tok_visa".to_owned(), "source", "resource_missing"),
        (
            "invoice_settings[default_payment_method]=pm_1".to_owned(),
            "invoice_settings[default_payment_method]",
            "resource_missing",
        ),
        ("cash_balance[settings][reconciliation_mode]=x".to_owned(), "cash_balance[settings][reconciliation_mode]", ""),
        ("tax[validate_location]=x".to_owned(), "tax[validate_location]", ""),
        ("expand[]=name".to_owned(), "", ""),
    ];
    for path in [CUSTOMERS.to_owned(), format!("{CUSTOMERS}/{}", id(&customer))] {
        for (form, param, code) in &cases {
            let refused = server.post(&path, &format!("description=changed&{form}")).await;
            assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{form}: {}", refused.text);
            let error = refused.error();
            assert_eq!(error["param"].as_str().unwrap_or(""), *param, "{form}: {error}");
            assert_eq!(error["code"].as_str().unwrap_or(""), *code, "{form}: {error}");
        }
    }
    for (form, param) in [
        ("payment_method=pm_1", "payment_method"),
        ("tax_id_data[0][type]=eu_vat&tax_id_data[0][value]=1", "tax_id_data"),
    ] {
        let refused = server.post(CUSTOMERS, form).await;
        assert_eq!((refused.status, &refused.error()["param"]), (StatusCode::BAD_REQUEST, &json!(param)));
    }
    // Only a new customer is bound to a clock.
    let refused = server.post(&format!("{CUSTOMERS}/{}", id(&customer)), "test_clock=clock_1").await;
    assert_eq!(refused.error()["code"], "parameter_unknown");
    assert_eq!(server.get(&format!("{CUSTOMERS}/{}", id(&customer))).await.json(), customer);
    assert_eq!(listed(&server, "").await, [id(&customer)]);
}

#[tokio::test]
async fn a_test_clock_that_is_not_there_is_named() {
    let server = Server::new().await;
    let refused = server.post(CUSTOMERS, "test_clock=clock_x").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.message(), "No such billingclock: 'clock_x'");
    assert_eq!(
        (&refused.error()["param"], &refused.error()["code"]),
        (&json!("test_clock"), &json!("resource_missing"))
    );
}

#[tokio::test]
async fn a_deleted_customer_is_a_stub_that_nothing_else_finds() {
    let server = Server::new().await;
    let (kept, gone) = (create(&server, "name=Kept").await, create(&server, "name=Gone&email=gone@example.com").await);
    let path = format!("{CUSTOMERS}/{}", id(&gone));
    let stub = json!({"id": gone["id"], "object": "customer", "deleted": true});
    assert_eq!(server.delete(&path).await.json(), stub);
    let found = server.get(&path).await;
    assert_eq!((found.status, found.json()), (StatusCode::OK, stub.clone()));
    assert_eq!(server.get(&format!("{path}?expand[]=sources")).await.json(), stub);
    let again = server.delete(&path).await;
    assert_eq!((again.status, &again.error()["param"]), (StatusCode::NOT_FOUND, &json!("id")));
    assert_eq!(again.message(), format!("No such customer: '{}'", id(&gone)));
    let changed = server.post(&path, "name=Back").await;
    assert_eq!((changed.status, &changed.error()["param"]), (StatusCode::BAD_REQUEST, &json!("id")));
    assert_eq!(listed(&server, "").await, [id(&kept)]);
    assert_eq!(listed(&server, "email=gone@example.com").await, [""; 0]);
    for cursor in ["starting_after", "ending_before"] {
        let page = server.get(&format!("{CUSTOMERS}?{cursor}={}", id(&gone))).await;
        assert_eq!((page.status, &page.error()["param"]), (StatusCode::BAD_REQUEST, &json!(cursor)));
        assert_eq!(page.error()["code"], "resource_missing");
    }
    let search = server.get("/v1/customers/search?query=-name:'Kept'").await;
    assert_eq!(search.json()["data"], json!([]), "{}", search.text);
    let missing = server.get(&format!("{CUSTOMERS}/cus_no")).await;
    assert_eq!((missing.status, &missing.error()["param"]), (StatusCode::NOT_FOUND, &json!("id")));
}

#[tokio::test]
async fn events_tell_of_customers_and_the_last_shows_all_of_one() {
    let server = Server::new().await;
    let customer = create(&server, "name=Ann&metadata[a]=1").await;
    update(&server, &id(&customer), "name=Eve").await;
    update(&server, &id(&customer), "name=Eve").await;
    server.delete(&format!("{CUSTOMERS}/{}", id(&customer))).await;
    let events = server.get("/v1/events").await.json();
    let types: Vec<&str> = events["data"].as_array().unwrap().iter().map(|it| it["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["customer.deleted", "customer.updated", "customer.created"]);
    let [deleted, updated] = [&events["data"][0]["data"], &events["data"][1]["data"]];
    assert_eq!((&deleted["object"]["name"], &deleted["object"]["metadata"]), (&json!("Eve"), &json!({"a": "1"})));
    assert_eq!(deleted["object"].get("deleted"), None);
    assert_eq!(updated["previous_attributes"], json!({"name": "Ann"}));
}

#[tokio::test]
async fn lists_and_searches_find_customers_by_what_they_are() {
    let server = Server::new().await;
    let ann = id(&create(&server, "name=Ann+Smith&email=Ann@example.com&phone=555&metadata[tier]=gold").await);
    let bob = id(&create(&server, "name=Bob+Smith&email=bob@example.com").await);
    assert_eq!(listed(&server, "").await, [bob.clone(), ann.clone()]);
    assert_eq!(listed(&server, "email=Ann@example.com").await.as_slice(), std::slice::from_ref(&ann));
    assert_eq!(listed(&server, "email=ann@example.com").await, [""; 0], "to the letter");
    assert_eq!(listed(&server, "test_clock=clock_x").await, [""; 0]);
    assert_eq!(listed(&server, "created[gt]=4000000000").await, [""; 0]);
    assert_eq!(listed(&server, &format!("limit=1&starting_after={bob}")).await.as_slice(), std::slice::from_ref(&ann));
    for (query, found) in [
        ("name:'smith'", vec![&bob, &ann]),
        ("email:'ann@example.com'", vec![&ann]),
        ("phone:'555'", vec![&ann]),
        ("metadata['tier']:'gold'", vec![&ann]),
        ("name~'bob' AND created>1000", vec![&bob]),
    ] {
        let query = query.replace(' ', "+").replace('>', "%3E").replace('\'', "%22");
        let page = server.get(&format!("/v1/customers/search?query={query}&expand[]=total_count")).await.json();
        let ids: Vec<String> = page["data"].as_array().unwrap_or_else(|| panic!("{page}")).iter().map(id).collect();
        assert_eq!(ids.iter().collect::<Vec<_>>(), found, "{query}");
        assert_eq!(page["total_count"], json!(found.len()));
    }
}

#[tokio::test]
async fn what_is_asked_for_by_expand_is_there() {
    let server = Server::new().await;
    let customer = create(&server, "").await;
    let path = format!("{CUSTOMERS}/{}", id(&customer));
    let expanded = server
        .get(&format!(
            "{path}?expand[]=sources&expand[]=tax_ids&expand[]=tax&expand[]=cash_balance&expand[]=test_clock"
        ))
        .await
        .json();
    for list in ["sources", "tax_ids"] {
        let empty = json!({"object": "list", "data": [], "has_more": false, "url": format!("{path}/{list}")});
        assert_eq!(expanded[list], empty);
    }
    assert_eq!(expanded["tax"]["automatic_tax"], "not_collecting");
    assert_eq!(expanded["cash_balance"], Value::Null);
    let page = server.get(&format!("{CUSTOMERS}?expand[]=data.subscriptions")).await.json();
    assert_eq!(page["data"][0]["subscriptions"]["object"], "list");
}

#[tokio::test]
async fn the_same_key_makes_one_customer_and_the_environments_are_apart() {
    let server = Server::new().await;
    let first = server.post_once("k", CUSTOMERS, "name=Ann").await.json();
    assert_eq!(server.post_once("k", CUSTOMERS, "name=Ann").await.json(), first);
    assert_eq!(listed(&server, "").await.len(), 1);
    let live = Request::builder().uri(format!("{CUSTOMERS}/{}", id(&first)));
    let live = live.header("authorization", format!("Bearer {LIVE_KEY}")).body(Body::empty()).unwrap();
    let missing = server.send(live).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(missing.message().contains("a similar object exists in test mode"), "{}", missing.message());
}

#[tokio::test]
async fn a_customer_of_a_clock_lives_in_its_time_and_ends_with_its_subscriptions() {
    let server = Server::new().await;
    let clock = server.post("/v1/test_helpers/test_clocks", "frozen_time=1900000000").await.json();
    let clock_id = id(&clock);
    let customer = create(&server, &format!("test_clock={clock_id}&name=Ann")).await;
    assert_eq!((&customer["created"], &customer["test_clock"]), (&json!(1_900_000_000), &json!(clock_id)));
    assert_eq!(listed(&server, "").await, [""; 0], "customers of clocks are listed by clock");
    assert_eq!(listed(&server, &format!("test_clock={clock_id}")).await, [id(&customer)]);
    let product = id(&server.post("/v1/products", "name=Team").await.json());
    let price = format!("product={product}&currency=eur&unit_amount=100&recurring[interval]=month");
    let price = id(&server.post("/v1/prices", &price).await.json());
    let form = format!("customer={}&items[0][price]={price}", id(&customer));
    let subscription = server.post("/v1/subscriptions", &form).await.json();
    let path = format!("{CUSTOMERS}/{}", id(&customer));
    let expanded = server.get(&format!("{path}?expand[]=subscriptions&expand[]=test_clock")).await.json();
    assert_eq!(expanded["subscriptions"]["data"][0]["id"], subscription["id"]);
    assert_eq!(expanded["test_clock"]["frozen_time"], 1_900_000_000);
    let deep = server.get(&format!("{path}?expand[]=subscriptions.data.customer")).await.json();
    assert_eq!(deep["subscriptions"]["data"][0]["customer"]["name"], "Ann");
    for _ in 0..2 {
        create(&server, &format!("test_clock={clock_id}")).await;
    }
    let full = server.post(CUSTOMERS, &format!("test_clock={clock_id}")).await;
    assert_eq!((full.status, &full.error()["param"]), (StatusCode::BAD_REQUEST, &json!("test_clock")));
    server.delete(&path).await;
    let ended = server.get(&format!("/v1/subscriptions/{}", id(&subscription))).await.json();
    assert_eq!((&ended["status"], &ended["ended_at"]), (&json!("canceled"), &json!(1_900_000_000)));
    let types = server.get("/v1/events?limit=2").await.json();
    let types: Vec<_> = types["data"].as_array().unwrap().iter().map(|event| event["type"].clone()).collect();
    assert_eq!(types, ["customer.deleted", "customer.subscription.deleted"]);
}
