//! Features: what there is, new ones, and one with the access of every product to it.

mod details;
mod list;

use crate::app::App;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

/// The pages about features.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/features", get(list::list).post(list::create))
        .route("/new-feature", get(list::new))
        .route("/features/{key}", get(details::show).post(details::edit))
        .route("/features/{key}/access/{product}", post(details::save_access))
        .route("/features/{key}/archive", post(details::archive))
}
