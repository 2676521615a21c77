//! The Stripe dialect: one file or folder per noun.

pub mod account;
pub mod billing_customer;
pub mod coupon;
pub mod delivery;
pub mod entitlement;
pub mod error;
pub mod event;
mod event_types;
pub mod feature;
mod metadata;
pub mod meter;
pub mod meter_event;
pub mod meter_event_summary;
pub mod openapi;
pub mod operation;
pub mod plan;
pub mod price;
pub mod product;
pub mod product_feature;
pub mod promotion_code;
pub mod refusal;
pub mod source;
pub mod subscription;
pub mod subscription_item;
pub mod tax_code;
pub mod test_clock;
pub(crate) mod undecided;
pub mod view;
pub mod webhook_endpoint;

/// The version of Stripe's API whose shapes are answered, and that events say.
pub const API_VERSION: &str = "2026-08-26.dahlia";
