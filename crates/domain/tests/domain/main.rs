//! The rules of the domain, each as a sentence; and random histories, held against a model of the same rules.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod ask;
mod catalog;
mod coupons;
mod engine;
mod meters;
mod prices;
mod products;
mod reference;
mod rules;
mod subscriptions;
mod users;
mod webhooks;
mod world;
