//! Features: what there is, new ones, and one with the access of every product to it.

mod details;
mod list;

pub(super) use details::{archive, edit, save_access, show};
pub(super) use list::{create, list, new};
