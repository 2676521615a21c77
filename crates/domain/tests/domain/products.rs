use crate::catalog::{Catalog, create_price, create_product, new_price, new_product};
use tollgate_domain::event::Action;
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::patch::Patch;
use tollgate_domain::price::{NewPrice, PricePatch, UpdatePrice};
use tollgate_domain::product::{CreateProduct, DeleteProduct, NewProduct, ProductPatch, UpdateProduct};
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::refusal::{Reference, Refusal};

fn update(id: &str, patch: ProductPatch) -> UpdateProduct {
    UpdateProduct { id: id.into(), patch }
}

fn pairs(pairs: &[(&str, Option<&str>)]) -> MetadataPatch {
    let set = pairs.iter().map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned))).collect();
    MetadataPatch { clear: false, set }
}

#[test]
fn a_product_is_active_unless_said_otherwise_and_bears_its_time() {
    let mut catalog = Catalog::default();
    let product = catalog.run(create_product("gold")).unwrap();
    assert!(product.active);
    assert_eq!(product.created, product.updated);
    assert_eq!(catalog.told(), ["product.created"]);
}

#[test]
fn a_generated_id_is_used_where_none_is_chosen() {
    let mut catalog = Catalog::default();
    let new = NewProduct { id: None, ..new_product("") };
    let product = catalog.run(CreateProduct { product: new, default_price: None }).unwrap();
    assert!(product.id.as_str().starts_with("prod_"));
    assert_eq!(product.id.as_str().len(), "prod_".len() + 14);
}

#[test]
fn an_id_is_taken_once_until_its_product_is_deleted() {
    let mut catalog = Catalog::default();
    catalog.run(create_product("gold")).unwrap();
    let before = catalog.rows();
    assert_eq!(catalog.run(create_product("gold")), Err(Refusal::ProductExists("gold".into())));
    assert_eq!(catalog.rows(), before);
    catalog.run(DeleteProduct { id: "gold".into() }).unwrap();
    catalog.run(create_product("gold")).unwrap();
}

#[test]
fn a_default_price_is_made_with_its_product_and_told_after_it() {
    let mut catalog = Catalog::default();
    let command = CreateProduct { product: new_product("gold"), default_price: Some(new_price()) };
    let product = catalog.run(command).unwrap();
    let price = catalog.price(product.default_price.as_ref().unwrap().as_str()).unwrap();
    assert_eq!(price.product, product.id);
    assert!(matches!(&catalog.events[0].after, Record::Product(told) if told.default_price == product.default_price));
    assert_eq!(catalog.told(), ["product.created", "price.created"]);
}

#[test]
fn a_default_price_does_not_take_the_lookup_key_of_another() {
    let mut catalog = Catalog::default();
    let with_key = || NewPrice { lookup_key: Some("k".to_owned()), ..new_price() };
    let command = |id: &str| CreateProduct { product: new_product(id), default_price: Some(with_key()) };
    let holder = catalog.run(command("gold")).unwrap().default_price.clone().unwrap();
    assert_eq!(catalog.run(command("silver")), Err(Refusal::LookupKeyTaken { holder }));
}

#[test]
fn nothing_is_made_where_any_part_is_refused() {
    let mut catalog = Catalog::default();
    let unknown = NewProduct { tax_code: Some("txcd_x".into()), ..new_product("gold") };
    let refusal = Refusal::NoReference { reference: Reference::TaxCode, id: "txcd_x".to_owned() };
    let command = CreateProduct { product: unknown, default_price: Some(new_price()) };
    assert_eq!(catalog.run(command), Err(refusal));
    assert!(catalog.rows().is_empty());
    assert!(catalog.events.is_empty());
}

#[test]
fn an_update_keeps_what_it_does_not_name_and_clears_what_it_empties() {
    let mut catalog = Catalog::default();
    let new = NewProduct {
        description: Some("fine".to_owned()),
        url: Some("https://example.com".to_owned()),
        images: vec!["https://example.com/a.png".to_owned()],
        ..new_product("gold")
    };
    catalog.run(CreateProduct { product: new, default_price: None }).unwrap();
    let patch =
        ProductPatch { url: Patch::Clear, images: Some(Vec::new()), active: Some(false), ..ProductPatch::default() };
    let product = catalog.run(update("gold", patch)).unwrap();
    assert_eq!(product.description.as_deref(), Some("fine"));
    assert_eq!((product.url.as_deref(), product.images.len(), product.active), (None, 0, false));
    assert!(product.updated > product.created);
}

