//! Tax codes. They are a fixed list, so that requests are answered without a store.

use super::refusal;
use super::view::View;
use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::json::Writer;
use crate::list::{self, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, Table};
use crate::stripe::error;
use tollgate_domain::id::TaxCodeId;
use tollgate_domain::list::{CreatedRange, Cursor, Page};
use tollgate_domain::record::Noun;
use tollgate_domain::tax_code::{self, TAX_CODES, TaxCode};

/// The parameters of a list.
pub const LIST: Table = &[ENDING_BEFORE, EXPAND, LIMIT, STARTING_AFTER];
/// The parameters of a retrieval.
pub const RETRIEVE: Table = &[EXPAND];

static LISTED: [Expandable; 1] = [Expandable::leaf("data")];

/// Reads what a retrieval is to expand: nothing can be, so this finds what cannot.
pub fn parse_retrieve(params: &Params) -> Result<Expand, Fault> {
    expand::of_object(&params::read(RETRIEVE, params)?, &[])
}

/// The tax code of this id.
pub fn retrieve(id: &TaxCodeId) -> Result<&'static TaxCode, Fault> {
    tax_code::find(id).ok_or_else(|| refusal::no_such(Noun::TaxCode, id.as_str()).about("id").with_status(404))
}

/// Reads a list of tax codes.
pub fn parse_list(params: &Params) -> Result<ListRequest, Fault> {
    let params = params::read(LIST, params)?;
    list::request(&params, Noun::TaxCode, Vec::new(), CreatedRange::default(), &LISTED)
}

/// The page of tax codes that was asked for.
pub fn list(request: &ListRequest) -> Result<Page<&'static TaxCode>, Fault> {
    let (limit, cursor) = (request.query.limit, request.query.cursor.as_ref());
    let range = match cursor {
        None => 0..TAX_CODES.len(),
        Some(cursor @ Cursor::After(_)) => place(cursor)? + 1..TAX_CODES.len(),
        Some(cursor @ Cursor::Before(_)) => 0..place(cursor)?,
    };
    if let Some(second) = &request.second_cursor {
        place(second)?;
        return Err(error::both_cursors());
    }
    let has_more = range.len() > limit;
    let page = match cursor {
        Some(Cursor::Before(_)) => range.end.saturating_sub(limit)..range.end,
        _ => range.start..range.end.min(range.start + limit),
    };
    Ok(Page { items: TAX_CODES[page].iter().collect(), has_more })
}

fn place(cursor: &Cursor) -> Result<usize, Fault> {
    let (Cursor::After(id) | Cursor::Before(id)) = cursor;
    let place = TAX_CODES.iter().position(|code| code.id == id);
    place.ok_or_else(|| error::cursor_missing(Noun::TaxCode, cursor))
}

/// Writes a tax code.
pub fn render(writer: &mut Writer, code: &TaxCode) {
    writer.begin_object();
    writer.field("id", code.id);
    writer.field("object", "tax_code");
    writer.field("description", code.description);
    writer.field("name", code.name);
    writer.end_object();
}

/// Writes a reference to a tax code as its id, or whole where it is expanded.
pub(super) fn render_reference(writer: &mut Writer, key: &'static str, id: Option<&TaxCodeId>, view: &View<'_>) {
    match id.filter(|_| view.expand.has(key)).and_then(tax_code::find) {
        Some(code) => {
            writer.key(key);
            render(writer, code);
        }
        None => writer.field(key, &id.map(TaxCodeId::as_str)),
    }
}
