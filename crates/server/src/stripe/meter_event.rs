//! Meter events, and what they come to. That is summed anew each time, so that it is right whatever was cancelled since.

use super::read::{existing, render};
use super::refuse::{self, missing_first};
use super::{Asked, store_fault, write};
use crate::answer::Answer;
use crate::app::App;
use std::sync::Arc;
use tollgate_domain::id::BillingCustomerId;
use tollgate_domain::list::{CreatedRange, Cursor, Filter, ListQuery, Page};
use tollgate_domain::meter::{Aggregate, Meter, MeterEvent, Reported};
use tollgate_domain::quantity::Quantity;
use tollgate_domain::record::{Field, Noun, Record, Value};
use tollgate_domain::refusal::{Reference, Refusal};
use tollgate_store::ListError;
use tollgate_wire::fault::Fault;
use tollgate_wire::list;
use tollgate_wire::stripe::meter_event_summary::{self, Stretch, SummaryList};
use tollgate_wire::stripe::{error, meter_event};

/// Events that are read at a time.
const EVENTS_AT_ONCE: usize = 1000;

pub(super) async fn create(app: &App, asked: Asked) -> Result<Answer, Fault> {
    let (command, expand) = meter_event::parse_create(&asked.params)?;
    let show: write::Render<Reported> = |writer, reported, view| {
        meter_event::render(writer, reported, view);
        Ok(())
    };
    write::run(app, asked, command, expand, show).await
}

pub(super) async fn adjust(app: &App, asked: Asked) -> Result<Answer, Fault> {
    let (command, expand) = meter_event::parse_adjust(&asked.params)?;
    let show: write::Render<_> = |writer, cancel, view| {
        meter_event::render_adjustment(writer, cancel, view);
        Ok(())
    };
    write::run(app, asked, command, expand, show).await
}

pub(super) async fn summaries(app: &App, asked: &Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = meter_event_summary::parse_list(&asked.params);
    let asked_for = missing_first(app, asked, Noun::Meter, id, parsed).await?;
    let Record::Meter(meter) = existing(app, asked, Noun::Meter, id).await? else { return Err(error::internal()) };
    check_customer(app, asked, &asked_for).await?;
    let page = asked_for.page(&meter.id)?;
    let values = aggregate(app, asked, &meter, &asked_for.customer, &page.items).await?;
    let items = page.items.into_iter().zip(values).collect();
    let page = Page { items, has_more: page.has_more };
    let url = meter_event_summary::list_url(&meter.id);
    render(app, asked, &asked_for.expand, |writer, view| {
        list::render(writer, &url, &page, view, |writer, summary, view| {
            meter_event_summary::render(writer, &meter.id, &asked_for.customer, summary, view);
            Ok(())
        })
    })
    .await
}

async fn check_customer(app: &App, asked: &Asked, list: &SummaryList) -> Result<(), Fault> {
    let id = list.customer.as_str();
    let found =
        app.store.get(asked.environment, Noun::BillingCustomer, id).await.map_err(|error| store_fault(&error))?;
    match found {
        Some(Record::BillingCustomer(customer)) if !customer.deleted => Ok(()),
        _ => {
            let refusal = Refusal::NoReference { reference: Reference::NamedCustomer, id: id.to_owned() };
            Err(refuse::read_fault(app, asked, &refusal).await)
        }
    }
}

/// What the events of each stretch come to; the stretches follow one another, newest first.
async fn aggregate(
    app: &App,
    asked: &Asked,
    meter: &Meter,
    customer: &BillingCustomerId,
    stretches: &[Stretch],
) -> Result<Vec<Quantity>, Fault> {
    let mut aggregates = vec![Aggregate::default(); stretches.len()];
    let (Some(newest), Some(oldest)) = (stretches.first(), stretches.last()) else { return Ok(Vec::new()) };
    let created = CreatedRange { from: oldest.instants().from, to: newest.instants().to };
    let subject = MeterEvent::subject(&meter.id, customer);
    let mut query = ListQuery {
        noun: Noun::MeterEvent,
        filters: vec![Filter::Is(Field::MeterEventSubject, Value::Text(subject))],
        created,
        cursor: None,
        limit: EVENTS_AT_ONCE,
    };
    let mut place = 0;
    loop {
        let page = match app.store.list(asked.environment, &query).await {
            Ok(page) => page,
            Err(ListError::NoSuchCursor) => return Err(error::internal()),
            Err(ListError::Store(error)) => return Err(store_fault(&error)),
        };
        for event in page.items.iter().filter_map(as_event) {
            while stretches.get(place).is_some_and(|stretch| !stretch.contains(event.created)) {
                place += 1;
            }
            if let (Some(aggregate), Some(counted)) = (aggregates.get_mut(place), &event.counted) {
                aggregate.add(counted.value);
            }
        }
        match page.items.last() {
            Some(last) if page.has_more => query.cursor = Some(Cursor::After(last.id().to_owned())),
            _ => break,
        }
    }
    Ok(aggregates.iter().map(|aggregate| aggregate.value(meter.formula)).collect())
}

fn as_event(record: &Record) -> Option<&Arc<MeterEvent>> {
    if let Record::MeterEvent(event) = record { Some(event) } else { None }
}
