//! A file as browsers send it: a form in parts, larger than others may be.

use super::read::Table;
use super::refused;
use crate::app::App;
use crate::dashboard::form::Form;
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::visit::{TOKEN_FIELD, Visit, is_same_site};
use crate::keys;
use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use std::sync::Arc;
use std::time::Duration;

/// Most bytes of a file.
const FILE_MAX_BYTES: usize = 10 * 1024 * 1024;
/// Most bytes that are read at all: what is above a file's is thrown away, so that the browser gets to hear why.
pub(in crate::dashboard::customers) const SEND_MAX_BYTES: usize = 8 * FILE_MAX_BYTES;
/// How long a browser may take to send it.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Random characters of an upload's id.
const ID_CHARACTERS: usize = 24;

/// Somebody sends a file.
pub(in crate::dashboard) struct Received {
    visit: Visit,
    file: Content,
    text: Content,
}

/// A part of the form.
#[derive(Debug, Default)]
struct Content {
    bytes: Vec<u8>,
    is_too_large: bool,
}

impl FromRequest<Arc<App>> for Received {
    type Rejection = Trouble;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Trouble> {
        let (mut parts, body) = request.into_parts();
        if !is_same_site(&parts.headers) {
            return Err(Trouble::Forged);
        }
        let visit = Visit::from_request_parts(&mut parts, app).await?;
        let form = Multipart::from_request(Request::from_parts(parts, body), app).await;
        let form = form.map_err(|_: MultipartRejection| Trouble::BadForm)?;
        let read = tokio::time::timeout(TIMEOUT, read(visit, form)).await;
        read.unwrap_or(Err(Trouble::BadForm))
    }
}

/// Reads the parts. The token comes first, and nothing after a wrong one is read.
async fn read(visit: Visit, mut form: Multipart) -> Result<Received, Trouble> {
    let (mut file, mut text, mut has_token) = (Content::default(), Content::default(), false);
    while let Some(field) = form.next_field().await.map_err(|_| Trouble::BadForm)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == TOKEN_FIELD {
            let token = content(field).await?.bytes;
            has_token = visit.session.made_form(&String::from_utf8_lossy(&token));
            if has_token && !visit.is_admin() {
                return Err(Trouble::NotAllowed);
            }
            continue;
        }
        if !has_token {
            return Err(Trouble::Forged);
        }
        match name.as_str() {
            "file" => file = content(field).await?,
            "text" => text = content(field).await?,
            _ => {}
        }
    }
    if has_token { Ok(Received { visit, file, text }) } else { Err(Trouble::Forged) }
}

async fn content(mut field: Field<'_>) -> Result<Content, Trouble> {
    let mut content = Content::default();
    while let Some(chunk) = field.chunk().await.map_err(|_| Trouble::BadForm)? {
        content.is_too_large |= content.bytes.len() + chunk.len() > FILE_MAX_BYTES;
        if !content.is_too_large {
            content.bytes.extend_from_slice(&chunk);
        }
    }
    Ok(content)
}

/// Reads the file, or what was pasted, and shows what would be linked.
pub(in crate::dashboard) async fn receive(Received { visit, file, text }: Received) -> Shown {
    let (field, content) = if file.bytes.is_empty() && !file.is_too_large { ("text", text) } else { ("file", file) };
    let typed = if field == "text" { String::from_utf8_lossy(&content.bytes).into_owned() } else { String::new() };
    let refuse = |problem: &str| refused(&visit, Form::of([("text", typed.clone())]), field, problem);
    if content.is_too_large {
        return refuse(&format!("This is larger than {} MiB. Split it.", FILE_MAX_BYTES / 1024 / 1024));
    }
    let table = match Table::read(&content.bytes) {
        Ok(table) => table,
        Err(problem) => return refuse(&problem),
    };
    let mut id = String::new();
    keys::push_random(&mut id, ID_CHARACTERS, getrandom::fill).map_err(|_| Trouble::Unavailable)?;
    match visit.app.dashboard.uploads.keep(id, visit.environment, table) {
        Some(upload) => Page::to(super::address(&visit, &upload)),
        None => refuse("Other uploads are under way. Send this one when they have ended."),
    }
}
