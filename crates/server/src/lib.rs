//! The shell: connections in, answers out, and everything between that is neither a dialect nor the subject.

mod answer;
pub mod app;
mod gate;
mod jobs;
pub mod keys;
mod metrics;
pub mod pages;
mod priceos;
pub mod routes;
pub mod serve;
mod stripe;
pub mod webhooks;
