//! Signing in and out, the first admin, and one's own account.

use super::form::{Fields, Form};
use super::frame::{Frame, Section};
use super::page::{Page, Shown, Trouble};
use super::session::{self, Session};
use super::visit::{self, Personal, Visit};
use crate::app::App;
use crate::gate::body;
use crate::keys;
use crate::passwords;
use askama::Template;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use subtle::ConstantTimeEq;
use tollgate_domain::user::{self, CreateUser, Role, User, UserChange};
use tollgate_store::StoreError;

/// Random characters of the token that lets somebody become the first admin.
const SETUP_CHARACTERS: usize = 32;

/// The token that lets somebody become the first admin, where there is nobody yet. It is this process's alone.
#[derive(Default)]
pub(crate) struct Setup(Mutex<Option<String>>);

impl Setup {
    fn is(&self, token: &str) -> bool {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().is_some_and(|held| bool::from(held.as_bytes().ct_eq(token.as_bytes())))
    }

    fn set(&self, token: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = token;
    }
}

impl App {
    /// Where there is nobody yet, the path on which whoever starts the server becomes the first admin, once.
    pub async fn setup_path(&self) -> Result<Option<String>, StoreError> {
        if !self.users().await?.is_empty() {
            return Ok(None);
        }
        let mut token = String::new();
        if keys::push_random(&mut token, SETUP_CHARACTERS, getrandom::fill).is_err() {
            return Ok(None);
        }
        let path = format!("/dashboard/setup?token={token}");
        self.dashboard.setup.set(Some(token));
        Ok(Some(path))
    }
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    fields: Fields,
    back: String,
}

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage {
    fields: Fields,
    token: String,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    fields: Fields,
    role: &'static str,
    sessions: usize,
}

/// What the query says of a name.
fn param(query: &RawQuery, name: &str) -> String {
    let query = query.0.as_deref().unwrap_or_default();
    Form::read(query.as_bytes()).unwrap_or_default().text(name).to_owned()
}

pub(super) async fn show(State(app): State<Arc<App>>, query: RawQuery, headers: HeaderMap) -> Shown {
    let back = back(&param(&query, "back"));
    if session::of(&app, &headers).await.map_err(Trouble::store)?.is_some() {
        return Page::to(back);
    }
    Page::of(&SignInPage { fields: Fields::default(), back })
}

