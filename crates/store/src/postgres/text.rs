//! Texts as PostgreSQL can keep them: it knows every character but U+0000.
//!
//! The order of texts, and which of them begin alike, stays as it was.

use std::borrow::Cow;

/// Stands before a character that could not be kept as it is.
const ESCAPE: char = '\u{1}';

/// The text as it is kept.
pub(super) fn encode(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte < 2) {
        return Cow::Borrowed(text);
    }
    let mut encoded = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        match character {
            '\0' => encoded.extend([ESCAPE, '\u{1}']),
            ESCAPE => encoded.extend([ESCAPE, '\u{2}']),
            other => encoded.push(other),
        }
    }
    Cow::Owned(encoded)
}

/// The text that is kept so.
pub(super) fn decode(kept: String) -> String {
    if !kept.contains(ESCAPE) {
        return kept;
    }
    let mut text = String::with_capacity(kept.len());
    let mut characters = kept.chars();
    while let Some(character) = characters.next() {
        text.push(match character {
            ESCAPE if characters.next() == Some('\u{1}') => '\0',
            other => other,
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_can_be_kept_and_keeps_its_order() {
        let mut texts = ["", "a", "\0", "\0\0", "\0a", "\u{1}", "\u{1}\0", "\u{1}\u{1}", "\u{1}\u{2}", "\u{2}", "a\0b"];
        texts.sort_unstable();
        for text in texts {
            assert!(!encode(text).contains('\0'));
            assert_eq!(decode(encode(text).into_owned()), text);
        }
        assert!(texts.is_sorted_by_key(|text| encode(text).into_owned()));
    }
}
