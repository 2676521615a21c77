//! The dashboard over the router in this process: as a browser without its script sees it.

mod client;
mod customers;
mod developers;
mod every_form;
mod features;
mod products;
mod sign_in;
mod stale;

use client::{Browser, Office, input};

/// What somebody types who means harm, and how a page has to show it.
const SCRIPT: &str = "<script>alert(\"1\")</script>'";

/// Each form that changes something is refused to viewers, without a token, and with another session's.
async fn guards(office: &Office, admin: &Browser, paths: &[&str]) {
    let viewer = office.viewer().await;
    for path in paths {
        assert_eq!(viewer.send(path, &[]).await.status, 403, "viewer: {path}");
        for token in ["", &viewer.token] {
            assert_eq!(admin.send_with(token, path, &[]).await.status, 403, "token {token:?}: {path}");
        }
    }
}

/// Whether a page shows the text that a script was typed as, and never as a script.
fn shows_script_as_text(page: &str) {
    assert!(!page.contains("<script>alert"), "{page}");
    assert!(page.contains("&#60;script&#62;alert"), "{page}");
}
