//! Reads: one object, a page of a list, a page of a search.

use super::{Asked, refuse, store_fault};
use crate::answer::Answer;
use crate::app::App;
use std::sync::Arc;
use tollgate_domain::catalog::Catalog;
use tollgate_domain::command::Stop;
use tollgate_domain::facts::{Facts, Key};
use tollgate_domain::id::ProductId;
use tollgate_domain::list::{Cursor, ListQuery, Page};
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::refusal::{Reference, Refusal};
use tollgate_store::{ListError, SearchError};
use tollgate_wire::expand::Expand;
use tollgate_wire::fault::Fault;
use tollgate_wire::json::Writer;
use tollgate_wire::list::{self, ListRequest};
use tollgate_wire::search::{self, Found, SearchRequest};
use tollgate_wire::stripe::view::View;
use tollgate_wire::stripe::{
    billing_customer, coupon, error, event, feature, meter, price, product, promotion_code, subscription, test_clock,
};

/// Renders with what is known; what is missing is loaded, and it is rendered anew.
pub(super) async fn render(
    app: &App,
    asked: &Asked,
    expand: &Expand,
    write: impl Fn(&mut Writer, &View<'_>) -> Result<(), Stop>,
) -> Result<Answer, Fault> {
    render_over(app, asked, expand, Facts::default(), write).await
}

/// The same where something is known already.
pub(super) async fn render_over(
    app: &App,
    asked: &Asked,
    expand: &Expand,
    mut facts: Facts,
    write: impl Fn(&mut Writer, &View<'_>) -> Result<(), Stop>,
) -> Result<Answer, Fault> {
    loop {
        let mut writer = Writer::new();
        let view = View { environment: asked.environment, now: app.store.clock().now(), expand, facts: &facts };
        match write(&mut writer, &view) {
            Ok(()) => return Ok(Answer::new(200, writer.into_bytes())),
            Err(Stop::Need(reads)) => {
                app.store.load(asked.environment, &reads, &mut facts).await.map_err(|error| store_fault(&error))?;
            }
            Err(Stop::Refused(refusal)) => unreachable!("rendering refuses nothing, but got {refusal:?}"),
        }
    }
}

/// Answers with one object.
pub(super) async fn retrieve(
    app: &App,
    asked: &Asked,
    noun: Noun,
    id: &str,
    parsed: Result<Expand, Fault>,
) -> Result<Answer, Fault> {
    let expand = refuse::missing_first(app, asked, noun, id, parsed).await?;
    let record = existing(app, asked, noun, id).await?;
    render(app, asked, &expand, |writer, view| object(writer, &record, view)).await
}

/// The object that the path names.
pub(super) async fn existing(app: &App, asked: &Asked, noun: Noun, id: &str) -> Result<Record, Fault> {
    let found = app.store.get(asked.environment, noun, id).await.map_err(|error| store_fault(&error))?;
    match found {
        Some(record) => Ok(record),
        None => Err(refuse::read_fault(app, asked, &Refusal::NoSubject { noun, id: id.to_owned() }).await),
    }
}

/// The object that a parameter names.
pub(super) async fn referred(
    app: &App,
    asked: &Asked,
    noun: Noun,
    id: &str,
    param: &'static str,
) -> Result<Record, Fault> {
    match existing(app, asked, noun, id).await {
        Err(fault) if fault.status == 404 => Err(fault.about(param).with_status(400)),
        found => found,
    }
}

/// The access side of the catalog.
pub(super) async fn catalog(app: &App, asked: &Asked) -> Result<Arc<Catalog>, Fault> {
    let mut facts = Facts::default();
    app.store.load(asked.environment, &Key::Catalog.into(), &mut facts).await.map_err(|error| store_fault(&error))?;
    Ok(facts.catalog().expect("it was loaded just now").clone())
}

/// Answers with a page of a list.
pub(super) async fn list(app: &App, asked: &Asked, request: ListRequest) -> Result<Answer, Fault> {
    list_as(app, asked, request, object).await
}

/// The same, each object written by `object`.
pub(super) async fn list_as(
    app: &App,
    asked: &Asked,
    request: ListRequest,
    object: fn(&mut Writer, &Record, &View<'_>) -> Result<(), Stop>,
) -> Result<Answer, Fault> {
    let page = page(app, asked, &request).await?;
    if let Some(product) = &request.product {
        check_product(app, asked, product).await?;
    }
    let url = asked.operation.path();
    render(app, asked, &request.expand, |writer, view| list::render(writer, url, &page, view, object)).await
}

/// The page that a list asks for.
pub(super) async fn page(app: &App, asked: &Asked, request: &ListRequest) -> Result<Page<Record>, Fault> {
    if let Some(second) = &request.second_cursor {
        return Err(two_cursors(app, asked, &request.query, second).await);
    }
    let page = app.store.list(asked.environment, &request.query).await;
    page.map_err(|error| list_fault(&error, &request.query))
}

/// What is wrong with a list between two cursors: that one of them names nothing, or else that there are two.
async fn two_cursors(app: &App, asked: &Asked, query: &ListQuery, second: &Cursor) -> Fault {
    for cursor in query.cursor.iter().chain([second]) {
        let (Cursor::After(id) | Cursor::Before(id)) = cursor;
        match app.store.get(asked.environment, query.noun, id).await {
            Ok(Some(_)) => {}
            Ok(None) => return error::cursor_missing(query.noun, cursor),
            Err(error) => return store_fault(&error),
        }
    }
    error::both_cursors()
}

pub(super) fn list_fault(error: &ListError, query: &ListQuery) -> Fault {
    match (error, &query.cursor) {
        (ListError::NoSuchCursor, Some(cursor)) => error::cursor_missing(query.noun, cursor),
        (ListError::NoSuchCursor, None) => error::internal(),
        (ListError::Store(error), _) => store_fault(error),
    }
}

/// A product that a filter names must exist.
async fn check_product(app: &App, asked: &Asked, id: &ProductId) -> Result<(), Fault> {
    let found =
        app.store.get(asked.environment, Noun::Product, id.as_str()).await.map_err(|error| store_fault(&error))?;
    if found.is_some() {
        return Ok(());
    }
    let refusal = Refusal::NoReference { reference: Reference::ProductOfPrice, id: id.to_string() };
    Err(refuse::read_fault(app, asked, &refusal).await)
}

/// Answers with a page of a search.
pub(super) async fn search(app: &App, asked: &Asked, request: SearchRequest) -> Result<Answer, Fault> {
    let SearchRequest { query, limit, page, expand } = &request;
    let found = app.store.search(asked.environment, query, page.as_deref(), *limit, request.wants_total_count()).await;
    let found = found.map_err(|error| match error {
        SearchError::BadPage => error::bad_page(),
        SearchError::Store(error) => store_fault(&error),
    })?;
    let found = Found {
        page: Page { has_more: found.next_page.is_some(), items: found.items },
        next_page: found.next_page,
        total_count: found.total,
    };
    let url = asked.operation.path();
    render(app, asked, expand, |writer, view| search::render(writer, url, &found, view, object)).await
}

pub(super) fn object(writer: &mut Writer, record: &Record, view: &View<'_>) -> Result<(), Stop> {
    match record {
        Record::Product(product) => product::render(writer, product, view),
        Record::Price(price) => price::render(writer, price, view),
        Record::Event(event) => event::render(writer, event, view),
        Record::Feature(feature) => {
            feature::render(writer, feature, view);
            Ok(())
        }
        Record::Subscription(shown) => subscription::render(writer, shown, view),
        Record::BillingCustomer(customer) => billing_customer::render(writer, customer, view),
        Record::Coupon(coupon) => {
            coupon::render(writer, coupon, view);
            Ok(())
        }
        Record::Meter(meter) => {
            meter::render(writer, meter, view);
            Ok(())
        }
        Record::PromotionCode(code) => promotion_code::render(writer, code, view),
        Record::TestClock(clock) => {
            test_clock::render(writer, clock, view);
            Ok(())
        }
        other => unreachable!("no operation reads {:?} so", other.noun()),
    }
}
