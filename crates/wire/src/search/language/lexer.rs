//! The words of the search language, taken one after the other.

use tollgate_domain::search::{Comparison, Join};

/// What is still to be read.
pub(super) struct Lexer<'t> {
    rest: &'t str,
}

/// What stands between a field and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Colon,
    Tilde,
    Order(Comparison),
}

impl Operator {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Colon | Self::Order(Comparison::Equal) => ":",
            Self::Tilde => "~",
            Self::Order(Comparison::Less) => "<",
            Self::Order(Comparison::LessOrEqual) => "<=",
            Self::Order(Comparison::Greater) => ">",
            Self::Order(Comparison::GreaterOrEqual) => ">=",
        }
    }
}

/// A value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// The word `null`, without quotes.
    Null,
    Value(String),
}

/// A quoted text that does not end, or what should have followed one is not there.
#[derive(Debug)]
pub(super) struct Broken;

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { rest: text.trim() }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// `AND` or `OR`, where it is the next word and not a field.
    pub(super) fn join(&mut self) -> Option<Join> {
        let (word, rest) = self.rest.split_once(char::is_whitespace)?;
        let join = if word.eq_ignore_ascii_case("and") {
            Join::And
        } else if word.eq_ignore_ascii_case("or") {
            Join::Or
        } else {
            return None;
        };
        self.rest = rest.trim_start();
        Some(join)
    }

    /// The minus that negates.
    pub(super) fn minus(&mut self) -> bool {
        self.take("-")
    }

    /// The name of a field.
    pub(super) fn name(&mut self) -> Option<&'t str> {
        let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.');
        let end = self.rest.find(|character| !is_part(character)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!name.is_empty()).then_some(name)
    }

    /// The key after `metadata`: a quoted text in square brackets.
    pub(super) fn key(&mut self) -> Result<Option<String>, Broken> {
        if !self.take("[") {
            return Ok(None);
        }
        let key = self.quoted().ok_or(Broken)?;
        if self.take("]") { Ok(Some(key)) } else { Err(Broken) }
    }

    pub(super) fn operator(&mut self) -> Option<Operator> {
        let operators = [
            (":", Operator::Colon),
            ("~", Operator::Tilde),
            (">=", Operator::Order(Comparison::GreaterOrEqual)),
            ("<=", Operator::Order(Comparison::LessOrEqual)),
            (">", Operator::Order(Comparison::Greater)),
            ("<", Operator::Order(Comparison::Less)),
        ];
        operators.into_iter().find(|(sign, _)| self.take(sign)).map(|(_, operator)| operator)
    }

    /// A quoted text, or a word up to the next white space. White space must follow, or the end.
    pub(super) fn value(&mut self) -> Option<Text> {
        let value = if self.rest.starts_with(['"', '\'']) {
            Text::Value(self.quoted()?)
        } else {
            let end = self.rest.find(char::is_whitespace).unwrap_or(self.rest.len());
            let (word, rest) = self.rest.split_at(end);
            self.rest = rest;
            match word {
                "" => return None,
                _ if word.contains(['"', '\'', '(', ')', '[', ']']) => return None,
                "null" => Text::Null,
                _ => Text::Value(word.to_owned()),
            }
        };
        if !self.is_at_end() && !self.rest.starts_with(char::is_whitespace) {
            return None;
        }
        self.rest = self.rest.trim_start();
        Some(value)
    }

    /// A text in double or single quotes, in which `\` makes the next character an ordinary one.
    fn quoted(&mut self) -> Option<String> {
        let mut characters = self.rest.chars();
        let quote = characters.next().filter(|quote| matches!(quote, '"' | '\''))?;
        let mut text = String::new();
        loop {
            match characters.next()? {
                '\\' => text.push(characters.next()?),
                end if end == quote => break,
                character => text.push(character),
            }
        }
        self.rest = characters.as_str();
        Some(text)
    }

    fn take(&mut self, sign: &str) -> bool {
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}
