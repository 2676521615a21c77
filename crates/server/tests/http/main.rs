//! The shell, over the router in this process: what every request passes, whatever its endpoint.

#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accounts;
mod agreement;
mod client;
mod coupons;
mod customers;
mod dashboard;
mod features;
mod gate;
mod idempotency;
mod meters;
mod operators;
mod payments;
mod plans;
mod priceos;
mod product_features;
mod promotion_codes;
mod subscriptions;
mod transport;
mod webhooks;
