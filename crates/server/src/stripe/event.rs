//! Events: how far they got is looked up together, however many are on a page.

use super::read::{existing, page, render_over};
use super::refuse::missing_first;
use super::{Asked, store_fault, write};
use crate::answer::Answer;
use crate::app::App;
use tollgate_domain::command::Stop;
use tollgate_domain::facts::{Facts, Key, ReadSet};
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::webhook::delivery;
use tollgate_wire::fault::Fault;
use tollgate_wire::list;
use tollgate_wire::stripe::event;

pub(super) async fn retrieve(app: &App, asked: &Asked, id: &str) -> Result<Answer, Fault> {
    let expand = missing_first(app, asked, Noun::Event, id, event::parse_retrieve(&asked.params)).await?;
    let record = existing(app, asked, Noun::Event, id).await?;
    let facts = sent(app, asked, std::slice::from_ref(&record)).await?;
    render_over(app, asked, &expand, facts, |writer, view| match &record {
        Record::Event(event) => event::render(writer, event, view),
        _ => Ok(()),
    })
    .await
}

pub(super) async fn list(app: &App, asked: &Asked) -> Result<Answer, Fault> {
    let request = event::parse_list(&asked.params)?;
    let page = page(app, asked, &request).await?;
    let facts = sent(app, asked, &page.items).await?;
    let url = asked.operation.path();
    render_over(app, asked, &request.expand, facts, |writer, view| {
        list::render(writer, url, &page, view, |writer, record, view| match record {
            Record::Event(event) => event::render(writer, event, view),
            _ => Ok(()),
        })
    })
    .await
}

pub(super) async fn retry(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = event::parse_retry(&asked.params, id.into());
    let (command, expand) = missing_first(app, &asked, Noun::Event, id, parsed).await?;
    let show: write::Render<delivery::Resent> =
        |writer, resent, view| event::render_pending(writer, &resent.event, resent.pending, view);
    write::run(app, asked, command, expand, show).await
}

/// What is known of where events are still to be sent.
async fn sent(app: &App, asked: &Asked, events: &[Record]) -> Result<Facts, Fault> {
    let mut facts = Facts::default();
    let mut reads = ReadSet::from(Key::Endpoints);
    while !reads.keys().is_empty() {
        app.store.load(asked.environment, &reads, &mut facts).await.map_err(|error| store_fault(&error))?;
        reads = ReadSet::default();
        for event in events {
            if let Err(Stop::Need(missing)) = delivery::pending(&event.id().into(), &facts) {
                reads.extend(missing);
            }
        }
    }
    Ok(facts)
}
