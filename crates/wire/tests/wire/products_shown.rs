//! Products as they are shown.

use crate::answer::{json, text};
use crate::sample::gold_plan;
use tollgate_domain::package::{Hundredths, PackageDimensions};
use tollgate_domain::product::{Product, ProductKind};
use tollgate_wire::json::Writer;
use tollgate_wire::stripe::product::{render, render_deleted};

#[test]
fn the_seeds_product_is_shown_to_the_letter() {
    let expected = r#"{
  "id": "prod_NWjs8kKbJWmuuc",
  "object": "product",
  "active": true,
  "attributes": [],
  "created": 1678833149,
  "default_price": null,
  "description": null,
  "images": [],
  "livemode": false,
  "marketing_features": [],
  "metadata": {},
  "name": "Gold Plan",
  "package_dimensions": null,
  "shippable": null,
  "statement_descriptor": null,
  "tax_code": null,
  "tax_details": null,
  "type": "service",
  "unit_label": null,
  "updated": 1678833149,
  "url": null
}"#;
    assert_eq!(text(|writer, view| render(writer, &gold_plan(), view)), expected);
}

#[test]
fn a_full_product_shows_every_field() {
    let product = Product {
        default_price: Some("price_1".into()),
        description: Some("A \"gold\" plan\n".into()),
        images: vec!["https://e.com/a".into()],
        marketing_features: vec!["One".into()],
        metadata: [("b\"".to_owned(), "2".to_owned()), ("a".to_owned(), "1".to_owned())].into(),
        package_dimensions: Some(PackageDimensions {
            height: Hundredths(100),
            length: Hundredths(2050),
            weight: Hundredths(5),
            width: Hundredths(12345),
        }),
        shippable: Some(true),
        statement_descriptor: Some("GOLD".into()),
        tax_code: Some("txcd_10103001".into()),
        unit_label: Some("seat".into()),
        url: Some("example.com".into()),
        kind: ProductKind::Good,
        ..gold_plan()
    };
    let text = text(|writer, view| render(writer, &product, view));
    assert!(
        text.contains("\"height\": 1.0,\n    \"length\": 20.5,\n    \"weight\": 0.05,\n    \"width\": 123.45"),
        "{text}"
    );
    assert_eq!(
        json(&text),
        serde_json::json!({
            "id": "prod_NWjs8kKbJWmuuc", "object": "product", "active": true, "attributes": [], "created": 1_678_833_149,
            "default_price": "price_1", "description": "A \"gold\" plan\n", "images": ["https://e.com/a"],
            "livemode": false, "marketing_features": [{"name": "One"}], "metadata": {"a": "1", "b\"": "2"},
            "name": "Gold Plan",
            "package_dimensions": {"height": 1.0, "length": 20.5, "weight": 0.05, "width": 123.45},
            "shippable": true, "statement_descriptor": "GOLD", "tax_code": "txcd_10103001",
            "tax_details": {"performance_location": null, "tax_code": "txcd_10103001"},
            "type": "good", "unit_label": "seat", "updated": 1_678_833_149, "url": "example.com",
        })
    );
}

#[test]
fn keys_are_in_stripes_order() {
    let text = text(|writer, view| render(writer, &gold_plan(), view));
    let keys: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("  \"")?.split('"').next()).collect();
    assert_eq!(keys[..2], ["id", "object"]);
    assert!(keys[2..].is_sorted(), "{keys:?}");
}

#[test]
fn a_deleted_product_leaves_a_stub() {
    let mut writer = Writer::new();
    render_deleted(&mut writer, &"prod_1".into());
    let text = String::from_utf8(writer.into_bytes()).unwrap();
    assert_eq!(text, "{\n  \"id\": \"prod_1\",\n  \"object\": \"product\",\n  \"deleted\": true\n}");
}
