//! `POST /v1/promotion_codes/{promotion_code}`

use super::create::ACTIVE;
use super::restrictions::{self, RESTRICTIONS_CHANGE};
use crate::expand::{self, EXPAND, Expand};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Table};
use crate::stripe::metadata::{self, METADATA_CHANGE};
use tollgate_domain::id::PromotionCodeId;
use tollgate_domain::promotion_code::UpdatePromotionCode;

/// The parameters, in the order in which they are checked.
pub const UPDATE: Table = &[ACTIVE, METADATA_CHANGE, RESTRICTIONS_CHANGE, EXPAND];

/// Reads a change of a promotion code.
pub fn parse_update(params: &Params, id: PromotionCodeId) -> Result<(UpdatePromotionCode, Expand), Fault> {
    let params = params::read(UPDATE, params)?;
    let expand = expand::of_object(&params, &super::EXPANDABLE)?;
    let (others, metadata) = (restrictions::parse_change(&params), metadata::change(&params));
    Ok((UpdatePromotionCode { id, active: params.get(&ACTIVE), others, metadata }, expand))
}
