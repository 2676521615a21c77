//! Errors as they are told.

use crate::sample::currency;
use tollgate_domain::environment::Environment;
use tollgate_domain::list::Cursor;
use tollgate_domain::record::Noun;
use tollgate_domain::refusal::{AccessRefusal, Reference, Refusal, Taken};
use tollgate_wire::fault::Fault;
use tollgate_wire::stripe::error;
use tollgate_wire::stripe::operation::Operation::{
    self, EventRetrieve, FeatureCreate, FeatureUpdate, PriceCreate, PriceRetrieve, PriceUpdate, ProductCreate,
    ProductDelete, ProductFeatureCreate, ProductFeatureDelete, ProductRetrieve, ProductUpdate,
};

#[test]
fn an_error_is_shown_to_the_letter() {
    let refusal = Refusal::NoSubject { noun: Noun::Product, id: "prod_nope".into() };
    let fault = error::refusal(ProductRetrieve, &refusal);
    assert_eq!(fault.status, 404);
    let expected = r#"{
  "error": {
    "code": "resource_missing",
    "doc_url": "https://stripe.com/docs/error-codes/resource-missing",
    "message": "No such product: 'prod_nope'",
    "param": "id",
    "type": "invalid_request_error"
  }
}"#;
    assert_eq!(String::from_utf8(error::body(&fault)).unwrap(), expected);
    let bare = Fault::invalid("a <b> & \"c\"");
    let expected = r#"{
  "error": {
    "message": "a \u003Cb\u003E \u0026 \"c\"",
    "type": "invalid_request_error"
  }
}"#;
    assert_eq!(String::from_utf8(error::body(&bare)).unwrap(), expected);
}

fn no_subject(noun: Noun, id: &str) -> Refusal {
    Refusal::NoSubject { noun, id: id.into() }
}

fn no_reference(reference: Reference, id: &str) -> Refusal {
    Refusal::NoReference { reference, id: id.into() }
}

/// An operation, why it is refused, and the status, message, code and parameter to tell it with.
type Told<'t> = (Operation, Refusal, (u16, &'t str, Option<&'t str>, Option<&'t str>));

