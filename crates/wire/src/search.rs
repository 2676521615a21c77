//! Searches: which one is asked for, and how it is answered. The language is read by [`parse`].

mod language;

use crate::expand::{self, EXPAND, Expand, Expandable};
use crate::fault::Fault;
use crate::form::Params;
use crate::json::Writer;
use crate::list::{self, LIMIT};
use crate::params::{self, Kind, Param, Table};
use crate::stripe::view::View;
use tollgate_domain::command::Stop;
use tollgate_domain::list::Page;
use tollgate_domain::record::Noun;
use tollgate_domain::search::Query;

pub use language::parse;

/// Longest query, in characters.
pub const QUERY_MAX_CHARACTERS: usize = 5000;
/// Longest page token, in characters.
pub const PAGE_TOKEN_MAX_CHARACTERS: usize = 5000;

const QUERY: Param = Param::new("query", Kind::text(QUERY_MAX_CHARACTERS), "What to search for.").required();
const PAGE: Param = Param::new(
    "page",
    Kind::text(PAGE_TOKEN_MAX_CHARACTERS),
    "Where to go on: `next_page` of the answer before. Leave it out for the first page.",
);

/// The parameters of every search.
pub const TABLE: Table = &[QUERY, LIMIT, PAGE, EXPAND];

/// A search that was asked for.
#[derive(Debug, Clone)]
pub struct SearchRequest {
    /// What to search for.
    pub query: Query,
    /// Most objects on the page.
    pub limit: usize,
    /// Where to go on, as an earlier answer said; the store knows what it means.
    pub page: Option<String>,
    /// What to expand; begins at the page.
    pub expand: Expand,
}

impl SearchRequest {
    /// Whether the answer is to say how many objects there are in all.
    pub fn wants_total_count(&self) -> bool {
        self.expand.has("total_count")
    }
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct Found<T> {
    /// The objects and whether there are more.
    pub page: Page<T>,
    /// Where to go on, where there are more.
    pub next_page: Option<String>,
    /// How many there are in all, where it was asked for.
    pub total_count: Option<u64>,
}

/// Reads a search of one noun. `expandable` begins at the page.
pub(crate) fn request(params: &Params, noun: Noun, expandable: &'static [Expandable]) -> Result<SearchRequest, Fault> {
    let params = params::read(TABLE, params)?;
    let expand = expand::of_page(&params, expandable)?;
    let query = parse(noun, params.get(&QUERY).unwrap_or_default())?;
    Ok(SearchRequest { query, limit: list::limit(&params), page: params.get(&PAGE), expand })
}

/// Writes what a search found. `view` is that of the page; each object gets its part of it.
pub fn render<T>(
    writer: &mut Writer,
    url: &str,
    found: &Found<T>,
    view: &View<'_>,
    object: impl FnMut(&mut Writer, &T, &View<'_>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    writer.begin_object();
    writer.field("object", "search_result");
    list::render_data(writer, &found.page.items, view, object)?;
    writer.field("has_more", &found.page.has_more);
    writer.field("next_page", &found.next_page);
    if let Some(total_count) = &found.total_count {
        writer.field("total_count", total_count);
    }
    writer.field("url", url);
    writer.end_object();
    Ok(())
}
