//! What each operation does.

use super::read::{list, render, retrieve, search};
use super::refuse::missing_first;
use super::{Asked, feature, product_feature, write};
use crate::answer::Answer;
use crate::app::App;
use tollgate_domain::record::Noun;
use tollgate_wire::expand::Expand;
use tollgate_wire::fault::Fault;
use tollgate_wire::stripe::operation::Operation as O;
use tollgate_wire::stripe::{event, price, product, tax_code};

/// Answers a request that passed the gate. `ids` are those of the path.
pub(super) async fn answer(app: &App, asked: Asked, ids: &[String]) -> Result<Answer, Fault> {
    let [id, second_id] = [0, 1].map(|place| ids.get(place).map_or("", String::as_str));
    let params = &asked.params;
    match asked.operation {
        O::ProductCreate => {
            let (command, expand) = product::parse_create(params)?;
            write::run(app, asked, command, expand, |writer, product, view| product::render(writer, product, view))
                .await
        }
        O::ProductUpdate => {
            let parsed = product::parse_update(params, id.into());
            let (command, expand) = missing_first(app, &asked, Noun::Product, id, parsed).await?;
            write::run(app, asked, command, expand, |writer, product, view| product::render(writer, product, view))
                .await
        }
        O::ProductDelete => {
            let parsed = product::parse_delete(params, id.into());
            let command = missing_first(app, &asked, Noun::Product, id, parsed).await?;
            let render: write::Render<_> = |writer, id, _| {
                product::render_deleted(writer, id);
                Ok(())
            };
            write::run(app, asked, command, Expand::default(), render).await
        }
        O::ProductRetrieve => retrieve(app, &asked, Noun::Product, id, product::parse_retrieve(params)).await,
        O::ProductList => list(app, &asked, product::parse_list(params)?).await,
        O::ProductSearch => search(app, &asked, product::parse_search(params)?).await,
        O::ProductFeatureCreate => product_feature::create(app, asked, id).await,
        O::ProductFeatureRetrieve => product_feature::retrieve(app, &asked, id, second_id).await,
        O::ProductFeatureList => product_feature::list(app, &asked, id).await,
        O::ProductFeatureDelete => product_feature::delete(app, asked, id, second_id).await,
        O::PriceCreate => {
            let (command, expand) = price::parse_create(params)?;
            write::run(app, asked, command, expand, |writer, price, view| price::render(writer, price, view)).await
        }
        O::PriceUpdate => {
            let parsed = price::parse_update(params, id.into());
            let (command, expand) = missing_first(app, &asked, Noun::Price, id, parsed).await?;
            write::run(app, asked, command, expand, |writer, price, view| price::render(writer, price, view)).await
        }
        O::PriceRetrieve => retrieve(app, &asked, Noun::Price, id, price::parse_retrieve(params)).await,
        O::PriceList => list(app, &asked, price::parse_list(params)?).await,
        O::PriceSearch => search(app, &asked, price::parse_search(params)?).await,
        O::FeatureCreate => feature::create(app, asked).await,
        O::FeatureUpdate => feature::update(app, asked, id).await,
        O::FeatureRetrieve => feature::retrieve(app, &asked, id).await,
        O::FeatureList => feature::list(app, &asked).await,
        O::EventList => list(app, &asked, event::parse_list(params)?).await,
        O::EventRetrieve => retrieve(app, &asked, Noun::Event, id, event::parse_retrieve(params)).await,
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
