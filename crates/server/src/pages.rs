//! Pages for customers, served by this server itself: where there is nobody to take payment, somebody still has to show
//! what is sold, and to ask. Plain forms, no script.
//!
//! Whoever knows the address of a page may do what it does. It has 190 random bits and holds for a day; it is told to
//! nobody else, neither by a referrer nor by a frame. So no other site can make a browser send one of the forms.

mod checkout;
mod portal;

use crate::app::App;
use crate::gate::body;
use crate::keys;
use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::sync::{Arc, LazyLock};
use tollgate_domain::checkout::Session;
use tollgate_domain::command::Command;
use tollgate_domain::environment::Environment;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::refusal::{AccessRefusal, Refusal};
use tollgate_domain::subscription::SubscriptionRefusal;
use tollgate_store::StoreError;

/// The style of these pages. It is in each of them, so that nothing has to be loaded.
const STYLE: &str = include_str!("../assets/page.css");
/// The digest by which their policy allows it.
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE)));
/// Random characters in the name of a session.
const RANDOM_CHARACTERS: usize = 32;
/// Where checkouts and portals are, up to the name of the session.
const CHECKOUT_PATH: &str = "/checkout/";
const PORTAL_PATH: &str = "/portal/";
/// What the names of their sessions begin with, up to the environment.
const CHECKOUT_PREFIX: &str = "cs_";
const PORTAL_PREFIX: &str = "bps_";

/// A page that can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Checkout,
    Portal,
}

impl Kind {
    const fn path(self) -> &'static str {
        match self {
            Self::Checkout => CHECKOUT_PATH,
            Self::Portal => PORTAL_PATH,
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Checkout => CHECKOUT_PREFIX,
            Self::Portal => PORTAL_PREFIX,
        }
    }

    /// A name for a session that nobody can guess.
    pub(crate) fn new_name(self, environment: Environment) -> Result<String, getrandom::Error> {
        let mut name = format!("{}{}_", self.prefix(), environment.as_str());
        keys::push_random(&mut name, RANDOM_CHARACTERS, getrandom::fill)?;
        Ok(name)
    }

    /// The environment that the name of a session says; nothing where it is none of this kind.
    fn environment(self, name: &str) -> Option<Environment> {
        let rest = name.strip_prefix(self.prefix())?;
        let (word, random) = rest.split_once('_')?;
        let is_plain = random.len() == RANDOM_CHARACTERS && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
        Environment::ALL.into_iter().find(|environment| is_plain && environment.as_str() == word)
    }

    /// The address of a session's page, as a browser finds it.
    pub(crate) fn address(self, app: &App, headers: &HeaderMap, uri: &Uri, name: &str) -> String {
        let path = self.path();
        if let Some(public) = &app.pages.public_url {
            return format!("{}{path}{name}", public.trim_end_matches('/'));
        }
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.or_else(|| uri.authority().map(axum::http::uri::Authority::as_str)).unwrap_or("localhost");
        format!("http://{host}{path}{name}")
    }
}

/// How pages are served.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Where browsers find this server; where not given, at the host that a request names, without encryption.
    pub public_url: Option<String>,
    /// Whether there are pages in the live environment.
    pub in_live: bool,
}

/// The routes of pages.
pub(crate) fn router() -> Router<Arc<App>> {
    let show_checkout =
        |State(app): State<Arc<App>>, Name(name): Name| async move { respond(checkout::show(&app, &name).await) };
    let confirm =
        |State(app): State<Arc<App>>, Name(name): Name| async move { respond(checkout::confirm(&app, &name).await) };
    let show_portal =
        |State(app): State<Arc<App>>, Name(name): Name| async move { respond(portal::show(&app, &name).await) };
    let change = |State(app): State<Arc<App>>, Name(name): Name, form: Body| async move {
        let answer = match body::read(form).await {
            Ok(form) => portal::change(&app, &name, &form).await,
            Err(_) => Err(Trouble::BadForm),
        };
        respond(answer)
    };
    Router::new()
        .route("/checkout/{name}", get(show_checkout).post(confirm))
        .route("/portal/{name}", get(show_portal).post(change))
}

/// What the path calls a session; what is no text names none.
struct Name(String);

impl FromRequestParts<Arc<App>> for Name {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let name = Path::<String>::from_request_parts(parts, app).await;
        Ok(Self(name.map(|Path(name)| name).unwrap_or_default()))
    }
}

/// What a request for a page comes to.
enum Answer {
    /// A page, whose forms may lead to an address elsewhere.
    Page { html: String, leads_to: Option<String> },
    /// Go on there.
    Redirect(String),
}

/// Why there is no page.
enum Trouble {
    /// There is no such session, or not any more.
    NoSession,
    /// What was sent is no form of ours.
    BadForm,
    /// The domain says no.
    Refused(Refusal),
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Access(AccessRefusal::NoSession) => Self::NoSession,
            refusal => Self::Refused(refusal),
        }
    }
}

