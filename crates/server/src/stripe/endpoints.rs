//! What each operation does.

use super::read::{list, retrieve, search};
use super::{Asked, read, write};
use crate::answer::Answer;
use crate::app::App;
use tollgate_domain::facts::Facts;
use tollgate_domain::record::{Noun, Record};
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
            write::run(app, asked, command, expand, product::render_reply).await
        }
        O::ProductUpdate => {
            let (command, expand) = product::parse_update(id.into(), params)?;
            write::run(app, asked, command, expand, product::render_reply).await
        }
        O::ProductDelete => {
            let (command, expand) = product::parse_delete(id.into(), params)?;
            write::run(app, asked, command, expand, product::render_deleted).await
        }
        O::ProductRetrieve => {
            let expand = product::parse_retrieve(params)?;
            retrieve(app, &asked, Noun::Product, id, &expand).await
        }
        O::ProductList => list(app, &asked, product::parse_list(params)?).await,
        O::ProductSearch => search(app, &asked, product::parse_search(params)?).await,
        O::PriceCreate => {
            let (command, expand) = price::parse_create(params)?;
            write::run(app, asked, command, expand, price::render_reply).await
        }
        O::PriceUpdate => {
            let (command, expand) = price::parse_update(id.into(), params)?;
            write::run(app, asked, command, expand, price::render_reply).await
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
        O::TaxCodeList => tax_codes(app, &asked).await,
        O::TaxCodeRetrieve => tax_code_by_id(app, &asked, id).await,
    }
}
