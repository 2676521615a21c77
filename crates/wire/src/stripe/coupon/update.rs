//! `POST /v1/coupons/{coupon}`

use super::{CURRENCY_OPTIONS, NAME, amounts};
use crate::expand::{self, EXPAND, Expand};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Table};
use crate::stripe::metadata::{self, METADATA_CHANGE};
use tollgate_domain::coupon::UpdateCoupon;
use tollgate_domain::id::CouponId;

/// The parameters, in the order in which they are checked.
pub const UPDATE: Table = &[CURRENCY_OPTIONS, METADATA_CHANGE, NAME, EXPAND];

/// Reads a change of a coupon. What it takes off cannot be changed, but for currencies that are added.
pub fn parse_update(params: &Params, id: CouponId) -> Result<(UpdateCoupon, Expand), Fault> {
    let params = params::read(UPDATE, params)?;
    let expand = expand::of_object(&params, &super::EXPANDABLE)?;
    let (others, metadata) = (amounts(&params), metadata::change(&params));
    Ok((UpdateCoupon { id, name: params.get(&NAME), others, metadata }, expand))
}
