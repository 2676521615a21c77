//! Subscriptions and their items in the Stripe dialect, and what the other dialect shows of them.

use crate::client::{Server, TEST_KEY, request};
use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tollgate_domain::subscription::Payments;

pub(crate) const SUBSCRIPTIONS: &str = "/v1/subscriptions";
const ITEMS: &str = "/v1/subscription_items";
/// 2026-01-31T00:00:00Z.
pub(crate) const JANUARY: i64 = 1_769_817_600;
pub(crate) const DAY: i64 = 86_400;

/// A product with a monthly and a yearly price, and a customer.
pub(crate) struct Shop {
    pub(crate) server: Server,
    pub(crate) seconds: Arc<AtomicI64>,
    pub(crate) customer: String,
    pub(crate) product: String,
    pub(crate) monthly: String,
    yearly: String,
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

impl Shop {
    async fn new() -> Self {
        Self::where_payments_are(Payments::Assumed).await
    }

    /// Where the server is set so.
    pub(crate) async fn where_payments_are(payments: Payments) -> Self {
        let seconds = Arc::new(AtomicI64::new(JANUARY));
        let server = Server::where_payments_are(payments, seconds.clone()).await;
        let product = made(&server, "/v1/products", "name=Gold").await;
        let price = |interval: &str| {
            format!("product={}&currency=usd&unit_amount=500&recurring[interval]={interval}", text(&product["id"]))
        };
        let monthly = made(&server, "/v1/prices", &price("month")).await;
        let yearly = made(&server, "/v1/prices", &price("year")).await;
        let customer = made(&server, "/v1/customers", "email=a@example.com").await;
        let id = |object: &Value| text(&object["id"]);
        Self {
            customer: id(&customer),
            product: id(&product),
            monthly: id(&monthly),
            yearly: id(&yearly),
            server,
            seconds,
        }
    }

    pub(crate) async fn subscribe(&self, more: &str) -> Value {
        let form = format!("customer={}&items[0][price]={}&{more}", self.customer, self.monthly);
        made(&self.server, SUBSCRIPTIONS, &form).await
    }

    pub(crate) async fn update(&self, subscription: &Value, form: &str) -> Value {
        made(&self.server, &format!("{SUBSCRIPTIONS}/{}", text(&subscription["id"])), form).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.server.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer.json()
    }

    pub(crate) async fn ids(&self, path: &str) -> Vec<String> {
        self.get(path).await["data"].as_array().unwrap().iter().map(|one| text(&one["id"])).collect()
    }

    /// What is refused, with its status, code and parameter.
    pub(crate) async fn refused(&self, method: &str, path: &str, form: &str) -> (u16, Value, Value, String) {
        let body = Body::from(form.to_owned());
        let answer = self.server.send(request(method, path).body(body).unwrap()).await;
        let error = answer.error();
        (answer.status.as_u16(), error["code"].clone(), error["param"].clone(), answer.message())
    }

    /// The types of events, oldest first.
    async fn told(&self) -> Vec<String> {
        let events = self.get("/v1/events?limit=100").await;
        let names = events["data"].as_array().unwrap().iter().map(|event| text(&event["type"]));
        names.filter(|name| name.starts_with("customer.subscription")).rev().collect()
    }

