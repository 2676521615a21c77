//! The rules of access, usage and bonuses, each as a sentence; comments name the section of `spec/priceos.md`.

mod batches;
mod bonuses;
mod consuming;
mod customers;
mod evaluation;
mod events;
mod features;
mod linking;
mod overflow;
mod overrides;
mod products;
mod setting;
mod tracking;
mod versions;
mod windows;
