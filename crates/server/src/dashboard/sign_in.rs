//! Signing in and out, the first admin, and one's own account.

use super::form::{Fields, Form};
use super::frame::{Frame, Section};
use super::page::{LOST_FIELD, LOST_WORD, Page, Shown, Trouble};
use super::session::{self, Session};
use super::visit::{self, Personal, Visit};
use crate::app::App;
use crate::gate::body;
use crate::keys;
use crate::passwords;
use askama::Template;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use subtle::ConstantTimeEq;
use tollgate_domain::user::{self, CreateFirstUser, User, UserChange};
use tollgate_store::StoreError;

/// What somebody hears who knows not both.
const NOT_TOGETHER: &str = "That email and password do not belong together.";
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
    /// Whether there is nobody who could sign in.
    nobody: bool,
    /// Whether a form was sent in a session that was over.
    is_lost: bool,
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
    let nobody = app.users().await.map_err(Trouble::store)?.is_empty();
    let is_lost = param(&query, LOST_FIELD) == LOST_WORD;
    Page::of(&SignInPage { fields: Fields::default(), back, nobody, is_lost })
}

pub(super) async fn sign_in(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Shown {
    let form = form(&headers, body).await?;
    let (email, back) = (user::email(form.text("email")), back(form.text("back")));
    let again = |problem: String| {
        let fields = Fields::new(Form::of([("email", email.clone())])).with_fault(problem);
        Page::refused(&SignInPage { fields, back: back.clone(), nobody: false, is_lost: false })
    };
    let user = app.user(&email).await.map_err(Trouble::store)?;
    let hash = user.as_ref().map(|user| user.password.as_str());
    match check(&app, &email, form.raw("password").unwrap_or_default(), hash).await {
        Ok(true) => {}
        Ok(false) => return again(NOT_TOGETHER.to_owned()),
        Err(problem) => return again(problem),
    }
    let user = user.ok_or(Trouble::Broken)?;
    match open(&app, &user, is_secure(&app, &headers), back.clone()).await {
        // The password was changed while it was checked.
        Err(Trouble::NotFound) => again(NOT_TOGETHER.to_owned()),
        shown => shown,
    }
}

/// Whether a password is right, where its time has come: `name` is what its tries are counted by. Else what to say.
async fn check(app: &App, name: &str, password: &str, hash: Option<&str>) -> Result<bool, String> {
    let (throttle, now) = (&app.dashboard.throttle, Instant::now());
    if let Some(wait) = throttle.wait(name, now) {
        return Err(format!("Too many tries. Wait {} seconds.", wait.as_secs() + 1));
    }
    throttle.count(name, now);
    let checked = passwords::is_right(password, hash).await;
    match checked {
        Ok(true) => throttle.forget(name),
        Ok(false) => {}
        Err(_) => throttle.take_back(name, now),
    }
    checked.map_err(|fault| fault.to_string())
}

/// Signs in somebody whose password was checked; there is nobody where it is another by now.
async fn open(app: &App, user: &User, is_secure: bool, to: String) -> Shown {
    let session = Session::new(user).map_err(|_| Trouble::Unavailable)?;
    let change = UserChange::SignIn { session: session.hash(), password: user.password.clone() };
    let changed = app.change_user(&user.id, change).await.map_err(Trouble::store)?;
    changed.ok_or(Trouble::NotFound)?;
    tracing::info!(user = user.id.as_str(), "signed in");
    Ok(Page::Session { to, cookie: session.cookie(is_secure) })
}

pub(super) async fn show_setup(State(app): State<Arc<App>>, query: RawQuery) -> Shown {
    let token = param(&query, "token");
    is_first(&app, &token).await?;
    Page::of(&SetupPage { fields: Fields::default(), token })
}

/// Whether somebody with this token may become the first admin; from when there is one on, nobody may.
async fn is_first(app: &App, token: &str) -> Result<(), Trouble> {
    if !app.dashboard.setup.is(token) {
        return Err(Trouble::UsedLink);
    }
    if !app.users().await.map_err(Trouble::store)?.is_empty() {
        app.dashboard.setup.set(None);
        return Err(Trouble::UsedLink);
    }
    Ok(())
}

/// Makes the first admin, and signs them in.
pub(super) async fn set_up(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Shown {
    let form = form(&headers, body).await?;
    let token = form.text("token").to_owned();
    is_first(&app, &token).await?;
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
    let made = app.create_first_user(CreateFirstUser { email, password }).await.map_err(Trouble::store)?;
    app.dashboard.setup.set(None);
    let admin = made.ok_or(Trouble::UsedLink)?;
    open(&app, &admin, is_secure(&app, &headers), "/dashboard".to_owned()).await
}

pub(super) async fn sign_out(headers: HeaderMap, Personal { visit, form }: Personal) -> Shown {
    let change = match form.text("everywhere") {
        "" => UserChange::SignOut(visit.session.hash()),
        _ => UserChange::SignOutEverywhere,
    };
    visit.app.change_user(&visit.user.id, change).await.map_err(Trouble::store)?;
    let cookie = Session::no_cookie(is_secure(&visit.app, &headers));
    Ok(Page::Session { to: "/dashboard/sign-in".to_owned(), cookie })
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
pub(super) async fn change_password(headers: HeaderMap, Personal { visit, form }: Personal) -> Shown {
    let refuse =
        |field: &str, problem: String| Page::refused(&account_page(&visit, Fields::default().with(field, problem)));
    let (app, user) = (&visit.app, &visit.user);
    let current = form.raw("current").unwrap_or_default();
    match check(app, user.id.as_str(), current, Some(&user.password)).await {
        Ok(true) => {}
        Ok(false) => return refuse("current", "This is not your password.".to_owned()),
        Err(problem) => return refuse("current", problem),
    }
    let changed = match passwords::hash(form.raw("new").unwrap_or_default()).await {
        Ok(hash) => app.change_user(&user.id, UserChange::Password(hash)).await.map_err(Trouble::store)?,
        Err(fault) => return refuse("new", fault.to_string()),
    };
    let changed = changed.ok_or(Trouble::NotFound)?;
    open(app, &changed, is_secure(app, &headers), "/dashboard/account?done=password".to_owned()).await
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

/// Whether cookies go over TLS only: where browsers find this server by `https`, as the setting says, or the browser that
/// sends a form.
fn is_secure(app: &App, headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    [app.pages.public_url.as_deref(), origin].into_iter().flatten().any(|url| url.starts_with("https://"))
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
