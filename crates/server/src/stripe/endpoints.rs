//! What each operation does.

use super::read::{list, render, retrieve, search};
use super::refuse::missing_first;
use super::{
    Asked, account, billing_customer, coupon, entitlement, event, feature, meter, meter_event, plan, product_feature,
    promotion_code, subscription, subscription_item, test_clock, webhook_endpoint, write,
};
use crate::answer::Answer;
use crate::app::App;
use tollgate_domain::record::Noun;
use tollgate_wire::expand::Expand;
use tollgate_wire::fault::Fault;
use tollgate_wire::stripe::operation::Operation as O;
use tollgate_wire::stripe::{price, product, tax_code};

/// Answers a request that passed the gate. `ids` are those of the path.
#[allow(clippy::too_many_lines, reason = "a table: what each operation does, one after the other")]
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
        O::AccountRetrieve => account::retrieve(app, &asked).await,
        O::AccountList => account::list(app, &asked).await,
        O::SourceList => account::sources(app, &asked, id).await,
        O::MeterCreate => meter::create(app, asked).await,
        O::MeterUpdate => meter::update(app, asked, id).await,
        O::MeterDeactivate => meter::switch(app, asked, id, false).await,
        O::MeterReactivate => meter::switch(app, asked, id, true).await,
        O::MeterRetrieve => meter::retrieve(app, &asked, id).await,
        O::MeterList => meter::list(app, &asked).await,
        O::MeterEventSummaryList => meter_event::summaries(app, &asked, id).await,
        O::MeterEventCreate => meter_event::create(app, asked).await,
        O::MeterEventAdjust => meter_event::adjust(app, asked).await,
        O::PlanCreate => plan::create(app, asked).await,
        O::PlanUpdate => plan::update(app, asked, id).await,
        O::PlanDelete => plan::delete(app, asked, id).await,
        O::PlanRetrieve => plan::retrieve(app, &asked, id).await,
        O::PlanList => plan::list(app, &asked).await,
        O::CouponCreate => coupon::create(app, asked).await,
        O::CouponUpdate => coupon::update(app, asked, id).await,
        O::CouponDelete => coupon::delete(app, asked, id).await,
        O::CouponRetrieve => coupon::retrieve(app, &asked, id).await,
        O::CouponList => coupon::list(app, &asked).await,
        O::PromotionCodeCreate => promotion_code::create(app, asked).await,
        O::PromotionCodeUpdate => promotion_code::update(app, asked, id).await,
        O::PromotionCodeRetrieve => promotion_code::retrieve(app, &asked, id).await,
        O::PromotionCodeList => promotion_code::list(app, &asked).await,
        O::CustomerCreate => billing_customer::create(app, asked).await,
        O::CustomerUpdate => billing_customer::update(app, asked, id).await,
        O::CustomerDelete => billing_customer::delete(app, asked, id).await,
        O::CustomerRetrieve => billing_customer::retrieve(app, &asked, id).await,
        O::CustomerList => billing_customer::list(app, &asked).await,
        O::CustomerSearch => search(app, &asked, tollgate_wire::stripe::billing_customer::parse_search(params)?).await,
        O::SubscriptionCreate => subscription::create(app, asked).await,
        O::SubscriptionUpdate => subscription::update(app, asked, id).await,
        O::SubscriptionCancel => subscription::cancel(app, asked, id).await,
        O::SubscriptionResume => subscription::resume(app, asked, id).await,
        O::SubscriptionRetrieve => subscription::retrieve(app, &asked, id).await,
        O::SubscriptionList => subscription::list(app, &asked).await,
        O::SubscriptionSearch => search(app, &asked, tollgate_wire::stripe::subscription::parse_search(params)?).await,
        O::SubscriptionItemCreate => subscription_item::create(app, asked).await,
        O::SubscriptionItemUpdate => subscription_item::update(app, asked, id).await,
        O::SubscriptionItemDelete => subscription_item::delete(app, asked, id).await,
        O::SubscriptionItemRetrieve => subscription_item::retrieve(app, &asked, id).await,
        O::SubscriptionItemList => subscription_item::list(app, &asked).await,
        O::EventList => event::list(app, &asked).await,
        O::EventRetrieve => event::retrieve(app, &asked, id).await,
        O::EventRetry => event::retry(app, asked, id).await,
        O::WebhookEndpointCreate => webhook_endpoint::create(app, asked).await,
        O::WebhookEndpointUpdate => webhook_endpoint::update(app, asked, id).await,
        O::WebhookEndpointRetrieve => webhook_endpoint::retrieve(app, &asked, id).await,
        O::WebhookEndpointList => webhook_endpoint::list(app, &asked).await,
        O::WebhookEndpointDelete => webhook_endpoint::delete(app, asked, id).await,
        O::WebhookEndpointRollSecret => webhook_endpoint::roll_secret(app, asked, id).await,
        O::DeliveryList => webhook_endpoint::deliveries(app, &asked, id).await,
        O::EntitlementList => entitlement::list(app, &asked).await,
        O::EntitlementRetrieve => entitlement::retrieve(app, &asked, id).await,
        O::TestClockCreate => test_clock::create(app, asked).await,
        O::TestClockAdvance => test_clock::advance(app, asked, id).await,
        O::TestClockDelete => test_clock::delete(app, asked, id).await,
        O::TestClockRetrieve => test_clock::retrieve(app, &asked, id).await,
        O::TestClockList => test_clock::list(app, &asked).await,
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
