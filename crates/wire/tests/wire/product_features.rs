//! Product features.

use crate::answer::{json, rendered, text};
use crate::request::{check_faults, params};
use crate::sample::{archived, feature};
use std::sync::Arc;
use tollgate_domain::catalog::Catalog;
use tollgate_domain::definition::{Definition, Grant, Granted, ProductRef};
use tollgate_domain::facts::Facts;
use tollgate_domain::id::ProductId;
use tollgate_domain::quantity::Quantity;
use tollgate_domain::record::Record;
use tollgate_domain::time::Timestamp;
use tollgate_wire::list;
use tollgate_wire::stripe::product_feature::{
    self, ProductFeature, list_url, parse_create, parse_delete, parse_list, parse_retrieve, render, render_deleted,
    retrieve,
};

/// Gold granted `old` in its first version; its newest grants a boolean, a limit, and what is archived by now.
fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    for (version, grants) in [
        (1, &[("old", Grant::On)][..]),
        (2, &[("sso", Grant::On), ("seats", Grant::Limit(Quantity::whole(5))), ("zzz", Grant::Unlimited)]),
    ] {
        let product = ProductRef::Stripe("gold".into());
        let mut definition = Definition::empty(product, version, Timestamp::from_seconds(1));
        for (key, grant) in grants {
            let granted = Granted { id: format!("prodft_{key}").into(), grant: *grant };
            definition.grants.insert(format!("feat_{key}").into(), granted);
        }
        catalog.put(&Record::Definition(Arc::new(definition)));
    }
    for feature in [feature("old", 1), feature("sso", 1), feature("seats", 1), archived(feature("zzz", 1))] {
        catalog.put(&Record::Feature(Arc::new(feature)));
    }
    catalog
}

fn gold() -> ProductId {
    "gold".into()
}

fn found(id: &str) -> ProductFeature {
    retrieve(&gold(), &id.into(), &catalog()).unwrap()
}

#[test]
fn a_product_feature_is_shown_to_the_letter_with_its_feature_whole() {
    let shown = text(|writer, view| {
        render(writer, &found("prodft_sso"), view);
        Ok(())
    });
    let expected = r#"{
  "id": "prodft_sso",
  "object": "product_feature",
  "entitlement_feature": {
    "id": "feat_sso",
    "object": "entitlements.feature",
    "active": true,
    "livemode": false,
    "lookup_key": "sso",
    "metadata": {},
    "name": "SSO"
  },
  "livemode": false
}"#;
    assert_eq!(shown, expected);
    let deleted = text(|writer, _| {
        render_deleted(writer, &"prodft_sso".into());
        Ok(())
    });
    assert_eq!(deleted, "{\n  \"id\": \"prodft_sso\",\n  \"object\": \"product_feature\",\n  \"deleted\": true\n}");
}

#[test]
fn expanding_the_feature_changes_nothing() {
    let shown = |form: &str| {
        let expand = parse_retrieve(&params(form)).unwrap();
        let shown = rendered(&expand, &Facts::default(), |writer, view| {
            render(writer, &found("prodft_seats"), view);
            Ok(())
        });
        json(&shown.unwrap())
    };
    assert_eq!(shown("expand[]=entitlement_feature"), shown(""));
    check_faults(parse_retrieve, &[("expand[]=product", ("This property cannot be expanded (product).", None, None))]);
}

#[test]
fn what_a_product_is_to_grant_is_read() {
    let (command, _) =
        parse_create(&params("entitlement_feature=feat_1&expand[]=entitlement_feature"), gold()).unwrap();
    assert_eq!((command.product, command.feature), (gold(), "feat_1".into()));
    let missing = "Missing required param: entitlement_feature.";
    check_faults(
        |params| parse_create(params, gold()),
        &[
            ("", (missing, Some("parameter_missing"), Some("entitlement_feature"))),
            (
                "entitlement_feature=feat_1&feature=feat_1",
                ("Received unknown parameter: feature", Some("parameter_unknown"), Some("feature")),
            ),
        ],
    );
    let deletion = parse_delete(&params(""), gold(), "prodft_1".into()).unwrap();
    assert_eq!((deletion.product, deletion.attachment), (gold(), "prodft_1".into()));
    assert!(parse_delete(&params("expand[]=entitlement_feature"), gold(), "prodft_1".into()).is_err());
}

#[test]
fn a_list_is_of_the_newest_version_and_archived_features_stay_on_it() {
    let catalog = catalog();
    for (form, ids, has_more) in [
        ("", &["prodft_zzz", "prodft_sso", "prodft_seats"][..], false),
        ("limit=1", &["prodft_zzz"], true),
        ("starting_after=prodft_zzz", &["prodft_sso", "prodft_seats"], false),
        ("limit=1&ending_before=prodft_seats", &["prodft_sso"], true),
    ] {
        let page = product_feature::list(&parse_list(&params(form)).unwrap(), &gold(), &catalog).unwrap();
        let found: Vec<&str> = page.items.iter().map(|(granted, _)| granted.id.as_str()).collect();
        assert_eq!((found.as_slice(), page.has_more), (ids, has_more), "{form}");
    }
    let nothing = product_feature::list(&parse_list(&params("")).unwrap(), &"silver".into(), &catalog).unwrap();
    assert!(nothing.items.is_empty() && !nothing.has_more);
    let request = parse_list(&params("limit=2&expand[]=data.entitlement_feature")).unwrap();
    let page = product_feature::list(&request, &gold(), &catalog).unwrap();
    let shown = rendered(&request.expand, &Facts::default(), |writer, view| {
        list::render(writer, &list_url(&gold()), &page, view, |writer, shown, view| {
            render(writer, shown, view);
            Ok(())
        })
    });
    let shown = json(&shown.unwrap());
    assert_eq!(shown["url"], "/v1/products/gold/features");
    assert_eq!(shown["data"][0]["entitlement_feature"]["active"], false);
    assert_eq!(shown["data"][1]["entitlement_feature"]["lookup_key"], "sso");
}

#[test]
fn the_address_of_a_list_can_be_asked_for_again() {
    assert_eq!(list_url(&"a b?c%".into()), "/v1/products/a%20b%3Fc%25/features");
}

#[test]
fn what_a_product_does_not_grant_any_more_or_another_grants_is_not_found() {
    for (product, id) in [("gold", "prodft_old"), ("silver", "prodft_sso"), ("gold", "feat_sso")] {
        let fault = retrieve(&product.into(), &id.into(), &catalog()).unwrap_err();
        assert_eq!((fault.status, fault.code, fault.param.as_deref()), (404, Some("resource_missing"), Some("id")));
        assert_eq!(fault.message, format!("No such product feature: '{id}'"));
    }
    let missing = Some("resource_missing");
    check_faults(
        |params| parse_list(params).and_then(|request| product_feature::list(&request, &gold(), &catalog()).map(drop)),
        &[("starting_after=prodft_old", ("No such product feature: 'prodft_old'", missing, Some("starting_after")))],
    );
}
