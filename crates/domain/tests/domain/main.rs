//! The rules of the domain, each as a sentence.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod catalog;
mod prices;
mod products;
