//! Nothing that can be sent makes a parser panic.

use proptest::prelude::*;
use tollgate_domain::webhook::Secret;
use tollgate_wire::form::{self, Params};
use tollgate_wire::params::{Kind, Param};
use tollgate_wire::stripe::error;
use tollgate_wire::stripe::operation::Operation;
use tollgate_wire::stripe::webhook_endpoint::{self, Transport};
use tollgate_wire::stripe::{
    account, billing_customer, coupon, delivery, entitlement, event, feature, meter, meter_event, meter_event_summary,
    plan, price, product, product_feature, promotion_code, source, subscription, subscription_item, tax_code,
    test_clock,
};

/// Parses as any operation would, and tells what is wrong.
fn parse(operation: Operation, params: &Params) {
    let fault = match operation {
        Operation::ProductSearch => product::parse_search(params).err(),
        Operation::ProductList => product::parse_list(params).err(),
        Operation::ProductCreate => product::parse_create(params).err(),
        Operation::ProductRetrieve => product::parse_retrieve(params).err(),
        Operation::ProductUpdate => product::parse_update(params, "prod_1".into()).err(),
        Operation::ProductDelete => product::parse_delete(params, "prod_1".into()).err(),
        Operation::PriceSearch => price::parse_search(params).err(),
        Operation::PriceList => price::parse_list(params).err(),
        Operation::PriceCreate => price::parse_create(params).err(),
        Operation::PriceRetrieve => price::parse_retrieve(params).err(),
        Operation::PriceUpdate => price::parse_update(params, "price_1".into()).err(),
        Operation::ProductFeatureList => product_feature::parse_list(params).err(),
        Operation::ProductFeatureCreate => product_feature::parse_create(params, "prod_1".into()).err(),
        Operation::ProductFeatureRetrieve => product_feature::parse_retrieve(params).err(),
        Operation::ProductFeatureDelete => {
            product_feature::parse_delete(params, "prod_1".into(), "prodft_1".into()).err()
        }
        Operation::FeatureList => feature::parse_list(params).err(),
        Operation::FeatureCreate => feature::parse_create(params).err(),
        Operation::FeatureRetrieve => feature::parse_retrieve(params).err(),
        Operation::FeatureUpdate => feature::parse_update(params, "feat_1".into()).err(),
        Operation::AccountRetrieve => account::parse_retrieve(params).err(),
        Operation::AccountList => account::parse_list(params).err(),
        Operation::SourceList => source::parse_list(params).err(),
        Operation::MeterList => meter::parse_list(params).err(),
        Operation::MeterCreate => meter::parse_create(params).err(),
        Operation::MeterRetrieve => meter::parse_retrieve(params).err(),
        Operation::MeterUpdate => meter::parse_update(params, "mtr_1".into()).err(),
        Operation::MeterDeactivate | Operation::MeterReactivate => {
            meter::parse_switch(params, "mtr_1".into(), true).err()
        }
        Operation::MeterEventSummaryList => {
            let list = meter_event_summary::parse_list(params);
            list.and_then(|list| list.page(&"mtr_1".into())).err()
        }
        Operation::MeterEventCreate => meter_event::parse_create(params).err(),
        Operation::MeterEventAdjust => meter_event::parse_adjust(params).err(),
        Operation::PlanList => plan::parse_list(params).err(),
        Operation::PlanCreate => plan::parse_create(params).err(),
        Operation::PlanRetrieve => plan::parse_retrieve(params).err(),
        Operation::PlanUpdate => plan::parse_update(params, "gold".into()).err(),
        Operation::PlanDelete => plan::parse_delete(params, "gold".into()).err(),
        Operation::CouponList => coupon::parse_list(params).err(),
        Operation::CouponCreate => coupon::parse_create(params).err(),
        Operation::CouponRetrieve => coupon::parse_retrieve(params).err(),
        Operation::CouponUpdate => coupon::parse_update(params, "HALF".into()).err(),
        Operation::CouponDelete => coupon::parse_delete(params, "HALF".into()).err(),
        Operation::PromotionCodeList => promotion_code::parse_list(params).err(),
        Operation::PromotionCodeCreate => promotion_code::parse_create(params).err(),
        Operation::PromotionCodeRetrieve => promotion_code::parse_retrieve(params).err(),
        Operation::PromotionCodeUpdate => promotion_code::parse_update(params, "promo_1".into()).err(),
        Operation::CustomerSearch => billing_customer::parse_search(params).err(),
        Operation::CustomerList => billing_customer::parse_list(params).err(),
        Operation::CustomerCreate => billing_customer::parse_create(params, &"link".into()).err(),
        Operation::CustomerRetrieve => billing_customer::parse_retrieve(params).err(),
        Operation::CustomerUpdate => billing_customer::parse_update(params, "cus_1".into(), &"link".into()).err(),
        Operation::CustomerDelete => billing_customer::parse_delete(params, "cus_1".into()).err(),
        Operation::SubscriptionSearch => subscription::parse_search(params).err(),
        Operation::SubscriptionList => subscription::parse_list(params).err(),
        Operation::SubscriptionCreate => subscription::parse_create(params).err(),
        Operation::SubscriptionRetrieve => subscription::parse_retrieve(params).err(),
        Operation::SubscriptionUpdate => subscription::parse_update(params, "sub_1".into()).err(),
        Operation::SubscriptionCancel => subscription::parse_cancel(params, "sub_1".into()).err(),
        Operation::SubscriptionResume => subscription::parse_resume(params, "sub_1".into()).err(),
        Operation::SubscriptionItemList => subscription_item::parse_list(params).err(),
        Operation::SubscriptionItemCreate => subscription_item::parse_create(params).err(),
        Operation::SubscriptionItemRetrieve => subscription_item::parse_retrieve(params).err(),
        Operation::SubscriptionItemUpdate => subscription_item::parse_update(params, "si_1".into()).err(),
        Operation::SubscriptionItemDelete => subscription_item::parse_delete(params, "si_1".into()).err(),
        Operation::EntitlementList => entitlement::parse_list(params).err(),
        Operation::EntitlementRetrieve => entitlement::parse_retrieve(params).err(),
        Operation::TestClockList => test_clock::parse_list(params).err(),
        Operation::TestClockCreate => test_clock::parse_create(params).err(),
        Operation::TestClockRetrieve => test_clock::parse_retrieve(params).err(),
        Operation::TestClockDelete => test_clock::parse_delete(params, "clock_1".into()).err(),
        Operation::TestClockAdvance => test_clock::parse_advance(params, "clock_1".into()).err(),
        Operation::EventList => event::parse_list(params).err(),
        Operation::EventRetrieve => event::parse_retrieve(params).err(),
        Operation::EventRetry => event::parse_retry(params, "evt_1".into()).err(),
        Operation::WebhookEndpointList => webhook_endpoint::parse_list(params).err(),
        Operation::WebhookEndpointCreate => {
            let secret = Secret::new("whsec_1".into());
            webhook_endpoint::parse_create(params, Transport::Encrypted, secret, |_| true).err()
        }
        Operation::WebhookEndpointRetrieve => webhook_endpoint::parse_retrieve(params).err(),
        Operation::WebhookEndpointUpdate => webhook_endpoint::parse_update(params, "we_1".into(), Transport::Any).err(),
        Operation::WebhookEndpointDelete => webhook_endpoint::parse_delete(params, "we_1".into()).err(),
        Operation::WebhookEndpointRollSecret => {
            webhook_endpoint::parse_roll(params, "we_1".into(), Secret::new("whsec_1".into())).err()
        }
        Operation::DeliveryList => delivery::parse_list(params, &"we_1".into()).err(),
        Operation::TaxCodeList => tax_code::parse_list(params).err(),
        Operation::TaxCodeRetrieve => tax_code::parse_retrieve(params).err(),
    };
    if let Some(fault) = fault {
        assert!((400..500).contains(&fault.status));
        let body = error::body(&fault);
        serde_json::from_slice::<serde_json::Value>(&body).expect("an error is JSON");
    }
}

