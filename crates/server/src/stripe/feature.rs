//! Features.

use super::read::{self, catalog, render};
use super::refuse::missing_first;
use super::{Asked, write};
use crate::answer::Answer;
use crate::app::App;
use std::sync::Arc;
use tollgate_domain::feature::Feature;
use tollgate_domain::record::Noun;
use tollgate_wire::fault::Fault;
use tollgate_wire::list;
use tollgate_wire::stripe::feature;

const SHOW: write::Render<Arc<Feature>> = |writer, shown, view| {
    feature::render(writer, shown, view);
    Ok(())
};

pub(super) async fn create(app: &App, asked: Asked) -> Result<Answer, Fault> {
    let (command, expand) = feature::parse_create(&asked.params)?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn update(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = feature::parse_update(&asked.params, id.into());
    let (command, expand) = missing_first(app, &asked, Noun::Feature, id, parsed).await?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn retrieve(app: &App, asked: &Asked, id: &str) -> Result<Answer, Fault> {
    read::retrieve(app, asked, Noun::Feature, id, feature::parse_retrieve(&asked.params)).await
}

pub(super) async fn list(app: &App, asked: &Asked) -> Result<Answer, Fault> {
    let list = feature::parse_list(&asked.params)?;
    let catalog = catalog(app, asked).await?;
    let page = feature::list(&list, &catalog)?;
    let url = asked.operation.path();
    render(app, asked, &list.request.expand, |writer, view| {
        list::render(writer, url, &page, view, |writer, shown, view| SHOW(writer, shown, view))
    })
    .await
}
