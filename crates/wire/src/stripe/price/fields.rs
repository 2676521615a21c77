//! What both a new price and a change of one may say.

use crate::params::{Kind, Object, Param, Space};
use tollgate_domain::price::{LOOKUP_KEY_MAX_CHARACTERS, NICKNAME_MAX_CHARACTERS, TaxBehavior};

pub(in crate::stripe) const ACTIVE: Param =
    Param::new("active", Kind::Boolean, "Whether the price can be used; true unless said.");
pub(in crate::stripe) const CURRENCY: Param =
    Param::new("currency", Kind::Currency, "A supported currency, in three letters.");
pub(super) const LOOKUP_KEY: Param = Param::new(
    "lookup_key",
    Kind::Text { max: LOOKUP_KEY_MAX_CHARACTERS, space: Space::Surrounds },
    "A name of your own to find the price by; one price has it.",
)
.clearable();
pub(super) const TRANSFER_LOOKUP_KEY: Param =
    Param::new("transfer_lookup_key", Kind::Boolean, "Whether the lookup key is taken from the price that has it.");
pub(in crate::stripe) const NICKNAME: Param =
    Param::new("nickname", Kind::trimmed(NICKNAME_MAX_CHARACTERS), "A description that customers do not see.")
        .clearable();
pub(super) const TAX_BEHAVIOR: Param = Param::new(
    "tax_behavior",
    Kind::Word(&["inclusive", "exclusive", "unspecified"]),
    "Whether the amount has its tax in it. Once inclusive or exclusive, it stays.",
);

pub(super) fn tax_behavior(params: &Object<'_>) -> Option<TaxBehavior> {
    params.word(&TAX_BEHAVIOR, TaxBehavior::ALL, TaxBehavior::as_str)
}