    pub(crate) async fn of_priceos(&self, path: &str) -> Value {
        let request = axum::http::Request::builder().uri(path).header("x-api-key", TEST_KEY);
        self.server.send(request.body(Body::empty()).unwrap()).await.json()
    }
}

pub(crate) async fn made(server: &Server, path: &str, form: &str) -> Value {
    let answer = server.post(path, form).await;
    assert_eq!(answer.status, StatusCode::OK, "{path} {form}: {}", answer.text);
    answer.json()
}

#[tokio::test]
async fn a_new_subscription_shows_every_field_of_the_real_one() {
    let shop = Shop::new().await;
    let made = shop.subscribe("metadata[a]=1&description=ours").await;
    let end = JANUARY + 28 * DAY;
    let item = &made["items"]["data"][0];
    let price = shop.get(&format!("/v1/prices/{}", shop.monthly)).await;
    let url = format!("{ITEMS}?subscription={}", text(&made["id"]));
    let expected = json!({
        "id": made["id"], "object": "subscription", "application": null, "application_fee_percent": null,
        "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null},
        "billing_cycle_anchor": JANUARY, "billing_cycle_anchor_config": null,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "billing_schedules": [], "billing_thresholds": null, "cancel_at": null, "cancel_at_period_end": false,
        "canceled_at": null, "cancellation_details": {"comment": null, "feedback": null, "reason": null},
        "collection_method": "charge_automatically", "created": JANUARY, "currency": "usd",
        "customer": shop.customer, "customer_account": null, "days_until_due": null,
        "default_payment_method": null, "default_source": null, "default_tax_rates": [], "description": "ours",
        "discounts": [], "ended_at": null,
        "invoice_settings": {
            "account_tax_ids": null, "custom_fields": null, "description": null, "footer": null,
            "issuer": {"type": "self"},
        },
        "items": {
            "object": "list",
            "data": [{
                "id": item["id"], "object": "subscription_item", "billing_thresholds": null, "created": JANUARY,
                "current_period_end": end, "current_period_start": JANUARY, "discounts": [], "metadata": {},
                "plan": made["plan"], "price": price, "quantity": 1, "subscription": made["id"], "tax_rates": [],
            }],
            "has_more": false, "total_count": 1, "url": url,
        },
        "latest_invoice": null, "livemode": false, "metadata": {"a": "1"},
        "next_pending_invoice_item_invoice": null, "on_behalf_of": null, "pause_collection": null,
        "payment_settings": {
            "payment_method_options": null, "payment_method_types": null, "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": null, "pending_setup_intent": null, "pending_update": null,
        "plan": made["plan"], "quantity": 1, "schedule": null, "start_date": JANUARY, "status": "active",
        "test_clock": null, "transfer_data": null, "trial_end": null,
        "trial_settings": {
            "end_behavior": {"billing_cycle_anchor": "now", "missing_payment_method": "create_invoice"},
        },
        "trial_start": null,
    });
    assert_eq!(made, expected);
    assert_eq!((&made["plan"]["id"], &made["plan"]["amount"]), (&json!(shop.monthly), &json!(500)));
    assert!(text(&made["id"]).starts_with("sub_") && text(&made["id"]).len() == 28);
    assert!(text(&item["id"]).starts_with("si_") && text(&item["id"]).len() == 17);
    assert_eq!(shop.get(&format!("{SUBSCRIPTIONS}/{}", text(&made["id"]))).await, expected);
    assert_eq!(shop.told().await, ["customer.subscription.created"]);
}

#[tokio::test]
async fn with_several_items_there_is_no_single_plan_and_they_come_oldest_first() {
    let shop = Shop::new().await;
    let made = shop.subscribe(&format!("items[1][price]={}&items[1][quantity]=2", shop.yearly)).await;
    assert_eq!(
        (&made["plan"], &made["quantity"], &made["items"]["total_count"]),
        (&Value::Null, &Value::Null, &json!(2))
    );
    let ids: Vec<_> = made["items"]["data"].as_array().unwrap().iter().map(|item| text(&item["id"])).collect();
    let list = format!("{ITEMS}?subscription={}", text(&made["id"]));
    assert_eq!(shop.ids(&list).await, ids);
    assert_eq!(shop.ids(&format!("{list}&limit=1")).await, ids[..1]);
    assert_eq!(shop.ids(&format!("{list}&starting_after={}", ids[0])).await, ids[1..]);
    assert_eq!(shop.ids(&format!("{list}&ending_before={}", ids[1])).await, ids[..1]);
    assert_eq!(shop.get(&list).await["url"], list);
}

#[tokio::test]
async fn creation_refuses_in_stripes_words() {
    let shop = Shop::new().await;
    let (customer, monthly) = (&shop.customer, &shop.monthly);
    let base = format!("customer={customer}&items[0][price]={monthly}");
    let (null, missing) = (Value::Null, json!("resource_missing"));
    let once = made(&shop.server, "/v1/prices", &format!("product={}&currency=usd&unit_amount=1", shop.product)).await;
    let euros = format!("product={}&currency=eur&unit_amount=1&recurring[interval]=month", shop.product);
    let euros = text(&made(&shop.server, "/v1/prices", &euros).await["id"]);
    for (form, status, code, param, message) in [
        (format!("items[0][price]={monthly}"), 400, json!("parameter_missing"), json!("customer"),
            "Missing required param: customer.".to_owned()),
        (format!("customer={customer}"), 400, json!("parameter_missing"), json!("items"),
            "Missing required param: items.".to_owned()),
        (format!("customer={customer}&items[0][quantity]=1"), 400, json!("parameter_missing"), json!("items[0][price]"),
            "Missing required param: items[0][price].".to_owned()),
        (format!("customer=cus_x&items[0][price]={monthly}"), 404, missing.clone(), json!("customer"),
            "No such customer: 'cus_x'".to_owned()),
        (format!("customer={customer}&items[0][price]=x"), 400, missing.clone(), json!("items[0][price]"),
            "No such price: 'x'".to_owned()),
        (format!("{base}&items[1][price]={monthly}"), 400, null.clone(), json!("plan"), format!(
            "Cannot create a Subscription with multiple Subscription Items with the same Price: {monthly}")),
        (format!("{base}&items[1][price]={euros}"), 400, null.clone(), json!("items[1][price]"),
            "This `price` has `currency=eur`, but other items use `currency=usd`. All items must have pricing in the same \
             currency. When using multi-currency prices, you can specify `currency` at the top level, to be used by all \
             items.".to_owned()),
        (format!("customer={customer}&items[0][price]={}", text(&once["id"])), 400, null.clone(),
            json!("items[0][price]"), "The price specified is set to `type=one_time` but this field only accepts prices \
             with `type=recurring`.".to_owned()),
        (format!("{base}&collection_method=send_invoice"), 400, null.clone(), null.clone(),
            "If invoice collection method is 'send_invoice', you must specify 'days_until_due'.".to_owned()),
        (format!("{base}&days_until_due=3"), 400, null.clone(), null.clone(),
            "You can only specify 'days_until_due' if invoice collection method is 'send_invoice'.".to_owned()),
        (format!("{base}&payment_behavior=pending_if_incomplete"), 400, null.clone(), json!("payment_behavior"),
            "Setting `payment_behavior` to `pending_if_incomplete` has no effect when creating a subscription.".to_owned()),
        (format!("{base}&trial_from_plan=true&trial_period_days=3"), 400, null.clone(), null.clone(),
            "You cannot set `trial_end` or `trial_period_days` when `trial_from_plan=true`.".to_owned()),
        (format!("{base}&trial_end=1000"), 400, null.clone(), json!("trial_end"),
            "The parameter `trial_end` expects a unix timestamp representing a date and time in the future. You specified \
             the value `1000` which is in the past.".to_owned()),
        (format!("{base}&trial_end={}", JANUARY + 6 * 366 * DAY), 400, null.clone(), json!("trial_end"),
            "Invalid timestamp: can be no more than five years in the future.".to_owned()),
        (format!("{base}&trial_end=soon"), 400, json!("parameter_invalid_integer"), json!("trial_end"),
            "Invalid integer: soon".to_owned()),
        (format!("{base}&default_payment_method=pm_x"), 400, missing.clone(), json!("default_payment_method"),
            "No such PaymentMethod: 'pm_x'".to_owned()),
        (format!("{base}&items[0][nope]=1"), 400, json!("parameter_unknown"), json!("items[0][nope]"),
            "Received unknown parameter: items[0][nope]".to_owned()),
        (format!("{base}&proration_behavior=maybe"), 400, null.clone(), json!("proration_behavior"),
            "Invalid proration_behavior: must be one of always_invoice, create_prorations, or none".to_owned()),
    ] {
        assert_eq!(shop.refused("POST", SUBSCRIPTIONS, &form).await, (status, code, param, message), "{form}");
    }
    assert_eq!(shop.ids(&format!("{SUBSCRIPTIONS}?status=all")).await, [""; 0]);
    assert!(shop.told().await.is_empty());
}

#[tokio::test]
async fn what_says_how_money_is_collected_is_taken_and_has_no_effect() {
    let shop = Shop::new().await;
    let plain = shop.subscribe("").await;
    let rich = shop
        .subscribe(
            "payment_behavior=default_incomplete&payment_settings[save_default_payment_method]=on_subscription\
             &payment_settings[payment_method_types][0]=card&off_session=true&proration_behavior=none\
             &automatic_tax[enabled]=false&payment_settings[payment_method_options][card][request_three_d_secure]=any",
        )
        .await;
    assert_eq!(rich["status"], plain["status"]);
    assert_eq!(rich["payment_settings"], plain["payment_settings"]);
}

#[tokio::test]
async fn an_update_changes_items_by_their_ids_takes_them_out_and_adds_others() {
    let shop = Shop::new().await;
    let made = shop.subscribe("").await;
    let item = text(&made["items"]["data"][0]["id"]);
    let after = shop.update(&made, &format!("items[0][id]={item}&items[0][quantity]=0")).await;
    assert_eq!(after["quantity"], 0);
    let after = shop.update(&made, &format!("items[0][price]={}&items[0][metadata][a]=1", shop.yearly)).await;
    assert_eq!(after["items"]["data"][1]["metadata"], json!({"a": "1"}));
    let after = shop.update(&made, &format!("items[0][id]={item}&items[0][deleted]=true&metadata[b]=2")).await;
    assert_eq!((&after["items"]["total_count"], &after["metadata"]), (&json!(1), &json!({"b": "2"})));
    let path = format!("{SUBSCRIPTIONS}/{}", text(&made["id"]));
    let last = text(&after["items"]["data"][0]["id"]);
    let refused = shop.refused("POST", &path, &format!("items[0][id]={last}&items[0][deleted]=true")).await;
    assert_eq!((refused.0, &refused.2), (400, &json!("items")));
    let refused = shop.refused("POST", &path, "items[0][id]=si_x&items[0][quantity]=1").await;
    assert_eq!((refused.0, &refused.2), (400, &json!("items[0][id]")));
    let refused = shop.refused("POST", &path, &format!("items[0][price]={}", shop.yearly)).await;
    assert_eq!((refused.0, &refused.2), (400, &json!("plan")));
    assert!(refused.3.starts_with(&format!("A new item with Price {} can't be added", shop.yearly)), "{}", refused.3);
    assert!(refused.3.contains(&last));
}

#[tokio::test]
async fn an_item_is_made_changed_and_deleted_by_itself() {
    let shop = Shop::new().await;
    let subscription = shop.subscribe("").await;
    let id = text(&subscription["id"]);
    shop.seconds.fetch_add(DAY, Ordering::Relaxed);
    let form = format!("subscription={id}&price={}&quantity=3&proration_behavior=none", shop.yearly);
    let made = made(&shop.server, ITEMS, &form).await;
    assert_eq!((&made["subscription"], &made["quantity"]), (&json!(id), &json!(3)));
    assert_eq!(made["current_period_start"], JANUARY + DAY);
    let path = format!("{ITEMS}/{}", text(&made["id"]));
    assert_eq!(shop.get(&path).await, made);
    let changed = self::made(&shop.server, &path, "quantity=5&metadata[a]=1").await;
    assert_eq!((&changed["quantity"], &changed["metadata"]), (&json!(5), &json!({"a": "1"})));
    let deleted = shop.server.delete(&path).await;
    assert_eq!(deleted.json(), json!({"id": made["id"], "object": "subscription_item", "deleted": true}));
    let unknown = (404, Value::Null, Value::Null, format!("Invalid subscription_item id: {}", text(&made["id"])));
    for method in ["GET", "POST", "DELETE"] {
        assert_eq!(shop.refused(method, &path, "").await, unknown, "{method}");
    }
    assert_eq!(shop.refused("GET", ITEMS, "").await.3, "Missing required param: subscription.");
    let of_none = shop.refused("GET", &format!("{ITEMS}?subscription=sub_x"), "").await;
    assert_eq!((of_none.0, &of_none.2), (400, &json!("subscription")));
    assert_eq!(shop.told().await.len(), 4);
}

#[tokio::test]
async fn a_cancellation_answers_the_whole_object_and_comes_once() {
    let shop = Shop::new().await;
    let made = shop.subscribe("").await;
    let id = text(&made["id"]);
    let path = format!("{SUBSCRIPTIONS}/{id}");
    let canceled = shop.server.delete(&format!("{path}?cancellation_details[feedback]=unused")).await;
    assert_eq!(canceled.status, StatusCode::OK, "{}", canceled.text);
    let canceled = canceled.json();
    assert_eq!((&canceled["object"], &canceled["status"]), (&json!("subscription"), &json!("canceled")));
    assert_eq!((&canceled["ended_at"], &canceled["canceled_at"]), (&json!(JANUARY), &json!(JANUARY)));
    let details = json!({"comment": null, "feedback": "unused", "reason": "cancellation_requested"});
    assert_eq!(canceled["cancellation_details"], details);
    assert_eq!(shop.get(&path).await, canceled);
    let gone = |param: &str| (404, json!("resource_missing"), json!(param), format!("No such subscription: '{id}'"));
    assert_eq!(shop.refused("DELETE", &path, "").await, gone("id"));
    let form = format!("subscription={id}&price={}", shop.yearly);
    assert_eq!(shop.refused("POST", ITEMS, &form).await, gone("subscription"));
    let fields = shop.refused("POST", &path, "description=x").await;
    let message = "A canceled subscription can only update its cancellation_details and metadata.";
    assert_eq!((fields.0, fields.1, fields.3.as_str()), (400, json!("invalid_canceled_subscription_fields"), message));
    assert_eq!(shop.update(&made, "metadata[a]=1").await["metadata"], json!({"a": "1"}));
    let told = ["created", "deleted", "updated"].map(|action| format!("customer.subscription.{action}"));
    assert_eq!(shop.told().await, told);
}

#[tokio::test]
async fn a_cancellation_is_planned_and_taken_back() {
    let shop = Shop::new().await;
    let made = shop.subscribe("").await;
    let end = JANUARY + 28 * DAY;
    let planned = shop.update(&made, "cancel_at_period_end=true").await;
    let seen = |of: &Value| [of["cancel_at"].clone(), of["cancel_at_period_end"].clone(), of["canceled_at"].clone()];
    assert_eq!(seen(&planned), [json!(end), json!(true), json!(JANUARY)]);
    assert_eq!(planned["cancellation_details"]["reason"], "cancellation_requested");
    let back = shop.update(&made, "cancel_at_period_end=false").await;
    assert_eq!(seen(&back), [Value::Null, json!(false), Value::Null]);
    assert_eq!(seen(&shop.update(&made, "cancel_at=min_period_end").await)[0], end);
    assert_eq!(seen(&shop.update(&made, "cancel_at=").await), [Value::Null, json!(false), Value::Null]);
    let path = format!("{SUBSCRIPTIONS}/{}", text(&made["id"]));
    let both = shop.refused("POST", &path, "cancel_at=min_period_end&cancel_at_period_end=true").await;
    assert_eq!(both.3, "You may only specify one of these parameters: cancel_at, cancel_at_period_end.");
    let events = shop.get("/v1/events?type=customer.subscription.updated&limit=1").await;
    let previous = &events["data"][0]["data"]["previous_attributes"];
    assert_eq!((&previous["cancel_at"], previous.get("metadata")), (&json!(end), None));
}

#[tokio::test]
async fn only_what_is_paused_resumes_and_collection_pauses_without_that() {
    let shop = Shop::new().await;
    let made = shop.subscribe("").await;
    let path = format!("{SUBSCRIPTIONS}/{}", text(&made["id"]));
    let refused = shop.refused("POST", &format!("{path}/resume"), "").await;
    let message = "You can only resume a subscription if it is `paused`.".to_owned();
    assert_eq!(refused, (400, Value::Null, Value::Null, message));
    let paused = shop.update(&made, "pause_collection[behavior]=void").await;
    assert_eq!(paused["pause_collection"], json!({"behavior": "void", "resumes_at": null}));
    assert_eq!(
        (&paused["status"], shop.refused("POST", &format!("{path}/resume"), "").await.0),
        (&json!("active"), 400)
    );
    assert_eq!(shop.update(&made, "pause_collection=").await["pause_collection"], Value::Null);
    let unknown = shop.refused("POST", &format!("{SUBSCRIPTIONS}/sub_x/resume"), "").await;
    assert_eq!((unknown.0, unknown.2), (404, json!("id")));
}

#[tokio::test]
async fn lists_leave_out_what_was_canceled_and_filter() {
    let shop = Shop::new().await;
    let first = text(&shop.subscribe("").await["id"]);
    shop.seconds.fetch_add(DAY, Ordering::Relaxed);
    let second =
        text(&shop.subscribe("trial_period_days=10&collection_method=send_invoice&days_until_due=5").await["id"]);
    let form = format!("customer={}&items[0][price]={}", shop.customer, shop.yearly);
    let third = text(&made(&shop.server, SUBSCRIPTIONS, &form).await["id"]);
    shop.server.delete(&format!("{SUBSCRIPTIONS}/{first}")).await;
    let (first, second, third) = (first.as_str(), second.as_str(), third.as_str());
    for (query, expected) in [
        (String::new(), vec![third, second]),
        ("status=all".to_owned(), vec![third, second, first]),
        ("status=canceled".to_owned(), vec![first]),
        ("status=ended".to_owned(), vec![first]),
        ("status=trialing".to_owned(), vec![second]),
        ("status=active".to_owned(), vec![third]),
        ("status=past_due".to_owned(), vec![]),
        ("collection_method=send_invoice".to_owned(), vec![second]),
        (format!("customer={}", shop.customer), vec![third, second]),
        (format!("price={}", shop.monthly), vec![second]),
        (format!("price={}&status=all", shop.monthly), vec![second, first]),
        (format!("price={}&status=all&limit=1", shop.monthly), vec![second]),
        (format!("price={}&status=all&starting_after={second}", shop.monthly), vec![first]),
        (format!("price={}&status=all&ending_before={first}", shop.monthly), vec![second]),
        (format!("created[lte]={JANUARY}&status=all"), vec![first]),
        (format!("current_period_end={}", JANUARY + 11 * DAY), vec![second]),
        (format!("current_period_start[gt]={}", JANUARY + DAY), vec![]),
        ("automatic_tax[enabled]=true".to_owned(), vec![]),
        ("test_clock=clock_none".to_owned(), vec![]),
    ] {
        assert_eq!(shop.ids(&format!("{SUBSCRIPTIONS}?{query}")).await, expected, "{query}");
    }
    let page = shop.get(&format!("{SUBSCRIPTIONS}?price={}&status=all&limit=1", shop.monthly)).await;
    assert_eq!((&page["has_more"], &page["url"]), (&json!(true), &json!(SUBSCRIPTIONS)));
    for (query, param) in [("customer=cus_x", "customer"), ("price=price_x", "price"), ("status=odd", "status")] {
        let refused = shop.refused("GET", &format!("{SUBSCRIPTIONS}?{query}"), "").await;
        assert_eq!((refused.0, refused.2), (400, json!(param)), "{query}");
    }
    assert_eq!(shop.ids(&format!("{SUBSCRIPTIONS}/search?query=status:'canceled'")).await, [first]);
}

#[tokio::test]
async fn what_it_refers_to_is_shown_whole_where_that_is_asked_for() {
    let shop = Shop::new().await;
    let made = shop.subscribe("expand[]=customer&expand[]=items.data.price.product&expand[]=latest_invoice").await;
    assert_eq!(made["customer"]["email"], "a@example.com");
    assert_eq!(made["items"]["data"][0]["price"]["product"]["name"], "Gold");
    assert_eq!(made["latest_invoice"], Value::Null);
    let page = shop.get(&format!("{SUBSCRIPTIONS}?expand[]=data.customer")).await;
    assert_eq!(page["data"][0]["customer"]["id"], json!(shop.customer));
    let items = format!("{ITEMS}?subscription={}&expand[]=data.price.product", text(&made["id"]));
    assert_eq!(shop.get(&items).await["data"][0]["price"]["product"]["name"], "Gold");
    let refused = shop.refused("GET", &format!("{SUBSCRIPTIONS}/{}?expand[]=status", text(&made["id"])), "").await;
    assert_eq!(refused.3, "This property cannot be expanded (status).");
}

#[tokio::test]
async fn the_same_key_makes_one_subscription() {
    let shop = Shop::new().await;
    let form = format!("customer={}&items[0][price]={}", shop.customer, shop.monthly);
    let first = shop.server.post_once("k", SUBSCRIPTIONS, &form).await;
    let second = shop.server.post_once("k", SUBSCRIPTIONS, &form).await;
    assert_eq!(first.json(), second.json());
    assert_eq!(shop.ids(SUBSCRIPTIONS).await.len(), 1);
}

#[tokio::test]
async fn a_price_is_made_with_an_item_and_can_be_used_for_nothing_else() {
    let shop = Shop::new().await;
    let data = |product: &str| {
        format!(
            "customer={}&items[0][price_data][currency]=usd&items[0][price_data][product]={product}\
             &items[0][price_data][unit_amount]=700&items[0][price_data][recurring][interval]=week",
            shop.customer
        )
    };
    let subscription = made(&shop.server, SUBSCRIPTIONS, &data(&shop.product)).await;
    let price = &subscription["items"]["data"][0]["price"];
    assert_eq!((&price["unit_amount"], &price["active"]), (&json!(700), &json!(false)));
    let refused = shop.refused("POST", SUBSCRIPTIONS, &data("prod_x")).await;
    assert_eq!((refused.0, refused.2), (400, json!("items[0][price_data][product]")));
    let form = format!("customer={}&items[0][price]={}", shop.customer, text(&price["id"]));
    let refused = shop.refused("POST", SUBSCRIPTIONS, &form).await;
    assert_eq!(refused.3, "The price specified is inactive. This field only accepts active prices.");
}

#[tokio::test]
async fn the_other_dialect_shows_what_is_subscribed_and_counts_and_moves_its_versions() {
    let shop = Shop::new().await;
    let customer = format!("/v1/customers/{}", shop.customer);
    let key = text(&shop.of_priceos("/v1/products").await[0]["key"]);
    let made = shop.subscribe("items[0][quantity]=2&trial_period_days=5").await;
    let shown = shop.of_priceos(&customer).await;
    let end = (JANUARY + 5 * DAY) * 1000;
    assert_eq!(
        shown["products"],
        json!([{
            "id": shop.product, "key": key, "name": "Gold", "type": "stripe", "isDefault": false, "status": "trialing",
            "version": 1, "metadata": {}, "canceledAt": null, "startedAt": JANUARY * 1000,
            "currentPeriodStart": JANUARY * 1000, "currentPeriodEnd": end,
            "prices": [{
                "stripePriceId": shop.monthly, "quantity": 2, "currency": "usd", "unitAmount": 500,
                "recurringInterval": "month", "recurringIntervalCount": 1, "isActive": true, "isDefault": false,
            }],
        }])
    );
    let holders = shop.of_priceos(&format!("/v1/customers?productKey={key}")).await;
    assert_eq!(holders["customers"].as_array().unwrap().len(), 1);
    let versions = shop.of_priceos(&format!("/v1/products/{key}/versions")).await;
    assert_eq!(versions[0]["customerCount"], 1);
    shop.server.delete(&format!("{SUBSCRIPTIONS}/{}", text(&made["id"]))).await;
    assert_eq!(shop.of_priceos(&customer).await["products"], json!([]));
    let holders = shop.of_priceos(&format!("/v1/customers?productKey={key}")).await;
    assert_eq!(holders["customers"], json!([]));
}
