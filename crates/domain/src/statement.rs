//! What a customer reads on the card statement.

/// Longest descriptor, in characters.
pub const STATEMENT_DESCRIPTOR_MAX_CHARACTERS: usize = 22;
/// Characters that card networks refuse, in the order in which they are looked for.
const FORBIDDEN: [char; 5] = ['<', '>', '\\', '"', '\''];

/// Why a text is no statement descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DescriptorFault {
    /// Longer than [`STATEMENT_DESCRIPTOR_MAX_CHARACTERS`].
    TooLong {
        /// Its length in characters.
        characters: usize,
    },
    /// Contains one of the forbidden characters: this one.
    Forbidden(char),
    /// No letter A to Z in either case.
    NoLetter,
}

/// The descriptor to store: trimmed, without non-ASCII characters, its case kept (statements print it in capitals).
pub fn statement_descriptor(text: &str) -> Result<String, DescriptorFault> {
    let trimmed = text.trim();
    let characters = trimmed.chars().count();
    if characters > STATEMENT_DESCRIPTOR_MAX_CHARACTERS {
        return Err(DescriptorFault::TooLong { characters });
    }
    if let Some(forbidden) = FORBIDDEN.into_iter().find(|forbidden| trimmed.contains(*forbidden)) {
        return Err(DescriptorFault::Forbidden(forbidden));
    }
    let ascii: String = trimmed.chars().filter(char::is_ascii).collect();
    if !ascii.contains(|character: char| character.is_ascii_alphabetic()) {
        return Err(DescriptorFault::NoLetter);
    }
    Ok(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_trimmed_stripped_and_checked() {
        for (text, expected) in [
            ("P7 DESC", Ok("P7 DESC")),
            ("  Gold plan ", Ok("Gold plan")),
            ("Café Ω", Ok("Caf ")),
            ("1234567890123456789012x", Err(DescriptorFault::TooLong { characters: 23 })),
            ("a<b>", Err(DescriptorFault::Forbidden('<'))),
            ("a'\"", Err(DescriptorFault::Forbidden('"'))),
            ("a\\b", Err(DescriptorFault::Forbidden('\\'))),
            ("12 34", Err(DescriptorFault::NoLetter)),
            ("Ω1", Err(DescriptorFault::NoLetter)),
            ("", Err(DescriptorFault::NoLetter)),
        ] {
            assert_eq!(statement_descriptor(text), expected.map(str::to_owned), "{text:?}");
        }
    }
}
