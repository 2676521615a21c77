//! Customers, as they are billed.

use super::refuse::missing_first;
use super::{Asked, read, store_fault, write};
use crate::answer::Answer;
use crate::app::App;
use std::sync::Arc;
use tollgate_domain::billing_customer::BillingCustomer;
use tollgate_domain::list::Cursor;
use tollgate_domain::record::{Noun, Record};
use tollgate_wire::expand::Expand;
use tollgate_wire::fault::Fault;
use tollgate_wire::stripe::{billing_customer, error};

const SHOW: write::Render<Arc<BillingCustomer>> =
    |writer, customer, view| billing_customer::render(writer, customer, view);

pub(super) async fn create(app: &App, asked: Asked) -> Result<Answer, Fault> {
    let (command, expand) = billing_customer::parse_create(&asked.params, &app.link_key)?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn update(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = billing_customer::parse_update(&asked.params, id.into(), &app.link_key);
    let (command, expand) = missing_first(app, &asked, Noun::BillingCustomer, id, parsed).await?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn delete(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = billing_customer::parse_delete(&asked.params, id.into());
    let command = missing_first(app, &asked, Noun::BillingCustomer, id, parsed).await?;
    let render: write::Render<_> = |writer, id, _| {
        billing_customer::render_deleted(writer, id);
        Ok(())
    };
    write::run(app, asked, command, Expand::default(), render).await
}

/// One that was deleted is still answered, as what is left of it.
pub(super) async fn retrieve(app: &App, asked: &Asked, id: &str) -> Result<Answer, Fault> {
    read::retrieve(app, asked, Noun::BillingCustomer, id, billing_customer::parse_retrieve(&asked.params)).await
}

/// One that was deleted is no place for a page to begin at.
pub(super) async fn list(app: &App, asked: &Asked) -> Result<Answer, Fault> {
    let request = billing_customer::parse_list(&asked.params)?;
    for cursor in request.query.cursor.iter().chain(&request.second_cursor) {
        let (Cursor::After(id) | Cursor::Before(id)) = cursor;
        let found = app.store.get(asked.environment, Noun::BillingCustomer, id).await;
        let found = found.map_err(|error| store_fault(&error))?;
        if matches!(found, Some(Record::BillingCustomer(customer)) if customer.deleted) {
            return Err(error::cursor_missing(Noun::BillingCustomer, cursor));
        }
    }
    read::list(app, asked, request).await
}
