//! The sentences in which faulty parameters are told (spec/stripe.md 2.4). Clients match on them: not a letter changes.

use super::path::Path;
use super::{Kind, text};
use crate::fault::Fault;
use crate::stripe::undecided;
use std::fmt;
use tollgate_domain::currency::{Currency, SUPPORTED};
use tollgate_domain::metadata::{METADATA_KEY_MAX_CHARACTERS, METADATA_VALUE_MAX_CHARACTERS};
use tollgate_domain::money::Decimal;
use tollgate_domain::statement::{DescriptorFault, STATEMENT_DESCRIPTOR_MAX_CHARACTERS};

/// Unknown parameters, at least one.
pub(super) fn unknown(paths: &[String]) -> Fault {
    let plural = if paths.len() > 1 { "s" } else { "" };
    let listed = paths.join(", ");
    let fault = Fault::invalid(format!("Received unknown parameter{plural}: {}", Shortened(&listed)));
    fault.with_code("parameter_unknown").about(paths.first().map_or("", String::as_str))
}

pub(crate) fn missing(path: &Path<'_>) -> Fault {
    Fault::invalid(format!("Missing required param: {path}.")).with_code("parameter_missing").about(path)
}

pub(crate) fn empty(path: &Path<'_>) -> Fault {
    let message = format!(
        "You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter; however \
         '{path}' cannot be unset. You should remove '{path}' from your request or supply a non-empty value."
    );
    Fault::invalid(message).with_code("parameter_invalid_empty").about(path)
}

pub(super) fn not_an_integer(text: &str, path: &Path<'_>) -> Fault {
    integer_fault(format!("Invalid integer: {}", Shortened(text)), path)
}

pub(super) fn below(min: i64, path: &Path<'_>) -> Fault {
    integer_fault(format!("This value must be greater than or equal to {min}."), path)
}

pub(super) fn above(max: i64, path: &Path<'_>) -> Fault {
    integer_fault(format!("This value must be less than or equal to {max}."), path)
}

fn integer_fault(message: String, path: &Path<'_>) -> Fault {
    Fault::invalid(message).with_code("parameter_invalid_integer").about(path)
}

pub(super) fn negative(path: &Path<'_>) -> Fault {
    Fault::invalid("Invalid non-negative integer").about(path)
}

pub(super) fn number_below(least: &str, decimal: &Decimal, path: &Path<'_>) -> Fault {
    let shown = plain(decimal);
    Fault::invalid(format!("This value must be greater than or equal to {least} (it currently is '{shown}')."))
        .about(path)
}

pub(super) fn number_above(most: &str, decimal: &Decimal, path: &Path<'_>) -> Fault {
    let shown = plain(decimal);
    Fault::invalid(format!("This value must be less than or equal to {most} (it currently is '{shown}').")).about(path)
}

pub(super) fn not_a_decimal(text: &str, path: &Path<'_>) -> Fault {
    Fault::invalid(format!("Invalid decimal: {}", Shortened(text))).about(path)
}

pub(super) fn too_many_places(text: &str, max: usize, path: &Path<'_>) -> Fault {
    let shown = scientific(text);
    let shown = Shortened(&shown);
    Fault::invalid(format!("Invalid decimal: {shown}; must contain at most {max} decimal places.")).about(path)
}

pub(super) fn not_a_boolean(text: &str, path: &Path<'_>) -> Fault {
    Fault::invalid(format!("Invalid boolean: {}", Shortened(text))).about(path)
}

pub(super) fn not_an_object(path: &Path<'_>) -> Fault {
    Fault::invalid("Invalid object").about(path)
}

pub(super) fn not_an_array(path: &Path<'_>) -> Fault {
    Fault::invalid("Invalid array").about(path)
}

pub(super) fn not_a_scalar(kind: &Kind, path: &Path<'_>) -> Fault {
    match kind {
        Kind::Integer { .. } | Kind::IntegerOr(_) | Kind::Amount | Kind::UpTo => {
            undecided::not_a_scalar("integer", path)
        }
        Kind::DecimalAmount | Kind::Dimension | Kind::Percent => undecided::not_a_scalar("decimal", path),
        Kind::Boolean => undecided::not_a_scalar("boolean", path),
        _ => undecided::not_a_scalar("string", path),
    }
}

