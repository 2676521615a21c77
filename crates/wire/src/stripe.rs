//! The Stripe dialect: one file or folder per noun.

pub mod error;
pub mod event;
pub mod feature;
mod metadata;
pub mod openapi;
pub mod operation;
pub mod plan;
pub mod price;
pub mod product;
pub mod product_feature;
pub mod refusal;
pub mod tax_code;
pub(crate) mod undecided;
pub mod view;

/// The version of Stripe's API whose shapes are answered, and that events say.
pub const API_VERSION: &str = "2026-08-26.dahlia";
