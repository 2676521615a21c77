//! Every endpoint, in one table: the server's routes, the context of errors and the published description follow it.

use super::{event, feature, price, product, product_feature, tax_code};
use crate::params::Table;
use crate::search;

/// An HTTP method that some endpoint takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum Method {
    Get,
    Post,
    Delete,
}

impl Method {
    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

macro_rules! operations {
    ($($name:ident: $method:ident $path:literal, $params:expr, $summary:literal;)*) => {
        /// An endpoint.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "`summary` says it of each")]
        pub enum Operation { $($name),* }

        impl Operation {
            /// Every endpoint. Paths without placeholders come before those that would match them too.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }

            /// Its method.
            pub const fn method(self) -> Method {
                match self { $(Self::$name => Method::$method),* }
            }

            /// Its path; placeholders are in braces: `/v1/products/{id}`.
            pub const fn path(self) -> &'static str {
                match self { $(Self::$name => $path),* }
            }

            /// The parameters it takes in its query or body.
            pub const fn params(self) -> Table {
                match self { $(Self::$name => $params),* }
            }

            /// What it does.
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$name => $summary),* }
            }
        }
    };
}

operations! {
    ProductSearch: Get "/v1/products/search", search::TABLE, "Search products";
    ProductList: Get "/v1/products", product::LIST, "List all products";
    ProductCreate: Post "/v1/products", product::CREATE, "Create a product";
    ProductRetrieve: Get "/v1/products/{id}", product::RETRIEVE, "Retrieve a product";
    ProductUpdate: Post "/v1/products/{id}", product::UPDATE, "Update a product";
    ProductDelete: Delete "/v1/products/{id}", product::DELETE, "Delete a product";
    ProductFeatureList: Get "/v1/products/{product}/features", product_feature::LIST,
        "List all features attached to a product";
    ProductFeatureCreate: Post "/v1/products/{product}/features", product_feature::CREATE,
        "Attach a feature to a product";
    ProductFeatureRetrieve: Get "/v1/products/{product}/features/{id}", product_feature::RETRIEVE,
        "Retrieve a product_feature";
    ProductFeatureDelete: Delete "/v1/products/{product}/features/{id}", product_feature::DELETE,
        "Remove a feature from a product";
    PriceSearch: Get "/v1/prices/search", search::TABLE, "Search prices";
    PriceList: Get "/v1/prices", price::LIST, "List all prices";
    PriceCreate: Post "/v1/prices", price::CREATE, "Create a price";
    PriceRetrieve: Get "/v1/prices/{price}", price::RETRIEVE, "Retrieve a price";
    PriceUpdate: Post "/v1/prices/{price}", price::UPDATE, "Update a price";
    FeatureList: Get "/v1/entitlements/features", feature::LIST, "List all features";
    FeatureCreate: Post "/v1/entitlements/features", feature::CREATE, "Create a feature";
    FeatureRetrieve: Get "/v1/entitlements/features/{id}", feature::RETRIEVE, "Retrieve a feature";
    FeatureUpdate: Post "/v1/entitlements/features/{id}", feature::UPDATE, "Update a feature";
    EventList: Get "/v1/events", event::LIST, "List all events";
    EventRetrieve: Get "/v1/events/{id}", event::RETRIEVE, "Retrieve an event";
    TaxCodeList: Get "/v1/tax_codes", tax_code::LIST, "List all tax codes";
    TaxCodeRetrieve: Get "/v1/tax_codes/{id}", tax_code::RETRIEVE, "Retrieve a tax code";
}
