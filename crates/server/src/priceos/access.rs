//! What a customer may use: the one question.

use super::{Asked, consult, run, written};
use crate::app::App;
use bytes::Bytes;
use std::sync::Arc;
use tollgate_domain::access::{self, Entry};
use tollgate_domain::account::Account;
use tollgate_domain::catalog::Catalog;
use tollgate_domain::command::Stop;
use tollgate_domain::customer::EnsureCustomer;
use tollgate_domain::definition::ProductRef;
use tollgate_domain::facts::{Facts, Key, ReadSet};
use tollgate_domain::id::CustomerId;
use tollgate_domain::record::Noun;
use tollgate_domain::refusal::{AccessRefusal, Refusal};
use tollgate_wire::json::Writer;
use tollgate_wire::priceos::access::{AccessRequest, parse, render, render_explained};
use tollgate_wire::priceos::fault::Fault;

/// Bytes that one entry of an answer takes, about.
const ENTRY_BYTES: usize = 256;

/// Everything of a customer that is there, and what it rests on.
pub(super) struct Found {
    pub(super) account: Arc<Account>,
    pub(super) catalog: Arc<Catalog>,
    /// Its access, where it was asked for.
    pub(super) entries: Option<Vec<Entry>>,
}

fn reads(id: &CustomerId) -> ReadSet {
    [Key::Catalog, Key::account(id)].into_iter().collect()
}

/// Finds a customer out, with its access or without; none where there is no such customer.
pub(super) async fn look(
    app: &App,
    asked: &Asked,
    id: &CustomerId,
    with_access: bool,
    facts: &mut Facts,
) -> Result<Option<Found>, Fault> {
    let find = |facts: &Facts| {
        let catalog = facts.catalog()?;
        let Some(account) = facts.account(id)? else { return Ok(None) };
        let entries = with_access.then(|| access::evaluate(account, catalog, facts, asked.now)).transpose()?;
        Ok(Some(Found { account: account.clone(), catalog: catalog.clone(), entries }))
    };
    consult(app, asked.environment, facts, reads(id), find).await
}

/// The same for a customer that must be there.
pub(super) async fn existing(
    app: &App,
    asked: &Asked,
    id: &CustomerId,
    with_access: bool,
    facts: &mut Facts,
) -> Result<Found, Fault> {
    let found = look(app, asked, id, with_access, facts).await?;
    found.ok_or_else(|| tollgate_wire::priceos::refusal::fault(&AccessRefusal::NoCustomer { id: id.clone() }.into()))
}

/// Answers the question; a customer that is not there is made.
pub(super) async fn answer(app: &App, asked: &Asked) -> Result<Bytes, Fault> {
    let request = parse(&asked.fields)?;
    let mut facts = Facts::default();
    if !request.explain
        && let Some(body) = standing(app, asked, &request.customer, &mut facts).await?
    {
        return Ok(body);
    }
    let found = if let Some(found) = look(app, asked, &request.customer, true, &mut facts).await? {
        found
    } else {
        run(app, asked, EnsureCustomer { id: request.customer.clone() }).await?;
        facts = Facts::default();
        existing(app, asked, &request.customer, true, &mut facts).await?
    };
    if request.explain {
        return Ok(explained(app, asked, &request, &found, facts).await?.into());
    }
    let entries = found.entries.as_deref().unwrap_or_default();
    let body = Bytes::from(written(entries.len() * ENTRY_BYTES, |writer| render(writer, entries)));
    // Sums of events change without the account.
    if !facts.has_tallies() {
        let key = (asked.environment, request.customer);
        let stays = access::stays(&found.account, entries, asked.now);
        app.standing.put(key, &found.account, &found.catalog, stays, body.clone());
    }
    Ok(body)
}

/// The answer that was given before, where nothing has changed since.
async fn standing(app: &App, asked: &Asked, id: &CustomerId, facts: &mut Facts) -> Result<Option<Bytes>, Fault> {
    let find = |facts: &Facts| {
        let catalog = facts.catalog()?;
        let Some(account) = facts.account(id)? else { return Ok(None) };
        Ok(app.standing.get(&(asked.environment, id.clone()), account, catalog, asked.now))
    };
    consult(app, asked.environment, facts, reads(id), find).await
}

async fn explained(
    app: &App,
    asked: &Asked,
    request: &AccessRequest,
    found: &Found,
    mut facts: Facts,
) -> Result<Vec<u8>, Fault> {
    let (account, catalog) = (&*found.account, &*found.catalog);
    let write = |facts: &Facts| {
        let mut writer = Writer::compact(4 * ENTRY_BYTES);
        let entries = found.entries.as_deref().unwrap_or_default();
        let explain = |feature: &_| access::explain(account, feature, catalog, asked.now);
        render_explained(&mut writer, entries, &explain, &|product| key_of(product, catalog, facts))?;
        Ok(writer.into_bytes())
    };
    consult(app, asked.environment, &mut facts, reads(&request.customer), write).await
}

/// The key of a product of either kind.
fn key_of(product: &ProductRef, catalog: &Catalog, facts: &Facts) -> Result<String, Stop> {
    match product {
        ProductRef::Custom(id) => {
            Ok(catalog.custom_product(id).map_or_else(|| id.to_string(), |kept| kept.key.clone()))
        }
        ProductRef::Stripe(id) => match facts.product(id)? {
            Some(kept) => Ok(kept.key.clone()),
            None => Err(Refusal::NoSubject { noun: Noun::Product, id: id.to_string() }.into()),
        },
    }
}
