//! The language of searches: `active:"true" AND -metadata["tier"]:"gold"`.
//!
//! Clauses are joined by `AND` or by `OR`, in any case, never by both; white space between two is `AND`. There are
//! no brackets.

mod lexer;

use crate::fault::Fault;
use crate::params::wording::Shortened;
use crate::stripe::undecided;
use lexer::{Lexer, Operator, Text};
use tollgate_domain::record::Noun;
use tollgate_domain::search::{
    CLAUSES_MAX, Clause, Comparison, Join, Kind, PART_MIN_CHARACTERS, Query, SearchField, Test, searchable,
};

/// Reads a query about one noun.
pub fn parse(noun: Noun, text: &str) -> Result<Query, Fault> {
    let mut lexer = Lexer::new(text);
    let mut clauses = vec![clause(noun, &mut lexer)?];
    let mut joined = None;
    while !lexer.is_at_end() {
        let join = lexer.join().unwrap_or(Join::And);
        if *joined.get_or_insert(join) != join {
            return Err(undecided::search_mixes_joins());
        }
        if clauses.len() == CLAUSES_MAX {
            return Err(undecided::search_has_too_many_clauses(CLAUSES_MAX));
        }
        clauses.push(clause(noun, &mut lexer)?);
    }
    Ok(Query { noun, join: joined.unwrap_or(Join::And), clauses })
}

fn clause(noun: Noun, lexer: &mut Lexer<'_>) -> Result<Clause, Fault> {
    let negated = lexer.minus();
    let name = lexer.name().ok_or_else(unreadable)?;
    let key = lexer.key().map_err(|_| unreadable())?;
    let operator = lexer.operator().ok_or_else(unreadable)?;
    let value = lexer.value().ok_or_else(unreadable)?;
    let (field, kind) = field(noun, name, key)?;
    Ok(Clause { negated, field, test: test(name, kind, operator, value)? })
}

fn field(noun: Noun, name: &str, key: Option<String>) -> Result<(SearchField, Kind), Fault> {
    let known = searchable(noun).unwrap_or_default().iter().find(|(known, _)| *known == name);
    match (key, known) {
        (Some(key), _) if name == "metadata" => Ok((SearchField::Metadata(key), Kind::Token)),
        (None, Some((known, kind))) => Ok((SearchField::Named(known), *kind)),
        (None, None) => Err(unsupported(noun, name)),
        (Some(_), _) => Err(unreadable()),
    }
}

fn test(name: &str, kind: Kind, operator: Operator, value: Text) -> Result<Test, Fault> {
    let text = match (operator, value) {
        (Operator::Colon, Text::Null) => return Ok(Test::Absent),
        (_, Text::Null) => return Err(unreadable()),
        (_, Text::Value(text)) => text,
    };
    match (kind, operator) {
        (Kind::Token | Kind::Text, Operator::Colon) => Ok(Test::Is(text)),
        (Kind::Text, Operator::Tilde) if text.chars().count() < PART_MIN_CHARACTERS => {
            Err(undecided::search_part_too_short(name, PART_MIN_CHARACTERS))
        }
        (Kind::Text, Operator::Tilde) => Ok(Test::Contains(text)),
        (Kind::Number, Operator::Colon) => compare(Comparison::Equal, &text),
        (Kind::Number, Operator::Order(comparison)) => compare(comparison, &text),
        (_, operator) => Err(undecided::search_operator(name, operator.as_str())),
    }
}

fn compare(comparison: Comparison, text: &str) -> Result<Test, Fault> {
    text.parse().map(|bound| Test::Compare(comparison, bound)).map_err(|_| unreadable())
}

fn unreadable() -> Fault {
    Fault::invalid(
        "We were unable to parse your search query. Try using the format `metadata[\"key\"]:\"value\"` to query for \
         metadata or key:\"value\" to query for other fields.",
    )
    .about("query")
}

fn unsupported(noun: Noun, field: &str) -> Fault {
    let resource = match noun {
        Noun::Product => "products",
        Noun::Price => "prices",
        Noun::Event => "events",
        _ => noun.singular(),
    };
    let field = Shortened(field);
    Fault::invalid(format!(
        "Field `{field}` is an unsupported search field for resource `{resource}`. See \
         http://stripe.com/docs/search#query-fields-for-{resource} for a list of supported fields."
    ))
    .about("query")
}

#[cfg(test)]
mod tests;
