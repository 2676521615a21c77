//! `expand[]`

use crate::answer::{facts, json, rendered};
use crate::request::{check_faults, check_taken, params};
use crate::sample::{gold_plan, gold_price};
use tollgate_domain::command::Stop;
use tollgate_domain::facts::{Facts, Key};
use tollgate_domain::product::Product;
use tollgate_wire::stripe::{event, price, product, tax_code};

#[test]
fn what_cannot_be_expanded_is_refused() {
    check_faults(
        product::parse_retrieve,
        &[
            ("expand[]=description", ("This property cannot be expanded (description).", None, None)),
            ("expand[]=data", ("This property cannot be expanded (data).", None, None)),
            ("expand[0]=default_price.bogus", ("This property cannot be expanded (default_price.bogus).", None, None)),
            ("expand[]=default_price.", ("This property cannot be expanded (default_price.).", None, None)),
            (
                "expand[]=default_price.product.default_price.product.tax_code",
                (
                    "You cannot expand more than 4 levels of a property. Property: \
                 default_price.product.default_price.product.tax_code",
                    Some("property_expansion_max_depth"),
                    None,
                ),
            ),
        ],
    );
    check_faults(
        price::parse_list,
        &[
            (
                "expand[]=product",
                (
                    "This property cannot be expanded (product). You may want to try expanding 'data.product' instead.",
                    None,
                    None,
                ),
            ),
            ("expand[]=data.bogus", ("This property cannot be expanded (data.bogus).", None, None)),
            (
                "expand[]=total_count",
                (
                    "This property cannot be expanded (total_count). You may want to try expanding 'data.total_count' \
                 instead.",
                    None,
                    None,
                ),
            ),
        ],
    );
    check_faults(tax_code::parse_retrieve, &[("expand[]=x", ("This property cannot be expanded (x).", None, None))]);
}

#[test]
fn only_an_expansion_is_refused_before_the_object_is_looked_for() {
    for (form, before_lookup) in [("expand[]=bogus", true), ("nope=1", false), ("nope=1&expand[]=bogus", false)] {
        let fault = product::parse_retrieve(&params(form)).unwrap_err();
        assert_eq!(fault.before_lookup, before_lookup, "{form}");
    }
}

#[test]
fn what_can_be_expanded_is_taken() {
    check_taken(
        product::parse_retrieve,
        &[
            "expand[]=default_price&expand[]=tax_code&expand[]=marketing_features&expand[]=package_dimensions",
            "expand[0]=default_price.product.default_price.tiers",
            "expand[0]=default_price.currency_options.tiers",
        ],
    );
    check_taken(product::parse_list, &["expand[]=data", "expand[]=data.default_price.product.tax_code"]);
    check_taken(price::parse_retrieve, &["expand[]=recurring&expand[]=custom_unit_amount&expand[]=transform_quantity"]);
    check_taken(price::parse_search, &["query=active:true&expand[]=total_count&expand[]=data.product"]);
    check_taken(event::parse_retrieve, &["expand[]=data&expand[]=request"]);
}

fn priced_plan() -> Product {
    Product { default_price: Some("price_1".into()), tax_code: Some("txcd_10103001".into()), ..gold_plan() }
}

#[test]
fn expanded_objects_are_shown_whole_as_deep_as_asked() {
    let expand = params("expand[]=default_price.product&expand[]=tax_code");
    let expand = product::parse_retrieve(&expand).unwrap();
    let facts = facts(&[priced_plan()], &[gold_price()]);
    let shown = json(&rendered(&expand, &facts, |writer, view| product::render(writer, &priced_plan(), view)).unwrap());
    assert_eq!(shown["default_price"]["object"], "price");
    assert_eq!(shown["default_price"]["product"]["object"], "product");
    assert_eq!(shown["default_price"]["product"]["default_price"], "price_1");
    assert_eq!(shown["tax_code"]["object"], "tax_code");
    assert_eq!(shown["tax_details"]["tax_code"], "txcd_10103001");
}

#[test]
fn an_object_that_is_not_known_yet_is_asked_for() {
    let expand = product::parse_retrieve(&params("expand[]=default_price")).unwrap();
    let stop = rendered(&expand, &Facts::default(), |writer, view| product::render(writer, &priced_plan(), view));
    assert_eq!(stop, Err(Stop::Need(Key::price(&"price_1".into()).into())));
}