/// The pairs of a request that has one parameter, with a value that often suits it.
fn pairs(key: &str, kind: &Kind) -> BoxedStrategy<String> {
    let values =
        |pattern: &'static str| (Just(key.to_owned()), pattern).prop_map(|(key, value)| format!("{key}={value}&"));
    match kind {
        Kind::Object(table) | Kind::IdOrObject(table) => {
            let parts: Vec<_> = table.iter().map(|param| param_in(&format!("{key}[{}]", param.name), param)).collect();
            parts.prop_map(|parts| parts.concat()).boxed()
        }
        Kind::Array { of, .. } => {
            let parts: Vec<_> = (0..3).map(|index| sometimes(pairs(&format!("{key}[{index}]"), of))).collect();
            parts.prop_map(|parts| parts.concat()).boxed()
        }
        Kind::Currencies { of, .. } => {
            let parts: Vec<_> =
                ["eur", "usd"].map(|code| sometimes(pairs(&format!("{key}[{code}]"), &Kind::Object(of)))).into();
            parts.prop_map(|parts| parts.concat()).boxed()
        }
        Kind::Word(words) => {
            let (key, word) = (key.to_owned(), prop::sample::select(words.to_vec()));
            (Just(key), word).prop_map(|(key, word)| format!("{key}={word}&")).boxed()
        }
        Kind::Metadata | Kind::Texts { .. } => values("v?").prop_map(|pair| pair.replacen('=', "[k]=", 1)).boxed(),
        Kind::IntegerOr(words) => {
            let pairs = [pairs(key, &Kind::Word(words)), values("-?[0-9]{1,10}").boxed()];
            prop::strategy::Union::new(pairs).boxed()
        }
        Kind::Boolean => values("true|false").boxed(),
        Kind::Currency => values("usd|EUR|zzz").boxed(),
        Kind::Url => values("https://e\\.com|x").boxed(),
        Kind::Integer { .. } | Kind::Amount | Kind::UpTo | Kind::Created => values("-?[0-9]{1,4}|inf").boxed(),
        Kind::DecimalAmount | Kind::Dimension | Kind::Percent => values("-?[0-9]{1,3}(\\.[0-9]{0,14})?").boxed(),
        Kind::Text { .. } | Kind::Label { .. } | Kind::Id { .. } | Kind::StatementDescriptor => {
            values("[a-z :~.%A]{0,9}|default_price|data|product").prop_map(|pair| pair.replace('%', "%25")).boxed()
        }
    }
}

fn param_in(key: &str, param: &Param) -> BoxedStrategy<String> {
    if param.required { pairs(key, &param.kind) } else { sometimes(pairs(key, &param.kind)) }
}

fn sometimes(pairs: BoxedStrategy<String>) -> BoxedStrategy<String> {
    prop_oneof![2 => Just(String::new()), 1 => pairs].boxed()
}

fn request() -> impl Strategy<Value = (Operation, String)> {
    prop::sample::select(Operation::ALL.to_vec()).prop_flat_map(|operation| {
        let parts: Vec<_> = operation.params().iter().map(|param| param_in(param.name, param)).collect();
        (Just(operation), parts.prop_map(|parts| parts.concat()))
    })
}

proptest! {
    #[test]
    fn no_request_of_known_parameters_makes_a_parser_panic((operation, form) in request()) {
        parse(operation, &form::decode(form.as_bytes()).unwrap());
    }

    #[test]
    fn no_bytes_make_a_parser_panic(
        operation in prop::sample::select(Operation::ALL.to_vec()),
        bytes in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        if let Ok(params) = form::decode(&bytes) {
            parse(operation, &params);
        }
    }
}
