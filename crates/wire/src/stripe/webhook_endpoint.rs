//! Webhook endpoints. Rolling a secret is an addition of our own.

use super::event_types::TYPES;
use super::metadata::{self, METADATA_CHANGE, Shown};
use super::view::View;
use super::{error, undecided};
use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::json::{Null, Writer};
use crate::list::{self, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, ARRAY_UNLIMITED, Kind, Object, Param, Table};
use std::cmp::Reverse;
use std::sync::Arc;
use tollgate_domain::id::WebhookEndpointId;
use tollgate_domain::list::{CreatedRange, Page};
use tollgate_domain::record::Noun;
use tollgate_domain::webhook::endpoint::{
    CreateWebhookEndpoint, DESCRIPTION_MAX_CHARACTERS, DeleteWebhookEndpoint, ROLL_DEFAULT_SECONDS, ROLL_MAX_SECONDS,
    RollSecret, UpdateWebhookEndpoint,
};
use tollgate_domain::webhook::{Endpoints, Secret, WebhookEndpoint};

/// Longest version that is looked at, in characters.
const API_VERSION_MAX_CHARACTERS: usize = 128;
/// What begins an address whose connection is encrypted.
const ENCRYPTED: &str = "https://";

const URL: Param = Param::new("url", Kind::Url, "Where events are sent to.");
const ENABLED_EVENTS: Param = Param::new(
    "enabled_events",
    Kind::Array { max: ARRAY_UNLIMITED, of: &Kind::Word(TYPES) },
    "The types of events to send; `*` for all.",
);
const VERSION: Param = Param::new(
    "api_version",
    Kind::text(API_VERSION_MAX_CHARACTERS),
    "The version of the API that the receiver expects; every version is shown in the same shape.",
);
const CONNECT: Param = Param::new(
    "connect",
    Kind::Boolean,
    "Whether to send the events of connected accounts, of which there are none, in the place of one's own.",
);
const DESCRIPTION: Param =
    Param::new("description", Kind::text(DESCRIPTION_MAX_CHARACTERS), "What the endpoint is for.").clearable();
const DISABLED: Param =
    Param::new("disabled", Kind::Boolean, "True to send nothing; what is due meanwhile is given up.");
const EXPIRES_IN: Param = Param::new(
    "expires_in",
    Kind::Integer { min: 0, max: ROLL_MAX_SECONDS },
    "How many seconds the older secret signs too: up to seven days, a day unless said.",
);

/// The parameters of a creation, in the order in which they are checked.
pub const CREATE: Table =
    &[URL.required(), ENABLED_EVENTS.required(), VERSION, CONNECT, DESCRIPTION, METADATA_CHANGE, EXPAND];
/// The parameters of a change, in the order in which they are checked.
pub const UPDATE: Table = &[URL, ENABLED_EVENTS, DESCRIPTION, DISABLED, METADATA_CHANGE, EXPAND];
/// The parameters of an exchange of the secret.
pub const ROLL_SECRET: Table = &[EXPIRES_IN, EXPAND];
/// The parameters of a retrieval.
pub const RETRIEVE: Table = &[EXPAND];
/// The parameters of a list.
pub const LIST: Table = &[ENDING_BEFORE, EXPAND, LIMIT, STARTING_AFTER];
/// The parameters of a deletion: none.
pub const DELETE: Table = &[];

static LISTED: [Expandable; 1] = [Expandable::leaf("data")];

/// Which addresses an endpoint may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Those whose connection is encrypted.
    Encrypted,
    /// Others too.
    Any,
}

fn check_url(url: Option<&str>, transport: Transport) -> Result<(), Fault> {
    let begins = |url: &str| url.get(..ENCRYPTED.len()).is_some_and(|start| start.eq_ignore_ascii_case(ENCRYPTED));
    match url {
        Some(url) if transport == Transport::Encrypted && !begins(url) => Err(undecided::webhook_without_tls()),
        _ => Ok(()),
    }
}

/// Each type once, in the order sent.
fn enabled_events(params: &Object<'_>) -> Option<Vec<String>> {
    let mut types: Vec<String> = Vec::new();
    for name in params.get::<Vec<String>>(&ENABLED_EVENTS)? {
        if !types.contains(&name) {
            types.push(name);
        }
    }
    Some(types)
}

