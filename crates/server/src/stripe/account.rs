//! The account, and what there is none of: connected accounts, and payment sources.

use super::read::{existing, render};
use super::refuse::{self, missing_first};
use super::{Asked, store_fault};
use crate::answer::Answer;
use crate::app::App;
use tollgate_domain::environment::Environment;
use tollgate_domain::list::Page;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::refusal::Refusal;
use tollgate_wire::fault::Fault;
use tollgate_wire::list;
use tollgate_wire::stripe::account::{self, Account};
use tollgate_wire::stripe::{error, source};

pub(super) async fn retrieve(app: &App, asked: &Asked) -> Result<Answer, Fault> {
    let expand = account::parse_retrieve(&asked.params)?;
    let account = own(app).await?;
    render(app, asked, &expand, |writer, _| {
        account::render(writer, &account);
        Ok(())
    })
    .await
}

/// The account that the first key on file stands for.
async fn own(app: &App) -> Result<Account, Fault> {
    let mut keys = Vec::new();
    for environment in Environment::ALL {
        keys.extend(app.keys(environment).await.map_err(|error| store_fault(&error))?);
    }
    let first = keys.iter().min_by_key(|key| (key.created, key.id.as_str()));
    // Whoever asks has a key.
    let first = first.ok_or_else(error::internal)?;
    Ok(Account::of_first_key(first.id.as_str(), first.created))
}

pub(super) async fn list(app: &App, asked: &Asked) -> Result<Answer, Fault> {
    let (page, expand) = account::parse_list(&asked.params)?;
    let url = asked.operation.path();
    render(app, asked, &expand, |writer, view| {
        list::render(writer, url, &page, view, |writer, connected, _| {
            account::render(writer, connected);
            Ok(())
        })
    })
    .await
}

pub(super) async fn sources(app: &App, asked: &Asked, customer: &str) -> Result<Answer, Fault> {
    let parsed = source::parse_list(&asked.params);
    let expand = missing_first(app, asked, Noun::BillingCustomer, customer, parsed).await?;
    let found = existing(app, asked, Noun::BillingCustomer, customer).await?;
    if matches!(found, Record::BillingCustomer(customer) if customer.deleted) {
        let refusal = Refusal::NoSubject { noun: Noun::BillingCustomer, id: customer.to_owned() };
        return Err(refuse::read_fault(app, asked, &refusal).await);
    }
    let url = source::list_url(&customer.into());
    let none = Page { items: Vec::<()>::new(), has_more: false };
    render(app, asked, &expand, |writer, view| list::render(writer, &url, &none, view, |_, (), _| Ok(()))).await
}
