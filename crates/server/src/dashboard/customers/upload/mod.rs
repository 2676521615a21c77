//! Linking many customers at once, from a file of comma-separated values: a preview with what is wrong with its rows,
//! then rows one by one in the background of this process, while a page tells how far it is.

mod kept;
mod read;
mod receive;
mod run;
mod sheet;

pub(in crate::dashboard) use kept::Uploads;
pub(super) use receive::{SEND_MAX_BYTES, receive};

use crate::dashboard::form::{Fields, Form};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::page::{Page, Shown, Trouble};
use crate::dashboard::visit::{Admin, Submission, Visit};
use crate::dashboard::words;
use askama::Template;
use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use kept::{Stage, Upload};
use std::sync::Arc;

/// Rows that a preview shows, and failures that a page shows.
const SHOWN_MAX: usize = 50;
/// Milliseconds after which the page of an upload that is under way looks again.
const POLL_MILLIS: u32 = 1000;

#[derive(Template)]
#[template(path = "customers/upload.html")]
struct UploadPage {
    frame: Frame,
    fields: Fields,
}

#[derive(Template)]
#[template(path = "customers/progress.html")]
struct ProgressPage {
    frame: Frame,
    fields: Fields,
    upload: Arc<Upload>,
    here: String,
}

#[derive(Template)]
#[template(path = "customers/no_upload.html")]
struct NoUploadPage {
    frame: Frame,
}

pub(in crate::dashboard) async fn show(Admin(visit): Admin) -> Shown {
    Page::of(&UploadPage { frame: visit.frame(Section::Customers, "Upload links"), fields: Fields::default() })
}

/// The same page with what is wrong with what was sent.
fn refused(visit: &Visit, form: Form, field: &str, problem: &str) -> Shown {
    let fields = Fields::new(form).with(field, problem);
    Page::refused(&UploadPage { frame: visit.frame(Section::Customers, "Upload links"), fields })
}

pub(in crate::dashboard) async fn follow(visit: Visit) -> Shown {
    match found(&visit) {
        Some(upload) => Page::of(&progress(&visit, upload, Fields::default())),
        None => elsewhere(&visit),
    }
}

pub(in crate::dashboard) async fn start(Submission { visit, form }: Submission) -> Shown {
    let Some(upload) = found(&visit) else { return elsewhere(&visit) };
    if visit.app.dashboard.uploads.begin(&upload) {
        run::start(visit.app.clone(), upload.clone(), form.is_ticked("force"));
    } else if upload.stage() == Stage::Preview {
        let fields = Fields::new(form).with_fault("Another upload is under way. Start this one when that has ended.");
        return Page::refused(&progress(&visit, upload, fields));
    }
    Page::to(address(&visit, &upload))
}

pub(in crate::dashboard) async fn stop(Submission { visit, .. }: Submission) -> Shown {
    let Some(upload) = found(&visit) else { return elsewhere(&visit) };
    upload.stop("Somebody stopped it.");
    Page::to(address(&visit, &upload))
}

/// What could not be linked, as a file with the same columns.
pub(in crate::dashboard) async fn failures(visit: Visit) -> Result<Response<Body>, Trouble> {
    let upload = found(&visit).ok_or(Trouble::NotFound)?;
    let mut response = Response::new(Body::from(upload.failures_file().ok_or(Trouble::Broken)?));
    for (name, value) in [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"failures.csv\""),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, header::HeaderValue::from_static(value));
    }
    Ok(response)
}

/// The upload that the path names, where it is this process's.
fn found(visit: &Visit) -> Option<Arc<Upload>> {
    visit.app.dashboard.uploads.get(visit.environment, visit.param("upload"))
}

fn address(visit: &Visit, upload: &Upload) -> String {
    visit.at(&format!("/customers/upload/{}", upload.id))
}

fn progress(visit: &Visit, upload: Arc<Upload>, fields: Fields) -> ProgressPage {
    let here = address(visit, &upload);
    ProgressPage { frame: visit.frame(Section::Customers, "Upload"), fields, upload, here }
}

/// Another process may have it.
fn elsewhere(visit: &Visit) -> Shown {
    let page = NoUploadPage { frame: visit.frame(Section::Customers, "Upload") };
    let html = page.render().map_err(|_| Trouble::Broken)?;
    Ok(Page::Html { status: StatusCode::NOT_FOUND, html })
}

/// A count with the word for rows.
fn rows(count: usize) -> String {
    words::counted(count, "row")
}

fn is_running(upload: &Upload) -> bool {
    upload.stage() == Stage::Running
}

fn is_preview(upload: &Upload) -> bool {
    upload.stage() == Stage::Preview
}
