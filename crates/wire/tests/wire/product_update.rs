//! `POST /v1/products/{id}`

use crate::request::{check_faults, params};
use tollgate_domain::patch::Patch;
use tollgate_domain::product::ProductPatch;
use tollgate_wire::stripe::product::{parse_delete, parse_update};

fn patch(form: &str) -> ProductPatch {
    parse_update(&params(form), "prod_1".into()).unwrap().0.patch
}

#[test]
fn what_is_not_said_is_kept() {
    let patch = patch("");
    assert_eq!(format!("{patch:?}"), format!("{:?}", ProductPatch::default()));
}

#[test]
fn what_is_empty_is_unset() {
    let patch = patch(
        "default_price=&description=&images=&marketing_features=&metadata=&package_dimensions=&statement_descriptor=\
         &tax_code=&unit_label=&url=",
    );
    assert_eq!(patch.default_price, Patch::Clear);
    assert_eq!(patch.description, Patch::Clear);
    assert_eq!(patch.images, Some(Vec::new()));
    assert_eq!(patch.marketing_features, Some(Vec::new()));
    assert!(patch.metadata.clear);
    assert_eq!(patch.package_dimensions, Patch::Clear);
    assert_eq!(patch.statement_descriptor, Patch::Clear);
    assert_eq!(patch.tax_code, Patch::Clear);
    assert_eq!(patch.performance_location, Patch::Keep);
    assert_eq!(patch.unit_label, Patch::Clear);
    assert_eq!(patch.url, Patch::Clear);
}

#[test]
fn what_is_said_is_set() {
    let patch = patch(
        "name=+New+&active=false&shippable=true&default_price=price_1&metadata[a]=&metadata[b]=c&images[]=https://e.com",
    );
    assert_eq!(patch.name.as_deref(), Some("New"));
    assert_eq!((patch.active, patch.shippable), (Some(false), Some(true)));
    assert_eq!(patch.default_price, Patch::Set("price_1".into()));
    assert!(!patch.metadata.clear);
    assert_eq!(
        patch.metadata.set.into_iter().collect::<Vec<_>>(),
        [("a".into(), None), ("b".into(), Some("c".into()))]
    );
    assert_eq!(patch.images, Some(vec!["https://e.com".to_owned()]));
}

#[test]
fn tax_details_are_unset_whole_or_in_part() {
    let whole = patch("tax_details=");
    assert_eq!((whole.tax_code, whole.performance_location), (Patch::Clear, Patch::Clear));
    let part = patch("tax_details[performance_location]=");
    assert_eq!((part.tax_code, part.performance_location), (Patch::Keep, Patch::Clear));
}

#[test]
fn what_cannot_be_changed_is_unknown() {
    let unknown = Some("parameter_unknown");
    check_faults(
        |params| parse_update(params, "prod_1".into()),
        &[
            ("id=x", ("Received unknown parameter: id", unknown, Some("id"))),
            ("type=good", ("Received unknown parameter: type", unknown, Some("type"))),
            (
                "default_price_data[currency]=usd",
                ("Received unknown parameter: default_price_data", unknown, Some("default_price_data")),
            ),
            ("url=nope", ("Not a valid URL", Some("url_invalid"), Some("url"))),
            (
                "name=+",
                (
                    "You passed an empty string for 'name'. We assume empty values are an attempt to unset a \
                     parameter; however 'name' cannot be unset. You should remove 'name' from your request or supply \
                     a non-empty value.",
                    Some("parameter_invalid_empty"),
                    Some("name"),
                ),
            ),
            ("metadata[a][b]=c", ("Metadata values must be strings.", None, Some("metadata[a]"))),
        ],
    );
    check_faults(
        |params| parse_delete(params, "prod_1".into()),
        &[("expand[]=x", ("Received unknown parameter: expand", unknown, Some("expand")))],
    );
}
