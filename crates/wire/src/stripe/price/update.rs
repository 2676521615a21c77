//! `POST /v1/prices/{price}`

use super::currency_options::{self, CURRENCY_OPTIONS_CHANGE, TiersHere};
use super::fields::{self, ACTIVE, LOOKUP_KEY, NICKNAME, TAX_BEHAVIOR, TRANSFER_LOOKUP_KEY};
use crate::expand::{self, EXPAND, Expand};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, Object, Path, Table};
use crate::stripe::metadata::{self, METADATA_CHANGE};
use tollgate_domain::id::PriceId;
use tollgate_domain::patch::Patch;
use tollgate_domain::price::{PricePatch, UpdatePrice};

/// The parameters, in the order in which they are checked.
pub const UPDATE: Table = &[
    ACTIVE,
    CURRENCY_OPTIONS_CHANGE,
    LOOKUP_KEY,
    TRANSFER_LOOKUP_KEY,
    NICKNAME,
    TAX_BEHAVIOR,
    METADATA_CHANGE,
    EXPAND,
];

/// Reads a change of a price.
pub fn parse_update(params: &Params, id: PriceId) -> Result<(UpdatePrice, Expand), Fault> {
    let params = params::read(UPDATE, params)?;
    let expand = expand::of_object(&params, &super::EXPANDABLE)?;
    let transfer_lookup_key = params.get(&TRANSFER_LOOKUP_KEY).unwrap_or(false);
    Ok((UpdatePrice { id, patch: patch(&params)?, transfer_lookup_key }, expand))
}

fn patch(params: &Object<'_>) -> Result<PricePatch, Fault> {
    let currency_options = if params.is_unset(&CURRENCY_OPTIONS_CHANGE) {
        Patch::Clear
    } else if params.has(&CURRENCY_OPTIONS_CHANGE) {
        Patch::Set(currency_options::parse(params, TiersHere::Allowed, &Path::Root)?)
    } else {
        Patch::Keep
    };
    Ok(PricePatch {
        active: params.get(&ACTIVE),
        currency_options,
        lookup_key: params.patch(&LOOKUP_KEY),
        metadata: metadata::change(params),
        nickname: params.patch(&NICKNAME),
        tax_behavior: fields::tax_behavior(params),
    })
}
