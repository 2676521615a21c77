//! What the writers write.

use std::io;
use tollgate_testkit::http::{Client, Reply};

/// One change of the catalog.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    /// A product with its first price.
    Make {
        /// Its id, where the writer and not the server gives it one.
        id: Option<String>,
        /// Its name, which no other product has.
        name: String,
    },
    /// A new name for a product.
    Rename {
        /// Which product.
        id: String,
        /// The name, which no product had before.
        name: String,
        /// Whether others rename it at the same time.
        shared: bool,
    },
    /// A price that takes a lookup key.
    Price {
        /// Of which product.
        product: String,
        /// The key it takes.
        lookup_key: String,
        /// Whether it is charged every month.
        recurring: bool,
    },
}

/// A deed as it is sent.
#[derive(Debug, Clone)]
pub(super) struct Write {
    /// What to do.
    pub(super) deed: Deed,
    /// The idempotency key, if it has one.
    pub(super) key: Option<String>,
}

impl Write {
    /// Sends it.
    pub(super) fn send(&self, client: &mut Client) -> io::Result<Reply> {
        let form = self.deed.form();
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        match &self.key {
            Some(key) => client.post_once(key, &self.deed.path(), &form),
            None => client.post(&self.deed.path(), &form),
        }
    }
}

impl Deed {
    /// Where the object is that it makes or changes, of a deed that names it.
    pub(super) fn subject_path(&self) -> String {
        match self {
            Self::Make { id: Some(id), .. } | Self::Rename { id, .. } => format!("/v1/products/{id}"),
            Self::Make { id: None, .. } | Self::Price { .. } => panic!("{self:?} needs an idempotency key"),
        }
    }

    /// Whether the answer to a look at the object shows that it was done.
    pub(super) fn is_done(&self, look: &Reply) -> bool {
        match self {
            Self::Make { .. } if look.status == 404 => false,
            Self::Make { .. } => look.ok()["object"] == "product",
            Self::Rename { name, .. } => look.ok()["name"] == *name,
            Self::Price { .. } => panic!("{self:?} needs an idempotency key"),
        }
    }

    fn path(&self) -> String {
        match self {
            Self::Make { .. } => "/v1/products".to_owned(),
            Self::Rename { id, .. } => format!("/v1/products/{id}"),
            Self::Price { .. } => "/v1/prices".to_owned(),
        }
    }

    fn form(&self) -> Vec<(&'static str, String)> {
        let mut form = vec![];
        match self {
            Self::Make { id, name } => {
                form.extend(id.iter().map(|id| ("id", id.clone())));
                form.push(("name", name.clone()));
                form.push(("default_price_data[currency]", "usd".to_owned()));
                form.push(("default_price_data[unit_amount]", "4200".to_owned()));
            }
            Self::Rename { name, .. } => form.push(("name", name.clone())),
            Self::Price { product, lookup_key, recurring } => {
                form.push(("product", product.clone()));
                form.push(("currency", "usd".to_owned()));
                form.push(("unit_amount_decimal", "0.000000000001".to_owned()));
                form.push(("lookup_key", lookup_key.clone()));
                form.push(("transfer_lookup_key", "true".to_owned()));
                if *recurring {
                    form.push(("recurring[interval]", "month".to_owned()));
                }
            }
        }
        form
    }
}
