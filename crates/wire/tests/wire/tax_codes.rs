//! Tax codes.

use crate::answer::text;
use crate::request::params;
use tollgate_wire::stripe::tax_code;

fn ids(form: &str) -> (Vec<&'static str>, bool) {
    let page = tax_code::list(&tax_code::parse_list(&params(form)).unwrap()).unwrap();
    (page.items.iter().map(|code| code.id).collect(), page.has_more)
}

#[test]
fn the_list_is_walked_in_both_directions() {
    let all = ["txcd_00000000", "txcd_10000000", "txcd_10103000", "txcd_10103001", "txcd_99999999"];
    for (form, range, has_more) in [
        ("", 0..5, false),
        ("limit=2", 0..2, true),
        ("limit=2&starting_after=txcd_10000000", 2..4, true),
        ("limit=2&starting_after=txcd_10103000", 3..5, false),
        ("starting_after=txcd_99999999", 5..5, false),
        ("limit=2&ending_before=txcd_10103001", 1..3, true),
        ("limit=2&ending_before=txcd_10103000", 0..2, false),
    ] {
        assert_eq!(ids(form), (all[range].to_vec(), has_more), "{form}");
    }
}

#[test]
fn unknown_codes_are_told_by_their_place() {
    let missing = tax_code::retrieve(&"txcd_1".into()).unwrap_err();
    assert_eq!((missing.status, missing.param.as_deref()), (404, Some("id")));
    assert_eq!(missing.message, "No such tax code: 'txcd_1'");
    let cursor = tax_code::list(&tax_code::parse_list(&params("ending_before=txcd_1")).unwrap()).unwrap_err();
    assert_eq!((cursor.status, cursor.param.as_deref()), (400, Some("ending_before")));
    for (form, message) in [
        ("starting_after=txcd_00000000&ending_before=txcd_1", "No such tax code: 'txcd_1'"),
        (
            "starting_after=txcd_00000000&ending_before=txcd_99999999",
            "Received both starting_after and ending_before parameters. Please pass in only one.",
        ),
    ] {
        let fault = tax_code::list(&tax_code::parse_list(&params(form)).unwrap()).unwrap_err();
        assert_eq!((fault.message.as_str(), fault.status), (message, 400), "{form}");
    }
}

#[test]
fn a_code_is_shown() {
    let code = tax_code::retrieve(&"txcd_00000000".into()).unwrap();
    let shown = text(|writer, _| {
        tax_code::render(writer, code);
        Ok(())
    });
    assert_eq!(
        shown,
        "{\n  \"id\": \"txcd_00000000\",\n  \"object\": \"tax_code\",\n  \"description\": \"Any nontaxable good or \
         service. Tax is never charged on it.\",\n  \"name\": \"Nontaxable\"\n}"
    );
}
