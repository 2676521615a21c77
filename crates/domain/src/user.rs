//! People who use the dashboard: who they are, what they may do, and where they are signed in.
//!
//! People belong to neither environment. Their rows are kept in one of them, [`HOME`], which shows nowhere.

use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::environment::Environment;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::UserId;
use crate::record::{Field, Noun, Record};
use crate::refusal::Refusal;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The environment whose rows people are among.
pub const HOME: Environment = Environment::Live;
/// The id of whoever is the first: of two who try to be, on any nodes, one finds it taken.
const FIRST: &str = "user_first";
/// Browsers that one person is signed in with at a time; the one that signed in first is signed out for the next.
pub const SESSIONS_MAX: usize = 20;
/// Most characters of an email address.
pub const EMAIL_MAX_CHARACTERS: usize = 254;
/// How long a person stays signed in, in milliseconds: two weeks.
pub const SESSION_LIFETIME_MILLIS: i64 = 14 * 24 * 3_600_000;

/// A person who may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Names the person in commands; never changes.
    pub id: UserId,
    /// What the person signs in with, in lower case. No two have the same.
    pub email: String,
    /// What the person may do.
    pub role: Role,
    /// The hash of the password, as a PHC string.
    pub password: String,
    /// When the person was put on file.
    pub created: Timestamp,
    /// Where the person is signed in, the oldest first; some may be over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<UserSession>,
}

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything.
    Admin,
    /// Look at everything but secrets, change nothing.
    Viewer,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 2] = [Self::Admin, Self::Viewer];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Viewer => "viewer",
        }
    }
}

/// That a person is signed in with one browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSession {
    /// SHA-256 of the secret that the browser holds, in hex.
    pub hash: String,
    /// When the person signed in.
    pub created: Timestamp,
}

impl UserSession {
    /// When it is over.
    pub fn expires(&self) -> Timestamp {
        Timestamp::from_millis(self.created.millis().saturating_add(SESSION_LIFETIME_MILLIS))
    }
}

impl User {
    /// The session whose secret has this hash, unless it is over.
    pub fn session(&self, hash: &str, now: Timestamp) -> Option<&UserSession> {
        self.sessions.iter().find(|session| session.hash == hash && now < session.expires())
    }
}

/// The one way to write an email address that people sign in with.
pub fn email(typed: &str) -> String {
    typed.trim().to_lowercase()
}

/// Whether an email address, as [`email`] writes it, is one to sign in with: something on both sides of an `@`, no blanks,
/// at most [`EMAIL_MAX_CHARACTERS`].
pub fn is_email(email: &str) -> bool {
    let is_plain = !email.chars().any(|character| character.is_whitespace() || character.is_control());
    let has_parts = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    is_plain && has_parts && email.chars().count() <= EMAIL_MAX_CHARACTERS
}

/// Puts a person on file. The reply is nothing where the email is taken.
#[derive(Clone)]
pub struct CreateUser {
    /// As [`email`] writes it.
    pub email: String,
    /// What the person may do.
    pub role: Role,
    /// The hash of the password.
    pub password: String,
}

impl Command for CreateUser {
    type Reply = Option<Arc<User>>;

    fn reads(&self) -> ReadSet {
        Key::holder(Field::UserEmail, &self.email).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        if facts.holder(Field::UserEmail, &self.email)?.is_some() {
            return Ok((None, Changes::default()));
        }
        Ok(put(cx.new_id(), &self.email, self.role, &self.password, cx))
    }
}

/// Puts the first person on file, who may do everything. The reply is nothing where somebody was the first already and is
/// still there, or the email is taken. Whoever asks has to see before that there is nobody.
#[derive(Clone)]
pub struct CreateFirstUser {
    /// As [`email`] writes it.
    pub email: String,
    /// The hash of the password.
    pub password: String,
}

impl Command for CreateFirstUser {
    type Reply = Option<Arc<User>>;

    fn reads(&self) -> ReadSet {
        let mut reads = row(&FIRST.into());
        reads.push(Key::holder(Field::UserEmail, &self.email));
        reads
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        if facts.user(&FIRST.into())?.is_some() || facts.holder(Field::UserEmail, &self.email)?.is_some() {
            return Ok((None, Changes::default()));
        }
        Ok(put(FIRST.into(), &self.email, Role::Admin, &self.password, cx))
    }
}

fn put(id: UserId, email: &str, role: Role, password: &str, cx: &Cx<'_>) -> (Option<Arc<User>>, Changes) {
    let (email, password) = (email.to_owned(), password.to_owned());
    let user = Arc::new(User { id, email, role, password, created: cx.now, sessions: Vec::new() });
    let write = Write::Put { before: None, after: Record::User(user.clone()) };
    (Some(user), Changes { writes: vec![write], ..Changes::default() })
}

/// Changes something of a person.
#[derive(Clone)]
pub struct ChangeUser {
    /// Who.
    pub id: UserId,
    /// What.
    pub change: UserChange,
}

/// What may change of a person.
#[derive(Clone)]
pub enum UserChange {
    /// The person signs in. There is no such person where the password is another by now than the one that was checked.
    SignIn {
        /// The hash of the secret that the browser is given.
        session: String,
        /// The hash of the password that was checked.
        password: String,
    },
    /// The person signs out of the session whose secret has this hash.
    SignOut(String),
    /// Every browser is signed out.
    SignOutEverywhere,
    /// Another password, by its hash. Every browser is signed out.
    Password(String),
    /// Another role.
    Role(Role),
}

impl Command for ChangeUser {
    type Reply = Arc<User>;

    fn reads(&self) -> ReadSet {
        row(&self.id)
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = existing(facts, &self.id)?;
        let mut after = (*before).clone();
        match &self.change {
            UserChange::SignIn { password, .. } if before.password != *password => return Err(nobody(&self.id)),
            UserChange::SignIn { session: hash, .. } => {
                after.sessions.retain(|session| cx.now < session.expires());
                let surplus = (after.sessions.len() + 1).saturating_sub(SESSIONS_MAX);
                after.sessions.drain(..surplus);
                after.sessions.push(UserSession { hash: hash.clone(), created: cx.now });
            }
            UserChange::SignOut(hash) => after.sessions.retain(|session| session.hash != *hash),
            UserChange::SignOutEverywhere => after.sessions.clear(),
            UserChange::Password(password) => {
                after.password.clone_from(password);
                after.sessions.clear();
            }
            UserChange::Role(role) => after.role = *role,
        }
        let after = Arc::new(after);
        let write = Write::Put { before: Some(Record::User(before)), after: Record::User(after.clone()) };
        Ok((after, Changes { writes: vec![write], ..Changes::default() }))
    }
}

/// Takes a person off file.
#[derive(Debug, Clone)]
pub struct DeleteUser {
    /// Who.
    pub id: UserId,
}

impl Command for DeleteUser {
    type Reply = Arc<User>;

    fn reads(&self) -> ReadSet {
        row(&self.id)
    }

    fn decide(&self, facts: &Facts, _: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let user = existing(facts, &self.id)?;
        let write = Write::Delete(Record::User(user.clone()));
        Ok((user, Changes { writes: vec![write], ..Changes::default() }))
    }
}

fn row(id: &UserId) -> ReadSet {
    Key::Row(Noun::User, id.to_string()).into()
}

fn existing(facts: &Facts, id: &UserId) -> Result<Arc<User>, Stop> {
    facts.user(id)?.ok_or_else(|| nobody(id))
}

fn nobody(id: &UserId) -> Stop {
    Refusal::NoSubject { noun: Noun::User, id: id.to_string() }.into()
}
