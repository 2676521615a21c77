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
    let used = stranger.get(&path).await;
    assert_eq!(used.status, StatusCode::NOT_FOUND);
    assert!(used.text.contains("It was used") && used.text.contains("href=\"/dashboard/sign-in\""), "{}", used.text);
    assert!(office.setup().await.is_none());
}

#[tokio::test]
async fn where_there_is_nobody_the_page_to_sign_in_says_how_to_begin() {
    let office = Office::new().await;
    let stranger = office.stranger();
    let page = stranger.page(SIGN_IN).await;
    assert!(page.contains("Nobody has an account yet") && !page.contains("Forgot it?"), "{page}");
    let page = office.admin().await.signed_out().page(SIGN_IN).await;
    assert!(!page.contains("Nobody has an account yet") && page.contains("Forgot it?"), "{page}");
}

#[tokio::test]
async fn who_sends_a_form_after_the_session_ended_hears_that_it_is_lost() {
    let stranger = Office::new().await.admin().await.signed_out();
    let lost = "What you typed was not saved.";
    for (path, referer, back, is_told) in [
        ("/products", "http://tollgate.test/dashboard/test/products/new", "/dashboard/test/products/new", true),
        ("/products", "http://elsewhere.test/", "/dashboard", true),
        ("/dashboard/sign-out", "http://tollgate.test/dashboard/test/products", "/dashboard/test/products", false),
    ] {
        let answer = stranger.post(path, &[("referer", referer)], &[("name", "Gold")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.text);
        let page = stranger.page(answer.header("location").unwrap()).await;
        assert_eq!(page.contains(lost), is_told, "{path}: {page}");
        assert_eq!(super::input(&page, "back").as_deref(), Some(back), "{path}");
    }
    assert!(!stranger.page(SIGN_IN).await.contains(lost));
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
