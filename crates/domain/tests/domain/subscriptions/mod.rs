//! Subscriptions: their life as time passes, what may be changed of them, and who has what by them.

mod canceling;
mod clocks;
mod creating;
mod history;
mod holding;
mod items;
mod life;
mod model;
mod payments;
mod shop;
mod trials;
mod updating;
