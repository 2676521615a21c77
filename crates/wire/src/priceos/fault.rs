//! What is wrong with a request, in this dialect.

use crate::json::Writer;
use tollgate_domain::id::RequestId;

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of fault it is; says the status too.
    pub code: Code,
    /// A sentence for people.
    pub message: String,
    /// The path of the field at fault, where it is one field.
    pub param: Option<String>,
}

macro_rules! codes {
    ($($name:ident = $word:literal, $status:literal;)*) => {
        /// A word that programs match on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the variants are what they are called")]
        pub enum Code { $($name),* }

        impl Code {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// The HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status),* }
            }
        }
    };
}

codes! {
    Unauthorized = "unauthorized", 401;
    InvalidJson = "invalid_json", 400;
    MissingParameter = "missing_parameter", 400;
    InvalidParameter = "invalid_parameter", 400;
    UnknownParameter = "unknown_parameter", 400;
    NotAssignable = "not_assignable", 400;
    FeatureArchived = "feature_archived", 400;
    StripeManaged = "stripe_managed", 400;
    CustomerNotFound = "customer_not_found", 404;
    FeatureNotFound = "feature_not_found", 404;
    ProductNotFound = "product_not_found", 404;
    VersionNotFound = "version_not_found", 404;
    BonusNotFound = "bonus_not_found", 404;
    OverrideNotFound = "override_not_found", 404;
    EventNotFound = "event_not_found", 404;
    NotFound = "not_found", 404;
    MethodNotAllowed = "method_not_allowed", 405;
    KeyTaken = "key_taken", 409;
    EventKeyTaken = "event_key_taken", 409;
    CustomerLinked = "customer_linked", 409;
    BonusConsumed = "bonus_consumed", 409;
    DefaultProductConflict = "default_product_conflict", 409;
    StripeCustomer = "stripe_customer", 409;
    PayloadTooLarge = "payload_too_large", 413;
    UnsupportedMediaType = "unsupported_media_type", 415;
    RateLimited = "rate_limited", 429;
    Internal = "internal", 500;
    NotImplemented = "not_implemented", 501;
    Unavailable = "unavailable", 503;
}

impl Fault {
    /// A fault that no field is to blame for.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), param: None }
    }

    /// A value that a field does not take; the message goes on behind the name of the field.
    pub fn invalid(param: impl Into<String>, problem: &str) -> Self {
        Self::field(Code::InvalidParameter, param, problem)
    }

    /// A field that is needed and is not there.
    pub fn missing(param: impl Into<String>) -> Self {
        Self::field(Code::MissingParameter, param, "is required.")
    }

    /// A fault of a field; the message goes on behind its name.
    pub fn field(code: Code, param: impl Into<String>, problem: &str) -> Self {
        let param = param.into();
        Self { code, message: format!("`{param}` {problem}"), param: Some(param) }
    }

    /// The same, about a field.
    #[must_use]
    pub fn about(self, param: impl Into<String>) -> Self {
        Self { param: Some(param.into()), ..self }
    }

    /// The body of the answer.
    pub fn body(&self, request: &RequestId) -> Vec<u8> {
        let mut writer = Writer::compact(256);
        writer.begin_object();
        self.write_members(&mut writer);
        writer.field("requestId", request.as_str());
        writer.end_object();
        writer.into_bytes()
    }

    /// Writes what tells of the fault into an object that was begun.
    pub(super) fn write_members(&self, writer: &mut Writer) {
        writer.field("error", &self.message);
        writer.field("code", self.code.as_str());
        if let Some(param) = &self.param {
            writer.field("param", param);
        }
    }
}
