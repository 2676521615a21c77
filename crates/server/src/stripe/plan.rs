//! Plans: prices in the shape that old clients know.

use super::read::{self, existing, render};
use super::refuse::{self, missing_first};
use super::{Asked, write};
use crate::answer::Answer;
use crate::app::App;
use std::sync::Arc;
use tollgate_domain::command::Stop;
use tollgate_domain::price::Price;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::refusal::Refusal;
use tollgate_wire::expand::Expand;
use tollgate_wire::fault::Fault;
use tollgate_wire::json::Writer;
use tollgate_wire::stripe::plan;
use tollgate_wire::stripe::view::View;

const SHOW: write::Render<Arc<Price>> = |writer, shown, view| plan::render_expanded(writer, shown, view);

pub(super) async fn create(app: &App, asked: Asked) -> Result<Answer, Fault> {
    let (command, expand) = plan::parse_create(&asked.params)?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn update(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = plan::parse_update(&asked.params, id.into());
    let (command, expand) = missing_first(app, &asked, Noun::Price, id, parsed).await?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn delete(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = plan::parse_delete(&asked.params, id.into());
    let command = missing_first(app, &asked, Noun::Price, id, parsed).await?;
    let show: write::Render<_> = |writer, id, _| {
        plan::render_deleted(writer, id);
        Ok(())
    };
    write::run(app, asked, command, Expand::default(), show).await
}

pub(super) async fn retrieve(app: &App, asked: &Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = plan::parse_retrieve(&asked.params);
    let expand = missing_first(app, asked, Noun::Price, id, parsed).await?;
    match existing(app, asked, Noun::Price, id).await? {
        Record::Price(price) if price.recurring.is_some() => {
            render(app, asked, &expand, |writer, view| SHOW(writer, &price, view)).await
        }
        // A price that does not recur is no plan.
        _ => {
            let refusal = Refusal::NoSubject { noun: Noun::Price, id: id.to_owned() };
            Err(refuse::read_fault(app, asked, &refusal).await)
        }
    }
}

pub(super) async fn list(app: &App, asked: &Asked) -> Result<Answer, Fault> {
    read::list_as(app, asked, plan::parse_list(&asked.params)?, show).await
}

fn show(writer: &mut Writer, record: &Record, view: &View<'_>) -> Result<(), Stop> {
    match record {
        Record::Price(price) => plan::render_expanded(writer, price, view),
        other => unreachable!("a list of prices has no {:?}", other.noun()),
    }
}
