//! Signing in: the first admin, tries that fail, and the cookie.

use super::client::{Office, PASSWORD};
use axum::http::StatusCode;

const SIGN_IN: &str = "/dashboard/sign-in";

#[tokio::test]
async fn of_many_who_would_be_the_first_one_is() {
    let office = Office::new().await;
    let (path, token) = office.setup().await.unwrap();
    let stranger = office.stranger();
    assert_eq!(stranger.get(&path).await.status, StatusCode::OK);
    let refused = [("token", token.as_str()), ("email", "nobody"), ("password", PASSWORD)];
    assert_eq!(stranger.post("/dashboard/setup", &[], &refused).await.status, StatusCode::UNPROCESSABLE_ENTITY);

    let first = async |email: &str| {
        let typed = [("token", token.as_str()), ("email", email), ("password", PASSWORD)];
        stranger.post("/dashboard/setup", &[], &typed).await.status
    };
    let all = tokio::join!(first("a@example.com"), first("b@example.com"), first("c@example.com"));
    let made = [all.0, all.1, all.2].iter().filter(|status| **status == StatusCode::SEE_OTHER).count();
    assert_eq!((made, office.people().await), (1, 1), "{all:?}");
    assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND);
    assert!(office.setup().await.is_none());
}

#[tokio::test]
async fn the_link_is_good_for_nothing_once_somebody_is_there() {
    let office = Office::new().await;
    let (path, token) = office.setup().await.unwrap();
    let ann = office.admin().await;
    let stranger = ann.signed_out();
    assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND);
    let typed = [("token", token.as_str()), ("email", "eve@example.com"), ("password", PASSWORD)];
    assert_eq!(stranger.post("/dashboard/setup", &[], &typed).await.status, StatusCode::NOT_FOUND);
    assert_eq!(office.people().await, 1);
}

#[tokio::test]
async fn who_fails_again_and_again_has_to_wait() {
    let office = Office::new().await;
    let ann = office.admin().await;
    let stranger = ann.signed_out();
    for (path, typed) in [
        (SIGN_IN, vec![("email", " ANN@example.com "), ("password", "wrong")]),
        (SIGN_IN, vec![("email", "nobody@example.com"), ("password", "wrong")]),
        ("/dashboard/account/password", vec![("current", "wrong"), ("new", "another horse battery")]),
    ] {
        let mut told = String::new();
        for _ in 0..6 {
            let answer =
                if path == SIGN_IN { stranger.post(path, &[], &typed).await } else { ann.send(path, &typed).await };
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
            told = answer.text;
        }
        assert!(told.contains("Too many tries. Wait "), "{path} {typed:?}: {told}");
    }
}

#[tokio::test]
async fn the_cookie_goes_over_tls_alone_where_the_browser_came_by_it() {
    let office = Office::new().await;
    let stranger = office.admin().await.signed_out();
    let typed = [("email", "ann@example.com"), ("password", PASSWORD)];
    for (origin, is_secure) in [("https://tollgate.test", true), ("http://tollgate.test", false)] {
        let answer = stranger.post(SIGN_IN, &[("origin", origin)], &typed).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let cookie = answer.header("set-cookie").unwrap();
        assert!(cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
        assert_eq!(cookie.ends_with("; Secure"), is_secure, "{cookie}");
    }
}
