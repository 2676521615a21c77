//! Ranges of creation times.

use super::path::Path;
use super::read::read_map;
use super::{Kind, Param, Table, amount, wording};
use crate::fault::Fault;
use crate::form::Node;
use tollgate_domain::list::CreatedRange;
use tollgate_domain::time::Timestamp;

const SECONDS: Kind = Kind::Integer { min: i64::MIN, max: i64::MAX };
const GT: Param = Param::new("gt", SECONDS, "Later than this.");
const GTE: Param = Param::new("gte", SECONDS, "At this or later.");
const LT: Param = Param::new("lt", SECONDS, "Earlier than this.");
const LTE: Param = Param::new("lte", SECONDS, "At this or earlier.");
/// The parameters of a range, in Unix seconds.
pub(crate) const TABLE: Table = &[GT, GTE, LT, LTE];

/// Reads a second, or a range. Objects are kept by the millisecond and shown by the second, so that a second is the
/// range of its milliseconds.
pub(super) fn read(node: &Node, path: &Path<'_>) -> Result<CreatedRange, Fault> {
    match node {
        Node::Text(text) => {
            let second = amount::integer(text, i64::MIN, i64::MAX, path)?;
            Ok(CreatedRange { from: Some(start(second)), to: Some(end(second)) })
        }
        Node::Map(map) => {
            let bounds = read_map(TABLE, map, path)?;
            let after = bounds.get(&GT).map(|second: i64| start(second.saturating_add(1)));
            let before = bounds.get(&LT).map(|second: i64| end(second.saturating_sub(1)));
            Ok(CreatedRange {
                from: after.into_iter().chain(bounds.get(&GTE).map(start)).max(),
                to: before.into_iter().chain(bounds.get(&LTE).map(end)).min(),
            })
        }
        Node::List(_) => Err(wording::not_an_object(path)),
    }
}

fn start(second: i64) -> Timestamp {
    Timestamp::from_seconds(second)
}

fn end(second: i64) -> Timestamp {
    Timestamp::from_millis(Timestamp::from_seconds(second).millis().saturating_add(999))
}
