//! The shell, over the router in this process: what every request passes, whatever its endpoint.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod agreement;
mod client;
mod features;
mod gate;
mod idempotency;
mod operators;
mod priceos;
mod product_features;
mod transport;
