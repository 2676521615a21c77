//! Code to begin with, with the reader's own names in it.

use super::{Part, Tab, tabs};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::Json;
use crate::dashboard::page::{Page, Shown};
use crate::dashboard::visit::Visit;
use askama::Template;
use serde_json::json;
use tollgate_wire::priceos::operation::Operation;

#[derive(Template)]
#[template(path = "developers/snippets.html")]
struct SnippetsPage {
    frame: Frame,
    tabs: Vec<Tab>,
    snippets: Vec<Snippet>,
    /// Whether the names are made up, since there are no features yet.
    is_made_up: bool,
}

/// A piece of code.
struct Snippet {
    id: &'static str,
    title: &'static str,
    code: String,
}

/// The names that snippets speak of.
struct Names {
    base: String,
    key: String,
    customer: String,
    feature: String,
    counted: String,
    product: String,
}

pub(super) async fn show(visit: Visit) -> Shown {
    let features = visit.api().priceos(Operation::FeatureList, "", json!({})).await?.items();
    let live: Vec<&Json> = features.iter().filter(|feature| !feature.flag("isArchived")).collect();
    let products = visit.api().products(false).await?;
    let customers = visit.api().priceos(Operation::CustomerList, "", json!({"limit": "1"})).await?.list("customers");
    let key_of = |found: Option<&&Json>, other: &str| {
        found.map_or_else(|| other.to_owned(), |feature| feature.text("featureKey"))
    };
    let custom = products.iter().find(|product| product.text("type") == "custom" && !product.flag("isDefault"));
    let names = Names {
        base: visit.address(),
        key: format!("sk_{}_…", visit.environment.as_str()),
        customer: customers.first().map_or_else(|| "customer_123".to_owned(), |customer| customer.text("customerId")),
        feature: key_of(live.first(), "priority_support"),
        counted: key_of(live.iter().find(|feature| feature.flag("tracksUsage")), "api_calls"),
        product: custom.map_or_else(|| "custom_basic".to_owned(), |product| product.text("key")),
    };
    let frame = visit.frame(Section::Developers, "Snippets");
    Page::of(&SnippetsPage {
        frame,
        tabs: tabs(&visit, Part::Snippets),
        snippets: snippets(&names),
        is_made_up: live.is_empty(),
    })
}

/// A text as one word of a shell, whatever is in it: ids of customers are made by whoever asks.
fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn snippets(names: &Names) -> Vec<Snippet> {
    let Names { base, key, .. } = names;
    // As a literal of JavaScript and Python alike.
    let quoted = |text: &str| json!(text).to_string();
    let [customer, feature, counted, product] =
        [&names.customer, &names.feature, &names.counted, &names.product].map(|name| quoted(name));
    vec![
        Snippet {
            id: "typescript",
            title: "TypeScript: what a customer may use, and counting it",
            code: format!(
                "import {{ Tollgate }} from \"tollgate\";\n\n\
                 const tollgate = new Tollgate(\"{key}\", {{ baseUrl: \"{base}\" }});\n\n\
                 const access = await tollgate.features.getAccess({{ customerId: {customer} }});\n\
                 if (access[{feature}]?.hasAccess) {{\n  // …\n}}\n\n\
                 const used = await tollgate.usage.consume({{\n  customerId: {customer},\n  featureKey: {counted},\n  amount: 1,\n}});\n\
                 if (!used.allowed) throw new Error(used.reason);\n"
            ),
        },
        Snippet {
            id: "curl",
            title: "curl: the same, and why",
            code: format!(
                "curl -G {base}/v1/feature-access -H 'x-api-key: {key}' \\\n  --data-urlencode {} -d explain=true\n\n\
                 curl {base}/v1/usage/consume -H 'x-api-key: {key}' -H 'content-type: application/json' \\\n  -d {}\n",
                shell_word(&format!("customerId={}", names.customer)),
                shell_word(&format!("{{\"customerId\": {customer}, \"featureKey\": {counted}, \"amount\": 1}}"))
            ),
        },
        Snippet {
            id: "assign",
            title: "TypeScript: give a customer a custom product",
            code: format!(
                "await tollgate.customers.update({{\n  customerId: {customer},\n  customProductKeys: [{product}],\n}});\n"
            ),
        },
        Snippet {
            id: "stripe-node",
            title: "Stripe’s library for Node.js",
            code: format!(
                "import Stripe from \"stripe\";\n\nconst at = new URL(\"{base}\");\n\
                 const stripe = new Stripe(\"{key}\", {{\n  host: at.hostname,\n  port: at.port || undefined,\n  protocol: at.protocol.slice(0, -1),\n}});\n\n\
                 const products = await stripe.products.list({{ active: true }});\n"
            ),
        },
        Snippet {
            id: "stripe-python",
            title: "Stripe’s library for Python",
            code: format!(
                "import stripe\n\nstripe.api_key = \"{key}\"\nstripe.api_base = \"{base}\"\n\n\
                 for product in stripe.Product.list(active=True).auto_paging_iter():\n    print(product.name)\n"
            ),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_customer_is_called_is_one_word_of_the_shell() {
        assert_eq!(shell_word("customerId=john doe"), "'customerId=john doe'");
        assert_eq!(shell_word("x';touch y;'"), r"'x'\'';touch y;'\'''");
    }
}
