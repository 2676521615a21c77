//! Whether what is there is what has to be there.

use super::ledger::{Ledger, Price, Product};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tollgate_testkit::http::Client;

/// Objects to a page.
const PAGE: usize = 100;

/// What was seen so far, so that only what is new is read.
#[derive(Default)]
pub(super) struct Audit {
    products: BTreeSet<String>,
    prices: BTreeSet<String>,
    events: BTreeSet<String>,
    /// Events by type and object.
    tally: BTreeMap<(String, String), usize>,
    /// Transfers by lookup key.
    transfers: BTreeMap<String, u64>,
    /// The name that a product got, by the product and the name it had.
    renamed: BTreeMap<(String, String), String>,
    /// Renames of products that were compared.
    compared: BTreeMap<String, usize>,
}

impl Audit {
    /// Reads what is new and compares it with the ledger.
    pub(super) fn of_what_is_new(&mut self, client: &mut Client, ledger: &Ledger) {
        self.events(client, ledger);
        self.products(client, ledger);
        self.prices(client, ledger);
        for (key, made) in ledger.lookup_keys() {
            self.lookup_key(client, ledger, key, made);
        }
    }

    fn products(&mut self, client: &mut Client, ledger: &Ledger) {
        for found in unseen(client, "/v1/products", &mut self.products) {
            let id = found["id"].as_str().expect("an id");
            let product = ledger.products.get(id).unwrap_or_else(|| panic!("nobody made {found}"));
            self.compare_product(&found, product);
            self.compared.insert(id.to_owned(), product.renames.len());
        }
        assert_eq!(self.products.len(), ledger.products.len(), "products are gone");
        for (id, product) in &ledger.products {
            if self.compared.insert(id.clone(), product.renames.len()) != Some(product.renames.len()) {
                let found = client.get(&format!("/v1/products/{id}")).expect("an answer").ok();
                self.compare_product(&found, product);
            }
        }
    }

    /// It went from name to name without a gap, through all that it was given and no other, and has the last one.
    fn compare_product(&self, found: &Value, product: &Product) {
        let mut names = vec![];
        let mut step = (found["id"].as_str().expect("an id").to_owned(), product.name.clone());
        while let Some(name) = self.renamed.get(&step) {
            names.push(name.clone());
            step.1.clone_from(name);
        }
        assert_eq!(found["name"], step.1, "{found}");
        assert_eq!(found["default_price"], *product.price, "{found}");
        let mut wanted = product.renames.clone();
        if product.shared {
            names.sort_unstable();
            wanted.sort_unstable();
        }
        assert_eq!(names, wanted, "{found}");
    }

    fn prices(&mut self, client: &mut Client, ledger: &Ledger) {
        for found in unseen(client, "/v1/prices", &mut self.prices) {
            let price = found["id"].as_str().and_then(|id| ledger.prices.get(id));
            let Price { product, lookup_key, recurring } = price.unwrap_or_else(|| panic!("nobody made {found}"));
            assert_eq!(found["product"], **product);
            assert_eq!(found["recurring"].is_object(), *recurring, "{found}");
            let kept = &found["lookup_key"];
            assert!(kept.is_null() || kept.as_str() == lookup_key.as_deref(), "{found}");
        }
        assert_eq!(self.prices.len(), ledger.prices.len(), "prices are gone");
    }

    fn events(&mut self, client: &mut Client, ledger: &Ledger) {
        for event in unseen(client, "/v1/events", &mut self.events) {
            let kind = event["type"].as_str().expect("a type");
            let object = event["data"]["object"]["id"].as_str().expect("an id");
            *self.tally.entry((kind.to_owned(), object.to_owned())).or_default() += 1;
            let before = |field: &str| event["data"]["previous_attributes"][field].as_str().expect("what it was");
            match kind {
                "price.updated" => *self.transfers.entry(before("lookup_key").to_owned()).or_default() += 1,
                "product.updated" => {
                    let name = event["data"]["object"]["name"].as_str().expect("a name").to_owned();
                    let known = self.renamed.insert((object.to_owned(), before("name").to_owned()), name);
                    assert_eq!(known, None, "renamed twice from one name: {event}");
                }
                _ => {}
            }
        }
        self.compare_tally(ledger);
    }

    /// Each object was announced once, and each change of it; and nothing else was.
    fn compare_tally(&self, ledger: &Ledger) {
        let mut wanted = BTreeMap::new();
        for (id, product) in &ledger.products {
            wanted.insert(("product.created", id.as_str()), 1);
            if !product.renames.is_empty() {
                wanted.insert(("product.updated", id.as_str()), product.renames.len());
            }
        }
        for (id, price) in &ledger.prices {
            wanted.insert(("price.created", id.as_str()), 1);
            if price.recurring {
                wanted.insert(("plan.created", id.as_str()), 1);
            }
        }
        for ((kind, id), count) in &self.tally {
            match kind.as_str() {
                // A price loses its lookup key once; which one does depends on the order the server took the writes in.
                "price.updated" | "plan.updated" => assert_eq!(*count, 1, "{kind} of {id}"),
                _ => assert_eq!(wanted.remove(&(kind.as_str(), id.as_str())), Some(*count), "{kind} of {id}"),
            }
        }
        assert!(wanted.is_empty(), "never announced: {wanted:?}");
    }

    /// All prices made with the key lost it again, but one.
    fn lookup_key(&self, client: &mut Client, ledger: &Ledger, key: &str, made: u64) {
        let found = client.get(&format!("/v1/prices?lookup_keys[]={key}")).expect("an answer").ok();
        let holders = found["data"].as_array().expect("a list");
        assert_eq!(holders.len(), 1, "{key} is held by {holders:?}");
        let holder = holders[0]["id"].as_str().and_then(|id| ledger.prices.get(id)).expect("a price that was made");
        assert_eq!(holder.lookup_key.as_deref(), Some(key));
        assert_eq!(self.transfers.get(key).copied().unwrap_or(0), made - 1, "transfers of {key}");
    }
}

/// What a list has that was not seen before, newest first: up to a page of which everything was seen.
fn unseen(client: &mut Client, path: &str, seen: &mut BTreeSet<String>) -> Vec<Value> {
    let (mut new, mut now) = (vec![], BTreeSet::new());
    let mut query = format!("{path}?limit={PAGE}");
    loop {
        let page = client.get(&query).expect("an answer").ok();
        let objects = page["data"].as_array().expect("a list");
        let before = new.len();
        for object in objects {
            let id = object["id"].as_str().expect("an id").to_owned();
            assert!(now.insert(id.clone()), "{id} is listed twice");
            if !seen.contains(&id) {
                new.push(object.clone());
            }
        }
        if page["has_more"] == false || new.len() == before {
            break;
        }
        let last = objects.last().expect("a page with more behind it is not empty");
        query = format!("{path}?limit={PAGE}&starting_after={}", last["id"].as_str().expect("an id"));
    }
    seen.append(&mut now);
    new
}
