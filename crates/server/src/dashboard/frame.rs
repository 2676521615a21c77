//! What stands around every page.

use super::visit::{TOKEN_FIELD, Visit};
use tollgate_domain::environment::Environment;

/// A part of the dashboard, as the navigation has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Home,
    Products,
    Features,
    Customers,
    Developers,
    /// What is in no part: one's own account.
    None,
}

impl Section {
    const NAMED: [(Self, &'static str, &'static str); 5] = [
        (Self::Home, "Home", ""),
        (Self::Products, "Products", "/products"),
        (Self::Features, "Features", "/features"),
        (Self::Customers, "Customers", "/customers"),
        (Self::Developers, "Developers", "/developers"),
    ];
}

/// An entry of the navigation.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) link: String,
    pub(super) is_here: bool,
}

/// What a page's template needs for what stands around it.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) title: String,
    pub(super) environment: &'static str,
    pub(super) is_live: bool,
    /// Where the same page of the other environment is, or its list.
    pub(super) other: String,
    pub(super) entries: Vec<Entry>,
    pub(super) email: String,
    pub(super) is_admin: bool,
    pub(super) token: String,
    pub(super) token_field: &'static str,
    /// What was done just now.
    pub(super) notice: Option<&'static str>,
}

impl Frame {
    pub(super) fn new(visit: &Visit, section: Section, title: String) -> Self {
        let entries =
            Section::NAMED.map(|(part, name, path)| Entry { name, link: visit.at(path), is_here: part == section });
        let other = match visit.environment {
            Environment::Test => Environment::Live,
            Environment::Live => Environment::Test,
        };
        let path = Section::NAMED.iter().find(|(part, ..)| *part == section).map_or("", |(_, _, path)| path);
        Self {
            title,
            environment: visit.environment.as_str(),
            is_live: visit.environment.is_live(),
            other: format!("/dashboard/{}{path}", other.as_str()),
            entries: entries.into(),
            email: visit.user.email.clone(),
            is_admin: visit.is_admin(),
            token: visit.session.form_token(),
            token_field: TOKEN_FIELD,
            notice: notice(visit.query.text("done")),
        }
    }

    /// The address of a page of this environment.
    pub(super) fn at(&self, path: &str) -> String {
        format!("/dashboard/{}{path}", self.environment)
    }
}

/// What the word at the end of an address says was done.
fn notice(done: &str) -> Option<&'static str> {
    Some(match done {
        "created" => "Created.",
        "saved" => "Saved.",
        "deleted" => "Deleted.",
        "archived" => "Archived.",
        "restored" => "Restored.",
        "moved" => "The customers were moved.",
        "copied" => "Feature access was copied. Nothing is saved yet.",
        "ended" => "Ended.",
        "granted" => "Granted.",
        "linked" => "Linked.",
        "recorded" => "Recorded.",
        "sent" => "It is being sent.",
        "revoked" => "Revoked. It stops working within a second.",
        "password" => "Your password was changed.",
        _ => return None,
    })
}
