//! Usage events: batches, lists, single ones.

use super::{Asked, access, run, store_fault, written};
use crate::app::App;
use tollgate_domain::facts::Facts;
use tollgate_domain::id::{CustomerId, UsageEventId};
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::refusal::AccessRefusal;
use tollgate_domain::usage::{DeleteUsageEvents, TrackBatch, period_window, subject};
use tollgate_store::{UsagePage, UsageQuery};
use tollgate_wire::priceos::fault::Fault;
use tollgate_wire::priceos::usage::Deletion;
use tollgate_wire::priceos::{refusal, usage};

/// Bytes that one event of an answer takes, about.
const EVENT_BYTES: usize = 192;

pub(super) async fn track(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let command = usage::parse_track(&asked.fields)?;
    note(app, asked, &command.customer);
    let tracked = run(app, asked, command).await?;
    Ok(written(EVENT_BYTES, |writer| usage::render_tracked(writer, &tracked)))
}

pub(super) async fn set(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let command = usage::parse_set(&asked.fields)?;
    note(app, asked, &command.customer);
    let set = run(app, asked, command).await?;
    Ok(written(EVENT_BYTES, |writer| usage::render_set(writer, &set)))
}

pub(super) async fn consume(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let command = usage::parse_consume(&asked.fields)?;
    note(app, asked, &command.customer);
    let consumed = run(app, asked, command).await?;
    Ok(written(EVENT_BYTES, |writer| usage::render_consumed(writer, &consumed)))
}

/// Remembers who used something, for the dashboard.
fn note(app: &App, asked: &Asked, customer: &CustomerId) {
    app.dashboard.active.note(asked.environment, customer.as_str());
}

/// Records a batch in one step; entries that are malformed or refused fail alone.
pub(super) async fn batch(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let mut events = Vec::new();
    let mut outcomes: Vec<Option<Fault>> = Vec::new();
    for entry in usage::parse_batch(&asked.fields)? {
        match entry {
            Ok(event) => {
                note(app, asked, &event.customer);
                events.push(event);
                outcomes.push(None);
            }
            Err(fault) => outcomes.push(Some(fault)),
        }
    }
    let decided = if events.is_empty() { Vec::new() } else { run(app, asked, TrackBatch { events }).await? };
    let mut decided = decided.into_iter();
    let outcomes: Vec<_> = outcomes
        .into_iter()
        .map(|malformed| match malformed {
            Some(fault) => Err(fault),
            None => decided.next().expect("one for each event").map_err(|refused| refusal::fault(&refused)),
        })
        .collect();
    Ok(written(outcomes.len() * EVENT_BYTES, |writer| usage::render_batch(writer, &outcomes)))
}

pub(super) async fn retrieve(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    asked.takes_nothing()?;
    let id = UsageEventId::from(asked.uuid());
    let found = app.store.get(asked.environment, Noun::UsageEvent, id.as_str()).await;
    match found.map_err(|error| store_fault(&error))? {
        Some(Record::UsageEvent(event)) => Ok(written(EVENT_BYTES, |writer| usage::render_event(writer, &event))),
        _ => Err(refusal::fault(&AccessRefusal::NoEvent { id }.into())),
    }
}

pub(super) async fn update(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let event = run(app, asked, usage::parse_update(&asked.fields, asked.uuid().into())?).await?;
    Ok(written(EVENT_BYTES, |writer| usage::render_event(writer, &event)))
}

pub(super) async fn delete_one(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    asked.takes_nothing()?;
    let command = DeleteUsageEvents { ids: vec![asked.uuid().into()], must_exist: true };
    let count = run(app, asked, command).await?;
    Ok(written(EVENT_BYTES, |writer| usage::render_deleted(writer, count)))
}

pub(super) async fn delete(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let count = match usage::parse_delete(&asked.fields)? {
        Deletion::Ids(command) => run(app, asked, command).await?,
        Deletion::Of(command) => run(app, asked, command).await?,
    };
    Ok(written(EVENT_BYTES, |writer| usage::render_deleted(writer, count)))
}

/// A page of the events of a customer and feature.
pub(super) async fn list(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let request = usage::parse_list(&asked.fields)?;
    let found = access::existing(app, asked, &request.customer, false, &mut Facts::default()).await?;
    let feature = found
        .catalog
        .feature_by_key(&request.feature_key)
        .ok_or_else(|| refusal::fault(&AccessRefusal::NoFeature { key: request.feature_key.clone() }.into()))?;
    let page = match period_window(request.period, &found.account, feature, &found.catalog, asked.now) {
        None => UsagePage::default(),
        Some(window) => {
            let subject = subject(&feature.id, &request.customer);
            let query = UsageQuery { subject, window, offset: request.offset, limit: request.limit };
            let page = app.store.usage_events(asked.environment, &query).await;
            page.map_err(|error| store_fault(&error))?
        }
    };
    Ok(written(page.events.len() * EVENT_BYTES, |writer| {
        usage::render_events(writer, page.events.iter().map(|event| &**event), &request, page.total);
    }))
}
