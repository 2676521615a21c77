//! What developers look at: keys, webhooks, events, requests, and code to begin with.

mod events;
mod keys;
mod requests;
mod snippets;
pub(super) mod webhooks;

use super::visit::Visit;
use crate::app::App;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

/// The pages of this section.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/developers", get(keys::list))
        .route("/developers/keys", post(keys::create))
        .route("/developers/keys/{id}/revoke", post(keys::revoke))
        .route("/developers/webhooks", get(webhooks::list).post(webhooks::create))
        .route("/developers/webhooks/new", get(webhooks::new))
        .route("/developers/webhooks/{id}", get(webhooks::show).post(webhooks::update))
        .route("/developers/webhooks/{id}/switch", post(webhooks::switch))
        .route("/developers/webhooks/{id}/roll", post(webhooks::roll))
        .route("/developers/webhooks/{id}/delete", post(webhooks::delete))
        .route("/developers/events", get(events::list))
        .route("/developers/events/{id}", get(events::show))
        .route("/developers/events/{id}/resend", post(events::resend))
        .route("/developers/requests", get(requests::list))
        .route("/developers/requests/{id}", get(requests::show))
        .route("/developers/snippets", get(snippets::show))
}

/// A page of this section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Keys,
    Webhooks,
    Events,
    Requests,
    Snippets,
}

/// An entry of the section's own navigation.
struct Tab {
    name: &'static str,
    link: String,
    is_here: bool,
}

/// The section's own navigation.
fn tabs(visit: &Visit, here: Part) -> Vec<Tab> {
    let parts = [
        (Part::Keys, "API keys", ""),
        (Part::Webhooks, "Webhooks", "/webhooks"),
        (Part::Events, "Events", "/events"),
        (Part::Requests, "Requests", "/requests"),
        (Part::Snippets, "Snippets", "/snippets"),
    ];
    let tab = |(part, name, path)| Tab { name, link: visit.at(&format!("/developers{path}")), is_here: part == here };
    parts.map(tab).into()
}
