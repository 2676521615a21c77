//! The shell: connections in, answers out, and everything between that is neither a dialect nor the subject.

mod answer;
pub mod app;
mod gate;
mod jobs;
pub mod keys;
mod metrics;
mod priceos;
pub mod routes;
pub mod serve;
mod stripe;
