//! Promotion codes. Time and their coupons decide which of them are active, so that a list of those is gathered from
//! pages of all.

use super::refuse::missing_first;
use super::{Asked, read, store_fault, write};
use crate::answer::Answer;
use crate::app::App;
use std::sync::Arc;
use tollgate_domain::coupon;
use tollgate_domain::facts::{Facts, ReadSet};
use tollgate_domain::list::{Cursor, PAGE_MAX, Page};
use tollgate_domain::promotion_code::PromotionCode;
use tollgate_domain::record::{Noun, Record};
use tollgate_wire::fault::Fault;
use tollgate_wire::list;
use tollgate_wire::stripe::promotion_code::{self, PromotionCodeList};

const SHOW: write::Render<Arc<PromotionCode>> = |writer, shown, view| promotion_code::render(writer, shown, view);

pub(super) async fn create(app: &App, asked: Asked) -> Result<Answer, Fault> {
    let (command, expand) = promotion_code::parse_create(&asked.params)?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn update(app: &App, asked: Asked, id: &str) -> Result<Answer, Fault> {
    let parsed = promotion_code::parse_update(&asked.params, id.into());
    let (command, expand) = missing_first(app, &asked, Noun::PromotionCode, id, parsed).await?;
    write::run(app, asked, command, expand, SHOW).await
}

pub(super) async fn retrieve(app: &App, asked: &Asked, id: &str) -> Result<Answer, Fault> {
    read::retrieve(app, asked, Noun::PromotionCode, id, promotion_code::parse_retrieve(&asked.params)).await
}

pub(super) async fn list(app: &App, asked: &Asked) -> Result<Answer, Fault> {
    let list = promotion_code::parse_list(&asked.params)?;
    let mut facts = Facts::default();
    let page = gather(app, asked, &list, &mut facts).await?;
    let url = asked.operation.path();
    read::render_over(app, asked, &list.request.expand, facts, |writer, view| {
        list::render(writer, url, &page, view, SHOW)
    })
    .await
}

/// The page of those that are asked for, and their coupons.
async fn gather(
    app: &App,
    asked: &Asked,
    wanted: &PromotionCodeList,
    facts: &mut Facts,
) -> Result<Page<Arc<PromotionCode>>, Fault> {
    let (mut request, now) = (wanted.request.clone(), app.store.clock().now());
    let limit = request.query.limit;
    if wanted.active.is_some() {
        request.query.limit = PAGE_MAX;
    }
    let backwards = matches!(request.query.cursor, Some(Cursor::Before(_)));
    let mut items = Vec::new();
    loop {
        let page = read::page(app, asked, &request).await?;
        let mut codes: Vec<_> = page.items.into_iter().filter_map(as_code).collect();
        load_coupons(app, asked, &codes, facts).await?;
        if wanted.active.is_none() {
            return Ok(Page { items: codes, has_more: page.has_more });
        }
        if backwards {
            codes.reverse();
        }
        let last = codes.last().map(|code| code.id.to_string());
        request.query.cursor = last.map(if backwards { Cursor::Before } else { Cursor::After });
        for code in codes {
            let coupon = facts.coupon(&code.coupon).expect("it was loaded just now");
            if wanted.wants(&code, coupon.as_deref(), now) {
                items.push(code);
            }
        }
        if items.len() > limit || !page.has_more {
            break;
        }
    }
    let has_more = items.len() > limit;
    items.truncate(limit);
    if backwards {
        items.reverse();
    }
    Ok(Page { items, has_more })
}

fn as_code(record: Record) -> Option<Arc<PromotionCode>> {
    if let Record::PromotionCode(code) = record { Some(code) } else { None }
}

async fn load_coupons(app: &App, asked: &Asked, codes: &[Arc<PromotionCode>], facts: &mut Facts) -> Result<(), Fault> {
    let reads: ReadSet = codes.iter().map(|code| coupon::row(&code.coupon)).collect();
    app.store.load(asked.environment, &reads, facts).await.map_err(|error| store_fault(&error))
}
