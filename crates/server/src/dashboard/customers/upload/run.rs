//! Linking the rows of an upload, several at a time, in the background.

use super::kept::{Stage, Upload};
use crate::app::App;
use crate::dashboard::api::Api;
use futures_util::{StreamExt, stream};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tollgate_wire::priceos::operation::Operation;

/// Rows that are linked at a time: the store writes those that come together in one step.
const AT_ONCE: usize = 32;
/// How often a row is tried anew while the server cannot do it, and after which pause.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(300);
/// What the API answers while it cannot do anything.
const UNAVAILABLE: u16 = 503;

/// What the API advises where a link is in the way, and how that is done on the page.
const FORCE: &str = "pass `force: true`";
const FORCE_HERE: &str = "upload it with “Take links that others have”";

/// Goes through an upload. Ends with its last row, when it is stopped, when the database stays away, or with the process.
pub(super) fn start(app: Arc<App>, upload: Arc<Upload>, force: bool) {
    tokio::spawn(async move {
        // A row that brings the task down must not leave the upload under way forever.
        let ending = Ending(upload.clone());
        let link = |row: usize| link(&app, &upload, row, force);
        stream::iter(0..upload.table.len()).for_each_concurrent(AT_ONCE, link).await;
        drop(ending);
    });
}

struct Ending(Arc<Upload>);

impl Drop for Ending {
    fn drop(&mut self) {
        if self.0.done() < self.0.table.len() {
            self.0.stop("Something is wrong on the server's side. It was noted in the server's log.");
        }
        self.0.end();
    }
}

async fn link(app: &App, upload: &Upload, index: usize, force: bool) {
    let Some(row) = upload.table.row(index) else { return };
    let mut body = json!({"customerId": row.customer, "stripeCustomerId": row.stripe});
    if force {
        body["force"] = true.into();
    }
    let api = Api { app, environment: upload.environment() };
    for attempt in 1..=TRIES {
        if upload.stage() != Stage::Running {
            return;
        }
        match api.priceos(Operation::CustomerLink, "", body.clone()).await {
            Ok(_) => return upload.went(index, None),
            Err(fault) if fault.status != UNAVAILABLE => {
                return upload.went(index, Some(fault.message.replace(FORCE, FORCE_HERE)));
            }
            Err(fault) if attempt == TRIES => upload.stop(&fault.message),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
