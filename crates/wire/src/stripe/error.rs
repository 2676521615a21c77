//! The error object, and the faults that only a server can find.

use super::operation::Operation;
use super::{refusal, undecided};
use crate::fault::{Fault, FaultKind};
use crate::json::Writer;
use crate::params::wording::Shortened;
use tollgate_domain::environment::Environment;
use tollgate_domain::idempotency::KEY_MAX_CHARACTERS;
use tollgate_domain::list::Cursor;
use tollgate_domain::record::Noun;
use tollgate_domain::refusal::Refusal;

/// The body of the answer that tells of a fault. The address of a request log is left out; there is none.
pub fn body(fault: &Fault) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.begin_object();
    writer.object_field("error");
    if let Some(code) = fault.code {
        writer.field("code", code);
        writer.field("doc_url", &format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-")));
    }
    writer.key("message");
    writer.markup_safe_string(&fault.message);
    if let Some(param) = &fault.param {
        writer.field("param", param);
    }
    writer.field("type", fault.kind.as_str());
    writer.end_object();
    writer.end_object();
    writer.into_bytes()
}

/// How the domain's refusal of an operation is told.
pub fn refusal(operation: Operation, refusal: &Refusal) -> Fault {
    refusal::fault(operation, refusal)
}

/// The request carries no key.
pub fn no_api_key() -> Fault {
    unauthorized(
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer \
         auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for \
         details, or we can help at https://support.stripe.com/."
            .to_owned(),
    )
}

/// Nobody made this key. It is shown masked.
pub fn invalid_api_key(key: &str) -> Fault {
    unauthorized(format!("Invalid API Key provided: {}", masked(key)))
}

/// The key was good once. It is shown masked.
pub fn expired_api_key(key: &str) -> Fault {
    unauthorized(format!("Expired API Key provided: {}", masked(key))).with_code("api_key_expired")
}

/// The key cannot act for the account that `Stripe-Account` names: there are no connected accounts.
pub fn account_invalid(key: &str, account: &str) -> Fault {
    Fault::invalid(format!(
        "The provided key '{}' does not have access to account '{}' (or that account does not exist). Application access \
         may have been revoked.",
        masked(key),
        Shortened(account)
    ))
    .with_code("account_invalid")
    .with_status(403)
}

fn unauthorized(message: String) -> Fault {
    Fault::invalid(message).with_status(401)
}

/// Characters of a key that are shown at its start and at its end, where it has more than both together.
const KEY_START: usize = 8;
const KEY_END: usize = 4;
/// Longest key that is shown masked at its full length, in characters.
const KEY_MASKED_MAX: usize = 200;

fn masked(key: &str) -> String {
    let characters: Vec<char> = key.chars().take(KEY_MASKED_MAX).collect();
    let hidden = KEY_START..characters.len().max(KEY_START + KEY_END) - KEY_END;
    let short = characters.len() <= KEY_START + KEY_END;
    let mask = |(place, character)| if short || hidden.contains(&place) { '*' } else { character };
    characters.into_iter().enumerate().map(mask).collect()
}

/// No endpoint has this method and path.
pub fn unknown_url(method: &str, path: &str) -> Fault {
    let path = Shortened(path);
    Fault::invalid(format!(
        "Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at \
         https://support.stripe.com/."
    ))
    .with_status(404)
}

/// The `Stripe-Version` is not well-formed.
pub fn invalid_version(version: &str) -> Fault {
    Fault::invalid(format!("Invalid Stripe API version: {}", Shortened(version)))
}

/// The idempotency key was used with other parameters.
pub fn idempotency_mismatch(key: &str) -> Fault {
    Fault::invalid(format!(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a \
         key other than '{key}' if you meant to execute a different request."
    ))
    .of_kind(FaultKind::Idempotency)
}

/// The idempotency key was used for another path.
pub fn idempotency_endpoint(key: &str, now: &str, first: &str) -> Fault {
    Fault::invalid(format!(
        "Keys for idempotent requests can only be used for the same endpoint they were first used for ('{now}' vs \
         '{first}'). Try using a key other than '{key}' if you meant to execute a different request."
    ))
    .of_kind(FaultKind::Idempotency)
}

