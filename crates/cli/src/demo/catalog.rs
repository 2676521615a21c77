//! What the company of the demo sells: a free default, two paid tiers, an add-on, a contract of its own for a large
//! customer, and what they grant.

use crate::api::Api;
use serde_json::{Value, json};

/// A feature: its key, its name, and how it is counted.
pub(super) struct Feature {
    pub(super) key: &'static str,
    name: &'static str,
    counted: Counted,
}

enum Counted {
    /// On or off.
    Switch,
    /// A number that the customer's own program holds itself to.
    Untracked,
    /// Usage that starts from zero in such intervals, from such an anchor.
    Tracked(&'static str, &'static str),
}

pub(super) const FEATURES: [Feature; 8] = [
    Feature { key: "sso", name: "Single sign-on", counted: Counted::Switch },
    Feature { key: "priority_support", name: "Priority support", counted: Counted::Switch },
    Feature { key: "custom_domain", name: "Custom domain", counted: Counted::Switch },
    Feature { key: "seats", name: "Seats", counted: Counted::Untracked },
    Feature { key: "projects", name: "Projects", counted: Counted::Tracked("never", "calendar") },
    Feature { key: "api_calls", name: "API calls", counted: Counted::Tracked("day", "calendar") },
    Feature { key: "exports", name: "Exports", counted: Counted::Tracked("month", "calendar") },
    Feature { key: "ai_credits", name: "AI credits", counted: Counted::Tracked("month", "billing_period") },
];

/// A custom product: its key, its name, and what it grants.
pub(super) struct Product {
    pub(super) key: &'static str,
    name: &'static str,
    is_default: bool,
    grants: &'static [Grant],
}

/// What is granted of a feature.
pub(super) enum Grant {
    On(&'static str),
    Limit(&'static str, i64),
    Unlimited(&'static str),
}

pub(super) const PRODUCTS: [Product; 5] = [
    Product {
        key: "free",
        name: "Free",
        is_default: true,
        grants: &[
            Grant::Limit("seats", 1),
            Grant::Limit("projects", 3),
            Grant::Limit("api_calls", 100),
            Grant::Limit("exports", 5),
            Grant::Limit("ai_credits", 20),
        ],
    },
    Product {
        key: "starter",
        name: "Starter",
        is_default: false,
        grants: &[
            Grant::Limit("seats", 5),
            Grant::Limit("projects", 20),
            Grant::Limit("api_calls", 2_000),
            Grant::Limit("exports", 50),
            Grant::Limit("ai_credits", 200),
        ],
    },
    Product {
        key: "growth",
        name: "Growth",
        is_default: false,
        grants: &[
            Grant::On("sso"),
            Grant::On("custom_domain"),
            Grant::Limit("seats", 25),
            Grant::Limit("projects", 200),
            Grant::Limit("api_calls", 20_000),
            Grant::Limit("exports", 500),
            Grant::Limit("ai_credits", 2_000),
        ],
    },
    Product { key: "credit_pack", name: "Credit pack", is_default: false, grants: &[Grant::Limit("ai_credits", 500)] },
    Product {
        key: "enterprise_northwind",
        name: "Enterprise (Northwind)",
        is_default: false,
        grants: &[
            Grant::On("sso"),
            Grant::On("priority_support"),
            Grant::On("custom_domain"),
            Grant::Limit("seats", 400),
            Grant::Unlimited("projects"),
            Grant::Limit("api_calls", 250_000),
            Grant::Unlimited("exports"),
            Grant::Limit("ai_credits", 50_000),
        ],
    },
];

/// Products with prices, as forms of the Stripe dialect: what the paid tiers will be sold as.
pub(super) const STRIPE_PRODUCTS: [(&str, &str); 2] = [
    (
        "Starter monthly",
        "name=Starter%20monthly&marketing_features[0][name]=5%20seats&marketing_features[1][name]=200%20AI%20credits\
         &default_price_data[currency]=usd&default_price_data[unit_amount]=2900&default_price_data[recurring][interval]=month",
    ),
    (
        "Growth monthly",
        "name=Growth%20monthly&marketing_features[0][name]=25%20seats&marketing_features[1][name]=Single%20sign-on\
         &default_price_data[currency]=usd&default_price_data[unit_amount]=14900&default_price_data[recurring][interval]=month",
    ),
];

/// Makes all of it.
pub(super) async fn fill(api: &mut Api) -> anyhow::Result<()> {
    for feature in &FEATURES {
        api.post("/v1/features", &feature.body()).await?;
    }
    for product in &PRODUCTS {
        let access: Vec<Value> = product.grants.iter().map(Grant::entry).collect();
        let body = json!({
            "key": product.key, "name": product.name, "isDefault": product.is_default, "featureAccess": access,
        });
        api.post("/v1/products", &body).await?;
    }
    for (_, form) in STRIPE_PRODUCTS {
        api.post_form("/v1/products", form).await?;
    }
    // What is sold with a price grants what the custom product of the same tier does.
    for (stripe, custom) in [("starter_monthly", 1), ("growth_monthly", 2)] {
        let access: Vec<Value> = PRODUCTS[custom].grants.iter().map(Grant::entry).collect();
        api.put(&format!("/v1/products/{stripe}/feature-access"), &json!({ "featureAccess": access })).await?;
    }
    Ok(())
}

impl Feature {
    fn body(&self) -> Value {
        let mut body = json!({ "featureKey": self.key, "name": self.name });
        match self.counted {
            Counted::Switch => body["type"] = "boolean".into(),
            Counted::Untracked => body["type"] = "limit".into(),
            Counted::Tracked(interval, anchor) => {
                body["type"] = "limit".into();
                body["tracksUsage"] = true.into();
                body["usageResetInterval"] = interval.into();
                body["usageResetAnchor"] = anchor.into();
            }
        }
        body
    }
}

impl Grant {
    fn entry(&self) -> Value {
        match self {
            Self::On(key) => json!({ "featureKey": key, "hasAccess": true }),
            Self::Limit(key, limit) => json!({ "featureKey": key, "hasAccess": true, "limit": limit }),
            Self::Unlimited(key) => json!({ "featureKey": key, "hasAccess": true, "isUnlimited": true }),
        }
    }
}
