//! `GET /v1/promotion_codes`

use super::LISTED;
use crate::expand::EXPAND;
use crate::fault::Fault;
use crate::form::Params;
use crate::list::{self, CREATED, ENDING_BEFORE, LIMIT, ListRequest, STARTING_AFTER};
use crate::params::{self, Kind, Object, Param, Table};
use tollgate_domain::coupon::Coupon;
use tollgate_domain::id::ID_MAX_CHARACTERS;
use tollgate_domain::list::Filter;
use tollgate_domain::promotion_code::{PromotionCode, held};
use tollgate_domain::record::{Field, Noun, Value};
use tollgate_domain::time::Timestamp;

const ACTIVE: Param = Param::new("active", Kind::Boolean, "Only codes that can be used, or only those that cannot.");
const CODE: Param = Param::new("code", Kind::text(ID_MAX_CHARACTERS), "Only codes that read so, whatever the case.");
const COUPON: Param = Param::new("coupon", Kind::text(ID_MAX_CHARACTERS), "Only codes for this coupon.");
const CUSTOMER: Param =
    Param::new("customer", Kind::text(ID_MAX_CHARACTERS), "Only codes that are for this customer alone.");
const CUSTOMER_ACCOUNT: Param =
    Param::new("customer_account", Kind::text(ID_MAX_CHARACTERS), "Only codes for this account; there are none.");

/// The parameters of a list.
pub const LIST: Table =
    &[ACTIVE, CODE, COUPON, CREATED, CUSTOMER, CUSTOMER_ACCOUNT, ENDING_BEFORE, EXPAND, LIMIT, STARTING_AFTER];

/// A list of promotion codes that was asked for.
#[derive(Debug, Clone)]
pub struct PromotionCodeList {
    /// Which page, and what to expand. It may have codes on it that are not asked for.
    pub request: ListRequest,
    /// Only those that can be used, or only those that cannot. Time decides that too, so that it is no filter.
    pub active: Option<bool>,
}

impl PromotionCodeList {
    /// Whether a code is asked for.
    pub fn wants(&self, code: &PromotionCode, coupon: Option<&Coupon>, now: Timestamp) -> bool {
        self.active.is_none_or(|active| active == code.is_active(coupon, now))
    }
}

/// Reads a list of promotion codes.
pub fn parse_list(params: &Params) -> Result<PromotionCodeList, Fault> {
    let params = params::read(LIST, params)?;
    let created = params.get(&CREATED).unwrap_or_default();
    let request = list::request(&params, Noun::PromotionCode, filters(&params), created, &LISTED)?;
    Ok(PromotionCodeList { request, active: params.get(&ACTIVE) })
}

fn filters(params: &Object<'_>) -> Vec<Filter> {
    let mut filters = Vec::new();
    for (param, field) in [(&COUPON, Field::PromotionCodeCoupon), (&CUSTOMER, Field::PromotionCodeCustomer)] {
        filters.extend(params.get(param).map(|id| Filter::Is(field, Value::Text(id))));
    }
    if let Some(code) = params.get::<&str>(&CODE) {
        filters.push(Filter::Is(Field::PromotionCodeText, Value::Text(held(code))));
    }
    if params.get(&ACTIVE) == Some(true) {
        filters.push(Filter::Is(Field::PromotionCodeActive, Value::Flag(true)));
    }
    if params.has(&CUSTOMER_ACCOUNT) {
        filters.push(Filter::Ids(Vec::new()));
    }
    filters
}