fn check(refusals: &[Told<'_>]) {
    for (operation, refusal, told) in refusals {
        let fault = error::refusal(*operation, refusal);
        assert_eq!((fault.status, fault.message.as_str(), fault.code, fault.param.as_deref()), *told, "{refusal:?}");
    }
}

#[test]
fn missing_objects_are_told_by_their_place() {
    let missing = Some("resource_missing");
    check(&[
        (
            PriceRetrieve,
            no_subject(Noun::Price, "price_nope"),
            (404, "No such price: 'price_nope'", missing, Some("price")),
        ),
        (EventRetrieve, no_subject(Noun::Event, "evt_nope"), (404, "No such event: 'evt_nope'", missing, Some("id"))),
        (
            ProductRetrieve,
            no_subject(Noun::Product, " p"),
            (
                404,
                "No such product: ' p'. Make sure you use the exact id without extra whitespace or quotes",
                missing,
                Some("id"),
            ),
        ),
        (
            PriceCreate,
            no_reference(Reference::ProductOfPrice, "prod_nope"),
            (400, "No such product: 'prod_nope'", missing, Some("product")),
        ),
        (
            ProductUpdate,
            no_reference(Reference::DefaultPrice, "price_nope"),
            (400, "No such price: 'price_nope'", missing, Some("default_price")),
        ),
        (
            ProductCreate,
            no_reference(Reference::TaxCode, "txcd_x"),
            (400, "No such tax code: 'txcd_x'", missing, Some("tax_code")),
        ),
        (
            PriceCreate,
            no_reference(Reference::TaxCode, "txcd_x"),
            (400, "No such tax code: 'txcd_x'", missing, Some("product_data[tax_code]")),
        ),
        (
            FeatureUpdate,
            no_subject(Noun::Feature, "feat_nope"),
            (404, "No such feature: 'feat_nope'", missing, Some("id")),
        ),
        (
            ProductFeatureCreate,
            no_reference(Reference::EntitlementFeature, "feat_nope"),
            (400, "No such feature: 'feat_nope'", missing, Some("entitlement_feature")),
        ),
        (
            ProductFeatureDelete,
            no_subject(Noun::ProductFeature, "prodft_nope"),
            (404, "No such product feature: 'prodft_nope'", missing, Some("id")),
        ),
    ]);
    let long = "x".repeat(999);
    let ends = "x".repeat(490);
    let fault = error::refusal(ProductRetrieve, &no_subject(Noun::Product, &long));
    assert_eq!(fault.message, format!("No such product: '{ends}...(truncated)...{ends}'"));
}

#[test]
fn an_object_of_the_other_mode_is_told_to_be_there() {
    let missing = error::refusal(ProductRetrieve, &no_subject(Noun::Product, "prod_x"));
    let fault = error::exists_elsewhere(missing.clone(), Environment::Test);
    let message = "No such product: 'prod_x'; a similar object exists in live mode, but a test mode key was used to \
                   make this request.";
    assert_eq!(fault, Fault { message: message.to_owned(), ..missing });
}

#[test]
fn refusals_are_told_in_stripes_words() {
    let own = "You are specifying an update to a currency option that matches the top-level currency for this price. \
               Please remove this currency option and update the top-level params instead.";
    let usd = currency("usd");
    check(&[
        (
            ProductCreate,
            Refusal::ProductExists("p".into()),
            (400, "Product already exists.", Some("resource_already_exists"), None),
        ),
        (
            ProductDelete,
            Refusal::ProductHasPrices("p".into()),
            (400, "This product cannot be deleted because it has one or more user-created prices.", None, None),
        ),
        (
            PriceCreate,
            Refusal::LookupKeyTaken { holder: "price_1".into() },
            (400, "A price (`price_1`) already uses that lookup key.", None, Some("lookup_key")),
        ),
        (
            PriceUpdate,
            Refusal::PriceIsDefault("price_1".into()),
            (400, "This price cannot be archived because it is the default price of its product.", None, None),
        ),
        (PriceUpdate, Refusal::OptionInOwnCurrency(usd), (400, own, None, Some("currency_options[usd]"))),
        (
            ProductCreate,
            Refusal::OptionInOwnCurrency(usd),
            (400, own, None, Some("default_price_data[currency_options][usd]")),
        ),
        (
            ProductUpdate,
            Refusal::TooManyMetadataKeys { count: 51 },
            (400, "Metadata can have up to 50 keys, but you've set 51.", None, Some("metadata")),
        ),
    ]);
}

#[test]
fn what_nobody_knows_the_words_of_still_names_its_parameter() {
    let eur = currency("eur");
    for (operation, refusal, param) in [
        (
            ProductUpdate,
            Refusal::DefaultPriceOfAnotherProduct { price: "price_1".into(), owner: "p".into() },
            "default_price",
        ),
        (ProductUpdate, Refusal::DefaultPriceInactive("price_1".into()), "default_price"),
        (PriceUpdate, Refusal::TaxBehaviorFixed { option: None }, "tax_behavior"),
        (PriceUpdate, Refusal::TaxBehaviorFixed { option: Some(eur) }, "currency_options[eur][tax_behavior]"),
        (PriceCreate, Refusal::OptionChargesOtherwise(eur), "currency_options[eur]"),
        (ProductCreate, Refusal::OptionWithoutAmount(eur), "default_price_data[currency_options][eur]"),
        (ProductFeatureCreate, AccessRefusal::FeatureArchived.into(), "entitlement_feature"),
        (ProductFeatureCreate, AccessRefusal::AlreadyAttached.into(), "entitlement_feature"),
    ] {
        let fault = error::refusal(operation, &refusal);
        assert_eq!((fault.status, fault.param.as_deref(), fault.code), (400, Some(param), None), "{refusal:?}");
    }
    check(&[
        (
            FeatureCreate,
            AccessRefusal::KeyTaken(Taken::Feature("feat_1".into())).into(),
            (
                400,
                "A feature (`feat_1`) already uses that lookup key.",
                Some("resource_already_exists"),
                Some("lookup_key"),
            ),
        ),
        (
            FeatureCreate,
            AccessRefusal::TooManyFeatures.into(),
            (400, "There can be at most 1000 features.", None, None),
        ),
    ]);
}

#[test]
fn the_servers_own_faults_have_their_status_and_their_words() {
    let key = "sk_test_0123456789abcdefhere";
    let masked = format!("Invalid API Key provided: sk_test_{}here", "*".repeat(16));
    let unknown_url = "Unrecognized request URL (DELETE: /v1/prices/price_1). Please see https://stripe.com/docs or we \
                       can help at https://support.stripe.com/.";
    let mismatch = "Keys for idempotent requests can only be used with the same parameters they were first used with. \
                    Try using a key other than 'k' if you meant to execute a different request.";
    let endpoint = "Keys for idempotent requests can only be used for the same endpoint they were first used for \
                    ('/v1/prices' vs '/v1/products'). Try using a key other than 'k' if you meant to execute a \
                    different request.";
    for (fault, status, kind, code, message) in [
        (error::invalid_api_key(key), 401, "invalid_request_error", None, masked.as_str()),
        (error::invalid_api_key("short"), 401, "invalid_request_error", None, "Invalid API Key provided: *****"),
        (error::unknown_url("DELETE", "/v1/prices/price_1"), 404, "invalid_request_error", None, unknown_url),
        (error::invalid_version("x"), 400, "invalid_request_error", None, "Invalid Stripe API version: x"),
        (error::idempotency_mismatch("k"), 400, "idempotency_error", None, mismatch),
        (error::idempotency_endpoint("k", "/v1/prices", "/v1/products"), 400, "idempotency_error", None, endpoint),
    ] {
        assert_eq!((fault.status, fault.kind.as_str(), fault.code), (status, kind, code), "{message}");
        assert_eq!(fault.message, message);
        assert_eq!(fault.param, None);
    }
}

#[test]
fn the_servers_other_faults_have_their_status_and_code() {
    for (fault, status, kind, code) in [
        (error::no_api_key(), 401, "invalid_request_error", None),
        (error::expired_api_key("sk_test_x"), 401, "invalid_request_error", Some("api_key_expired")),
        (error::idempotency_in_progress("k"), 409, "idempotency_error", Some("idempotency_key_in_use")),
        (error::idempotency_key_too_long(), 400, "invalid_request_error", None),
        (error::bad_page(), 400, "invalid_request_error", None),
        (error::payload_too_large(1), 413, "invalid_request_error", None),
        (error::unsupported_media_type("application/json"), 415, "invalid_request_error", None),
        (error::timeout(), 408, "invalid_request_error", None),
        (error::lock_timeout(), 429, "invalid_request_error", Some("lock_timeout")),
        (error::rate_limit(Environment::Test), 429, "invalid_request_error", Some("rate_limit")),
        (error::rate_limit(Environment::Live), 429, "invalid_request_error", Some("rate_limit")),
        (error::internal(), 500, "api_error", None),
        (error::unavailable(), 503, "api_error", None),
    ] {
        assert_eq!((fault.status, fault.kind.as_str(), fault.code), (status, kind, code), "{}", fault.message);
    }
    let cursor = error::cursor_missing(Noun::Product, &Cursor::After("prod_x".into()));
    assert_eq!(
        (cursor.status, cursor.code, cursor.param.as_deref()),
        (400, Some("resource_missing"), Some("starting_after"))
    );
    assert_eq!(cursor.message, "No such product: 'prod_x'");
}
