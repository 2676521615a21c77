//! The request log: what was asked of this server of late, and answered.

use super::{Part, Tab, tabs};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::visit::Visit;
use crate::dashboard::words;
use crate::request_log::{BODY_KEPT_BYTES, Kind, Logged};
use crate::secrets::{masked, masked_encoded, masked_json};
use askama::Template;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "developers/requests.html")]
struct RequestsPage {
    frame: Frame,
    tabs: Vec<Tab>,
    kinds: Vec<KindTab>,
    requests: Vec<Arc<Logged>>,
}

/// A kind of requests to choose.
struct KindTab {
    name: &'static str,
    link: String,
    is_here: bool,
}

#[derive(Template)]
#[template(path = "developers/request.html")]
struct RequestPage {
    frame: Frame,
    tabs: Vec<Tab>,
    request: Arc<Logged>,
    asked: String,
    answered: String,
}

pub(super) async fn list(visit: Visit) -> Shown {
    let kinds =
        [(Kind::Write, "Changes", "write"), (Kind::Refused, "Refused", "refused"), (Kind::Read, "Reads", "read")];
    let asked = visit.query.text("kind");
    let here = kinds.iter().find(|(.., word)| *word == asked).map_or(Kind::Write, |(kind, ..)| *kind);
    let kinds = kinds.map(|(kind, name, word)| KindTab {
        name,
        link: visit.at(&format!("/developers/requests?kind={word}")),
        is_here: kind == here,
    });
    let frame = visit.frame(Section::Developers, "Requests");
    let requests = visit.app.requests.of(visit.environment, here);
    Page::of(&RequestsPage { frame, tabs: tabs(&visit, Part::Requests), kinds: kinds.into(), requests })
}

pub(super) async fn show(visit: Visit) -> Shown {
    let request = visit.app.requests.find(visit.environment, visit.param("id")).ok_or(Trouble::NotFound)?;
    let frame = visit.frame(Section::Developers, format!("Request {}", request.id.as_str()));
    let (asked, answered) = (body(&request.asked), body(&request.answered));
    Page::of(&RequestPage { frame, tabs: tabs(&visit, Part::Requests), request, asked, answered })
}

/// A body as people read it, without its secrets.
fn body(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut shown = match serde_json::from_slice::<serde_json::Value>(bytes) {
        Ok(json) if !json.is_number() => masked(&serde_json::to_string_pretty(&json).unwrap_or_default()),
        _ if text.trim_start().starts_with(['{', '[']) => masked_json(&text),
        _ => masked_encoded(&text).replace('&', "\n&"),
    };
    if bytes.len() == BODY_KEPT_BYTES {
        shown.push_str("\n… (the rest was not kept)");
    }
    shown
}

/// The path and query of a request, without secrets.
fn path(request: &Logged) -> String {
    masked_encoded(&request.uri.path_and_query().map_or_else(String::new, ToString::to_string))
}

/// What a request is called.
fn title(request: &Logged) -> String {
    format!("{} {}", request.method, masked_encoded(request.uri.path()))
}

/// What asked.
fn agent(request: &Logged) -> String {
    masked(request.agent())
}

/// When it was answered.
fn moment(request: &Logged) -> String {
    words::moment(request.at.millis())
}

/// How long that took.
fn took(request: &Logged) -> String {
    let micros = request.took.as_micros();
    if micros < 1000 { format!("{micros} µs") } else { format!("{} ms", micros / 1000) }
}

/// How its status looks.
fn badge(request: &Logged) -> &'static str {
    match request.status {
        500.. => "bad",
        400.. => "warn",
        _ => "good",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_shown_readably_and_without_secrets() {
        assert_eq!(body(b"{\"secret\":\"whsec_a\"}"), "{\n  \"secret\": \"whsec_…\"\n}");
        assert_eq!(body(b"name=Gold&metadata[a]=sk%5Ftest%5Fb"), "name=Gold\n&metadata[a]=sk_test_…");
        assert_eq!(body(br#"{"name":"sk\u005ftest\u005fb"#), r#"{"name":"sk_test_…"#);
        assert!(body(&[b'x'; BODY_KEPT_BYTES]).ends_with("(the rest was not kept)"));
    }
}
