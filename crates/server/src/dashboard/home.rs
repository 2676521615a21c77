//! The state at a glance.

use super::frame::{Frame, Section};
use super::page::{Page, Shown};
use super::visit::Visit;
use askama::Template;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
}

pub(super) async fn show(visit: Visit) -> Shown {
    Page::of(&HomePage { frame: visit.frame(Section::Home, "Home") })
}
