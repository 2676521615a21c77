//! Searches. The language itself is tested beside its parser.

use crate::answer::{json, text};
use crate::request::{check_faults, params};
use crate::sample::gold_plan;
use tollgate_domain::list::Page;
use tollgate_domain::record::Noun;
use tollgate_wire::search::{self, Found};
use tollgate_wire::stripe::{price, product};

#[test]
fn a_search_is_read() {
    let request =
        product::parse_search(&params("query=name~%22gol%22&limit=500&page=abc&expand[]=total_count")).unwrap();
    assert_eq!((request.limit, request.page.as_deref(), request.query.noun), (100, Some("abc"), Noun::Product));
    assert!(request.wants_total_count());
    assert!(!price::parse_search(&params("query=active:true")).unwrap().wants_total_count());
}

#[test]
fn what_is_no_search_is_refused() {
    let unreadable = "We were unable to parse your search query. Try using the format `metadata[\"key\"]:\"value\"` to \
                      query for metadata or key:\"value\" to query for other fields.";
    check_faults(
        product::parse_search,
        &[
            ("", ("Missing required param: query.", Some("parameter_missing"), Some("query"))),
            (
                "query=active:true&starting_after=x",
                ("Received unknown parameter: starting_after", Some("parameter_unknown"), Some("starting_after")),
            ),
            ("query=gold", (unreadable, None, Some("query"))),
            (
                "query=foo:1",
                (
                    "Field `foo` is an unsupported search field for resource `products`. See \
                 http://stripe.com/docs/search#query-fields-for-products for a list of supported fields.",
                    None,
                    Some("query"),
                ),
            ),
        ],
    );
}

#[test]
fn what_was_found_is_shown() {
    let found = Found { page: Page { items: vec![gold_plan()], has_more: false }, next_page: None, total_count: None };
    let shown = text(|writer, view| search::render(writer, "/v1/products/search", &found, view, product::render));
    let end = "],\n  \"has_more\": false,\n  \"next_page\": null,\n  \"url\": \"/v1/products/search\"\n}";
    assert!(shown.starts_with("{\n  \"object\": \"search_result\",\n  \"data\": [\n    {"), "{shown}");
    assert!(shown.ends_with(end), "{shown}");
    let more = Found { next_page: Some("t".into()), total_count: Some(12), ..found };
    let shown = json(&text(|writer, view| search::render(writer, "/v1/products/search", &more, view, product::render)));
    assert_eq!((&shown["next_page"], &shown["total_count"]), (&"t".into(), &12.into()));
}
