//! The account: who the server is to those that ask. There is one, and it takes no money.

use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::json::{Null, Writer};
use crate::list::{self, CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER};
use crate::params::{self, Table};
use crate::stripe::error;
use crate::stripe::refusal::no_such_called;
use tollgate_domain::list::Page;
use tollgate_domain::time::Timestamp;

/// What people see of it.
const NAME: &str = "Tollgate";

/// The parameters of a retrieval.
pub const RETRIEVE: Table = &[EXPAND];
/// The parameters of a list.
pub const LIST: Table = &[CREATED, ENDING_BEFORE, EXPAND, LIMIT, STARTING_AFTER];

/// What of an account can be expanded: only what is there anyway.
static EXPANDABLE: [Expandable; 7] = [
    Expandable::leaf("business_profile"),
    Expandable::leaf("capabilities"),
    Expandable::leaf("controller"),
    Expandable::leaf("external_accounts"),
    Expandable::leaf("requirements"),
    Expandable::leaf("settings"),
    Expandable::leaf("tos_acceptance"),
];
static LISTED: [Expandable; 1] = [Expandable { name: "data", within: &EXPANDABLE }];

/// The account.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// Since when there is one.
    pub created: Timestamp,
}

impl Account {
    /// The account of a database, by the id of the first key that was put on file there: that is the same in both
    /// environments and on every node, and stays.
    pub fn of_first_key(id: &str, created: Timestamp) -> Self {
        let rest = id.split_once('_').map_or(id, |(_, rest)| rest);
        Self { id: format!("acct_1T{rest}"), created }
    }
}

/// Reads what a retrieval is to expand.
pub fn parse_retrieve(params: &Params) -> Result<Expand, Fault> {
    expand::of_object(&params::read(RETRIEVE, params)?, &EXPANDABLE)
}

/// Reads a list of the accounts that are connected to this one. There are none, so that no cursor names any.
pub fn parse_list(params: &Params) -> Result<(Page<Account>, Expand), Fault> {
    let params = params::read(LIST, params)?;
    let expand = expand::of_page(&params, &LISTED)?;
    list::none(&params, |cursor, id| no_such_called("account", id).about(error::cursor_param(cursor)))?;
    Ok((Page { items: Vec::new(), has_more: false }, expand))
}

/// Writes the account.
pub fn render(writer: &mut Writer, account: &Account) {
    writer.begin_object();
    writer.field("id", &account.id);
    writer.field("object", "account");
    writer.object_field("business_profile");
    nulls(writer, &["annual_revenue", "estimated_worker_count", "mcc"]);
    writer.field("name", NAME);
    nulls(writer, &["product_description", "support_address", "support_email", "support_phone", "support_url", "url"]);
    writer.end_object();
    writer.field("business_type", &Null);
    writer.object_field("capabilities");
    writer.end_object();
    writer.field("charges_enabled", &false);
    writer.object_field("controller");
    writer.field("type", "account");
    writer.end_object();
    writer.field("country", "US");
    writer.field("created", &account.created.seconds());
    writer.field("default_currency", "usd");
    writer.field("details_submitted", &true);
    writer.field("email", &Null);
    writer.object_field("external_accounts");
    writer.field("object", "list");
    writer.array_field("data");
    writer.end_array();
    writer.field("has_more", &false);
    writer.field("url", &format!("/v1/accounts/{}/external_accounts", account.id));
    writer.end_object();
    writer.object_field("metadata");
    writer.end_object();
    writer.field("payouts_enabled", &false);
    render_requirements(writer);
    render_settings(writer);
    writer.object_field("tos_acceptance");
    nulls(writer, &["date", "ip", "user_agent"]);
    writer.end_object();
    writer.field("type", "standard");
    writer.end_object();
}

fn render_requirements(writer: &mut Writer) {
    writer.object_field("requirements");
    for name in ["alternatives", "currently_due", "errors", "eventually_due", "past_due", "pending_verification"] {
        writer.array_field(name);
        writer.end_array();
    }
    nulls(writer, &["current_deadline", "disabled_reason"]);
    writer.end_object();
}

fn render_settings(writer: &mut Writer) {
    writer.object_field("settings");
    writer.object_field("branding");
    nulls(writer, &["icon", "logo", "primary_color", "secondary_color"]);
    writer.end_object();
    writer.object_field("card_payments");
    nulls(writer, &["statement_descriptor_prefix"]);
    writer.end_object();
    writer.object_field("dashboard");
    writer.field("display_name", NAME);
    writer.field("timezone", "Etc/UTC");
    writer.end_object();
    writer.object_field("payments");
    nulls(writer, &["statement_descriptor"]);
    writer.end_object();
    writer.end_object();
}

fn nulls(writer: &mut Writer, names: &[&'static str]) {
    for name in names {
        writer.field(name, &Null);
    }
}
