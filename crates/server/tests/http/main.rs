//! The shell, over the router in this process: what every request passes, whatever its endpoint.

mod client;
mod gate;
mod idempotency;
mod operators;
mod transport;
