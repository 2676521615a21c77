//! Addresses of web pages.

use super::path::Path;
use super::wording;
use crate::fault::Fault;

/// Longest address, in characters.
const URL_MAX_CHARACTERS: usize = 2048;

/// Whether an address must say its scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// It must.
    Required,
    /// It may leave it out: `example.com/plans`.
    Optional,
}

/// Checks that a text is the address of a page on the web.
pub(crate) fn check(text: &str, scheme: Scheme, path: &Path<'_>) -> Result<(), Fault> {
    if super::text::is_longer(text, URL_MAX_CHARACTERS) {
        return Err(wording::url_too_long(URL_MAX_CHARACTERS, path));
    }
    if !text.is_ascii() {
        return Err(wording::url_not_ascii(path));
    }
    if is_url(text, scheme) { Ok(()) } else { Err(wording::not_a_url(path)) }
}

/// Whether a text is the address of a page on the web.
pub(crate) fn is_url(text: &str, scheme: Scheme) -> bool {
    if text.bytes().any(|byte| byte.is_ascii_control() || b" <>\"\\^`{|}".contains(&byte)) {
        return false;
    }
    let (rest, has_scheme) = match text.split_once("://") {
        Some((name, rest)) if name.eq_ignore_ascii_case("http") || name.eq_ignore_ascii_case("https") => (rest, true),
        _ if scheme == Scheme::Optional => (text, false),
        _ => return false,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    port.is_none_or(|port| port.parse::<u16>().is_ok()) && is_host(host) && (has_scheme || host.contains('.'))
}

/// Whether a text is a host name, an IPv4 address, or an IPv6 address in brackets; user names are refused.
fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inner.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    host.strip_suffix('.').unwrap_or(host).split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_texts() {
        use Scheme::{Optional, Required};
        for (text, scheme, is) in [
            ("https://example.com", Required, true),
            ("HTTP://example.com:8080/a?b=c#d", Required, true),
            ("http://localhost:3000/x", Required, true),
            ("http://[::1]:80/", Required, true),
            ("http://[::1]", Required, true),
            ("http://127.0.0.1", Required, true),
            ("https://example.com/a%20b,(c)", Required, true),
            ("example.com/plans", Optional, true),
            ("example.com:8080", Optional, true),
            ("example.com/plans", Required, false),
            ("localhost", Optional, false),
            ("not a url", Optional, false),
            ("foo", Optional, false),
            ("ftp://example.com", Optional, false),
            ("ftp://example.com", Required, false),
            ("javascript:alert(1)", Optional, false),
            ("mailto:a@example.com", Optional, false),
            ("https://", Required, false),
            ("https:///a", Required, false),
            ("http://a..b", Required, false),
            ("http://example.com:port", Required, false),
            ("http://exa mple.com", Required, false),
            ("//example.com", Optional, false),
            ("?a", Optional, false),
        ] {
            assert_eq!(is_url(text, scheme), is, "{text}");
        }
    }
}
