//! The subject: products, prices, what they grant, who has them, what of it is used, and what may be done with all that.
//!
//! This crate decides everything and does no I/O. It has no clock, no randomness, no SQL, no HTTP and no wire
//! names; what it needs from outside is handed in ([`command::Facts`], [`command::Cx`]), so that the same facts in
//! the same context always give the same answer.
//!
//! A command says what it [reads](command::Command::reads), an engine loads it, the command
//! [decides](command::Command::decide), the engine applies the [`Changes`](command::Changes). [`batch`] runs many
//! of them in order over the same facts.

pub mod access;
pub mod account;
pub mod api_key;
pub mod batch;
pub mod billing_customer;
pub mod bonus;
pub mod catalog;
pub mod checkout;
pub mod command;
pub mod coupon;
pub mod currency;
pub mod custom_product;
pub mod customer;
pub mod definition;
pub mod entitlement;
pub mod environment;
pub mod event;
pub mod facts;
pub mod feature;
pub mod id;
pub mod idempotency;
pub mod list;
pub mod metadata;
pub mod meter;
pub mod migration;
pub mod money;
pub mod overrule;
pub mod package;
pub mod patch;
pub mod plan;
pub mod price;
pub mod product;
pub mod promotion_code;
pub mod quantity;
pub mod record;
pub mod refusal;
pub mod search;
pub mod statement;
pub mod subscription;
pub mod tax_code;
pub mod test_clock;
pub mod time;
pub mod usage;
pub mod user;
pub mod webhook;
pub mod window;
