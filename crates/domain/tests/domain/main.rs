//! The rules of the domain, each as a sentence.

mod catalog;
mod prices;
mod products;
