//! Coupons.

use super::refuse::missing_first;
use super::{Asked, read, write};
use crate::answer::Answer;
use crate::app::App;
use std::sync::Arc;
use tollgate_domain::coupon::Coupon;
use tollgate_domain::record::Noun;
use tollgate_wire::expand::Expand;
use tollgate_wire::fault::Fault;
use tollgate_wire::stripe::coupon;

const SHOW: write::Render<Arc<Coupon>> = |writer, shown, view| {
    coupon::render(writer, shown, view);
    Ok(())
};

pub(super) async fn create(app: &App, asked: Asked) -> Result<Answer, Fault> {
    let (command, expand) = coupon::parse_create(&asked.params)?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn update(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = coupon::parse_update(&asked.params, id.into());
    let (command, expand) = missing_first(app, &asked, Noun::Coupon, id, parsed).await?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn delete(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = coupon::parse_delete(&asked.params, id.into());
    let command = missing_first(app, &asked, Noun::Coupon, id, parsed).await?;
    let show: write::Render<_> = |writer, id, _| {
        coupon::render_deleted(writer, id);
        Ok(())
    };
    write::run(app, asked, command, Expand::default(), show).await
}

pub(super) async fn retrieve(app: &App, asked: &Asked, id: &str) -> Result<Answer, Fault> {
    read::retrieve(app, asked, Noun::Coupon, id, coupon::parse_retrieve(&asked.params)).await
}

pub(super) async fn list(app: &App, asked: &Asked) -> Result<Answer, Fault> {
    read::list(app, asked, coupon::parse_list(&asked.params)?).await
}
