//! What each fuzz target does with its bytes: read them, and check what must hold of whatever was read.
//!
//! A target is a plain function, so that its seeds also run as ordinary tests.

mod amount;
mod expand;
mod form;
mod params;
mod priceos;
mod search;
mod window;

/// Does something with bytes, and panics where that shows a defect.
pub type Target = fn(&[u8]);

/// Every target, by the name of its binary and of its folder of seeds.
pub const TARGETS: [(&str, Target); 7] = [
    ("form", form::run),
    ("params", params::run),
    ("search", search::run),
    ("amount", amount::run),
    ("expand", expand::run),
    ("priceos", priceos::run),
    ("window", window::run),
];

/// Runs the target of a name.
///
/// # Panics
/// Where there is no such target, or it finds a defect.
pub fn run(name: &str, bytes: &[u8]) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a known target");
    target(bytes);
}
