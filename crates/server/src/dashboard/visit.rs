//! A request of somebody who is signed in.
//!
//! Invariant: whatever changes something takes a [`Submission`], and there is none without a token of the session's own
//! forms, from another site, or of somebody who may only look.

use super::api::Api;
use super::form::Form;
use super::frame::{Frame, Section};
use super::page::Trouble;
use super::session::{self, Session};
use crate::app::App;
use crate::gate::body;
use axum::extract::{FromRequest, FromRequestParts, OriginalUri, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use std::sync::Arc;
use tollgate_domain::environment::Environment;
use tollgate_domain::user::{Role, User};

/// The field of every form that carries the token.
pub(super) const TOKEN_FIELD: &str = "form_token";

/// Somebody looks at something.
pub(super) struct Visit {
    pub(super) app: Arc<App>,
    pub(super) user: Arc<User>,
    pub(super) session: Session,
    /// The environment that the path names; test for pages of neither.
    pub(super) environment: Environment,
    /// The host of the request, for addresses to show.
    host: String,
    pub(super) query: Form,
    params: Vec<(String, String)>,
}

impl Visit {
    /// What the path says in the place of a name in braces.
    pub(super) fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The same, of somebody who may change things.
    fn admin(self) -> Result<Self, Trouble> {
        if self.is_admin() { Ok(self) } else { Err(Trouble::NotAllowed) }
    }

    /// The API of the environment.
    pub(super) fn api(&self) -> Api<'_> {
        Api { app: &self.app, environment: self.environment }
    }

    /// Whether this person may change things.
    pub(super) fn is_admin(&self) -> bool {
        self.user.role == Role::Admin
    }

    /// Where this server is, as the reader finds it.
    pub(super) fn address(&self) -> String {
        self.app.pages.public_url.clone().unwrap_or_else(|| format!("http://{}", self.host))
    }

    /// What stands around every page.
    pub(super) fn frame(&self, section: Section, title: impl Into<String>) -> Frame {
        Frame::new(self, section, title.into())
    }

    /// The address of a page of this environment: `path` begins with a slash, or is empty for the first page.
    pub(super) fn at(&self, path: &str) -> String {
        format!("/dashboard/{}{path}", self.environment.as_str())
    }
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Trouble> {
        let signed_in = session::of(app, &parts.headers).await.map_err(Trouble::store)?;
        // Whoever sent a form is led to a page that can be looked at.
        let is_form = parts.method == axum::http::Method::POST;
        let back = if is_form {
            referer(&parts.headers)
        } else {
            // Routers of a part of the pages are given the rest of the path alone.
            let whole = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
            whole.path_and_query().map(ToString::to_string)
        };
        // Whoever wanted to sign out lost nothing by it.
        let is_lost = is_form && !parts.uri.path().ends_with("/sign-out");
        let (user, session) = signed_in.ok_or(Trouble::SignIn { back, is_lost })?;
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Trouble::NotFound)?;
        let params: Vec<(String, String)> =
            params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let environment = match params.iter().find(|(name, _)| name == "environment") {
            Some((_, word)) => Environment::ALL.into_iter().find(|environment| environment.as_str() == word),
            None => Some(Environment::Test),
        };
        let host =
            parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost").to_owned();
        Ok(Self {
            app: app.clone(),
            user,
            session,
            environment: environment.ok_or(Trouble::NotFound)?,
            host,
            query: Form::read(parts.uri.query().unwrap_or_default().as_bytes()).unwrap_or_default(),
            params,
        })
    }
}

/// The page of ours that a form was sent from, as path and query.
fn referer(headers: &HeaderMap) -> Option<String> {
    let referer = headers.get(header::REFERER)?.to_str().ok()?;
    let start = referer.find("/dashboard/")?;
    Some(referer[start..].to_owned())
}

/// Somebody who may change things looks at a page that is of use to nobody else.
pub(super) struct Admin(pub(super) Visit);

impl FromRequestParts<Arc<App>> for Admin {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Trouble> {
        Visit::from_request_parts(parts, app).await?.admin().map(Self)
    }
}

/// Somebody sends a form that may change something.
pub(super) struct Submission {
    pub(super) visit: Visit,
    pub(super) form: Form,
}

impl FromRequest<Arc<App>> for Submission {
    type Rejection = Trouble;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Trouble> {
        let Personal { visit, form } = Personal::from_request(request, app).await?;
        Ok(Self { visit: visit.admin()?, form })
    }
}

/// Somebody sends a form about nobody but themselves, which viewers may too.
pub(super) struct Personal {
    pub(super) visit: Visit,
    pub(super) form: Form,
}

impl FromRequest<Arc<App>> for Personal {
    type Rejection = Trouble;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Trouble> {
        let (mut parts, body) = request.into_parts();
        if !is_same_site(&parts.headers) {
            return Err(Trouble::Forged);
        }
        let visit = Visit::from_request_parts(&mut parts, app).await?;
        let body = body::read(body).await.map_err(|_| Trouble::BadForm)?;
        let form = Form::read(&body).ok_or(Trouble::BadForm)?;
        if !visit.session.made_form(form.text(TOKEN_FIELD)) {
            return Err(Trouble::Forged);
        }
        Ok(Self { visit, form })
    }
}

/// Whether a browser says that a request comes from a page of this server. One that says nothing is no browser of
/// today, and is held by its token.
pub(super) fn is_same_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_other_sites_are_told_by_what_browsers_say() {
        for (headers, expected) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://a"), ("host", "a")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("origin", "https://a:1"), ("host", "a:1")], true),
            (&[("origin", "https://b"), ("host", "a")], false),
            (&[("origin", "null"), ("host", "a")], false),
            (&[], true),
        ] {
            let map = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            assert_eq!(is_same_site(&map), expected, "{headers:?}");
        }
    }
}
