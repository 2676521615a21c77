//! What each operation does.

use super::read::{existing, list, render, retrieve, search};
use super::{Asked, write};
use crate::answer::Answer;
use crate::app::App;
use tollgate_domain::record::Noun;
use tollgate_wire::expand::Expand;
use tollgate_wire::fault::Fault;
use tollgate_wire::stripe::operation::Operation as O;
use tollgate_wire::stripe::{event, price, product, tax_code};

/// Answers a request that passed the gate. `ids` are those of the path.
pub(super) async fn answer(app: &App, asked: Asked, ids: &[String]) -> Result<Answer, Fault> {
    let id = ids.first().map_or("", String::as_str);
    let params = &asked.params;
    match asked.operation {
        O::ProductCreate => {
            let (command, expand) = product::parse_create(params)?;
            write::run(app, asked, command, expand, |writer, product, view| product::render(writer, product, view))
                .await
        }
        O::ProductUpdate => {
            let parsed = product::parse_update(params, id.into());
            let (command, expand) = unless_missing(app, &asked, Noun::Product, id, parsed).await?;
            write::run(app, asked, command, expand, |writer, product, view| product::render(writer, product, view))
                .await
        }
        O::ProductDelete => {
            let command = product::parse_delete(params, id.into())?;
            let render: write::Render<_> = |writer, id, _| {
                product::render_deleted(writer, id);
                Ok(())
            };
            write::run(app, asked, command, Expand::default(), render).await
        }
        O::ProductRetrieve => {
            let expand = product::parse_retrieve(params)?;
            retrieve(app, &asked, Noun::Product, id, &expand).await
        }
        O::ProductList => list(app, &asked, product::parse_list(params)?).await,
        O::ProductSearch => search(app, &asked, product::parse_search(params)?).await,
        O::PriceCreate => {
            let (command, expand) = price::parse_create(params)?;
            write::run(app, asked, command, expand, |writer, price, view| price::render(writer, price, view)).await
        }
        O::PriceUpdate => {
            let parsed = price::parse_update(params, id.into());
            let (command, expand) = unless_missing(app, &asked, Noun::Price, id, parsed).await?;
            write::run(app, asked, command, expand, |writer, price, view| price::render(writer, price, view)).await
        }
        O::PriceRetrieve => {
            let expand = price::parse_retrieve(params)?;
            retrieve(app, &asked, Noun::Price, id, &expand).await
        }
        O::PriceList => list(app, &asked, price::parse_list(params)?).await,
        O::PriceSearch => search(app, &asked, price::parse_search(params)?).await,
        O::EventList => list(app, &asked, event::parse_list(params)?).await,
        O::EventRetrieve => {
            let expand = event::parse_retrieve(params)?;
            retrieve(app, &asked, Noun::Event, id, &expand).await
        }
        O::TaxCodeList => {
            let request = tax_code::parse_list(params)?;
            let page = tax_code::list(&request)?;
            render(app, &asked, &request.expand, |writer, view| {
                tollgate_wire::list::render(writer, asked.operation.path(), &page, view, |writer, code, _| {
                    tax_code::render(writer, code);
                    Ok(())
                })
            })
            .await
        }
        O::TaxCodeRetrieve => {
            let expand = tax_code::parse_retrieve(params)?;
            let code = tax_code::retrieve(&id.into())?;
            render(app, &asked, &expand, |writer, _| {
                tax_code::render(writer, code);
                Ok(())
            })
            .await
        }
    }
}

/// A missing object comes before the faults of the parameters (spec/stripe.md 2.4), but after those of `expand` (2.12),
/// which alone name no parameter.
async fn unless_missing<T>(
    app: &App,
    asked: &Asked,
    noun: Noun,
    id: &str,
    parsed: Result<T, Fault>,
) -> Result<T, Fault> {
    match parsed {
        Err(fault) if fault.param.is_some() => {
            existing(app, asked, noun, id).await?;
            Err(fault)
        }
        parsed => parsed,
    }
}
