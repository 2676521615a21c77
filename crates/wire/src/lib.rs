//! The dialects: how requests are read and answers are written. Pure, as the domain is.
//!
//! A request goes through in this order:
//!
//! 1. [`form::decode`] makes a [`Params`](form::Params) tree of a body or a query (a GET may have both: then
//!    [`form::decode_into`] for the second). [`Params::fingerprint`](form::Params::fingerprint) is what idempotency
//!    compares.
//! 2. The noun's `parse_…` makes a domain command, a list or a search of it, and says what to
//!    [`Expand`](expand::Expand); or it is a [`Fault`](fault::Fault). See [`stripe::product`], [`stripe::price`],
//!    [`stripe::event`], [`stripe::tax_code`]. [`stripe::operation::Operation`] lists the endpoints.
//!    A fault that is not [`before_lookup`](fault::Fault::before_lookup) is told only once the object of the path is
//!    known to exist; a list with a [`second_cursor`](list::ListRequest::second_cursor) is refused once both exist.
//! 3. The noun's `render` writes the answer into a [`Writer`](json::Writer), given a [`View`](stripe::view::View).
//!    It ends with [`Stop::Need`](tollgate_domain::command::Stop::Need) where an expanded object is not among the
//!    facts yet: load it and render anew. [`list::render`] and [`search::render`] write pages.
//! 4. A domain refusal becomes a fault by [`stripe::error::refusal`], a fault becomes a body by
//!    [`stripe::error::body`]. The faults that only a server can find are made in [`stripe::error`] too.
//!
//! The PriceOS dialect, in [`priceos`], takes JSON: its fields are declared as [tables](priceos::fields) too.
//!
//! Parameters are declared as [tables](params::Param); they are read, checked and documented
//! ([`stripe::openapi`]) from the same declaration.

pub mod expand;
pub mod fault;
pub mod form;
pub mod json;
pub mod list;
pub mod params;
pub mod priceos;
pub mod search;
pub mod stripe;
