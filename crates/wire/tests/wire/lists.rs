//! Lists.

use crate::answer::{json, rendered, text};
use crate::request::{check_faults, check_taken, params};
use crate::sample::gold_plan;
use tollgate_domain::facts::Facts;
use tollgate_domain::list::{CreatedRange, Cursor, Filter, Page};
use tollgate_domain::product::Product;
use tollgate_domain::record::{Field, Noun, Value};
use tollgate_domain::time::Timestamp;
use tollgate_wire::list::{self, ListRequest};
use tollgate_wire::stripe::{event, price, product};

fn products(form: &str) -> ListRequest {
    product::parse_list(&params(form)).unwrap()
}

#[test]
fn limits_are_brought_into_range() {
    for (sent, limit) in
        [("", 10), ("limit=3", 3), ("limit=0", 1), ("limit=-5", 1), ("limit=101", 100), ("limit=99999999999", 100)]
    {
        assert_eq!(products(sent).query.limit, limit, "{sent}");
    }
    check_faults(
        product::parse_list,
        &[("limit=abc", ("Invalid integer: abc", Some("parameter_invalid_integer"), Some("limit")))],
    );
}

#[test]
fn cursors_are_one_at_a_time() {
    assert_eq!(products("starting_after=a").query.cursor, Some(Cursor::After("a".into())));
    assert_eq!(products("ending_before=a").query.cursor, Some(Cursor::Before("a".into())));
    let both = products("starting_after=a&ending_before=b");
    assert_eq!(both.query.cursor, Some(Cursor::After("a".into())));
    assert_eq!(both.second_cursor, Some(Cursor::Before("b".into())));
    check_faults(
        product::parse_list,
        &[
            (
                "ids[]=a&starting_after=b",
                ("You may only specify one of these parameters: ids, starting_after.", None, Some("ids")),
            ),
            (
                "ids[]=a&ending_before=b",
                ("You may only specify one of these parameters: ids, ending_before.", None, Some("ids")),
            ),
        ],
    );
}

#[test]
fn creation_times_are_seconds_whole() {
    let range = |from: Option<i64>, to: Option<i64>| CreatedRange {
        from: from.map(Timestamp::from_millis),
        to: to.map(Timestamp::from_millis),
    };
    for (form, created) in [
        ("", range(None, None)),
        ("created=5", range(Some(5000), Some(5999))),
        ("created[gt]=5", range(Some(6000), None)),
        ("created%5Bgte%5D=5", range(Some(5000), None)),
        ("created[lt]=5", range(None, Some(4999))),
        ("created[lte]=5", range(None, Some(5999))),
        ("created[gt]=1&created[gte]=5&created[lt]=9&created[lte]=9", range(Some(5000), Some(8999))),
        ("created[gt]=9223372036854775807", range(Some(i64::MAX), None)),
    ] {
        assert_eq!(products(form).query.created, created, "{form}");
    }
}

#[test]
fn filters_become_tests_of_fields() {
    let text = |text: &str| Value::Text(text.to_owned());
    assert_eq!(
        products("active=true&shippable=false&url=u&ids[0]=a&ids[1]=b").query.filters,
        [
            Filter::Is(Field::ProductActive, Value::Flag(true)),
            Filter::Is(Field::ProductShippable, Value::Flag(false)),
            Filter::Is(Field::ProductUrl, text("u")),
            Filter::Ids(vec!["a".into(), "b".into()]),
        ]
    );
    let request = price::parse_list(&params(
        "active=false&currency=EUR&lookup_keys[0]=a&product=p&recurring[interval]=day&recurring[usage_type]=metered\
         &recurring[meter]=m&type=one_time",
    ))
    .unwrap();
    assert_eq!(request.query.noun, Noun::Price);
    assert_eq!(request.product, Some("p".into()));
    assert_eq!(
        request.query.filters,
        [
            Filter::Is(Field::PriceActive, Value::Flag(false)),
            Filter::Is(Field::PriceCurrency, text("eur")),
            Filter::OneOf(Field::PriceLookupKey, vec![text("a")]),
            Filter::Is(Field::PriceProduct, text("p")),
            Filter::Is(Field::PriceInterval, text("day")),
            Filter::Is(Field::PriceMeter, text("m")),
            Filter::Is(Field::PriceUsageType, text("metered")),
            Filter::Is(Field::PriceInterval, Value::Null),
        ]
    );
    let events = |form: &str| event::parse_list(&params(form)).unwrap().query.filters;
    assert_eq!(events("type=product.created"), [Filter::Is(Field::EventType, text("product.created"))]);
    assert_eq!(events("type=product.*"), [Filter::StartsWith(Field::EventType, "product.".into())]);
    assert_eq!(events("type=*&delivery_success=true"), [Filter::Delivered(true)]);
    assert_eq!(events("types[]=a&types[]=b"), [Filter::OneOf(Field::EventType, vec![text("a"), text("b")])]);
    check_taken(price::parse_list, &["type=recurring"]);
    check_faults(
        event::parse_list,
        &[("type=a&types[]=b", ("You may only specify one of these parameters: type, types.", None, Some("type")))],
    );
}

#[test]
fn a_page_is_shown_with_its_address() {
    let page = |items: Vec<Product>, has_more| Page { items, has_more };
    let empty = text(|writer, view| list::render(writer, "/v1/products", &page(vec![], false), view, |_, _, _| Ok(())));
    assert_eq!(
        empty,
        "{\n  \"object\": \"list\",\n  \"data\": [],\n  \"has_more\": false,\n  \"url\": \"/v1/products\"\n}"
    );
    let request = products("expand[]=data.tax_code");
    let plan = Product { tax_code: Some("txcd_00000000".into()), ..gold_plan() };
    let shown = rendered(&request.expand, &Facts::default(), |writer, view| {
        list::render(writer, "/v1/products", &page(vec![plan.clone(), plan], true), view, product::render)
    });
    let shown = json(&shown.unwrap());
    assert_eq!(shown["data"][1]["tax_code"]["name"], "Nontaxable");
    assert_eq!(shown["has_more"], true);
}
