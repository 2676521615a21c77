//! Webhook endpoints, and what they did not receive yet.

use super::read::{page, render};
use super::refuse;
use super::{Asked, store_fault, write};
use crate::answer::Answer;
use crate::app::App;
use crate::gate::version::is_well_formed;
use crate::webhooks::new_secret;
use std::sync::Arc;
use tollgate_domain::facts::{Facts, Key};
use tollgate_domain::id::WebhookEndpointId;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::refusal::Refusal;
use tollgate_domain::webhook::{Endpoints, Secret, WebhookEndpoint};
use tollgate_wire::expand::Expand;
use tollgate_wire::fault::Fault;
use tollgate_wire::list;
use tollgate_wire::stripe::{delivery, error, webhook_endpoint};

const SHOW: write::Render<Arc<WebhookEndpoint>> = |writer, shown, view| {
    webhook_endpoint::render(writer, shown, view);
    Ok(())
};

const SHOW_SECRET: write::Render<Arc<WebhookEndpoint>> = |writer, shown, view| {
    webhook_endpoint::render_with_secret(writer, shown, view);
    Ok(())
};

fn secret() -> Result<Secret, Fault> {
    new_secret().map_err(|failure| {
        tracing::error!(error = %failure, "no random numbers to make a secret of");
        error::internal()
    })
}

pub(super) async fn create(app: &App, asked: Asked) -> Result<Answer, Fault> {
    let transport = app.webhooks.transport(asked.environment);
    let (command, expand) = webhook_endpoint::parse_create(&asked.params, transport, secret()?, is_well_formed)?;
    write::run(app, asked, command, expand, SHOW_SECRET).await
}

pub(super) async fn update(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let transport = app.webhooks.transport(asked.environment);
    let parsed = webhook_endpoint::parse_update(&asked.params, id.into(), transport);
    let (command, expand) = seen_first(app, &asked, id, parsed).await?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn roll_secret(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = webhook_endpoint::parse_roll(&asked.params, id.into(), secret()?);
    let (command, expand) = seen_first(app, &asked, id, parsed).await?;
    write::run(app, asked, command, expand, SHOW_SECRET).await
}

pub(super) async fn delete(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = webhook_endpoint::parse_delete(&asked.params, id.into());
    let command = seen_first(app, &asked, id, parsed).await?;
    let show: write::Render<_> = |writer, id, _| {
        webhook_endpoint::render_deleted(writer, id);
        Ok(())
    };
    write::run(app, asked, command, Expand::default(), show).await
}

pub(super) async fn retrieve(app: &App, asked: &Asked, id: &str) -> Result<Answer, Fault> {
    let expand = seen_first(app, asked, id, webhook_endpoint::parse_retrieve(&asked.params)).await?;
    let endpoint = seen(app, asked, id).await?;
    render(app, asked, &expand, |writer, view| SHOW(writer, &endpoint, view)).await
}

pub(super) async fn list(app: &App, asked: &Asked) -> Result<Answer, Fault> {
    let request = webhook_endpoint::parse_list(&asked.params)?;
    let endpoints = endpoints(app, asked).await?;
    let page = webhook_endpoint::list(&request, &endpoints)?;
    let url = asked.operation.path();
    render(app, asked, &request.expand, |writer, view| {
        list::render(writer, url, &page, view, |writer, shown, view| SHOW(writer, shown, view))
    })
    .await
}

pub(super) async fn deliveries(app: &App, asked: &Asked, id: &str) -> Result<Answer, Fault> {
    let id = WebhookEndpointId::from(id);
    let request = seen_first(app, asked, id.as_str(), delivery::parse_list(&asked.params, &id)).await?;
    seen(app, asked, id.as_str()).await?;
    let page = page(app, asked, &request).await?;
    let url = delivery::list_url(&id);
    render(app, asked, &request.expand, |writer, view| {
        list::render(writer, &url, &page, view, |writer, record, view| {
            if let Record::Delivery(shown) = record {
                delivery::render(writer, shown, view);
            }
            Ok(())
        })
    })
    .await
}

/// Every endpoint of the environment.
async fn endpoints(app: &App, asked: &Asked) -> Result<Arc<Endpoints>, Fault> {
    let mut facts = Facts::default();
    app.store.load(asked.environment, &Key::Endpoints.into(), &mut facts).await.map_err(|error| store_fault(&error))?;
    Ok(facts.endpoints().expect("they were loaded just now").clone())
}

/// The endpoint that the path names. Of one that was deleted there may be a row; that is nobody's business.
async fn seen(app: &App, asked: &Asked, id: &str) -> Result<Arc<WebhookEndpoint>, Fault> {
    if let Some(endpoint) = endpoints(app, asked).await?.get(&id.into()) {
        return Ok(endpoint.clone());
    }
    let refusal = Refusal::NoSubject { noun: Noun::WebhookEndpoint, id: id.to_owned() };
    Err(refuse::read_fault(app, asked, &refusal).await)
}

/// What a request reads of an endpoint; that the endpoint is missing comes before most faults of the request.
async fn seen_first<T>(app: &App, asked: &Asked, id: &str, parsed: Result<T, Fault>) -> Result<T, Fault> {
    match parsed {
        Err(fault) if !fault.before_lookup => {
            seen(app, asked, id).await?;
            Err(fault)
        }
        parsed => parsed,
    }
}
