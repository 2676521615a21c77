//! The wire from outside: requests as clients send them, answers as clients read them.

#![allow(clippy::unwrap_used, reason = "these are tests; clippy knows it of functions marked so only")]
#![allow(clippy::too_many_lines, reason = "tables of cases")]

#[path = "wire/answer.rs"]
mod answer;
#[path = "wire/coupons.rs"]
mod coupons;
#[path = "wire/errors.rs"]
mod errors;
#[path = "wire/events.rs"]
mod events;
#[path = "wire/expansion.rs"]
mod expansion;
#[path = "wire/features.rs"]
mod features;
#[path = "wire/lists.rs"]
mod lists;
#[path = "wire/price_create.rs"]
mod price_create;
#[path = "wire/price_update.rs"]
mod price_update;
#[path = "wire/prices_shown.rs"]
mod prices_shown;
#[path = "wire/product_create.rs"]
mod product_create;
#[path = "wire/product_features.rs"]
mod product_features;
#[path = "wire/product_update.rs"]
mod product_update;
#[path = "wire/products_shown.rs"]
mod products_shown;
#[path = "wire/random_requests.rs"]
mod random_requests;
#[path = "wire/request.rs"]
mod request;
#[path = "wire/sample.rs"]
mod sample;
#[path = "wire/searches.rs"]
mod searches;
#[path = "wire/subscriptions.rs"]
mod subscriptions;
#[path = "wire/tax_codes.rs"]
mod tax_codes;
#[path = "wire/webhooks.rs"]
mod webhooks;
