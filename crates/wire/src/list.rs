//! Pages of a list: which one is asked for, and how it is answered.

use crate::expand::{self, Expand, Expandable};
use crate::fault::Fault;
use crate::json::Writer;
use crate::params::{Kind, Object, Param, Path, wording};
use crate::stripe::error;
use crate::stripe::view::View;
use tollgate_domain::command::Stop;
use tollgate_domain::id::{ID_MAX_CHARACTERS, ProductId};
use tollgate_domain::list::{CreatedRange, Cursor, Filter, ListQuery, PAGE_MAX, Page};
use tollgate_domain::record::Noun;

/// Objects on a page where the request does not say.
pub const LIMIT_DEFAULT: usize = 10;

/// How many objects a page has. What is out of range is brought into it (spec/stripe.md 2.11).
pub const LIMIT: Param = Param::new(
    "limit",
    Kind::Integer { min: i64::MIN, max: i64::MAX },
    "How many objects at most, 1 to 100; 10 where it is not said.",
);
/// The object after which the page begins.
pub const STARTING_AFTER: Param =
    Param::new("starting_after", Kind::text(ID_MAX_CHARACTERS), "The id of the object after which the page begins.");
/// The object before which the page ends.
pub const ENDING_BEFORE: Param =
    Param::new("ending_before", Kind::text(ID_MAX_CHARACTERS), "The id of the object before which the page ends.");
/// The time in which the objects were created.
pub const CREATED: Param =
    Param::new("created", Kind::Created, "Only objects created at this second, or in this range.");

/// A list that was asked for.
#[derive(Debug, Clone)]
pub struct ListRequest {
    /// What to list.
    pub query: ListQuery,
    /// What to expand; begins at the page.
    pub expand: Expand,
    /// The second cursor, where both were sent. That is a fault, but one told after that of a cursor which names
    /// nothing: see [`both_cursors`](crate::stripe::error::both_cursors).
    pub second_cursor: Option<Cursor>,
    /// A product that must exist, else the answer is the refusal `NoReference` of the product of a price.
    pub product: Option<ProductId>,
}

/// Reads how many objects are asked for.
pub(crate) fn limit(params: &Object<'_>) -> usize {
    let limit: Option<i64> = params.get(&LIMIT);
    limit.map_or(LIMIT_DEFAULT, |limit| usize::try_from(limit.max(1)).unwrap_or(PAGE_MAX).min(PAGE_MAX))
}

/// Reads where the page begins; both cursors where both were sent.
pub(crate) fn cursors(params: &Object<'_>) -> (Option<Cursor>, Option<Cursor>) {
    let after = params.get(&STARTING_AFTER).map(Cursor::After);
    let before = params.get(&ENDING_BEFORE).map(Cursor::Before);
    if after.is_some() { (after, before) } else { (before, None) }
}

/// Reads a list request whose table has [`LIMIT`], [`STARTING_AFTER`], [`ENDING_BEFORE`] and
/// [`EXPAND`](expand::EXPAND). `expandable` begins at the page.
pub(crate) fn request(
    params: &Object<'_>,
    noun: Noun,
    filters: Vec<Filter>,
    created: CreatedRange,
    expandable: &'static [Expandable],
) -> Result<ListRequest, Fault> {
    let (cursor, second_cursor) = cursors(params);
    let query = ListQuery { noun, filters, created, cursor, limit: limit(params) };
    Ok(ListRequest { query, expand: expand::of_page(params, expandable)?, second_cursor, product: None })
}

/// Refuses a cursor beside a parameter that chooses the objects itself.
pub(crate) fn no_cursor_beside(params: &Object<'_>, chooser: &Param) -> Result<(), Fault> {
    let cursor = [STARTING_AFTER, ENDING_BEFORE].into_iter().find(|cursor| params.has(cursor));
    match cursor {
        Some(cursor) if params.has(chooser) => {
            Err(wording::exclusive(&[chooser.name, cursor.name], &Path::Root.key(chooser.name)))
        }
        _ => Ok(()),
    }
}

/// Refuses the cursors of a list of which there is nothing: no object has their ids.
pub(crate) fn none(params: &Object<'_>, missing: impl FnOnce(&Cursor, &str) -> Fault) -> Result<(), Fault> {
    match cursors(params).0 {
        Some(cursor) => {
            let (Cursor::After(id) | Cursor::Before(id)) = &cursor;
            Err(missing(&cursor, id))
        }
        None => Ok(()),
    }
}

/// The page of a list that is at hand whole, newest first. Cursors name any of its objects, whether or not it `is_asked`
/// for.
pub(crate) fn page<T>(
    request: &ListRequest,
    mut all: Vec<T>,
    id: impl Fn(&T) -> &str,
    is_asked: impl Fn(&T) -> bool,
) -> Result<Page<T>, Fault> {
    let ListQuery { noun, cursor, limit, .. } = &request.query;
    let place = |all: &[T], cursor: &Cursor| {
        let (Cursor::After(named) | Cursor::Before(named)) = cursor;
        all.iter().position(|object| id(object) == named).ok_or_else(|| error::cursor_missing(*noun, cursor))
    };
    let range = match cursor {
        None => 0..all.len(),
        Some(cursor @ Cursor::After(_)) => place(&all, cursor)? + 1..all.len(),
        Some(cursor @ Cursor::Before(_)) => 0..place(&all, cursor)?,
    };
    if let Some(second) = &request.second_cursor {
        place(&all, second)?;
        return Err(error::both_cursors());
    }
    let mut items: Vec<T> = all.drain(range).filter(is_asked).collect();
    let has_more = items.len() > *limit;
    match cursor {
        Some(Cursor::Before(_)) => drop(items.drain(..items.len().saturating_sub(*limit))),
        _ => items.truncate(*limit),
    }
    Ok(Page { items, has_more })
}

/// Writes a page. `view` is that of the page; each object gets its part of it.
pub fn render<T>(
    writer: &mut Writer,
    url: &str,
    page: &Page<T>,
    view: &View<'_>,
    object: impl FnMut(&mut Writer, &T, &View<'_>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    writer.begin_object();
    writer.field("object", "list");
    render_data(writer, &page.items, view, object)?;
    writer.field("has_more", &page.has_more);
    writer.field("url", url);
    writer.end_object();
    Ok(())
}

/// Writes the objects of a page as its member `data`.
pub(crate) fn render_data<T>(
    writer: &mut Writer,
    items: &[T],
    view: &View<'_>,
    mut object: impl FnMut(&mut Writer, &T, &View<'_>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let view = view.within(view.expand.get("data").unwrap_or(&expand::NOTHING));
    writer.array_field("data");
    for item in items {
        object(writer, item, &view)?;
    }
    writer.end_array();
    Ok(())
}
