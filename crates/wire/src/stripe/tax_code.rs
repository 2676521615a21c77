//! Tax codes. They are a fixed list, so that requests are answered without a store.

use super::refusal;
use super::view::View;
use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::json::Writer;
use crate::list::{self, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, Table};
use tollgate_domain::id::TaxCodeId;
use tollgate_domain::list::{CreatedRange, Page};
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
    list::page(request, TAX_CODES.iter().collect(), |code| code.id, |_| true)
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
