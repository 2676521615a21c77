//! What pages load: a style sheet and a script, in the binary, under names that change with their contents.

use crate::keys;
use axum::body::Body;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderValue, Response, StatusCode, header};
use std::sync::LazyLock;

/// A file that pages load.
struct Asset {
    /// Its name, which says what it is by its end.
    name: &'static str,
    media_type: &'static str,
    contents: &'static str,
}

const ASSETS: [Asset; 4] = [
    Asset {
        name: "pricing_table.css",
        media_type: "text/css; charset=utf-8",
        contents: include_str!("../../assets/pricing_table.css"),
    },
    Asset {
        name: "dashboard.css",
        media_type: "text/css; charset=utf-8",
        contents: include_str!("../../assets/dashboard.css"),
    },
    Asset {
        name: "dashboard.js",
        media_type: "text/javascript; charset=utf-8",
        contents: include_str!("../../assets/dashboard.js"),
    },
    Asset { name: "icon.svg", media_type: "image/svg+xml", contents: include_str!("../../assets/icon.svg") },
];

/// A digest of all of them: the part of their paths that changes.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all: String = ASSETS.iter().map(|asset| asset.contents).collect();
    keys::hash(&all)[..16].to_owned()
});

/// Where an asset is.
pub(super) fn path(name: &str) -> String {
    debug_assert!(ASSETS.iter().any(|asset| asset.name == name), "{name}");
    format!("/dashboard/assets/{}/{name}", *VERSION)
}

/// Serves one. Browsers keep it for a year: another version has another path.
pub(super) async fn serve(path: Result<Path<(String, String)>, PathRejection>) -> Response<Body> {
    let is_named =
        |asset: &&Asset| path.as_ref().is_ok_and(|Path((version, name))| asset.name == name && *version == *VERSION);
    let found = ASSETS.iter().find(is_named);
    let Some(asset) = found else {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    };
    let mut response = Response::new(Body::from(asset.contents));
    for (name, value) in [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