/// The session with a name, where pages are on.
async fn session(app: &App, kind: Kind, name: &str) -> Result<(Environment, Arc<Session>), Trouble> {
    let environment = kind.environment(name).filter(|environment| app.pages.in_live || !environment.is_live());
    let environment = environment.ok_or(Trouble::NoSession)?;
    let found = app.store.get(environment, Noun::Receipt, name).await?;
    let Some(Record::Receipt(receipt)) = found else { return Err(Trouble::NoSession) };
    let session = Session::of(&receipt, app.store.clock().now()).cloned();
    Ok((environment, session.ok_or(Trouble::NoSession)?))
}

async fn run<C: Command>(app: &App, environment: Environment, command: C) -> Result<C::Reply, Trouble> {
    Ok(app.run(environment, command).await??)
}

fn respond(answer: Result<Answer, Trouble>) -> Response<Body> {
    match answer {
        Ok(Answer::Page { html, leads_to }) => page(StatusCode::OK, html, leads_to.as_deref()),
        Ok(Answer::Redirect(to)) => redirect(&to),
        Err(Trouble::NoSession) => {
            let words = "This page is not there, or not any more: such pages hold for a day.";
            notice(StatusCode::NOT_FOUND, "Nothing here", words)
        }
        Err(Trouble::BadForm) => notice(StatusCode::BAD_REQUEST, "That did not work", "The form could not be read."),
        Err(Trouble::Refused(refusal)) => {
            tracing::info!(?refusal, "a page was refused");
            notice(StatusCode::CONFLICT, "That did not work", no(&refusal))
        }
        Err(Trouble::Store(error)) => {
            tracing::error!(%error, "the store failed");
            let words = "The server cannot do this now. Try again in a moment.";
            notice(StatusCode::SERVICE_UNAVAILABLE, "One moment", words)
        }
    }
}

/// What a customer is told of a refusal.
fn no(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Subscription(no) if **no == SubscriptionRefusal::NoPaymentMethod => {
            "There is no payment method on file, and this page takes none. Nothing was done."
        }
        _ => "What is offered here has changed meanwhile. Nothing was done; go back and begin anew.",
    }
}

/// A page that says one thing.
#[derive(Template)]
#[template(path = "pages/notice.html")]
struct Notice {
    title: &'static str,
    words: &'static str,
}

fn notice(status: StatusCode, title: &'static str, words: &'static str) -> Response<Body> {
    page(status, rendered(&Notice { title, words }), None)
}

/// A page as its template has it. Writing to memory does not fail, and templates of ours do nothing else.
fn rendered(template: &impl Template) -> String {
    template.render().expect("memory takes it")
}

fn page(status: StatusCode, html: String, leads_to: Option<&str>) -> Response<Body> {
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    let policy = HeaderValue::try_from(policy(leads_to)).expect("addresses are ASCII without control characters");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    guard(headers);
    response
}

/// Nothing is loaded but the style that is in the page, and forms lead nowhere else: but for a redirect after a form to
/// where the integrator wants the customer back, which browsers count as the form's doing.
fn policy(leads_to: Option<&str>) -> String {
    let back = leads_to.and_then(origin).map_or_else(String::new, |origin| format!(" {origin}"));
    let style = &*STYLE_HASH;
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'{back}; frame-ancestors 'none'; base-uri 'none'"
    )
}

/// Scheme, host and port of an address.
fn origin(address: &str) -> Option<&str> {
    let start = address.find("://")? + 3;
    let end = address[start..].find(['/', '?', '#', ';', ',', ' ']).map_or(address.len(), |end| start + end);
    Some(&address[..end])
}

fn redirect(to: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    let to = HeaderValue::try_from(to).expect("addresses are ASCII without control characters");
    headers.insert(header::LOCATION, to);
    guard(headers);
    response
}

/// The address of a page is a secret.
fn guard(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_session_says_its_environment_and_cannot_be_guessed() {
        for (kind, environment) in [(Kind::Checkout, Environment::Test), (Kind::Portal, Environment::Live)] {
            let names: Vec<String> = (0..2).map(|_| kind.new_name(environment).unwrap()).collect();
            assert_ne!(names[0], names[1]);
            assert_eq!(kind.environment(&names[0]), Some(environment));
        }
        let name = Kind::Checkout.new_name(Environment::Test).unwrap();
        assert_eq!(Kind::Portal.environment(&name), None);
        for other in ["", "cs_test_", "cs_test_short", "cs_prod_0123456789abcdef0123456789abcdef", "order-1"] {
            assert_eq!(Kind::Checkout.environment(other), None, "{other}");
        }
    }

    #[test]
    fn forms_may_lead_back_to_where_the_integrator_said_and_nowhere_else() {
        for (address, expected) in [
            ("https://shop.example/done?x=1", Some("https://shop.example")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("http://[::1]:80/", Some("http://[::1]:80")),
            ("nothing", None),
        ] {
            assert_eq!(origin(address), expected);
        }
        let policy = policy(Some("https://shop.example/done"));
        assert!(policy.contains("form-action 'self' https://shop.example;"), "{policy}");
        assert!(policy.starts_with("default-src 'none';"));
    }
}
