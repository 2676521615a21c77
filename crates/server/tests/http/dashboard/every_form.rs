//! Every form of the dashboard is held against whoever may not send it: read from the sources, so that none is missed.

use super::client::{Browser, Office};
use crate::client::Answer;
use std::fs;
use std::path::{Path, PathBuf};

/// Forms of people who are not signed in yet, which have no session to be held by.
const STRANGERS: [&str; 2] = ["/dashboard/setup", "/dashboard/sign-in"];
/// Forms about nobody but oneself, which viewers may send too.
const PERSONAL: [&str; 2] = ["/dashboard/account/password", "/dashboard/sign-out"];
/// The form that is sent in parts, for its file.
const IN_PARTS: &str = "/dashboard/{environment}/customers/upload";

/// Every route that takes a form, as the sources have it.
const FORMS: [&str; 43] = [
    "/dashboard/account/password",
    "/dashboard/setup",
    "/dashboard/sign-in",
    "/dashboard/sign-out",
    "/dashboard/{environment}/customers",
    "/dashboard/{environment}/customers/upload",
    "/dashboard/{environment}/customers/upload/{upload}/start",
    "/dashboard/{environment}/customers/upload/{upload}/stop",
    "/dashboard/{environment}/customers/{id}/bonuses",
    "/dashboard/{environment}/customers/{id}/bonuses/{bonus}",
    "/dashboard/{environment}/customers/{id}/bonuses/{bonus}/delete",
    "/dashboard/{environment}/customers/{id}/bonuses/{bonus}/expire",
    "/dashboard/{environment}/customers/{id}/delete",
    "/dashboard/{environment}/customers/{id}/edit",
    "/dashboard/{environment}/customers/{id}/features/{feature}/events/{event}",
    "/dashboard/{environment}/customers/{id}/features/{feature}/events/{event}/delete",
    "/dashboard/{environment}/customers/{id}/features/{feature}/usage",
    "/dashboard/{environment}/customers/{id}/link",
    "/dashboard/{environment}/customers/{id}/metadata",
    "/dashboard/{environment}/customers/{id}/overrides",
    "/dashboard/{environment}/customers/{id}/overrides/{override}",
    "/dashboard/{environment}/customers/{id}/overrides/{override}/end",
    "/dashboard/{environment}/customers/{id}/products",
    "/dashboard/{environment}/developers/events/{id}/resend",
    "/dashboard/{environment}/developers/keys",
    "/dashboard/{environment}/developers/keys/{id}/revoke",
    "/dashboard/{environment}/developers/webhooks",
    "/dashboard/{environment}/developers/webhooks/{id}",
    "/dashboard/{environment}/developers/webhooks/{id}/delete",
    "/dashboard/{environment}/developers/webhooks/{id}/roll",
    "/dashboard/{environment}/developers/webhooks/{id}/switch",
    "/dashboard/{environment}/features",
    "/dashboard/{environment}/features/{key}",
    "/dashboard/{environment}/features/{key}/access/{product}",
    "/dashboard/{environment}/features/{key}/archive",
    "/dashboard/{environment}/products",
    "/dashboard/{environment}/products/{key}",
    "/dashboard/{environment}/products/{key}/access",
    "/dashboard/{environment}/products/{key}/archive",
    "/dashboard/{environment}/products/{key}/default",
    "/dashboard/{environment}/products/{key}/migrate",
    "/dashboard/{environment}/products/{key}/prices",
    "/dashboard/{environment}/products/{key}/prices/{price}",
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The routes of the sources, sorted. Those of one customer are in a router of their own, under its path.
fn routes() -> Vec<String> {
    let mut sources = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dashboard"), &mut sources);
    let mut routes = Vec::new();
    for source in sources {
        let of_customer = if source.ends_with("customers/mod.rs") { "/customers/{id}" } else { "" };
        for line in fs::read_to_string(&source).unwrap().lines().filter(|line| line.contains(".route(\"")) {
            let path = line.split('"').nth(1).unwrap();
            if !(line.contains("post(") || line.contains("(receive)")) {
                continue;
            }
            routes.push(match path {
                path if path.starts_with("/dashboard") => path.to_owned(),
                path if path.starts_with("/customers") => format!("/dashboard/{{environment}}{path}"),
                path => format!("/dashboard/{{environment}}{of_customer}{path}"),
            });
        }
    }
    routes.sort();
    routes
}

/// An address of a route, with something in the place of each name. What is refused is so before anything is looked up.
fn address(route: &str) -> String {
    let filled = route.split('/').map(|part| match part {
        "{environment}" => "test",
        "{upload}" => "x",
        part if part.starts_with('{') => "acme",
        part => part,
    });
    filled.collect::<Vec<_>>().join("/")
}

/// Sends the form of a route with a token, or with none.
async fn send(browser: &Browser, route: &str, headers: &[(&str, &str)], token: Option<&str>) -> Answer {
    let fields: Vec<(&str, &str)> = token.map(|token| ("form_token", token)).into_iter().collect();
    if route == IN_PARTS {
        return browser.parts_with(&address(route), headers, &[&fields[..], &[("text", "a,b")]].concat()).await;
    }
    browser.post(&address(route), headers, &fields).await
}

#[test]
fn no_form_is_missing_in_these_tests() {
    assert_eq!(routes(), FORMS);
}

#[tokio::test]
async fn no_form_is_taken_from_whoever_may_not_send_it() {
    let office = Office::furnished().await;
    let (ann, vic) = (office.admin().await, office.viewer().await);
    let stranger = ann.signed_out();
    let own = Some(ann.token.as_str());
    for route in FORMS.into_iter().filter(|route| !STRANGERS.contains(route)) {
        let answer = send(&stranger, route, &[], own).await;
        assert_eq!(answer.status, 303, "without a session: {route}");
        assert!(answer.header("location").unwrap().starts_with("/dashboard/sign-in"), "{route}");
        for token in [None, Some(""), Some(vic.token.as_str())] {
            assert_eq!(send(&ann, route, &[], token).await.status, 403, "with the token {token:?}: {route}");
        }
        for headers in [
            [("sec-fetch-site", "cross-site")],
            [("sec-fetch-site", "same-site")],
            [("origin", "https://elsewhere.example")],
            [("origin", "null")],
        ] {
            assert_eq!(send(&ann, route, &headers, own).await.status, 403, "{headers:?}: {route}");
        }
        if !PERSONAL.contains(&route) {
            assert_eq!(send(&vic, route, &[], Some(&vic.token)).await.status, 403, "as viewer: {route}");
        }
    }
    for route in STRANGERS {
        assert_eq!(send(&stranger, route, &[("sec-fetch-site", "cross-site")], None).await.status, 403, "{route}");
    }
}

#[tokio::test]
async fn viewers_change_their_password_and_sign_out() {
    let office = Office::new().await;
    let vic = office.viewer().await;
    let refused =
        vic.send("/dashboard/account/password", &[("current", "wrong"), ("new", "another horse battery")]).await;
    assert_eq!(refused.status, 422);
    vic.done("/dashboard/sign-out", &[]).await;
    assert_eq!(vic.get("/dashboard/account").await.status, 303);
}