pub(super) async fn sign_in(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Shown {
    let form = form(&headers, body).await?;
    let (email, back) = (user::email(form.text("email")), back(form.text("back")));
    let again = |problem: String| {
        let fields = Fields::new(Form::of([("email", email.clone())])).with_fault(problem);
        Page::refused(&SignInPage { fields, back: back.clone() })
    };
    let now = Instant::now();
    if let Some(wait) = app.dashboard.throttle.wait(&email, now) {
        return again(format!("Too many tries. Wait {} seconds.", wait.as_secs() + 1));
    }
    app.dashboard.throttle.count(&email, now);
    let user = app.user(&email).await.map_err(Trouble::store)?;
    let hash = user.as_ref().map(|user| user.password.as_str());
    match passwords::is_right(form.raw("password").unwrap_or_default(), hash).await {
        Ok(true) => {}
        Ok(false) => return again("That email and password do not belong together.".to_owned()),
        Err(fault) => return again(fault.to_string()),
    }
    app.dashboard.throttle.forget(&email);
    let user = user.ok_or(Trouble::Broken)?;
    open(&app, &user, back).await
}

/// Signs somebody in.
async fn open(app: &App, user: &User, to: String) -> Shown {
    let session = Session::new(user).map_err(|_| Trouble::Unavailable)?;
    let changed = app.change_user(&user.id, UserChange::SignIn(session.hash())).await.map_err(Trouble::store)?;
    changed.ok_or(Trouble::NotFound)?;
    tracing::info!(user = user.id.as_str(), "signed in");
    Ok(Page::Session { to, cookie: session.cookie(is_secure(app)) })
}

pub(super) async fn show_setup(State(app): State<Arc<App>>, query: RawQuery) -> Shown {
    let token = param(&query, "token");
    if !app.dashboard.setup.is(&token) {
        return Err(Trouble::NotFound);
    }
    Page::of(&SetupPage { fields: Fields::default(), token })
}

/// Makes the first admin, and signs them in.
pub(super) async fn set_up(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Shown {
    let form = form(&headers, body).await?;
    let token = form.text("token").to_owned();
    if !app.dashboard.setup.is(&token) || !app.users().await.map_err(Trouble::store)?.is_empty() {
        return Err(Trouble::NotFound);
    }
    let email = user::email(form.text("email"));
    let fields = Fields::new(Form::of([("email", email.clone())]));
    if !user::is_email(&email) {
        return Page::refused(&SetupPage { fields: fields.with("email", "This is no email address."), token });
    }
    let password = match passwords::hash(form.raw("password").unwrap_or_default()).await {
        Ok(password) => password,
        Err(fault) => {
            return Page::refused(&SetupPage { fields: fields.with("password", fault.to_string()), token });
        }
    };
    let made = app.create_user(CreateUser { email, role: Role::Admin, password }).await.map_err(Trouble::store)?;
    app.dashboard.setup.set(None);
    let admin = made.ok_or(Trouble::NotFound)?;
    open(&app, &admin, "/dashboard".to_owned()).await
}

pub(super) async fn sign_out(Personal { visit, form }: Personal) -> Shown {
    let change = match form.text("everywhere") {
        "" => UserChange::SignOut(visit.session.hash()),
        _ => UserChange::SignOutEverywhere,
    };
    visit.app.change_user(&visit.user.id, change).await.map_err(Trouble::store)?;
    Ok(Page::Session { to: "/dashboard/sign-in".to_owned(), cookie: Session::no_cookie(is_secure(&visit.app)) })
}

pub(super) async fn account(visit: Visit) -> Shown {
    Page::of(&account_page(&visit, Fields::default()))
}

fn account_page(visit: &Visit, fields: Fields) -> AccountPage {
    let now = visit.app.store.clock().now();
    let sessions = visit.user.sessions.iter().filter(|session| now < session.expires()).count();
    let role = visit.user.role.as_str();
    AccountPage { frame: visit.frame(Section::None, "Your account"), fields, role, sessions }
}

/// Changes one's own password, which signs out every browser but this one.
pub(super) async fn change_password(Personal { visit, form }: Personal) -> Shown {
    let refuse =
        |field: &str, problem: String| Page::refused(&account_page(&visit, Fields::default().with(field, problem)));
    let (app, user) = (&visit.app, &visit.user);
    match passwords::is_right(form.raw("current").unwrap_or_default(), Some(&user.password)).await {
        Ok(true) => {}
        Ok(false) => return refuse("current", "This is not your password.".to_owned()),
        Err(fault) => return refuse("current", fault.to_string()),
    }
    match passwords::hash(form.raw("new").unwrap_or_default()).await {
        Ok(hash) => drop(app.change_user(&user.id, UserChange::Password(hash)).await.map_err(Trouble::store)?),
        Err(fault) => return refuse("new", fault.to_string()),
    }
    open(app, user, "/dashboard/account?done=password".to_owned()).await
}

/// A form of somebody who is not signed in: from a page of ours.
async fn form(headers: &HeaderMap, body: Body) -> Result<Form, Trouble> {
    if !visit::is_same_site(headers) {
        return Err(Trouble::Forged);
    }
    let body = body::read(body).await.map_err(|_| Trouble::BadForm)?;
    Form::read(&body).ok_or(Trouble::BadForm)
}

/// Where to go on: a page of the dashboard, whatever the address claims.
fn back(asked: &str) -> String {
    let is_ours = asked.starts_with("/dashboard") && asked.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_ours { asked.to_owned() } else { "/dashboard".to_owned() }
}

/// Whether cookies go over TLS only: where browsers find this server by `https`.
fn is_secure(app: &App) -> bool {
    app.pages.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_elsewhere_after_signing_in() {
        assert_eq!(back("/dashboard/test/products?x=1"), "/dashboard/test/products?x=1");
        for other in
            ["", "https://evil.example/dashboard", "//evil.example", "/dashboard\r\nx: y", "/v1", "/dashboard\\"]
        {
            assert_eq!(back(other), "/dashboard", "{other}");
        }
    }
}
