//! The dashboard: pages for the people of a company, from this same server.
//!
//! Every page works without its script, which only makes some quicker. Who may see and change what is decided where a
//! request becomes a [`visit`](visit::Visit) or a [`submission`](visit::Submission); what may be changed, and how it is
//! refused, is the [`api`]'s affair.

mod access;
mod api;
mod assets;
mod features;
mod form;
mod frame;
mod home;
mod json;
mod page;
mod products;
mod review;
mod session;
mod sign_in;
mod stale;
mod throttle;
mod visit;
mod words;

pub use sign_in::is_email;

use crate::app::App;
use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post};
use std::sync::Arc;

/// What the dashboard remembers, for as long as the process runs.
#[derive(Default)]
pub(crate) struct Dashboard {
    throttle: throttle::Throttle,
    setup: sign_in::Setup,
}

/// Every page, one table.
pub(crate) fn router() -> Router<Arc<App>> {
    let environment = Router::new()
        .route("/", get(home::show))
        .route("/features", get(features::list).post(features::create))
        .route("/features/new", get(features::new))
        .route("/features/{key}", get(features::show).post(features::edit))
        .route("/features/{key}/access/{product}", post(features::save_access))
        .route("/features/{key}/archive", post(features::archive))
        .route("/products", get(products::list).post(products::create))
        .route("/products/new", get(products::new))
        .route("/products/{key}", get(products::show).post(products::edit))
        .route("/products/{key}/access", post(products::save_access))
        .route("/products/{key}/archive", post(products::archive))
        .route("/products/{key}/default", post(products::set_default))
        .route("/products/{key}/duplicate", get(products::duplicate))
        .route("/products/{key}/migrate", get(products::preview_migration).post(products::migrate))
        .route("/products/{key}/prices", post(products::create_price))
        .route("/products/{key}/prices/{price}", post(products::change_price))
        .route("/products/{key}/versions", get(products::versions));
    Router::new()
        .route("/dashboard", get(|| async { Redirect::to("/dashboard/test") }))
        .route("/dashboard/assets/{version}/{name}", get(assets::serve))
        .route("/dashboard/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/dashboard/setup", get(sign_in::show_setup).post(sign_in::set_up))
        .route("/dashboard/sign-out", post(sign_in::sign_out))
        .route("/dashboard/account", get(sign_in::account))
        .route("/dashboard/account/password", post(sign_in::change_password))
        .nest("/dashboard/{environment}", environment)
}
