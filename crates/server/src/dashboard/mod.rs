//! The dashboard: pages for the people of a company, from this same server.
//!
//! Every page works without its script, which only makes some quicker. Who may see and change what is decided where a
//! request becomes a [`visit`](visit::Visit) or a [`submission`](visit::Submission); what may be changed, and how it is
//! refused, is the [`api`]'s affair.

mod access;
mod active;
mod api;
mod assets;
mod customers;
mod developers;
mod features;
mod form;
mod frame;
mod grants;
mod home;
mod json;
mod metadata;
mod once;
mod page;
mod pricing_table;
mod products;
mod review;
mod session;
mod sign_in;
mod stale;
mod throttle;
mod visit;
mod words;

use crate::app::App;
use axum::Router;
use axum::extract::OriginalUri;
use axum::response::Redirect;
use axum::routing::{get, post};
use page::{Page, Shown, Trouble};
use std::sync::Arc;
use visit::Visit;

/// What the dashboard remembers, for as long as the process runs.
#[derive(Default)]
pub(crate) struct Dashboard {
    throttle: throttle::Throttle,
    setup: sign_in::Setup,
    pub(crate) active: active::Active,
    uploads: customers::Uploads,
    shelves: pricing_table::Shelves,
    once: once::Once,
}

/// Every page, one table.
pub(crate) fn router() -> Router<Arc<App>> {
    let environment = Router::new()
        .route("/", get(home::show))
        .route("/pricing-table", get(pricing_table::preview))
        .merge(customers::router())
        .merge(developers::router())
        .merge(features::router())
        .merge(products::router())
        .fallback(nothing)
        .method_not_allowed_fallback(above);
    Router::new()
        .route("/pricing-table", get(pricing_table::show))
        .route("/dashboard", get(|| async { Redirect::to("/dashboard/test") }))
        .route("/dashboard/", get(|| async { Redirect::to("/dashboard/test") }))
        .route("/dashboard/assets/{version}/{name}", get(assets::serve))
        .route("/dashboard/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/dashboard/setup", get(sign_in::show_setup).post(sign_in::set_up))
        .route("/dashboard/sign-out", post(sign_in::sign_out))
        .route("/dashboard/account", get(sign_in::account))
        .route("/dashboard/account/password", post(sign_in::change_password))
        .route("/dashboard/{environment}/", get(nothing))
        .nest("/dashboard/{environment}", environment)
}

/// Where there is no page; one that ends with a slash may be there without.
async fn nothing(_: Visit, OriginalUri(address): OriginalUri) -> Shown {
    match address.path().strip_suffix('/') {
        Some(path) => Page::to(path),
        None => Err(Trouble::NotFound),
    }
}

/// A form has an address but no page, for whoever comes back to it after it was refused: the page it is on is above.
async fn above(_: Visit, OriginalUri(address): OriginalUri) -> Shown {
    let above = address.path().rsplit_once('/').map_or("/dashboard", |(above, _)| above);
    // What a product grants of a feature is a form two steps below the feature.
    Page::to(above.strip_suffix("/access").unwrap_or(above))
}
