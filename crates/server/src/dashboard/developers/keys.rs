//! API keys: made, shown once, revoked.

use super::{Part, Tab, tabs};
use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::once::Turn;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::visit::{Submission, Visit};
use crate::dashboard::words;
use crate::keys::SecretKey;
use askama::Template;
use std::sync::Arc;
use tollgate_domain::api_key::ApiKey;

/// Most characters of what a key is called.
const NAME_MAX_CHARACTERS: usize = 100;

#[derive(Template)]
#[template(path = "developers/keys.html")]
struct KeysPage {
    frame: Frame,
    tabs: Vec<Tab>,
    fields: Fields,
    keys: Vec<Arc<ApiKey>>,
    /// The key that was made just now.
    made: Option<String>,
}

pub(super) async fn list(visit: Visit) -> Shown {
    Page::of(&page(&visit, Fields::default(), None).await?)
}

async fn page(visit: &Visit, fields: Fields, made: Option<String>) -> Result<KeysPage, Trouble> {
    let mut keys = visit.app.keys(visit.environment).await.map_err(Trouble::store)?;
    keys.sort_by_key(|key| key.revoked.is_some());
    let frame = visit.frame(Section::Developers, "API keys");
    Ok(KeysPage { frame, tabs: tabs(visit, Part::Keys), fields, keys, made })
}

/// Makes a key and shows it, this once.
pub(super) async fn create(Submission { visit, form }: Submission) -> Shown {
    let name = form.text("name").to_owned();
    let problem = if name.is_empty() {
        Some("Write who or what will use it.".to_owned())
    } else if name.chars().count() > NAME_MAX_CHARACTERS {
        Some(format!("This has at most {NAME_MAX_CHARACTERS} characters."))
    } else {
        None
    };
    if let Some(problem) = problem {
        return Page::refused(&page(&visit, Fields::new(form).with("name", problem), None).await?);
    }
    let turn = Turn::take(&visit, &form)?;
    let key = SecretKey::generate(visit.environment, getrandom::fill).map_err(|_| Trouble::Unavailable)?;
    visit.app.create_key(&key, &name).await.map_err(Trouble::store)?;
    turn.done();
    tracing::info!(user = visit.user.id.as_str(), environment = visit.environment.as_str(), "made an API key");
    Page::of(&page(&visit, Fields::new(Form::default()), Some(key.reveal().to_owned())).await?)
}

/// Makes a key good for nothing.
pub(super) async fn revoke(Submission { visit, .. }: Submission) -> Shown {
    let id = visit.param("id");
    // Only one of this environment: the address says so.
    let keys = visit.app.keys(visit.environment).await.map_err(Trouble::store)?;
    if !keys.iter().any(|key| key.id.as_str() == id) {
        return Err(Trouble::NotFound);
    }
    visit.app.revoke_key(id).await.map_err(Trouble::store)?;
    tracing::info!(user = visit.user.id.as_str(), key = id, "revoked an API key");
    Page::to(visit.at("/developers?done=revoked"))
}

/// When a key was made, and when revoked.
fn dates(key: &ApiKey) -> String {
    let made = words::day(key.created.millis());
    match key.revoked {
        Some(revoked) => format!("{made}, revoked {}", words::day(revoked.millis())),
        None => made,
    }
}
