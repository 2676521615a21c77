//! Who is signed in: a random secret in a cookie, of which only the hash is on file, and what is made of it.

use crate::app::App;
use crate::keys;
use axum::http::{HeaderMap, HeaderValue, header};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::sync::Arc;
use subtle::ConstantTimeEq;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::user::{self, SESSION_LIFETIME_MILLIS, User};
use tollgate_store::StoreError;

const COOKIE: &str = "tollgate_session";
/// Random characters of a session's secret: 32 of base 62 hold 190 bits.
const SECRET_CHARACTERS: usize = 32;
/// What is signed with a session's secret to make the token of its forms.
const FORM_TOKEN_TEXT: &[u8] = b"the forms of this session";

/// A session as the browser holds it. It has no `Debug`, so that it cannot slip into a log.
#[derive(Clone)]
pub(super) struct Session {
    user: String,
    secret: String,
}

impl Session {
    /// A new one of a person.
    pub(super) fn new(user: &User) -> Result<Self, getrandom::Error> {
        let mut secret = String::new();
        keys::push_random(&mut secret, SECRET_CHARACTERS, getrandom::fill)?;
        Ok(Self { user: user.id.to_string(), secret })
    }

    /// The one of a request.
    fn presented(headers: &HeaderMap) -> Option<Self> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = pairs.find(|(name, _)| *name == COOKIE)?;
        let (user, secret) = value.split_once('.')?;
        Some(Self { user: user.to_owned(), secret: secret.to_owned() })
    }

    /// What is on file of it.
    pub(super) fn hash(&self) -> String {
        keys::hash(&self.secret)
    }

    /// The token that its forms carry: nobody can make it who does not hold the session.
    pub(super) fn form_token(&self) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).expect("any key will do");
        mac.update(FORM_TOKEN_TEXT);
        keys::hex(&mac.finalize().into_bytes())
    }

    /// Whether a form was made for this session.
    pub(super) fn made_form(&self, token: &str) -> bool {
        bool::from(self.form_token().as_bytes().ct_eq(token.as_bytes()))
    }

    /// The header that gives it to the browser.
    pub(super) fn cookie(&self, is_secure: bool) -> HeaderValue {
        let Self { user, secret } = self;
        cookie(&format!("{user}.{secret}"), SESSION_LIFETIME_MILLIS / 1000, is_secure)
    }

    /// The header that takes one away from the browser.
    pub(super) fn no_cookie(is_secure: bool) -> HeaderValue {
        cookie("", 0, is_secure)
    }
}

fn cookie(value: &str, seconds: i64, is_secure: bool) -> HeaderValue {
    let secure = if is_secure { "; Secure" } else { "" };
    let text = format!("{COOKIE}={value}; Path=/dashboard; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::try_from(text).expect("letters, digits and punctuation")
}

/// Who is signed in by a request, and by which session.
pub(super) async fn of(app: &App, headers: &HeaderMap) -> Result<Option<(Arc<User>, Session)>, StoreError> {
    let Some(session) = Session::presented(headers) else { return Ok(None) };
    let Some(Record::User(user)) = app.store.get(user::HOME, Noun::User, &session.user).await? else {
        return Ok(None);
    };
    let is_open = user.session(&session.hash(), app.store.clock().now()).is_some();
    Ok(is_open.then_some((user, session)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presented(cookies: &str) -> Option<Session> {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, cookies.parse().unwrap());
        Session::presented(&headers)
    }

    #[test]
    fn a_form_is_of_the_session_it_was_made_for() {
        let one = presented("other=1; tollgate_session=user_1.abc").unwrap();
        let other = presented("tollgate_session=user_1.abd").unwrap();
        assert!(one.made_form(&one.form_token()));
        assert!(!one.made_form(&other.form_token()) && !one.made_form(""));
        assert!(presented("tollgate_session=").is_none() && presented("x=user_1.abc").is_none());
    }

    #[test]
    fn the_cookie_is_for_the_server_alone() {
        let session = presented("tollgate_session=user_1.abc").unwrap();
        let cookie = session.cookie(true);
        let cookie = cookie.to_str().unwrap();
        assert_eq!(
            cookie,
            "tollgate_session=user_1.abc; Path=/dashboard; Max-Age=1209600; HttpOnly; SameSite=Lax; Secure"
        );
        assert!(!session.cookie(false).to_str().unwrap().contains("Secure"));
    }
}
