//! The dashboard over the router in this process: as a browser without its script sees it.

mod customers;
mod features;
mod products;

use crate::client::{Answer, Server, TEST_KEY};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use std::sync::Arc;
use tollgate_domain::user::{CreateUser, Role};
use tollgate_server::app::{App, AppOptions};
use tollgate_store::Options;
use tollgate_wire::form::percent_encoded;

const PASSWORD: &str = "correct horse battery";
/// What somebody types who means harm, and how a page has to show it.
const SCRIPT: &str = "<script>alert(\"1\")</script>'";

/// A server with somebody who may change things and somebody who may look.
struct Office {
    server: Server,
    app: Arc<App>,
}

/// Somebody who is signed in.
struct Browser {
    server: Server,
    cookie: String,
    /// The token of its forms.
    token: String,
}

impl Office {
    async fn new() -> Self {
        let (server, app) = Server::with(&Options::default(), AppOptions::default()).await;
        Self { server, app }
    }

    /// The same with a feature of each kind, a custom product that a customer has, the default, and one of Stripe.
    async fn furnished() -> Self {
        let office = Self::new().await;
        office.api("POST", "/v1/features", json!({"featureKey": "sso", "name": "SSO", "type": "boolean"})).await;
        office.api("POST", "/v1/features", json!({"featureKey": "seats", "name": "Seats", "type": "limit"})).await;
        let seats = json!([{"featureKey": "seats", "hasAccess": true, "limit": 5}]);
        office.api("POST", "/v1/products", json!({"name": "Pro", "key": "pro", "featureAccess": seats})).await;
        office.api("POST", "/v1/products", json!({"name": "Free", "key": "free", "isDefault": true})).await;
        let acme = json!({"customerId": "acme", "name": "Acme Ltd", "customProductKeys": ["pro"]});
        office.api("POST", "/v1/customers", acme).await;
        office.server.post("/v1/products", "name=Gold").await;
        office
    }

    async fn admin(&self) -> Browser {
        self.sign_in("ann@example.com", Role::Admin).await
    }

    async fn viewer(&self) -> Browser {
        self.sign_in("vic@example.com", Role::Viewer).await
    }

    async fn sign_in(&self, email: &str, role: Role) -> Browser {
        let password = tollgate_server::passwords::hash(PASSWORD).await.unwrap();
        self.app.create_user(CreateUser { email: email.to_owned(), role, password }).await.unwrap();
        let form = format!("email={email}&password={}", PASSWORD.replace(' ', "+"));
        let request = Request::builder().method("POST").uri("/dashboard/sign-in").header("host", "tollgate.test");
        let answer = self.server.send(request.body(Body::from(form)).unwrap()).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let mut browser = Browser { server: self.server.clone(), cookie, token: String::new() };
        let account = browser.page("/dashboard/account").await;
        browser.token = input(&account, "form_token").unwrap();
        browser
    }

    /// A request of the PriceOS dialect that goes well.
    async fn api(&self, method: &str, path: &str, body: Value) -> Value {
        let request = Request::builder().method(method).uri(path).header("x-api-key", TEST_KEY);
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let answer = self.server.send(request.header("content-type", "application/json").body(body).unwrap()).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text);
        answer.json()
    }

    /// What a product grants of a feature.
    async fn granted(&self, product: &str, feature: &str) -> Value {
        let product = self.api("GET", &format!("/v1/products/{product}"), Value::Null).await;
        let entries = product["featureAccess"].as_array().unwrap();
        entries.iter().find(|entry| entry["featureKey"] == feature).unwrap().clone()
    }
}

impl Browser {
    async fn get(&self, path: &str) -> Answer {
        let request = Request::builder().uri(path).header("cookie", &self.cookie).header("host", "tollgate.test");
        self.server.send(request.body(Body::empty()).unwrap()).await
    }

    /// A page that is there.
    async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.text
    }

    /// Sends a form of this session.
    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send_with(&self.token, path, fields).await
    }

    /// Sends a form with a token.
    async fn send_with(&self, token: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs = fields.iter().copied().chain([("form_token", token)]);
        let pairs: Vec<String> =
            pairs.map(|(name, value)| format!("{}={}", percent_encoded(name), percent_encoded(value))).collect();
        let request = Request::builder().method("POST").uri(path).header("cookie", &self.cookie);
        let request = request.header("host", "tollgate.test").body(Body::from(pairs.join("&")));
        self.server.send(request.unwrap()).await
    }

    /// The same where it must go well: where it leads.
    async fn done(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.send(path, fields).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.text);
        answer.header("location").unwrap().to_owned()
    }

    /// The same where it must be refused beside a field: the page, which keeps what was typed.
    async fn refused(&self, path: &str, fields: &[(&str, &str)], field: &str) -> String {
        let answer = self.send(path, fields).await;
        assert_eq!(answer.status, 422, "{path}: {}", answer.text);
        assert!(answer.text.contains(&format!("id=\"{field}-problem\"")), "{field}: {}", answer.text);
        answer.text
    }
}

/// The value of the first hidden input of a name, with its entities undone.
fn input(page: &str, name: &str) -> Option<String> {
    let start = page.find(&format!("name=\"{name}\" value=\""))?;
    let value = page[start..].split('"').nth(3)?;
    Some(
        value
            .replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&#60;", "<")
            .replace("&#62;", ">")
            .replace("&#38;", "&"),
    )
}

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
