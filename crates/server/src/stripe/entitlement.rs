//! Active entitlements: found out from what a customer is subscribed to.

use super::read::{catalog, render};
use super::{Asked, refuse, store_fault};
use crate::answer::Answer;
use crate::app::App;
use tollgate_domain::catalog::Catalog;
use tollgate_domain::command::Stop;
use tollgate_domain::entitlement::{EntitledFeature, entitled};
use tollgate_domain::facts::Facts;
use tollgate_domain::id::{BillingCustomerId, CustomerId};
use tollgate_domain::record::{Field, Noun};
use tollgate_domain::refusal::{Reference, Refusal};
use tollgate_wire::fault::Fault;
use tollgate_wire::list;
use tollgate_wire::stripe::entitlement::{self, Entitlement};

pub(super) async fn list(app: &App, asked: &Asked) -> Result<Answer, Fault> {
    let list = entitlement::parse_list(&asked.params)?;
    let catalog = catalog(app, asked).await?;
    let Some(features) = features(app, asked, &list.customer, &catalog).await? else {
        let refusal = Refusal::NoReference { reference: Reference::EntitledCustomer, id: list.customer.to_string() };
        return Err(refuse::read_fault(app, asked, &refusal).await);
    };
    let page = entitlement::list(&list, Entitlement::all(&list.customer, features))?;
    let url = asked.operation.path();
    render(app, asked, &list.request.expand, |writer, view| {
        list::render(writer, url, &page, view, |writer, shown, view| {
            entitlement::render(writer, shown, &catalog, view);
            Ok(())
        })
    })
    .await
}

pub(super) async fn retrieve(app: &App, asked: &Asked, id: &str) -> Result<Answer, Fault> {
    let expand = entitlement::parse_retrieve(&asked.params)?;
    let catalog = catalog(app, asked).await?;
    let mut found = None;
    if let Some((customer, feature)) = entitlement::named(id) {
        let features = features(app, asked, &customer, &catalog).await?.unwrap_or_default();
        let feature = features.into_iter().find(|entitled| entitled.feature == feature);
        found = feature.and_then(|feature| Entitlement::all(&customer, vec![feature]).pop());
    }
    let Some(found) = found else {
        let refusal = Refusal::NoSubject { noun: Noun::Entitlement, id: id.to_owned() };
        return Err(refuse::read_fault(app, asked, &refusal).await);
    };
    render(app, asked, &expand, |writer, view| {
        entitlement::render(writer, &found, &catalog, view);
        Ok(())
    })
    .await
}

/// What a customer is entitled to; nothing where there is no such customer.
async fn features(
    app: &App,
    asked: &Asked,
    customer: &BillingCustomerId,
    catalog: &Catalog,
) -> Result<Option<Vec<EntitledFeature>>, Fault> {
    let find = |facts: &Facts| {
        if facts.billing_customer(customer)?.is_none() {
            return Ok(None);
        }
        let Some(holder) = facts.holder(Field::CustomerStripe, customer.as_str())?.map(CustomerId::from) else {
            return Ok(Some(Vec::new()));
        };
        let account = facts.account(&holder)?;
        Ok(Some(account.map(|account| entitled(&account.customer.subscribed, catalog)).unwrap_or_default()))
    };
    let mut facts = Facts::default();
    loop {
        match find(&facts) {
            Ok(found) => return Ok(found),
            Err(Stop::Need(reads)) => {
                app.store.load(asked.environment, &reads, &mut facts).await.map_err(|error| store_fault(&error))?;
            }
            Err(Stop::Refused(refusal)) => unreachable!("reading refuses nothing, but got {refusal:?}"),
        }
    }
}
