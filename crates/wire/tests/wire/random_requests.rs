//! Nothing that can be sent makes a parser panic.

use proptest::prelude::*;
use tollgate_wire::form::{self, Params};
use tollgate_wire::params::{Kind, Param};
use tollgate_wire::stripe::error;
use tollgate_wire::stripe::operation::Operation;
use tollgate_wire::stripe::{event, feature, price, product, product_feature, tax_code};

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
        Operation::EventList => event::parse_list(params).err(),
        Operation::EventRetrieve => event::parse_retrieve(params).err(),
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
        Kind::Object(table) => {
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
        Kind::Metadata => values("v?").prop_map(|pair| pair.replacen('=', "[k]=", 1)).boxed(),
        Kind::Boolean => values("true|false").boxed(),
        Kind::Currency => values("usd|EUR|zzz").boxed(),
        Kind::Url => values("https://e\\.com|x").boxed(),
        Kind::Integer { .. } | Kind::Amount | Kind::UpTo | Kind::Created => values("-?[0-9]{1,4}|inf").boxed(),
        Kind::DecimalAmount | Kind::Dimension => values("-?[0-9]{1,3}(\\.[0-9]{0,14})?").boxed(),
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
