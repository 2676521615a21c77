//! Every endpoint of this dialect, in one table. Several methods and paths are guesses of the specification: an alias is
//! one more line.

use super::fields::Table;
use super::{access, bonus, checkout, customer, feature, overrule, product, usage};

/// An HTTP method that some endpoint takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether fields come in the query rather than in a body.
    pub const fn has_query(self) -> bool {
        matches!(self, Self::Get | Self::Delete)
    }
}

macro_rules! operations {
    ($($name:ident: $($method:ident)|+ $path:literal, $fields:expr, $summary:literal;)*) => {
        /// An endpoint.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "`summary` says it of each")]
        pub enum Operation { $($name),* }

        impl Operation {
            /// Every endpoint.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its methods, the one to use first.
            pub const fn methods(self) -> &'static [Method] {
                match self { $(Self::$name => &[$(Method::$method),+]),* }
            }

            /// Its path; placeholders are in braces.
            pub const fn path(self) -> &'static str {
                match self { $(Self::$name => $path),* }
            }

            /// The fields it takes in its query or body.
            pub const fn fields(self) -> Table {
                match self { $(Self::$name => $fields),* }
            }

            /// What it does.
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$name => $summary),* }
            }
        }
    };
}

operations! {
    Access: Get "/v1/feature-access", access::QUERY, "What a customer may use now, how much is left, and why";
    UsageTrack: Post "/v1/usage", usage::TRACK, "Record usage";
    UsageSet: Post "/v1/usage/set", usage::SET, "Set the total of the current window";
    UsageBatch: Post "/v1/usage/batch", usage::BATCH, "Record up to 100 usage events";
    UsageConsume: Post "/v1/usage/consume", usage::CONSUME, "Check and record usage in one step";
    UsageEventList: Post "/v1/usage/events", usage::LIST, "List usage events";
    UsageEventRetrieve: Get "/v1/usage/events/{id}", &[], "Retrieve a usage event";
    UsageEventUpdate: Put | Patch "/v1/usage/events/{id}", usage::UPDATE, "Change a usage event";
    UsageEventDelete: Delete "/v1/usage/events/{id}", &[], "Delete a usage event";
    UsageDelete: Post "/v1/usage/delete", usage::DELETE, "Delete usage events";
    CustomerCreate: Post "/v1/customers", customer::CREATE, "Create a customer, or change the one that is there";
    CustomerList: Get "/v1/customers", customer::LIST, "List customers";
    CustomerLink: Post "/v1/customers/link", customer::LINK, "Say which customer of Stripe a customer is";
    CustomerRetrieve: Get "/v1/customers/{id}", &[], "Retrieve a customer";
    CustomerUpdate: Put | Patch "/v1/customers/{id}", customer::UPDATE, "Change a customer";
    CustomerDelete: Delete "/v1/customers/{id}", &[], "Delete a customer and everything of it";
    CustomerCheckout: Post "/v1/customers/{id}/checkout", checkout::CHECKOUT, "Open a page on which to subscribe";
    CustomerPortal: Post "/v1/customers/{id}/customer-portal", checkout::PORTAL,
        "Open a page on which to see to subscriptions";
    FeatureList: Get "/v1/features", &[], "List features";
    FeatureCreate: Post "/v1/features", feature::CREATE, "Create a feature";
    FeatureUpdate: Put | Patch "/v1/features/{id}", feature::UPDATE, "Change a feature";
    ProductList: Get "/v1/products", product::LIST, "List products";
    ProductCreate: Post "/v1/products", product::CREATE, "Create a custom product";
    ProductRetrieve: Get "/v1/products/{id}", &[], "Retrieve a product";
    ProductUpdate: Put | Patch "/v1/products/{id}", product::UPDATE, "Change a custom product";
    ProductDefine: Put | Patch "/v1/products/{id}/feature-access", product::DEFINE, "Say what a product grants";
    ProductVersions: Get "/v1/products/{id}/versions", &[], "List the versions of a product";
    ProductMigrate: Post "/v1/products/{id}/migrate", product::MIGRATE, "Move customers to another version";
    BonusCreate: Post "/v1/bonuses", bonus::CREATE, "Grant a bonus";
    BonusList: Get "/v1/bonuses", bonus::LIST, "List bonuses";
    BonusUpdate: Put | Patch "/v1/bonuses/{id}", bonus::UPDATE, "Change a bonus";
    BonusDelete: Delete "/v1/bonuses/{id}", &[], "Take back an unused bonus";
    OverrideCreate: Post "/v1/overrides", overrule::CREATE, "Override the access of a customer to a feature";
    OverrideList: Get "/v1/overrides", overrule::LIST, "List overrides";
    OverrideUpdate: Put | Patch "/v1/overrides/{id}", overrule::UPDATE, "Change an override";
    OverrideDelete: Delete "/v1/overrides/{id}", &[], "End an override";
}
