use super::*;
use proptest::prelude::*;
use tollgate_domain::search::Join::{And, Or};

fn named(field: &'static str, test: Test) -> Clause {
    Clause { negated: false, field: SearchField::Named(field), test }
}

fn metadata(key: &str, test: Test) -> Clause {
    Clause { negated: false, field: SearchField::Metadata(key.to_owned()), test }
}

fn not(clause: Clause) -> Clause {
    Clause { negated: true, ..clause }
}

fn is(text: &str) -> Test {
    Test::Is(text.to_owned())
}

#[test]
fn queries_are_read() {
    for (text, join, clauses) in [
        ("active:'true'", And, vec![named("active", is("true"))]),
        ("  active:true  ", And, vec![named("active", is("true"))]),
        ("name:\"a \\\"b\\\" \\\\ 'c'\"", And, vec![named("name", is("a \"b\" \\ 'c'"))]),
        ("name:''", And, vec![named("name", is(""))]),
        ("name~'gol'", And, vec![named("name", Test::Contains("gol".to_owned()))]),
        ("-name:\"x\"", And, vec![not(named("name", is("x")))]),
        ("url:null", And, vec![named("url", Test::Absent)]),
        ("url:'null'", And, vec![named("url", is("null"))]),
        ("metadata[\"a b\"]:\"c\"", And, vec![metadata("a b", is("c"))]),
        ("metadata['k']:null", And, vec![metadata("k", Test::Absent)]),
        ("active:true shippable:false", And, vec![named("active", is("true")), named("shippable", is("false"))]),
        ("active:true and -url:null", And, vec![named("active", is("true")), not(named("url", Test::Absent))]),
        ("active:true  OR  name:'and or'", Or, vec![named("active", is("true")), named("name", is("and or"))]),
        (
            "active:true Or active:false oR name:'x'",
            Or,
            vec![named("active", is("true")), named("active", is("false")), named("name", is("x"))],
        ),
    ] {
        let expected = Query { noun: Noun::Product, join, clauses };
        assert_eq!(parse(Noun::Product, text), Ok(expected), "{text}");
    }
}

const UNREADABLE: &str = "We were unable to parse your search query. Try using the format `metadata[\"key\"]:\"value\"` \
                          to query for metadata or key:\"value\" to query for other fields.";

#[test]
fn what_is_no_query_is_refused() {
    for text in [
        "",
        " ",
        "gold",
        "name",
        "name:",
        "name: 'x'",
        ":x",
        "name:'x",
        "name:\"x'",
        "name:'x\\",
        "name:'x'y",
        "name=x",
        "--name:x",
        "(name:'x')",
        "name:(x)",
        "metadata[k]:'v'",
        "metadata['k':'v'",
        "metadata['k']",
        "name['k']:'v'",
        "name:'x' AND",
        "name:'x' AND AND active:true",
        "AND name:'x'",
        "name~null",
    ] {
        let fault = parse(Noun::Product, text).unwrap_err();
        assert_eq!((fault.message.as_str(), fault.param.as_deref()), (UNREADABLE, Some("query")), "{text}");
        assert_eq!((fault.status, fault.code), (400, None));
    }
}

#[test]
fn what_cannot_be_searched_so_is_refused_by_its_name() {
    for (noun, text, message) in [
        (
            Noun::Price,
            "foo:'x'",
            "Field `foo` is an unsupported search field for resource `prices`. See \
             http://stripe.com/docs/search#query-fields-for-prices for a list of supported fields.",
        ),
        (
            Noun::Product,
            "metadata:'x'",
            "Field `metadata` is an unsupported search field for resource `products`. See \
             http://stripe.com/docs/search#query-fields-for-products for a list of supported fields.",
        ),
        (Noun::Product, "active:true AND name:'x' OR url:'y'", "A search query cannot combine `AND` and `OR`."),
        (Noun::Product, "active:true name:'x' OR url:'y'", "A search query cannot combine `AND` and `OR`."),
        (Noun::Product, "name~'go'", "A substring search of `name` needs at least 3 characters."),
        (Noun::Product, "active~'tru'", "The operator `~` cannot be used with the field `active`."),
        (Noun::Product, "name>'x'", "The operator `>` cannot be used with the field `name`."),
        (Noun::Price, "metadata['k']<='x'", "The operator `<=` cannot be used with the field `metadata`."),
    ] {
        let fault = parse(noun, text).unwrap_err();
        assert_eq!((fault.message.as_str(), fault.param.as_deref()), (message, Some("query")), "{text}");
    }
}

#[test]
fn ten_clauses_are_taken_and_no_more() {
    let query = |count: usize| vec!["active:true"; count].join(" AND ");
    assert_eq!(parse(Noun::Product, &query(10)).unwrap().clauses.len(), 10);
    let fault = parse(Noun::Product, &query(11)).unwrap_err();
    assert_eq!(fault.message, "A search query can have at most 10 clauses.");
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>()) {
        let _ = parse(Noun::Product, &text);
    }

    #[test]
    fn nothing_like_a_query_makes_the_parser_panic(text in "(name|active|metadata|\\[|\\]|:|~|<=|\"|'|\\\\| |and|OR|-|null|é){0,24}") {
        let _ = parse(Noun::Price, &text);
    }

    #[test]
    fn any_text_can_be_searched_for_in_quotes(text in any::<String>()) {
        let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
        let query = parse(Noun::Product, &format!("metadata[\"{quoted}\"]:\"{quoted}\"")).unwrap();
        prop_assert_eq!(query.clauses, vec![metadata(&text, is(&text))]);
    }
}
