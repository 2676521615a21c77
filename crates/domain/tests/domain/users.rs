//! People who use the dashboard: who is on file, and where they are signed in.

use crate::engine::Engine;
use std::sync::Arc;
use tollgate_domain::id::UserId;
use tollgate_domain::record::Noun;
use tollgate_domain::refusal::Refusal;
use tollgate_domain::time::Timestamp;
use tollgate_domain::user::{
    ChangeUser, CreateFirstUser, CreateUser, DeleteUser, Role, SESSION_LIFETIME_MILLIS, SESSIONS_MAX, User, UserChange,
    email, is_email,
};

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn later(millis: i64) -> Timestamp {
    Timestamp::from_millis(START.millis() + millis)
}

fn ann() -> CreateUser {
    CreateUser { email: email(" Ann@Example.com "), role: Role::Viewer, password: "hash".to_owned() }
}

fn sign_in(session: &str, password: &str) -> UserChange {
    UserChange::SignIn { session: session.to_owned(), password: password.to_owned() }
}

fn change(engine: &mut Engine, id: &UserId, change: UserChange, now: Timestamp) -> Arc<User> {
    engine.run(&ChangeUser { id: id.clone(), change }, now, 2).unwrap()
}

#[test]
fn an_email_address_has_two_parts() {
    for (email, expected) in [("a@b", true), ("a", false), ("@b", false), ("a@", false), ("a b@c", false)] {
        assert_eq!(is_email(email), expected, "{email}");
    }
    assert!(!is_email(&format!("{}@b", "a".repeat(253))));
}

#[test]
fn an_email_is_one_persons_however_it_is_written() {
    let mut engine = Engine::default();
    let made = engine.run(&ann(), START, 1).unwrap().unwrap();
    assert_eq!(made.email, "ann@example.com");
    assert_eq!(engine.run(&ann(), START, 3).unwrap(), None);
    engine.run(&DeleteUser { id: made.id.clone() }, START, 4).unwrap();
    assert!(engine.run(&ann(), START, 5).unwrap().is_some());
    let gone = engine.run(&DeleteUser { id: made.id.clone() }, START, 6);
    assert_eq!(gone, Err(Refusal::NoSubject { noun: Noun::User, id: made.id.to_string() }));
}

#[test]
fn one_is_the_first_whoever_else_tries() {
    let mut engine = Engine::default();
    let first = |email: &str| CreateFirstUser { email: email.to_owned(), password: "hash".to_owned() };
    let made = engine.run(&first("a@b"), START, 1).unwrap().unwrap();
    assert_eq!((made.email.as_str(), made.role), ("a@b", Role::Admin));
    assert_eq!(engine.run(&first("c@d"), START, 2).unwrap(), None);
    engine.run(&DeleteUser { id: made.id.clone() }, START, 3).unwrap();
    engine.run(&ann(), START, 4).unwrap();
    assert_eq!(engine.run(&first("ann@example.com"), START, 5).unwrap(), None);
    assert!(engine.run(&first("c@d"), START, 6).unwrap().is_some());
}

#[test]
fn a_session_ends_by_time_by_signing_out_and_by_another_password() {
    let mut engine = Engine::default();
    let id = engine.run(&ann(), START, 1).unwrap().unwrap().id.clone();
    change(&mut engine, &id, sign_in("a", "hash"), START);
    let user = change(&mut engine, &id, sign_in("b", "hash"), START);
    for (after, is_open) in [(0, true), (SESSION_LIFETIME_MILLIS - 1, true), (SESSION_LIFETIME_MILLIS, false)] {
        assert_eq!(user.session("a", later(after)).is_some(), is_open, "{after}");
    }
    assert!(user.session("c", START).is_none());
    let user = change(&mut engine, &id, UserChange::SignOut("a".to_owned()), START);
    assert!(user.session("a", START).is_none() && user.session("b", START).is_some());
    let user = change(&mut engine, &id, UserChange::Password("other".to_owned()), START);
    assert_eq!((user.password.as_str(), user.sessions.len()), ("other", 0));
    // Whoever signs in with a password that was changed while it was checked does not.
    let late = engine.run(&ChangeUser { id: id.clone(), change: sign_in("c", "hash") }, START, 2);
    assert_eq!(late, Err(Refusal::NoSubject { noun: Noun::User, id: id.to_string() }));
    assert_eq!(change(&mut engine, &id, sign_in("d", "other"), START).sessions.len(), 1);
    assert!(change(&mut engine, &id, UserChange::SignOutEverywhere, START).sessions.is_empty());
    assert_eq!(change(&mut engine, &id, UserChange::Role(Role::Admin), START).role, Role::Admin);
}

#[test]
fn sessions_are_bounded_and_those_that_are_over_are_forgotten_first() {
    let mut engine = Engine::default();
    let id = engine.run(&ann(), START, 1).unwrap().unwrap().id.clone();
    for place in 0..=SESSIONS_MAX {
        change(&mut engine, &id, sign_in(&place.to_string(), "hash"), START);
    }
    let user = change(&mut engine, &id, UserChange::Role(Role::Viewer), START);
    assert_eq!(user.sessions.len(), SESSIONS_MAX);
    assert!(user.session("0", START).is_none() && user.session("1", START).is_some());
    let user = change(&mut engine, &id, sign_in("new", "hash"), later(SESSION_LIFETIME_MILLIS));
    assert_eq!(user.sessions.len(), 1);
}
