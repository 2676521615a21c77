//! Overrides.

use super::{ANSWER_BYTES, Asked, access, run, written};
use crate::app::App;
use tollgate_domain::facts::Facts;
use tollgate_domain::overrule::DeleteOverride;
use tollgate_wire::priceos::fault::Fault;
use tollgate_wire::priceos::overrule;

pub(super) async fn create(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let (kept, feature) = run(app, asked, overrule::parse_create(&asked.fields)?).await?;
    Ok(written(ANSWER_BYTES, |writer| overrule::render(writer, &kept, &feature)))
}

pub(super) async fn list(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let id = overrule::parse_list(&asked.fields)?;
    let found = access::existing(app, asked, &id, false, &mut Facts::default()).await?;
    Ok(written(ANSWER_BYTES, |writer| {
        writer.begin_object();
        writer.array_field("overrides");
        for kept in &found.account.overrides {
            if let Some(feature) = found.catalog.feature(&kept.feature) {
                overrule::render(writer, kept, feature);
            }
        }
        writer.end_array();
        writer.end_object();
    }))
}

pub(super) async fn update(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let command = overrule::parse_update(&asked.fields, asked.uuid().into())?;
    let (kept, feature) = run(app, asked, command).await?;
    Ok(written(ANSWER_BYTES, |writer| overrule::render(writer, &kept, &feature)))
}

pub(super) async fn delete(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    asked.takes_nothing()?;
    let id = run(app, asked, DeleteOverride { id: asked.uuid().into() }).await?;
    Ok(written(ANSWER_BYTES, |writer| overrule::render_deleted(writer, &id)))
}
