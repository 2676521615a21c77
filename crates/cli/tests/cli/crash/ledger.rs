//! What has to be there.

use super::deed::Deed;
use std::collections::BTreeMap;
use tollgate_testkit::http::Reply;

/// Everything that was done, by id.
#[derive(Default)]
pub(super) struct Ledger {
    /// The products.
    pub(super) products: BTreeMap<String, Product>,
    /// The prices.
    pub(super) prices: BTreeMap<String, Price>,
    /// Writes done.
    pub(super) writes: u64,
    /// Writes of which no answer told whether they were done.
    pub(super) unanswered: u64,
    /// Writes that were refused, and not done.
    pub(super) refused: u64,
}

/// A product as it has to be.
pub(super) struct Product {
    /// The name it was made with.
    pub(super) name: String,
    /// The price made with it.
    pub(super) price: String,
    /// The names it was given since; in that order, unless several did it at the same time.
    pub(super) renames: Vec<String>,
    /// Whether several did.
    pub(super) shared: bool,
}

/// A price as it has to be.
pub(super) struct Price {
    /// Its product.
    pub(super) product: String,
    /// The lookup key it was made with; another price may have taken it since.
    pub(super) lookup_key: Option<String>,
    /// Whether it is charged every month.
    pub(super) recurring: bool,
}

impl std::fmt::Display for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { writes, unanswered, refused, .. } = self;
        write!(f, "{writes} writes; {unanswered} without an answer, done or not; {refused} refused")
    }
}

impl Ledger {
    /// Enters a deed with the answer that it got, or with the product as it was found.
    pub(super) fn enter(&mut self, deed: &Deed, reply: &Reply) {
        let object = reply.ok();
        let id = object["id"].as_str().expect("an id").to_owned();
        self.writes += 1;
        match deed {
            Deed::Make { id: wanted, name } => {
                assert!(wanted.as_ref().is_none_or(|wanted| *wanted == id), "{deed:?}: {object}");
                let price =
                    object["default_price"].as_str().unwrap_or_else(|| panic!("no price with {object}")).to_owned();
                self.enter_price(price.clone(), Price { product: id.clone(), lookup_key: None, recurring: false });
                let product = Product { name: name.clone(), price, renames: vec![], shared: false };
                let before = self.products.insert(id, product);
                assert!(before.is_none(), "made twice: {object}");
            }
            Deed::Rename { id, name, shared } => {
                let product = self.products.get_mut(id).expect("a product");
                product.renames.push(name.clone());
                product.shared |= shared;
            }
            Deed::Price { product, lookup_key, recurring } => {
                let price =
                    Price { product: product.clone(), lookup_key: Some(lookup_key.clone()), recurring: *recurring };
                self.enter_price(id, price);
            }
        }
    }

    fn enter_price(&mut self, id: String, price: Price) {
        assert!(!self.prices.contains_key(&id), "{id} was made twice");
        self.prices.insert(id, price);
    }

    /// One of some equal parts of the products.
    pub(super) fn part_of_products(&self, part: u64, parts: u64) -> Vec<String> {
        self.products.keys().zip(0..).filter(|(_, index)| index % parts == part).map(|(id, _)| id.clone()).collect()
    }

    /// The lookup keys that prices were made with, and how many were.
    pub(super) fn lookup_keys(&self) -> BTreeMap<&str, u64> {
        let mut counts = BTreeMap::new();
        for key in self.prices.values().filter_map(|price| price.lookup_key.as_deref()) {
            *counts.entry(key).or_default() += 1;
        }
        counts
    }
}
