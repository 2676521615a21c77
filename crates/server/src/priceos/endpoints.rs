//! What each operation does.

use super::{Asked, access, bonuses, checkout, customers, features, overrides, products, usage};
use crate::app::App;
use bytes::Bytes;
use tollgate_wire::priceos::fault::Fault;
use tollgate_wire::priceos::operation::Operation as O;

/// Answers a request that passed the gate.
pub(super) async fn answer(app: &App, asked: Asked) -> Result<Bytes, Fault> {
    let asked = &asked;
    let answer = match asked.operation {
        O::Access => return access::answer(app, asked).await,
        O::UsageTrack => usage::track(app, asked).await,
        O::UsageSet => usage::set(app, asked).await,
        O::UsageBatch => usage::batch(app, asked).await,
        O::UsageConsume => usage::consume(app, asked).await,
        O::UsageEventList => usage::list(app, asked).await,
        O::UsageEventRetrieve => usage::retrieve(app, asked).await,
        O::UsageEventUpdate => usage::update(app, asked).await,
        O::UsageEventDelete => usage::delete_one(app, asked).await,
        O::UsageDelete => usage::delete(app, asked).await,
        O::CustomerCreate => customers::create(app, asked).await,
        O::CustomerList => customers::list(app, asked).await,
        O::CustomerLink => customers::link(app, asked).await,
        O::CustomerRetrieve => customers::retrieve(app, asked).await,
        O::CustomerUpdate => customers::update(app, asked).await,
        O::CustomerDelete => customers::delete(app, asked).await,
        O::CustomerCheckout => checkout::checkout(app, asked).await,
        O::CustomerPortal => checkout::portal(app, asked).await,
        O::FeatureList => features::list(app, asked).await,
        O::FeatureCreate => features::create(app, asked).await,
        O::FeatureUpdate => features::update(app, asked).await,
        O::ProductList => products::list(app, asked).await,
        O::ProductCreate => products::create(app, asked).await,
        O::ProductRetrieve => products::retrieve(app, asked).await,
        O::ProductUpdate => products::update(app, asked).await,
        O::ProductDefine => products::define(app, asked).await,
        O::ProductVersions => products::versions(app, asked).await,
        O::ProductMigrate => products::migrate(app, asked).await,
        O::BonusCreate => bonuses::create(app, asked).await,
        O::BonusList => bonuses::list(app, asked).await,
        O::BonusUpdate => bonuses::update(app, asked).await,
        O::BonusDelete => bonuses::delete(app, asked).await,
        O::OverrideCreate => overrides::create(app, asked).await,
        O::OverrideList => overrides::list(app, asked).await,
        O::OverrideUpdate => overrides::update(app, asked).await,
        O::OverrideDelete => overrides::delete(app, asked).await,
    };
    answer.map(Bytes::from)
}
