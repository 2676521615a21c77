//! What a customer would pay with, and tax ids: none are on file here, so that whatever names one names nothing.

use super::fields::{DEFAULT_PAYMENT_METHOD, INVOICE_SETTINGS, RENDERING_OPTIONS, TEMPLATE};
use crate::fault::Fault;
use crate::params::{ARRAY_UNLIMITED, Kind, Object, Param, Path};
use crate::stripe::undecided;
use tollgate_domain::id::ID_MAX_CHARACTERS;

/// Longest id of a source that is to be the default, in characters.
const DEFAULT_MAX_CHARACTERS: usize = 500;
/// Longest type and longest value of a tax id, in characters.
const TAX_ID_MAX_CHARACTERS: usize = 5000;

const fn none(name: &'static str, max: usize) -> Param {
    Param::new(name, Kind::text(max), "None is on file here.")
}

pub(super) const PAYMENT_METHOD: Param = none("payment_method", ID_MAX_CHARACTERS);
pub(super) const SOURCE: Param = none("source", ID_MAX_CHARACTERS);
pub(super) const CARD: Param = none("card", ID_MAX_CHARACTERS);
pub(super) const BANK_ACCOUNT: Param = none("bank_account", ID_MAX_CHARACTERS);
pub(super) const DEFAULT_ALIPAY_ACCOUNT: Param = none("default_alipay_account", DEFAULT_MAX_CHARACTERS);
pub(super) const DEFAULT_BANK_ACCOUNT: Param = none("default_bank_account", DEFAULT_MAX_CHARACTERS);
pub(super) const DEFAULT_CARD: Param = none("default_card", DEFAULT_MAX_CHARACTERS);
pub(super) const DEFAULT_SOURCE: Param = none("default_source", DEFAULT_MAX_CHARACTERS);
const TAX_ID_TYPE: Param = Param::new("type", Kind::text(TAX_ID_MAX_CHARACTERS), "What kind of tax id.").required();
const TAX_ID_VALUE: Param = Param::new("value", Kind::text(TAX_ID_MAX_CHARACTERS), "The tax id.").required();
pub(super) const TAX_ID_DATA: Param = Param::new(
    "tax_id_data",
    Kind::Array { max: ARRAY_UNLIMITED, of: &Kind::Object(&[TAX_ID_TYPE, TAX_ID_VALUE]) },
    "Tax ids are not kept here: only an empty list is taken.",
);

/// Refuses what a new customer cannot have.
pub(super) fn check_new(params: &Object<'_>) -> Result<(), Fault> {
    check_settings(params)?;
    check(params, &[(PAYMENT_METHOD, "PaymentMethod"), (SOURCE, "token")])?;
    if params.objects(&TAX_ID_DATA).is_some_and(|ids| !ids.is_empty()) {
        return Err(undecided::no_tax_ids(&Path::Root.key(TAX_ID_DATA.name)));
    }
    Ok(())
}

/// Refuses what a customer cannot get.
pub(super) fn check_change(params: &Object<'_>) -> Result<(), Fault> {
    check_settings(params)?;
    check(
        params,
        &[
            (BANK_ACCOUNT, "token"),
            (CARD, "token"),
            (DEFAULT_ALIPAY_ACCOUNT, "source"),
            (DEFAULT_BANK_ACCOUNT, "source"),
            (DEFAULT_CARD, "source"),
            (DEFAULT_SOURCE, "source"),
            (SOURCE, "token"),
        ],
    )
}

fn check(params: &Object<'_>, none: &[(Param, &str)]) -> Result<(), Fault> {
    for (param, what) in none {
        if let Some(id) = params.get::<&str>(param) {
            return Err(undecided::none_on_file(what, id, &Path::Root.key(param.name)));
        }
    }
    Ok(())
}

fn check_settings(params: &Object<'_>) -> Result<(), Fault> {
    let Some(settings) = params.object(&INVOICE_SETTINGS) else { return Ok(()) };
    let path = Path::Root.key(INVOICE_SETTINGS.name);
    if let Some(id) = settings.get::<&str>(&DEFAULT_PAYMENT_METHOD) {
        return Err(undecided::none_on_file("PaymentMethod", id, &path.key(DEFAULT_PAYMENT_METHOD.name)));
    }
    if let Some(id) = settings.object(&RENDERING_OPTIONS).and_then(|options| options.get::<&str>(&TEMPLATE)) {
        let path = path.key(RENDERING_OPTIONS.name);
        return Err(undecided::none_on_file("invoice rendering template", id, &path.key(TEMPLATE.name)));
    }
    Ok(())
}
