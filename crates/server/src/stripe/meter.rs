//! Meters.

use super::refuse::missing_first;
use super::{Asked, read, write};
use crate::answer::Answer;
use crate::app::App;
use std::sync::Arc;
use tollgate_domain::meter::Meter;
use tollgate_domain::record::Noun;
use tollgate_wire::fault::Fault;
use tollgate_wire::stripe::meter;

const SHOW: write::Render<Arc<Meter>> = |writer, shown, view| {
    meter::render(writer, shown, view);
    Ok(())
};

pub(super) async fn create(app: &App, asked: Asked) -> Result<Answer, Fault> {
    let (command, expand) = meter::parse_create(&asked.params)?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn update(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = meter::parse_update(&asked.params, id.into());
    let (command, expand) = missing_first(app, &asked, Noun::Meter, id, parsed).await?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn switch(app: &App, asked: Asked, id: &str, active: bool) -> Result<Answer, Fault> {
    let parsed = meter::parse_switch(&asked.params, id.into(), active);
    let (command, expand) = missing_first(app, &asked, Noun::Meter, id, parsed).await?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn retrieve(app: &App, asked: &Asked, id: &str) -> Result<Answer, Fault> {
    read::retrieve(app, asked, Noun::Meter, id, meter::parse_retrieve(&asked.params)).await
}

pub(super) async fn list(app: &App, asked: &Asked) -> Result<Answer, Fault> {
    read::list(app, asked, meter::parse_list(&asked.params)?).await
}