pub(crate) fn array_too_long(path: &Path<'_>, max: usize) -> Fault {
    Fault::invalid(format!("Array {path} exceeded maximum {max} allowed elements.")).about(path)
}

pub(super) fn too_long(text: &str, max: usize, path: &Path<'_>) -> Fault {
    let ends = Ends(text);
    Fault::invalid(format!("Invalid string: {ends}; must be at most {max} characters")).about(path)
}

pub(super) fn label_too_long(text: &str, max: usize, path: &Path<'_>) -> Fault {
    let text = Shortened(text);
    Fault::invalid(format!("Invalid string length: {text} must be at most {max} characters")).about(path)
}

/// The product's page has a limit of its own, below that of other addresses.
pub(crate) fn page_too_long(max: usize, path: &Path<'_>) -> Fault {
    Fault::invalid(format!("Invalid string length: please limit to {max} characters")).about(path)
}

/// A text that has characters it must not have; `pattern` is as Ruby writes it.
pub(crate) fn pattern_mismatch(pattern: &str, text: &str, path: &Path<'_>) -> Fault {
    let text = Shortened(text);
    Fault::invalid(format!(
        "This value must match the regex pattern. (/{pattern}/ does not match for the value {text})."
    ))
    .about(path)
}

/// A time that must lie ahead does not.
pub(crate) fn in_the_past(name: &str, seconds: i64) -> Fault {
    Fault::invalid(format!(
        "The parameter `{name}` expects a unix timestamp representing a date and time in the future. You specified the \
         value `{seconds}` which is in the past."
    ))
    .about(name)
}

/// A time lies more than five years ahead.
pub(crate) fn too_far_ahead(name: &str) -> Fault {
    Fault::invalid("Invalid timestamp: can be no more than five years in the future.").about(name)
}

pub(super) fn not_a_word(words: &[&str], path: &Path<'_>) -> Fault {
    let listed = match words {
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} or {other}"),
        [some @ .., last] => format!("{}, or {last}", some.join(", ")),
        [] => String::new(),
    };
    Fault::invalid(format!("Invalid {path}: must be one of {listed}")).about(path)
}

/// Several parameters of which only one may be there. `first` is the path of the first of them.
pub(crate) fn exclusive(names: &[&str], first: &Path<'_>) -> Fault {
    Fault::invalid(format!("You may only specify one of these parameters: {}.", names.join(", "))).about(first)
}

pub(super) fn not_a_url(path: &Path<'_>) -> Fault {
    url_fault("Not a valid URL".to_owned(), path)
}

pub(super) fn url_too_long(max: usize, path: &Path<'_>) -> Fault {
    url_fault(format!("Invalid URL: URL must be {max} characters or less."), path)
}

pub(super) fn url_not_ascii(path: &Path<'_>) -> Fault {
    let message = "Invalid URL: Non-ASCII characters in URLs must be percent-encoded in order for the URL to be valid.";
    url_fault(message.to_owned(), path)
}

pub(crate) fn not_an_email(text: &str, path: &Path<'_>) -> Fault {
    Fault::invalid(format!("Invalid email address: {}", Shortened(text))).with_code("email_invalid").about(path)
}

fn url_fault(message: String, path: &Path<'_>) -> Fault {
    Fault::invalid(message).with_code("url_invalid").about(path)
}

pub(super) fn not_a_currency(text: &str, path: &Path<'_>) -> Fault {
    Fault::invalid(unsupported_currency(text)).about(path)
}

pub(super) fn not_a_currency_key(text: &str, path: &Path<'_>) -> Fault {
    Fault::invalid(unsupported_currency(text) + ".").about(path)
}

fn unsupported_currency(text: &str) -> String {
    let (text, supported) = (Shortened(text), SUPPORTED.join(", "));
    format!("Invalid currency: {text}. Stripe currently supports these currencies: {supported}")
}

pub(super) fn currency_key_in_capitals(code: &str, currency: Currency, path: &Path<'_>) -> Fault {
    let message =
        format!("Currencies must be lowercase when used as keys in a map. Use `{currency}` instead of `{code}`.");
    Fault::invalid(message).about(path)
}

