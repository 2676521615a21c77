//! The API version a client asks for. Every well-formed one is taken and answered in one shape.

/// Longest version that is looked at, in bytes.
const VERSION_MAX_BYTES: usize = 128;

/// Whether a version is `YYYY-MM-DD` or `YYYY-MM-DD.name`, with an optional tail `; feature=v1` for previews.
pub(crate) fn is_well_formed(version: &str) -> bool {
    if version.len() > VERSION_MAX_BYTES {
        return false;
    }
    let mut parts = version.split(';');
    let release = parts.next().unwrap_or_default().trim();
    let (date, name) = match release.split_once('.') {
        Some((date, name)) => (date, Some(name)),
        None => (release, None),
    };
    is_date(date) && name.is_none_or(is_word) && parts.all(|feature| is_feature(feature.trim()))
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
    let in_range =
        |range: std::ops::Range<usize>, max: u8| text[range].parse().is_ok_and(|n: u8| (1..=max).contains(&n));
    bytes.len() == 10
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && digits(0..4)
        && digits(5..7)
        && digits(8..10)
        && in_range(5..7, 12)
        && in_range(8..10, 31)
}

fn is_feature(text: &str) -> bool {
    text.split_once('=').is_some_and(|(feature, version)| is_word(feature) && is_word(version))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_wire::stripe::API_VERSION;

    #[test]
    fn only_dated_versions_are_well_formed() {
        for (version, well_formed) in [
            ("2026-10-28.endive", true),
            ("2024-06-20", true),
            ("2025-03-31.basil; custom_checkout_beta=v1", true),
            (API_VERSION, true),
            ("not-a-real-version", false),
            ("2024-13-20", false),
            ("2024-06-2", false),
            ("2024-06-20.", false),
            ("2024-06-20.ba sil", false),
            ("2024-06-20;", false),
            ("", false),
            ("2024-06-ä", false),
        ] {
            assert_eq!(is_well_formed(version), well_formed, "{version}");
        }
    }
}
