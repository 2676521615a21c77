//! Somebody who is signed in, and the API beside them.

use crate::client::{Answer, Server, TEST_KEY};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::Value;
use std::sync::Arc;
use tollgate_domain::user::{CreateUser, Role};
use tollgate_server::app::{App, AppOptions};
use tollgate_server::passwords;
use tollgate_store::Options;

const PASSWORD: &str = "correct horse battery";

/// A server with somebody in its dashboard.
pub(crate) struct Browser {
    pub(crate) server: Server,
    pub(crate) app: Arc<App>,
    cookie: String,
    pub(crate) token: String,
}

impl Browser {
    /// An admin, on a new server.
    pub(crate) async fn admin() -> Self {
        let (server, app) = Server::with(&Options::default(), AppOptions::default()).await;
        Self::sign_in(server, app, "ann@example.com", Role::Admin).await
    }

    /// Somebody else on the same server.
    pub(crate) async fn other(&self, email: &str, role: Role) -> Self {
        Self::sign_in(self.server.clone(), self.app.clone(), email, role).await
    }

    async fn sign_in(server: Server, app: Arc<App>, email: &str, role: Role) -> Self {
        let password = passwords::hash(PASSWORD).await.unwrap();
        app.create_user(CreateUser { email: email.to_owned(), role, password }).await.unwrap();
        let mut browser = Self { server, app, cookie: String::new(), token: String::new() };
        let answer = browser.send("POST", "/dashboard/sign-in", &[("email", email), ("password", PASSWORD)]).await;
        let cookie = answer.header("set-cookie").unwrap_or_else(|| panic!("not signed in: {}", answer.text));
        browser.cookie = cookie.split(';').next().unwrap().to_owned();
        let page = browser.get("/customers").await;
        let start = page.text.split("name=\"form_token\" value=\"").nth(1).unwrap();
        browser.token = start.split('"').next().unwrap().to_owned();
        browser
    }

    /// A page of the test environment.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", &format!("/dashboard/test{path}"), &[]).await
    }

    /// Sends a form as its page would.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("form_token", self.token.as_str())];
        all.extend_from_slice(fields);
        self.send("POST", &format!("/dashboard/test{path}"), &all).await
    }

    /// Sends a form that is to work, and says where it leads, without what was done.
    pub(crate) async fn done(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.text);
        let to = answer.header("location").unwrap().strip_prefix("/dashboard/test").unwrap();
        to.split('?').next().unwrap().to_owned()
    }

    /// Sends a form that is to be refused, and gives the page back.
    pub(crate) async fn refused(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", answer.text);
        answer.text
    }

    pub(crate) async fn send(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pair = |(name, value): &(&str, &str)| format!("{}={}", encoded(name), encoded(value));
        let body = fields.iter().map(pair).collect::<Vec<_>>().join("&");
        self.request(method, path, "application/x-www-form-urlencoded", body).await
    }

    /// Sends a form in parts.
    pub(crate) async fn parts(&self, path: &str, parts: &[(&str, &str)]) -> Answer {
        let part = |(name, value): &(&str, &str)| {
            let file = if *name == "file" { "; filename=\"a.csv\"" } else { "" };
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n")
        };
        let body = parts.iter().map(part).collect::<String>() + "--x--\r\n";
        self.request("POST", &format!("/dashboard/test{path}"), "multipart/form-data; boundary=x", body).await
    }

    async fn request(&self, method: &str, path: &str, media_type: &str, body: String) -> Answer {
        let request = Request::builder().method(method).uri(path).header("content-type", media_type);
        self.server.send(request.header("cookie", &self.cookie).body(Body::from(body)).unwrap()).await
    }

    /// A call of the API that is to work.
    pub(crate) async fn api(&self, method: &str, path: &str, body: Value) -> Value {
        let request = Request::builder().method(method).uri(path).header("x-api-key", TEST_KEY);
        let request = request.header("content-type", "application/json");
        let body = if method == "GET" || method == "DELETE" { Body::empty() } else { Body::from(body.to_string()) };
        let answer = self.server.send(request.body(body).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{method} {path}: {}", answer.text);
        answer.json()
    }
}

pub(crate) fn encoded(text: &str) -> String {
    tollgate_wire::form::percent_encoded(text)
}
