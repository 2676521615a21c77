//! What is wrong with a request, ready to be told.

use std::fmt;

/// One fault: the HTTP status and what the answer says. How it is laid out is [`stripe::error`](crate::stripe::error)'s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The HTTP status.
    pub status: u16,
    /// What kind of fault it is.
    pub kind: FaultKind,
    /// A word that programs match on, where there is one.
    pub code: Option<&'static str>,
    /// The parameter at fault, by its bracket path.
    pub param: Option<String>,
    /// A sentence for people.
    pub message: String,
    /// Whether it is told even where the object of the path does not exist. Other faults of a request's parameters
    /// are told only once that object is found (spec/stripe.md 2.4 and 2.12).
    pub before_lookup: bool,
}

/// The error types of the wire that Tollgate uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The caller's doing.
    InvalidRequest,
    /// A misused idempotency key.
    Idempotency,
    /// Ours.
    Api,
}

impl FaultKind {
    /// Its word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request_error",
            Self::Idempotency => "idempotency_error",
            Self::Api => "api_error",
        }
    }
}

impl Fault {
    /// An `invalid_request_error` with status 400.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            kind: FaultKind::InvalidRequest,
            code: None,
            param: None,
            message: message.into(),
            before_lookup: false,
        }
    }

    /// The same with a code.
    #[must_use]
    pub fn with_code(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }

    /// The same, about a parameter.
    #[must_use]
    pub fn about(self, param: impl fmt::Display) -> Self {
        Self { param: Some(param.to_string()), ..self }
    }

    /// The same, told before the object of the path is looked for.
    #[must_use]
    pub fn before_lookup(self) -> Self {
        Self { before_lookup: true, ..self }
    }

    /// The same with another status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same of another kind.
    #[must_use]
    pub fn of_kind(self, kind: FaultKind) -> Self {
        Self { kind, ..self }
    }
}
