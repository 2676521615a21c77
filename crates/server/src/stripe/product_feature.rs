//! Product features: parts of what a product grants, which are found through their product.

use super::read::{catalog, existing, render};
use super::refuse::missing_first;
use super::{Asked, write};
use crate::answer::Answer;
use crate::app::App;
use tollgate_domain::record::Noun;
use tollgate_wire::expand::Expand;
use tollgate_wire::fault::Fault;
use tollgate_wire::list;
use tollgate_wire::stripe::product_feature::{self, ProductFeature};

const SHOW: write::Render<ProductFeature> = |writer, shown, view| {
    product_feature::render(writer, shown, view);
    Ok(())
};

pub(super) async fn create(app: &App, asked: Asked, product: &str) -> Result<Answer, Fault> {
    let parsed = product_feature::parse_create(&asked.params, product.into());
    let (command, expand) = missing_first(app, &asked, Noun::Product, product, parsed).await?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn retrieve(app: &App, asked: &Asked, product: &str, id: &str) -> Result<Answer, Fault> {
    let parsed = product_feature::parse_retrieve(&asked.params);
    let expand = of_product(app, asked, product, parsed).await?;
    let shown = product_feature::retrieve(&product.into(), &id.into(), &*catalog(app, asked).await?)?;
    render(app, asked, &expand, |writer, view| SHOW(writer, &shown, view)).await
}

pub(super) async fn list(app: &App, asked: &Asked, product: &str) -> Result<Answer, Fault> {
    let request = of_product(app, asked, product, product_feature::parse_list(&asked.params)).await?;
    let product = product.into();
    let page = product_feature::list(&request, &product, &*catalog(app, asked).await?)?;
    let url = product_feature::list_url(&product);
    render(app, asked, &request.expand, |writer, view| list::render(writer, &url, &page, view, SHOW)).await
}

pub(super) async fn delete(app: &App, asked: Asked, product: &str, id: &str) -> Result<Answer, Fault> {
    let parsed = product_feature::parse_delete(&asked.params, product.into(), id.into());
    let command = missing_first(app, &asked, Noun::Product, product, parsed).await?;
    let show: write::Render<_> = |writer, id, _| {
        product_feature::render_deleted(writer, id);
        Ok(())
    };
    write::run(app, asked, command, Expand::default(), show).await
}

/// What a request reads of a product, which must exist.
async fn of_product<T>(app: &App, asked: &Asked, product: &str, parsed: Result<T, Fault>) -> Result<T, Fault> {
    match parsed {
        Err(fault) if fault.before_lookup => Err(fault),
        parsed => existing(app, asked, Noun::Product, product).await.and(parsed),
    }
}
