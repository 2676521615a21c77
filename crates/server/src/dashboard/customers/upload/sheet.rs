//! Texts of others in files that people open in a spreadsheet, which takes some for formulas and runs them.
//!
//! Such a text goes out with an apostrophe in front, which makes it a text there, and comes back without.

use std::borrow::Cow;

/// A text as a cell of a file.
pub(super) fn cell(text: &str) -> Cow<'_, str> {
    if is_formula(text) { format!("'{text}").into() } else { text.into() }
}

/// The text of a cell.
pub(super) fn text(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_formula(text)).unwrap_or(cell)
}

fn is_formula(text: &str) -> bool {
    // One that went out so before goes out so again.
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_out_comes_back_and_is_no_formula() {
        for (given, shown) in [
            ("acct-1", "acct-1"),
            ("=cmd|calc!A0", "'=cmd|calc!A0"),
            ("-1", "'-1"),
            ("'=x", "''=x"),
            ("'x", "'x"),
            ("", ""),
        ] {
            assert_eq!((cell(given).as_ref(), text(&cell(given))), (shown, given));
        }
    }
}
