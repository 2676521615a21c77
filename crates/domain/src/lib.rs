//! The subject: products, prices and what may be done with them.
//!
//! This crate decides everything and does no I/O. It has no clock, no randomness, no SQL, no HTTP and no wire
//! names; what it needs from outside is handed in ([`command::Facts`], [`command::Cx`]), so that the same facts in
//! the same context always give the same answer.
//!
//! A command says what it [reads](command::Command::reads), an engine loads it, the command
//! [decides](command::Command::decide), the engine applies the [`Changes`](command::Changes). [`batch`] runs many
//! of them in order over the same facts.

pub mod api_key;
pub mod batch;
pub mod command;
pub mod currency;
pub mod environment;
pub mod event;
pub mod facts;
pub mod id;
pub mod idempotency;
pub mod list;
pub mod metadata;
pub mod money;
pub mod package;
pub mod patch;
pub mod price;
pub mod product;
pub mod record;
pub mod refusal;
pub mod search;
pub mod statement;
pub mod tax_code;
pub mod time;