/// The first request with the idempotency key is still being answered.
pub fn idempotency_in_progress(key: &str) -> Fault {
    Fault::invalid(format!(
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted \
         twice, and the other request is still going through): {key}. If you meant to execute a different request, try \
         using a different key."
    ))
    .of_kind(FaultKind::Idempotency)
    .with_code("idempotency_key_in_use")
    .with_status(409)
}

/// The idempotency key is longer than it may be.
pub fn idempotency_key_too_long() -> Fault {
    undecided::idempotency_key_too_long(KEY_MAX_CHARACTERS)
}

/// The cursor of a list names no object of its kind.
pub fn cursor_missing(noun: Noun, cursor: &Cursor) -> Fault {
    let (Cursor::After(id) | Cursor::Before(id)) = cursor;
    refusal::no_such(noun, id).about(cursor_param(cursor))
}

/// The parameter that a cursor comes from.
pub(super) fn cursor_param(cursor: &Cursor) -> &'static str {
    match cursor {
        Cursor::After(_) => "starting_after",
        Cursor::Before(_) => "ending_before",
    }
}

/// The same fault of a missing object, where the other environment has one with that id.
#[must_use]
pub fn exists_elsewhere(missing: Fault, asking: Environment) -> Fault {
    let (message, elsewhere, asking) = (&missing.message, asking.other().as_str(), asking.as_str());
    let message = format!(
        "{message}; a similar object exists in {elsewhere} mode, but a {asking} mode key was used to make this request."
    );
    Fault { message, ..missing }
}

/// A list has a cursor on either side; both name objects.
pub fn both_cursors() -> Fault {
    Fault::invalid("Received both starting_after and ending_before parameters. Please pass in only one.")
}

/// The page of a search is not one that a search gave out.
pub fn bad_page() -> Fault {
    undecided::bad_page()
}

/// The body is larger than the server takes.
pub fn payload_too_large(max_bytes: usize) -> Fault {
    undecided::payload_too_large(max_bytes)
}

/// The body is no form.
pub fn unsupported_media_type(content_type: &str) -> Fault {
    undecided::unsupported_media_type(content_type)
}

/// The request did not arrive in time.
pub fn timeout() -> Fault {
    undecided::timeout()
}

/// Another request holds what this one needs, or too many wait already.
pub fn lock_timeout() -> Fault {
    Fault::invalid(
        "This object cannot be accessed right now because another API request or Stripe process is currently accessing \
         it. If you see this error intermittently, retry the request. If you see this error frequently and are making \
         multiple concurrent requests to a single object, make your requests serially or at a lower rate.",
    )
    .with_code("lock_timeout")
    .with_status(429)
}

/// More requests than are allowed.
pub fn rate_limit(environment: Environment) -> Fault {
    let message = match environment {
        Environment::Test => {
            "Testmode request rate limit exceeded, the rate limits in testmode are lower than livemode. You can learn \
             more about rate limits here https://stripe.com/docs/rate-limits."
        }
        Environment::Live => {
            "Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits."
        }
    };
    Fault::invalid(message).with_code("rate_limit").with_status(429)
}

/// A defect of ours.
pub fn internal() -> Fault {
    api_error("An unknown error occurred. Nothing is known to have changed; the request may be sent again.", 500)
}

/// The disk, or what the database may take of it, is full.
pub fn no_space() -> Fault {
    api_error("The database has no space left. Nothing was changed.", 503)
}

/// The server cannot do it now.
pub fn unavailable() -> Fault {
    api_error("The server is temporarily unable to handle the request. Please send it again.", 503)
}

/// Nobody knows whether the change was made.
pub fn unresolved() -> Fault {
    let message = "The connection to the database was lost while the change was being made: it may have been made, or not. \
         Look for it, or send the request again with the same idempotency key.";
    api_error(message, 503)
}

fn api_error(message: &str, status: u16) -> Fault {
    Fault::invalid(message).of_kind(FaultKind::Api).with_status(status)
}
