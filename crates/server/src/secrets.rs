//! What of requests and answers nobody gets to read.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// What begins the secrets that there are: keys, the secrets of webhook endpoints, and the addresses of pages that
/// whoever knows them may use.
const SECRETS: [&str; 8] = ["sk_test_", "sk_live_", "rk_test_", "rk_live_", "whsec_", "cs_test_", "cs_live_", "bps_"];
/// What stands in the place of one.
const MASK: char = '…';

/// A text with its secrets made unreadable, passwords in addresses too.
pub(crate) fn masked(text: &str) -> String {
    without_passwords(&without_tokens(text))
}

/// The same of an address or a form, whose secrets may be written with percents: the pairs that have one are decoded.
pub(crate) fn masked_encoded(text: &str) -> String {
    let pair = |pair: &str| {
        let plain = pair.replace('+', " ");
        let plain = percent_decode_str(&plain).decode_utf8_lossy();
        let shown = masked(&plain);
        if shown == plain { pair.to_owned() } else { shown }
    };
    text.split('&').map(pair).collect::<Vec<_>>().join("&")
}

/// The same of JSON that may have been cut off, whose secrets may be written with escapes: it is shown without them.
pub(crate) fn masked_json(text: &str) -> String {
    let mut plain = Cow::Borrowed(text);
    let mut from = 0;
    while let Some(place) = plain[from..].find("\\u").map(|place| from + place) {
        let escape = plain.get(place + 2..place + 6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        from = place + 1;
        // What is no character of ASCII is in no secret.
        if let Some(character) = escape.and_then(char::from_u32).filter(char::is_ascii_graphic) {
            plain.to_mut().replace_range(place..place + 6, character.encode_utf8(&mut [0; 4]));
        }
    }
    masked(&plain)
}

fn without_tokens(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((place, prefix)) = SECRETS.iter().filter_map(|prefix| Some((rest.find(prefix)?, *prefix))).min() {
        let (before, secret) = rest.split_at(place + prefix.len());
        let end = secret.find(|character: char| !character.is_ascii_alphanumeric() && character != '_');
        shown.push_str(before);
        shown.push(MASK);
        rest = &secret[end.unwrap_or(secret.len())..];
    }
    shown.push_str(rest);
    shown
}

/// Without what stands between `://` and `@` behind a colon.
fn without_passwords(text: &str) -> String {
    let mut parts = text.split("://");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shown.push_str("://");
        let end = part.find(|character: char| "/?#\"' <>\\".contains(character) || character.is_control());
        let (host, rest) = part.split_at(end.unwrap_or(part.len()));
        match host.rsplit_once('@').map(|(person, host)| (person.split_once(':'), host)) {
            Some((Some((name, _)), host)) => shown.extend([name, ":", &MASK.to_string(), "@", host]),
            _ => shown.push_str(host),
        }
        shown.push_str(rest);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_made_unreadable() {
        assert_eq!(
            masked(r#"{"secret":"whsec_abc123","key":"sk_test_x_Y9","url":"/checkout/cs_test_q","id":"prod_1"}"#),
            r#"{"secret":"whsec_…","key":"sk_test_…","url":"/checkout/cs_test_…","id":"prod_1"}"#
        );
        assert_eq!(masked("nothing"), "nothing");
        assert_eq!(
            masked("to https://user:hunter2@a.example/x?y=@z and http://b.example/@c, postgres://p:a@b@host"),
            "to https://user:…@a.example/x?y=@z and http://b.example/@c, postgres://p:…@host"
        );
    }

    #[test]
    fn secrets_are_found_however_they_are_written() {
        assert_eq!(
            masked_encoded("name=Gold+Plan%21&email=sk%5Ftest%5fx1&url=https%3A%2F%2Fa%3Ab%40c%2F&bad=%zz"),
            "name=Gold+Plan%21&email=sk_test_…&url=https://a:…@c/&bad=%zz"
        );
        assert_eq!(masked_encoded("/v1/customers/sk%5Flive%5Fq?limit=1"), "/v1/customers/sk_live_…?limit=1");
        assert_eq!(
            masked_json(r#"{"a":"\u0073k\u005Ftest\u005fx1","b":"\u00fc\u0022","c":"\u00"#),
            r#"{"a":"sk_test_…","b":"\u00fc"","c":"\u00"#
        );
    }
}
