//! Pages on which customers subscribe, or see to what they have subscribed to.

use super::fault::{Code, Fault};
use super::fields::{Field, Kind, Map, Origin, Table, Values, read};
use crate::json::Writer;
use crate::params::{Scheme, is_url};
use tollgate_domain::checkout::{ADDRESS_MAX_CHARACTERS, NewCheckout, NewPage, TRIAL_DAYS_MAX};
use tollgate_domain::customer::NAME_MAX_CHARACTERS;

/// What stands for the session in an address to go back to.
pub const SESSION_PLACEHOLDER: &str = "{CHECKOUT_SESSION_ID}";

const ADDRESS: Kind = Kind::Text { max: ADDRESS_MAX_CHARACTERS };
const NAME: Kind = Kind::Text { max: NAME_MAX_CHARACTERS };

/// What opening a checkout takes.
pub const CHECKOUT: Table = &[
    Field::new("productKey", Kind::Text { max: super::product::KEY_MAX_CHARACTERS }, "What to subscribe to.")
        .required(),
    Field::new("stripePriceId", Kind::Text { max: 255 }, "At which price. Default: the product's default price.")
        .nullable(),
    Field::new("successUrl", ADDRESS, "Where to go once it is confirmed."),
    Field::new("cancelUrl", ADDRESS, "Where to go otherwise."),
    Field::new("metadata", Kind::Metadata, "Kept with the session."),
    Field::new(
        "customerInfo",
        Kind::Object(&[
            Field::new("name", NAME, "What people call the customer from now on.").nullable(),
            Field::new("email", NAME, "Where to write to from now on.").nullable(),
        ]),
        "What is known of the customer.",
    ),
    Field::new(
        "checkoutParams",
        Kind::Any,
        "Parameters of a session of Stripe. Of these `subscription_data.trial_period_days` counts here.",
    ),
];

/// What opening the portal takes.
pub const PORTAL: Table = &[Field::new("returnUrl", ADDRESS, "Where the page leads back to.")];

/// A page to be opened, and what is said of the customer on the way.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct PageRequest {
    pub page: NewPage,
    pub name: Option<String>,
    pub email: Option<String>,
}

/// Reads what a checkout is to be for.
pub fn parse_checkout(body: &Map) -> Result<PageRequest, Fault> {
    let values = read(CHECKOUT, body, Origin::Body)?;
    let info = values.object("customerInfo");
    let checkout = NewCheckout {
        product_key: values.text("productKey").unwrap_or_default(),
        price: values.text("stripePriceId").map(|id| id.as_str().into()),
        trial_days: trial_days(body)?,
        success_url: address(&values, "successUrl")?,
        cancel_url: address(&values, "cancelUrl")?,
        metadata: values.metadata_patch("metadata"),
    };
    Ok(PageRequest {
        page: NewPage::Checkout(checkout),
        name: info.and_then(|info| info.text("name")),
        email: info.and_then(|info| info.text("email")),
    })
}

/// Reads where the portal is to lead back to.
pub fn parse_portal(body: &Map) -> Result<PageRequest, Fault> {
    let values = read(PORTAL, body, Origin::Body)?;
    Ok(PageRequest { page: NewPage::Portal { return_url: address(&values, "returnUrl")? }, name: None, email: None })
}

/// An address that a browser is sent to: of the web, and nothing else.
fn address(values: &Values, name: &str) -> Result<Option<String>, Fault> {
    let Some(address) = values.text(name) else { return Ok(None) };
    if address.is_ascii() && is_url(&address.replace(SESSION_PLACEHOLDER, "id"), Scheme::Required) {
        return Ok(Some(address));
    }
    Err(Fault::invalid(name, "must be an address that begins with http:// or https://."))
}

fn trial_days(body: &Map) -> Result<Option<u32>, Fault> {
    let given = body.get("checkoutParams").and_then(|params| params.get("subscription_data")?.get("trial_period_days"));
    let Some(given) = given.filter(|given| !given.is_null()) else { return Ok(None) };
    let days = given.as_u64().and_then(|days| u32::try_from(days).ok()).filter(|days| *days <= TRIAL_DAYS_MAX);
    let problem = format!("must be a whole number from 0 to {TRIAL_DAYS_MAX}.");
    days.map(Some).ok_or_else(|| Fault::invalid("checkoutParams.subscription_data.trial_period_days", &problem))
}

/// Writes where the page is.
pub fn render(writer: &mut Writer, url: &str) {
    writer.begin_object();
    writer.field("url", url);
    writer.end_object();
}

/// Pages are for the test environment, unless a setting says otherwise.
pub fn off_in_live() -> Fault {
    Fault::new(
        Code::NotImplemented,
        "These pages take no payment: whoever confirms gets what is sold for nothing. So they are off in the live \
         environment; the setting `pages-in-live` turns them on.",
    )
}
