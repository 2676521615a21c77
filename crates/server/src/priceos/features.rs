//! Features.

use super::{ANSWER_BYTES, Asked, consult, run, written};
use crate::app::App;
use tollgate_domain::facts::{Facts, Key};
use tollgate_wire::priceos::fault::Fault;
use tollgate_wire::priceos::feature;

pub(super) async fn list(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    asked.takes_nothing()?;
    let find = |facts: &Facts| facts.catalog().cloned();
    let catalog = consult(app, asked.environment, &mut Facts::default(), Key::Catalog, find).await?;
    Ok(written(ANSWER_BYTES * catalog.features().len(), |writer| {
        writer.begin_array();
        for kept in catalog.features().values() {
            feature::render(writer, kept);
        }
        writer.end_array();
    }))
}

pub(super) async fn create(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let kept = run(app, asked, feature::parse_create(&asked.fields)?).await?;
    Ok(written(ANSWER_BYTES, |writer| feature::render(writer, &kept)))
}

pub(super) async fn update(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let kept = run(app, asked, feature::parse_update(&asked.fields, &asked.id)?).await?;
    Ok(written(ANSWER_BYTES, |writer| feature::render(writer, &kept)))
}