pub(super) fn metadata_key_too_long(key: &str, path: &Path<'_>) -> Fault {
    let (count, shown) = (key.chars().count(), Shortened(key));
    let message = format!(
        "Metadata keys can have up to {METADATA_KEY_MAX_CHARACTERS} characters, but you passed in a key that is \
         {count} characters. Invalid key: {shown}"
    );
    Fault::invalid(message).about(path)
}

pub(super) fn metadata_value_too_long(value: &str, path: &Path<'_>) -> Fault {
    let (count, shown) = (value.chars().count(), Shortened(value));
    let message = format!(
        "Metadata values can have up to {METADATA_VALUE_MAX_CHARACTERS} characters, but you passed in a value that is \
         {count} characters. Invalid value: {shown}"
    );
    Fault::invalid(message).about(path)
}

pub(super) fn statement_descriptor(text: &str, fault: DescriptorFault, path: &Path<'_>) -> Fault {
    let message = match fault {
        DescriptorFault::TooLong { characters } => format!(
            "The statement descriptor must be at most {STATEMENT_DESCRIPTOR_MAX_CHARACTERS} characters. {} is \
             {characters} characters long.",
            Shortened(text)
        ),
        DescriptorFault::Forbidden(character) => format!("The statement descriptor cannot include {character}."),
        DescriptorFault::NoLetter => "The statement descriptor must contain at least one Latin character.".to_owned(),
    };
    Fault::invalid(message).about(path)
}

/// Longest text that a sentence repeats whole, in characters, and what is left of either end of a longer one
/// (spec/stripe.md 11 says it of ids).
const REPEATED_MAX_CHARACTERS: usize = 998;
const END_CHARACTERS: usize = 490;

/// A text that is repeated in a sentence: its middle left out where it is long.
pub(crate) struct Shortened<'t>(pub(crate) &'t str);

impl fmt::Display for Shortened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !text::is_longer(self.0, REPEATED_MAX_CHARACTERS) {
            return f.write_str(self.0);
        }
        let (start, end) = ends(self.0, END_CHARACTERS);
        write!(f, "{start}...(truncated)...{end}")
    }
}

/// A text of which only the ends are shown where it has more than eight characters.
struct Ends<'t>(&'t str);

impl fmt::Display for Ends<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !text::is_longer(self.0, 8) {
            return f.write_str(self.0);
        }
        let (start, end) = ends(self.0, 4);
        write!(f, "{start}...{end}")
    }
}

/// The first and the last `count` characters of a longer text.
fn ends(text: &str, count: usize) -> (&str, &str) {
    let start = text.char_indices().nth(count).map_or(text.len(), |(index, _)| index);
    let end = text.char_indices().nth_back(count.saturating_sub(1)).map_or(0, |(index, _)| index);
    (&text[..start], &text[end..])
}

/// A decimal as Ruby's `BigDecimal` prints it: `0.15e1`.
fn scientific(text: &str) -> String {
    match Decimal::parse(text) {
        Some(Decimal { negative, digits, exponent }) if !digits.is_empty() => {
            let sign = if negative { "-" } else { "" };
            let exponent = exponent.saturating_add(i64::try_from(digits.len()).unwrap_or(i64::MAX));
            format!("{sign}0.{digits}e{exponent}")
        }
        Some(_) => "0.0".to_owned(),
        None => text.to_owned(),
    }
}

/// A decimal as a float is printed: `-1.0`; where that would be long, as [`scientific`] has it.
fn plain(decimal: &Decimal) -> String {
    let sign = if decimal.negative { "-" } else { "" };
    let digits = if decimal.digits.is_empty() { "0" } else { &*decimal.digits };
    match (usize::try_from(decimal.exponent), usize::try_from(-decimal.exponent)) {
        (Ok(zeros), _) if zeros < 16 => format!("{sign}{digits}{:0<zeros$}.0", ""),
        (_, Ok(places)) if places < 16 => {
            let padded = format!("{digits:0>width$}", width = places + 1);
            let (whole, fraction) = padded.split_at(padded.len() - places);
            format!("{sign}{whole}.{fraction}")
        }
        _ => scientific(&format!("{sign}{digits}e{}", decimal.exponent)),
    }
}
