//! What developers look at: keys, webhooks, events, requests, and code to begin with.

pub(super) mod events;
pub(super) mod keys;
pub(super) mod requests;
pub(super) mod snippets;
pub(super) mod webhooks;

use super::visit::Visit;

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
