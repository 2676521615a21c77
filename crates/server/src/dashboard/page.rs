//! What goes back to a browser: a page, a way to one, or why there is none.

use super::api::Fault;
use askama::Template;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use tollgate_store::StoreError;

/// What a request for a page comes to.
pub(super) type Shown = Result<Page, Trouble>;

/// What a browser gets.
#[derive(Debug)]
pub(super) enum Page {
    /// A page.
    Html { status: StatusCode, html: String },
    /// Go on there.
    Redirect(String),
    /// Go on there, with another session or none.
    Session { to: String, cookie: HeaderValue },
}

impl Page {
    /// A page as its template has it.
    pub(super) fn of(template: &impl Template) -> Shown {
        Self::with_status(StatusCode::OK, template)
    }

    /// The page of a form that was refused: with what was typed, and why.
    pub(super) fn refused(template: &impl Template) -> Shown {
        Self::with_status(StatusCode::UNPROCESSABLE_ENTITY, template)
    }

    fn with_status(status: StatusCode, template: &impl Template) -> Shown {
        let html = template.render().map_err(|error| {
            tracing::error!(%error, "a page cannot be rendered");
            Trouble::Broken
        })?;
        Ok(Self::Html { status, html })
    }

    /// A way to another page, after which going back does not send the form again.
    #[allow(clippy::unnecessary_wraps, reason = "it is what handlers end with")]
    pub(super) fn to(address: impl Into<String>) -> Shown {
        Ok(Self::Redirect(address.into()))
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response<Body> {
        match self {
            Self::Html { status, html } => html_response(status, html),
            Self::Redirect(to) => see_other(&to),
            Self::Session { to, cookie } => {
                let mut response = see_other(&to);
                response.headers_mut().insert(header::SET_COOKIE, cookie);
                response
            }
        }
    }
}

/// Why there is no page.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Nobody is signed in. Where to go on after that, as path and query; `is_lost` where somebody sent a form.
    SignIn { back: Option<String>, is_lost: bool },
    /// The link on which somebody becomes the first admin leads nowhere any more.
    UsedLink,
    /// There is no such thing.
    NotFound,
    /// The form is of another session, or of another site.
    Forged,
    /// This person may look, not touch.
    NotAllowed,
    /// What was sent is no form.
    BadForm,
    /// The form was sent before, and done.
    Twice,
    /// What the API refused, where no form stands to show it beside.
    Refused(Fault),
    /// The server cannot do it now.
    Unavailable,
    /// The server is wrong.
    Broken,
}

impl Trouble {
    /// The store failed; the details are for the log.
    #[allow(clippy::needless_pass_by_value, reason = "it stands where errors are mapped")]
    pub(super) fn store(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        match error {
            StoreError::Corrupt(_) | StoreError::Endless | StoreError::Guest => Self::Broken,
            _ => Self::Unavailable,
        }
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        match fault.status {
            404 => Self::NotFound,
            500 => Self::Broken,
            503 => Self::Unavailable,
            _ => Self::Refused(fault),
        }
    }
}

#[derive(Template)]
#[template(path = "notice.html")]
struct Notice<'n> {
    title: &'n str,
    words: &'n str,
    /// Where to go on, and how that is called.
    link: (&'static str, &'static str),
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response<Body> {
        let (status, title, words) = match &self {
            Self::SignIn { back, is_lost } => return see_other(&sign_in_address(back.as_deref(), *is_lost)),
            Self::UsedLink => {
                (404, "This link leads nowhere any more", "It was used, or is of an earlier start of the server.")
            }
            Self::NotFound => (404, "Nothing here", "There is no such page, or what it showed is gone."),
            Self::Forged => (
                403,
                "That form is not valid any more",
                "It was made for another session, or comes from another site. Nothing was done; open the page anew.",
            ),
            Self::NotAllowed => (403, "You may look, not change", "Nothing was done. Ask an admin for the role."),
            Self::BadForm => (400, "That did not work", "The form could not be read. Nothing was done."),
            Self::Twice => (
                409,
                "That was done already",
                "The same form came twice, and was done once. Open its page anew to do it again.",
            ),
            Self::Refused(fault) => (fault.status, "That did not work", fault.message.as_str()),
            Self::Unavailable => (503, "One moment", "The server cannot do this now. Try again shortly."),
            Self::Broken => (500, "Something is wrong on the server's side", "It was noted in the server's log."),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        let link = match &self {
            Self::UsedLink => ("/dashboard/sign-in", "Sign in"),
            _ => ("/dashboard", "To the dashboard"),
        };
        let html = Notice { title, words, link }.render().unwrap_or_default();
        html_response(status, html)
    }
}

/// The parameter of the page to sign in, and its word, that says that a form was lost.
pub(super) const LOST_FIELD: &str = "lost";
pub(super) const LOST_WORD: &str = "form";

/// Where to sign in, and to go on from there.
fn sign_in_address(back: Option<&str>, is_lost: bool) -> String {
    let back = back.filter(|back| *back != "/dashboard").map(tollgate_wire::form::percent_encoded);
    let params = [back.map(|back| format!("back={back}")), is_lost.then(|| format!("{LOST_FIELD}={LOST_WORD}"))];
    let params = params.into_iter().flatten().collect::<Vec<_>>().join("&");
    let mark = if params.is_empty() { "" } else { "?" };
    format!("/dashboard/sign-in{mark}{params}")
}

fn html_response(status: StatusCode, html: String) -> Response<Body> {
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    guard(&mut response);
    response
}

fn see_other(to: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let to = HeaderValue::try_from(to).unwrap_or(HeaderValue::from_static("/dashboard"));
    response.headers_mut().insert(header::LOCATION, to);
    guard(&mut response);
    response
}

/// Nothing is loaded but what this server serves, nothing is embedded anywhere, and nothing is kept by caches.
fn guard(response: &mut Response<Body>) {
    for (name, value) in [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
             frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}