/// Reads a new endpoint, which gets a secret that was made for it. `is_version` tells versions from other texts.
pub fn parse_create(
    params: &Params,
    transport: Transport,
    secret: Secret,
    is_version: impl Fn(&str) -> bool,
) -> Result<(CreateWebhookEndpoint, Expand), Fault> {
    let params = params::read(CREATE, params)?;
    let expand = expand::of_object(&params, &[])?;
    let url: String = params.get(&URL).unwrap_or_default();
    check_url(Some(&url), transport)?;
    let api_version: Option<String> = params.get(&VERSION);
    if let Some(version) = api_version.as_deref().filter(|version| !is_version(version)) {
        return Err(error::invalid_version(version).about(VERSION.name));
    }
    let command = CreateWebhookEndpoint {
        url,
        enabled_events: enabled_events(&params).unwrap_or_default(),
        api_version,
        connect: params.get(&CONNECT).unwrap_or(false),
        description: params.get(&DESCRIPTION),
        metadata: metadata::change(&params),
        secret,
    };
    Ok((command, expand))
}

/// Reads a change of an endpoint.
pub fn parse_update(
    params: &Params,
    id: WebhookEndpointId,
    transport: Transport,
) -> Result<(UpdateWebhookEndpoint, Expand), Fault> {
    let params = params::read(UPDATE, params)?;
    let expand = expand::of_object(&params, &[])?;
    let url: Option<String> = params.get(&URL);
    check_url(url.as_deref(), transport)?;
    let command = UpdateWebhookEndpoint {
        id,
        url,
        enabled_events: enabled_events(&params),
        description: params.patch(&DESCRIPTION),
        disabled: params.get(&DISABLED),
        metadata: metadata::change(&params),
    };
    Ok((command, expand))
}

/// Reads an exchange of the secret for one that was made for it.
pub fn parse_roll(params: &Params, id: WebhookEndpointId, secret: Secret) -> Result<(RollSecret, Expand), Fault> {
    let params = params::read(ROLL_SECRET, params)?;
    let expand = expand::of_object(&params, &[])?;
    let keep_seconds = params.get(&EXPIRES_IN).unwrap_or(ROLL_DEFAULT_SECONDS);
    Ok((RollSecret { id, secret, keep_seconds }, expand))
}

/// Reads what a retrieval is to expand: nothing can be, so this finds what cannot.
pub fn parse_retrieve(params: &Params) -> Result<Expand, Fault> {
    expand::of_object(&params::read(RETRIEVE, params)?, &[])
}

/// Reads a deletion.
pub fn parse_delete(params: &Params, id: WebhookEndpointId) -> Result<DeleteWebhookEndpoint, Fault> {
    params::read(DELETE, params)?;
    Ok(DeleteWebhookEndpoint { id })
}

/// Reads a list.
pub fn parse_list(params: &Params) -> Result<ListRequest, Fault> {
    let params = params::read(LIST, params)?;
    list::request(&params, Noun::WebhookEndpoint, Vec::new(), CreatedRange::default(), &LISTED)
}

/// The page that was asked for, newest first.
pub fn list<'e>(request: &ListRequest, endpoints: &'e Endpoints) -> Result<Page<&'e Arc<WebhookEndpoint>>, Fault> {
    let mut all: Vec<&Arc<WebhookEndpoint>> = endpoints.seen().collect();
    all.sort_unstable_by_key(|endpoint| Reverse((endpoint.created, endpoint.id.as_str())));
    list::page(request, all, |endpoint| endpoint.id.as_str(), |_| true)
}

/// Writes an endpoint, without its secret.
pub fn render(writer: &mut Writer, endpoint: &WebhookEndpoint, view: &View<'_>) {
    write(writer, endpoint, None, view);
}

/// Writes an endpoint with its secret: to whoever made it, at that moment.
pub fn render_with_secret(writer: &mut Writer, endpoint: &WebhookEndpoint, view: &View<'_>) {
    write(writer, endpoint, Some(&endpoint.secret), view);
}

fn write(writer: &mut Writer, endpoint: &WebhookEndpoint, secret: Option<&Secret>, view: &View<'_>) {
    writer.begin_object();
    writer.field("id", endpoint.id.as_str());
    writer.field("object", "webhook_endpoint");
    writer.field("api_version", &endpoint.api_version);
    writer.field("application", &Null);
    writer.field("created", &endpoint.created.seconds());
    writer.field("description", &endpoint.description);
    writer.array_field("enabled_events");
    endpoint.enabled_events.iter().for_each(|name| writer.value(name));
    writer.end_array();
    writer.field("livemode", &view.environment.is_live());
    writer.field("metadata", &Shown(&endpoint.metadata));
    if let Some(secret) = secret {
        writer.field("secret", secret.reveal());
    }
    writer.field("status", if endpoint.disabled { "disabled" } else { "enabled" });
    writer.field("url", &endpoint.url);
    writer.end_object();
}

/// Writes what is left of a deleted endpoint.
pub fn render_deleted(writer: &mut Writer, id: &WebhookEndpointId) {
    writer.begin_object();
    writer.field("id", id.as_str());
    writer.field("object", "webhook_endpoint");
    writer.field("deleted", &true);
    writer.end_object();
}
