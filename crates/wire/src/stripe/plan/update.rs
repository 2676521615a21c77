//! `POST /v1/plans/{plan}`

use crate::expand::{self, EXPAND, Expand};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Kind, Param, Table};
use crate::stripe::metadata::{self, METADATA_CHANGE};
use crate::stripe::price::fields::{ACTIVE, NICKNAME};
use crate::stripe::price::recurring::TRIAL_PERIOD_DAYS;
use tollgate_domain::id::{ID_MAX_CHARACTERS, PriceId};
use tollgate_domain::plan::UpdatePlan;

const PRODUCT: Param = Param::new(
    "product",
    Kind::text(ID_MAX_CHARACTERS),
    "The product that the plan is to belong to; fixed once a subscription has the plan.",
);

/// The parameters, in the order in which they are checked.
pub const UPDATE: Table = &[ACTIVE, METADATA_CHANGE, NICKNAME, PRODUCT, TRIAL_PERIOD_DAYS, EXPAND];

/// Reads a change of a plan.
pub fn parse_update(params: &Params, id: PriceId) -> Result<(UpdatePlan, Expand), Fault> {
    let params = params::read(UPDATE, params)?;
    let expand = expand::of_object(&params, &super::EXPANDABLE)?;
    let command = UpdatePlan {
        id,
        active: params.get(&ACTIVE),
        metadata: metadata::change(&params),
        nickname: params.patch(&NICKNAME),
        product: params.get(&PRODUCT),
        trial_period_days: params.get(&TRIAL_PERIOD_DAYS).and_then(|days: i64| u32::try_from(days).ok()),
    };
    Ok((command, expand))
}
