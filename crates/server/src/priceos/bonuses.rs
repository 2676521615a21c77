//! Bonuses.

use super::{ANSWER_BYTES, Asked, access, run, written};
use crate::app::App;
use tollgate_domain::bonus::DeleteBonus;
use tollgate_domain::facts::Facts;
use tollgate_domain::refusal::AccessRefusal;
use tollgate_wire::priceos::fault::Fault;
use tollgate_wire::priceos::{bonus, customer, refusal};

pub(super) async fn create(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let (kept, _, remaining) = run(app, asked, bonus::parse_create(&asked.fields)?).await?;
    Ok(written(ANSWER_BYTES, |writer| bonus::render_created(writer, &kept, remaining)))
}

pub(super) async fn list(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let (id, feature_key) = bonus::parse_list(&asked.fields)?;
    let found = access::existing(app, asked, &id, false, &mut Facts::default()).await?;
    if let Some(key) = &feature_key
        && found.catalog.feature_by_key(key).is_none()
    {
        return Err(refusal::fault(&AccessRefusal::NoFeature { key: key.clone() }.into()));
    }
    Ok(written(ANSWER_BYTES, |writer| {
        writer.begin_object();
        writer.array_field("bonuses");
        customer::render_bonuses(writer, &found.account, &found.catalog, feature_key.as_deref());
        writer.end_array();
        writer.end_object();
    }))
}

pub(super) async fn update(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    let command = bonus::parse_update(&asked.fields, asked.uuid().into())?;
    let (kept, feature, remaining) = run(app, asked, command).await?;
    Ok(written(ANSWER_BYTES, |writer| bonus::render_updated(writer, &kept, &feature.key, remaining)))
}

pub(super) async fn delete(app: &App, asked: &Asked) -> Result<Vec<u8>, Fault> {
    asked.takes_nothing()?;
    let remaining = run(app, asked, DeleteBonus { id: asked.uuid().into() }).await?;
    Ok(written(ANSWER_BYTES, |writer| bonus::render_deleted(writer, remaining)))
}
