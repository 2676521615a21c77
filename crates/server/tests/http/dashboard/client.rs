//! A server with people in its dashboard: as a browser without its script sees it, and the API beside it.

use crate::client::{Answer, Server, TEST_KEY};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use tollgate_domain::user::{CreateUser, Role};
use tollgate_server::app::{App, AppOptions};
use tollgate_store::Options;
use tollgate_wire::form::percent_encoded;

pub(crate) const PASSWORD: &str = "correct horse battery";
const FORM: &str = "application/x-www-form-urlencoded";
/// Where pages of the test environment are. Paths that do not begin with `/dashboard` are under it.
const ENVIRONMENT: &str = "/dashboard/test";

/// A server.
#[derive(Clone)]
pub(crate) struct Office {
    pub(crate) server: Server,
    app: Arc<App>,
}

/// Somebody who is signed in.
pub(crate) struct Browser {
    pub(crate) office: Office,
    cookie: String,
    /// The token of its forms.
    pub(crate) token: String,
}

impl Office {
    pub(crate) async fn new() -> Self {
        let (server, app) = Server::with(&Options::default(), AppOptions::default()).await;
        Self { server, app }
    }

    /// The same with a feature of each kind, a custom product that a customer has, the default, and one of Stripe.
    pub(crate) async fn furnished() -> Self {
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

    /// A browser that nobody signed in with.
    pub(crate) fn stranger(&self) -> Browser {
        Browser { office: self.clone(), cookie: String::new(), token: String::new() }
    }

    /// The path on which somebody becomes the first admin, and its token.
    pub(crate) async fn setup(&self) -> Option<(String, String)> {
        let path = self.app.setup_path().await.unwrap()?;
        let token = path.split_once("token=").unwrap().1.to_owned();
        Some((path, token))
    }

    /// How many people are on file.
    pub(crate) async fn people(&self) -> usize {
        self.app.users().await.unwrap().len()
    }

    pub(crate) async fn admin(&self) -> Browser {
        self.sign_in("ann@example.com", Role::Admin).await
    }

    pub(crate) async fn viewer(&self) -> Browser {
        self.sign_in("vic@example.com", Role::Viewer).await
    }

    /// Somebody new who signs in.
    pub(crate) async fn sign_in(&self, email: &str, role: Role) -> Browser {
        let password = tollgate_server::passwords::hash(PASSWORD).await.unwrap();
        self.app.create_user(CreateUser { email: email.to_owned(), role, password }).await.unwrap();
        let mut browser = self.stranger();
        let answer = browser.send("/dashboard/sign-in", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        browser.cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        browser.token = input(&browser.page("/dashboard/account").await, "form_token").unwrap();
        browser
    }

    /// A request of the PriceOS dialect that goes well.
    pub(crate) async fn api(&self, method: &str, path: &str, body: Value) -> Value {
        let request = Request::builder().method(method).uri(path).header("x-api-key", TEST_KEY);
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let answer = self.server.send(request.header("content-type", "application/json").body(body).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{method} {path}: {}", answer.text);
        answer.json()
    }

    /// What a product grants of a feature.
    pub(crate) async fn granted(&self, product: &str, feature: &str) -> Value {
        let product = self.api("GET", &format!("/v1/products/{product}"), Value::Null).await;
        let entries = product["featureAccess"].as_array().unwrap();
        entries.iter().find(|entry| entry["featureKey"] == feature).unwrap().clone()
    }
}

impl Browser {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], String::new()).await
    }

    /// A page that is there.
    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer.text
    }

    /// Sends a form of this session.
    pub(crate) async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send_with(&self.token, path, fields).await
    }

    /// Sends a form with a token.
    pub(crate) async fn send_with(&self, token: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("form_token", token)]).collect();
        self.post(path, &[], &fields).await
    }

    /// Sends a form as it is, with headers of its own.
    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let pair = |(name, value): &(&str, &str)| format!("{}={}", percent_encoded(name), percent_encoded(value));
        let body = fields.iter().map(pair).collect::<Vec<_>>().join("&");
        self.request("POST", path, &[&[("content-type", FORM)][..], headers].concat(), body).await
    }

    /// Sends a form in parts.
    pub(crate) async fn parts(&self, path: &str, parts: &[(&str, &str)]) -> Answer {
        self.parts_with(path, &[], parts).await
    }

    /// The same with headers of its own.
    pub(crate) async fn parts_with(&self, path: &str, headers: &[(&str, &str)], parts: &[(&str, &str)]) -> Answer {
        let part = |(name, value): &(&str, &str)| {
            let file = if *name == "file" { "; filename=\"a.csv\"" } else { "" };
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n")
        };
        let body = parts.iter().map(part).collect::<String>() + "--x--\r\n";
        let media_type = [("content-type", "multipart/form-data; boundary=x")];
        self.request("POST", path, &[&media_type[..], headers].concat(), body).await
    }

    /// Sends a form that must go well: where it leads.
    pub(crate) async fn done(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.send(path, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.text);
        answer.header("location").unwrap().to_owned()
    }

    /// The same: the page of the environment, without what was done.
    pub(crate) async fn led(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let to = self.done(path, fields).await;
        to.strip_prefix(ENVIRONMENT).unwrap().split('?').next().unwrap().to_owned()
    }

    /// Sends a form that must be refused: the page.
    pub(crate) async fn refusal(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.send(path, fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", answer.text);
        answer.text
    }

    /// The same where it must be refused beside a field.
    pub(crate) async fn refused(&self, path: &str, fields: &[(&str, &str)], field: &str) -> String {
        let page = self.refusal(path, fields).await;
        assert!(page.contains(&format!("id=\"{field}-problem\"")), "{field}: {page}");
        page
    }

    async fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: String) -> Answer {
        let whole = if path.starts_with("/dashboard") { path.to_owned() } else { format!("{ENVIRONMENT}{path}") };
        let mut request = Request::builder().method(method).uri(whole).header("host", "tollgate.test");
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.office.server.send(request.body(Body::from(body)).unwrap()).await
    }

    /// The same browser after its session is gone.
    pub(crate) fn signed_out(&self) -> Self {
        Self { token: self.token.clone(), ..self.office.stranger() }
    }
}

/// The value of the first hidden input of a name, with its entities undone.
pub(crate) fn input(page: &str, name: &str) -> Option<String> {
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
