//! The record of what was committed, lane by lane: it settles what became of a transaction whose connection was lost,
//! and tells other nodes which objects they must not answer from memory any more.

use super::apply::Object;
use super::session::{Call, Session};
use super::text;
use super::transaction::Entry;
use super::trouble::Trouble;
use crate::nouns;
use tollgate_domain::environment::Environment;

/// Fails, for want of a lane, where that is retired.
const ENTER: &str = "INSERT INTO change_set (lane, version, void, keys) \
     VALUES ((SELECT id FROM lane WHERE id = $1 AND NOT retired), $2, false, $3)";
const ENTER_VOID: &str = "INSERT INTO change_set (lane, version, void, keys) VALUES ($1, $2, true, '{}')";
const IS_VOID: &str = "SELECT void FROM change_set WHERE lane = $1 AND version = $2";

/// Enters a transaction, in itself.
pub(super) fn enter(entry: Entry, keys: Vec<String>) -> Call {
    Call::new(ENTER, vec![Box::new(entry.lane), Box::new(entry.version), Box::new(keys)])
}

/// Finds out whether a transaction was committed under an entry, by entering a void one there: that waits for the first
/// where it still runs, fails where it was committed, and keeps it from being committed later where it was not. May be
/// asked again when an answer was lost: a void entry that is there already says that nothing was committed.
pub(super) async fn was_committed(session: &Session, entry: Entry) -> Result<bool, Trouble> {
    match session.query(ENTER_VOID, &[&entry.lane, &entry.version]).await {
        Ok(_) => return Ok(false),
        Err(Trouble::Taken(_)) => {}
        Err(trouble) => return Err(trouble),
    }
    let rows = session.query(IS_VOID, &[&entry.lane, &entry.version]).await?;
    match rows.first() {
        Some(row) => Ok(!row.try_get::<_, bool>(0)?),
        None => Err(Trouble::NoLane),
    }
}

/// A new lane, which has no entries.
pub(super) async fn new_lane(session: &Session) -> Result<i64, Trouble> {
    let rows = session.query("INSERT INTO lane DEFAULT VALUES RETURNING id", &[]).await?;
    Ok(rows[0].try_get(0)?)
}

/// An object as the record names it: the table, the environment, the id.
pub(super) fn key((noun, environment, id): &Object) -> String {
    format!("{} {} {}", nouns::table_name(*noun).unwrap_or_default(), environment.as_str(), text::encode(id))
}

/// The object that is named so; none of a name that a later version made.
pub(super) fn object(key: String) -> Option<Object> {
    let key = text::decode(key);
    let mut parts = key.splitn(3, ' ');
    let (table, environment, id) = (parts.next()?, parts.next()?, parts.next()?);
    let noun = nouns::KEPT.into_iter().find(|noun| nouns::table_name(*noun) == Some(table))?;
    let environment = Environment::ALL.into_iter().find(|known| known.as_str() == environment)?;
    Some((noun, environment, id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_domain::record::Noun;

    #[test]
    fn a_key_names_its_object() {
        for id in ["prod_1", "a b", "", "\0"] {
            let named = (Noun::Price, Environment::Live, id.to_owned());
            assert_eq!(object(key(&named)), Some(named));
        }
        assert_eq!(object("later live x".to_owned()), None);
    }
}
