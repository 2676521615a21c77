//! The shell: connections in, answers out, and everything between that is neither a dialect nor the subject.

mod answer;
pub mod app;
mod dashboard;
mod gate;
mod jobs;
pub mod keys;
mod metrics;
mod money;
pub mod pages;
pub mod passwords;
mod priceos;
mod request_log;
pub mod routes;
mod secrets;
pub mod serve;
mod stripe;
mod users;
pub mod webhooks;