#[test]
fn an_update_that_changes_nothing_is_stamped_but_not_told() {
    let mut catalog = Catalog::default();
    let created = catalog.run(create_product("gold")).unwrap();
    catalog.told();
    let patch = ProductPatch { active: Some(true), ..ProductPatch::default() };
    let product = catalog.run(update("gold", patch)).unwrap();
    assert!(product.updated > created.updated);
    assert!(catalog.told().is_empty());
}

#[test]
fn an_update_is_told_with_the_product_before_and_after() {
    let mut catalog = Catalog::default();
    let before = catalog.run(create_product("gold")).unwrap();
    catalog.told();
    let patch = ProductPatch { name: Some("Silver".to_owned()), ..ProductPatch::default() };
    let after = catalog.run(update("gold", patch)).unwrap();
    let event = &catalog.events[0];
    assert_eq!(event.action, Action::Updated);
    assert_eq!(event.before, Some(Record::Product(before)));
    assert_eq!(event.after, Record::Product(after));
}

#[test]
fn metadata_merges_by_key_and_is_counted_after_the_merge() {
    let mut catalog = Catalog::default();
    catalog.run(create_product("gold")).unwrap();
    let mut patch = |metadata| catalog.run(update("gold", ProductPatch { metadata, ..ProductPatch::default() }));
    patch(pairs(&[("a", Some("1")), ("b", Some("2"))])).unwrap();
    let product = patch(pairs(&[("a", None), ("c", Some("3"))])).unwrap();
    assert_eq!(product.metadata.keys().collect::<Vec<_>>(), ["b", "c"]);
    let many: Vec<String> = (0..49).map(|n| format!("k{n}")).collect();
    let many: Vec<_> = many.iter().map(|key| (key.as_str(), Some("v"))).collect();
    assert_eq!(patch(pairs(&many)), Err(Refusal::TooManyMetadataKeys { count: 51 }));
    let cleared = patch(MetadataPatch { clear: true, ..pairs(&many) }).unwrap();
    assert_eq!(cleared.metadata.len(), 49);
}

#[test]
fn a_default_price_must_exist_be_active_and_belong_to_the_product() {
    let mut catalog = Catalog::default();
    for id in ["gold", "silver"] {
        catalog.run(create_product(id)).unwrap();
    }
    let own = catalog.run(create_price("gold", new_price())).unwrap();
    let foreign = catalog.run(create_price("silver", new_price())).unwrap();
    let archived = catalog.run(create_price("gold", new_price())).unwrap();
    let archive = PricePatch { active: Some(false), ..PricePatch::default() };
    catalog.run(UpdatePrice { id: archived.id.clone(), patch: archive, transfer_lookup_key: false }).unwrap();
    let mut make_default = |id: &str| {
        let patch = ProductPatch { default_price: Patch::Set(id.into()), ..ProductPatch::default() };
        catalog.run(update("gold", patch))
    };
    let unknown = Refusal::NoReference { reference: Reference::DefaultPrice, id: "price_nope".to_owned() };
    assert_eq!(make_default("price_nope"), Err(unknown));
    let other = Refusal::DefaultPriceOfAnotherProduct { price: foreign.id.clone(), owner: "silver".into() };
    assert_eq!(make_default(foreign.id.as_str()), Err(other));
    assert_eq!(make_default(archived.id.as_str()), Err(Refusal::DefaultPriceInactive(archived.id.clone())));
    assert_eq!(make_default(own.id.as_str()).unwrap().default_price, Some(own.id.clone()));
}

#[test]
fn a_product_that_ever_had_a_price_stays() {
    let mut catalog = Catalog::default();
    catalog.run(create_product("gold")).unwrap();
    catalog.run(create_price("gold", new_price())).unwrap();
    assert_eq!(catalog.run(DeleteProduct { id: "gold".into() }), Err(Refusal::ProductHasPrices("gold".into())));
}

#[test]
fn a_deleted_product_is_told_as_it_ended_and_is_gone() {
    let mut catalog = Catalog::default();
    catalog.run(create_product("gold")).unwrap();
    catalog.told();
    catalog.run(DeleteProduct { id: "gold".into() }).unwrap();
    assert_eq!(catalog.product("gold"), None);
    assert!(matches!(&catalog.events[0].after, Record::Product(told) if !told.active));
    assert_eq!(catalog.told(), ["product.deleted"]);
    let gone = Refusal::NoSubject { noun: Noun::Product, id: "gold".to_owned() };
    assert_eq!(catalog.run(DeleteProduct { id: "gold".into() }), Err(gone.clone()));
    assert_eq!(catalog.run(update("gold", ProductPatch::default())), Err(gone));
}
