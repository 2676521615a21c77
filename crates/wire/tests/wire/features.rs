//! Features.

use crate::answer::text;
use crate::request::{check_faults, check_taken, params};
use crate::sample::{archived, feature};
use std::sync::Arc;
use tollgate_domain::catalog::Catalog;
use tollgate_domain::feature::{Feature, FeatureKind, FeatureName};
use tollgate_domain::patch::Patch;
use tollgate_domain::record::Record;
use tollgate_wire::stripe::feature::{list, parse_create, parse_list, parse_update, render};

#[test]
fn a_feature_is_shown_to_the_letter_and_a_limit_of_the_other_dialect_no_differently() {
    let boolean = Feature { metadata: [("team".to_owned(), "core".to_owned())].into(), ..feature("sso", 1) };
    let expected = r#"{
  "id": "feat_sso",
  "object": "entitlements.feature",
  "active": true,
  "livemode": false,
  "lookup_key": "sso",
  "metadata": {
    "team": "core"
  },
  "name": "SSO"
}"#;
    let shown = |feature: &Feature| {
        text(|writer, view| {
            render(writer, feature, view);
            Ok(())
        })
    };
    assert_eq!(shown(&boolean), expected);
    let limit = Feature { kind: FeatureKind::Limit, tracks_usage: true, ..boolean.clone() };
    assert_eq!(shown(&limit), expected);
    assert_eq!(shown(&archived(boolean)), expected.replace("\"active\": true", "\"active\": false"));
}

#[test]
fn a_new_feature_is_on_or_off() {
    let (made, _) = parse_create(&params("name=+Single+sign-on+&lookup_key=sso&metadata[a]=1")).unwrap();
    assert_eq!((made.key.as_str(), made.name.as_str(), made.kind), ("sso", "Single sign-on", FeatureKind::Boolean));
    assert_eq!(made.metadata.set, [("a".to_owned(), Some("1".to_owned()))].into());
    assert_eq!((made.description, made.tracks_usage), (None, false));
}

#[test]
fn faults_of_a_new_feature_name_their_parameter() {
    let long = "k".repeat(81);
    let empty = |name: &str| {
        format!(
            "You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; \
             however '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty value."
        )
    };
    let too_long = "Invalid string: kkkk...kkkk; must be at most 80 characters";
    check_faults(
        parse_create,
        &[
            ("", ("Missing required param: lookup_key.", Some("parameter_missing"), Some("lookup_key"))),
            ("lookup_key=a", ("Missing required param: name.", Some("parameter_missing"), Some("name"))),
            ("lookup_key=&name=A", (&empty("lookup_key"), Some("parameter_invalid_empty"), Some("lookup_key"))),
            ("lookup_key=+&name=A", (&empty("lookup_key"), Some("parameter_invalid_empty"), Some("lookup_key"))),
            ("lookup_key=a&name=+", (&empty("name"), Some("parameter_invalid_empty"), Some("name"))),
            (&format!("lookup_key={long}&name=A"), (too_long, None, Some("lookup_key"))),
            (&format!("lookup_key=a&name={long}"), (too_long, None, Some("name"))),
            (
                "lookup_key=a&name=A&active=true",
                ("Received unknown parameter: active", Some("parameter_unknown"), Some("active")),
            ),
            ("lookup_key=a&name=A&expand[]=name", ("This property cannot be expanded (name).", None, None)),
        ],
    );
    let (key, name) = ("é".repeat(80), "n".repeat(80));
    check_taken(parse_create, &[&format!("lookup_key={key}&name={name}"), "lookup_key=a%2Fb+c&name=A"]);
}

#[test]
fn a_change_says_what_it_says_and_keeps_the_rest() {
    let change = |form: &str| parse_update(&params(form), "feat_1".into()).unwrap().0;
    let nothing = change("");
    assert_eq!((nothing.feature, nothing.name, nothing.archived), (FeatureName::Id("feat_1".into()), None, None));
    assert_eq!((nothing.description, nothing.archived_reason), (Patch::Keep, Patch::Keep));
    assert_eq!(change("active=false").archived, Some(true));
    assert_eq!(change("active=true").archived, Some(false));
    assert_eq!(change("name=New").name.as_deref(), Some("New"));
    assert!(change("metadata=").metadata.clear);
    assert_eq!(change("metadata[a]=").metadata.set, [("a".to_owned(), None)].into());
    check_faults(
        |params| parse_update(params, "feat_1".into()),
        &[
            ("lookup_key=b", ("Received unknown parameter: lookup_key", Some("parameter_unknown"), Some("lookup_key"))),
            ("active=maybe", ("Invalid boolean: maybe", None, Some("active"))),
        ],
    );
}

/// Five features, two of the same second and one archived.
fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    for feature in
        [feature("old", 1), feature("a", 2), feature("b", 2), archived(feature("gone", 3)), feature("new", 4)]
    {
        catalog.put(&Record::Feature(Arc::new(feature)));
    }
    catalog
}

#[test]
fn a_list_is_newest_first_of_active_features_unless_archived_ones_are_asked_for() {
    let catalog = catalog();
    for (form, keys, has_more) in [
        ("", &["new", "b", "a", "old"][..], false),
        ("archived=false", &["new", "b", "a", "old"], false),
        ("archived=true", &["gone"], false),
        ("lookup_key=a", &["a"], false),
        ("lookup_key=gone", &[], false),
        ("lookup_key=gone&archived=true", &["gone"], false),
        ("lookup_key=nobody", &[], false),
        ("limit=3", &["new", "b", "a"], true),
        ("limit=3&starting_after=feat_new", &["b", "a", "old"], false),
        ("limit=2&starting_after=feat_new", &["b", "a"], true),
        ("limit=2&ending_before=feat_old", &["b", "a"], true),
        ("limit=2&ending_before=feat_a", &["new", "b"], false),
        // A cursor need not be on the list itself.
        ("limit=1&starting_after=feat_gone", &["b"], true),
        ("ending_before=feat_gone", &["new"], false),
        ("starting_after=feat_old", &[], false),
    ] {
        let page = list(&parse_list(&params(form)).unwrap(), &catalog).unwrap();
        let found: Vec<&str> = page.items.iter().map(|feature| feature.key.as_str()).collect();
        assert_eq!((found.as_slice(), page.has_more), (keys, has_more), "{form}");
    }
}

#[test]
fn faults_of_a_list_are_told() {
    let missing = Some("resource_missing");
    check_faults(
        |params| parse_list(params).and_then(|asked| list(&asked, &catalog()).map(drop)),
        &[
            ("archived=1", ("Invalid boolean: 1", None, Some("archived"))),
            ("active=true", ("Received unknown parameter: active", Some("parameter_unknown"), Some("active"))),
            ("starting_after=feat_x", ("No such feature: 'feat_x'", missing, Some("starting_after"))),
            (
                "starting_after=feat_new&ending_before=feat_x",
                ("No such feature: 'feat_x'", missing, Some("ending_before")),
            ),
            (
                "starting_after=feat_new&ending_before=feat_old",
                ("Received both starting_after and ending_before parameters. Please pass in only one.", None, None),
            ),
        ],
    );
}
