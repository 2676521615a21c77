//! What a purchase must be like for a code to be used.

use crate::fault::Fault;
use crate::params::{Empty, Kind, Object, Param, Path, Table};
use crate::stripe::undecided;
use std::collections::BTreeMap;
use tollgate_domain::currency::Currency;
use tollgate_domain::promotion_code::Restrictions;

const MINIMUM_AMOUNT: Param = Param::new(
    "minimum_amount",
    Kind::Integer { min: 1, max: i64::MAX },
    "The least amount of the purchase, in minor units of the currency.",
);
const MINIMUM_AMOUNT_CURRENCY: Param =
    Param::new("minimum_amount_currency", Kind::Currency, "The currency of `minimum_amount`.");
const FIRST_TIME_TRANSACTION: Param = Param::new(
    "first_time_transaction",
    Kind::Boolean,
    "Whether it can be used only by customers who have never bought anything.",
);
const OPTION: Table = &[MINIMUM_AMOUNT];
const CURRENCY_OPTIONS: Param = Param::new(
    "currency_options",
    Kind::Currencies { of: OPTION, empty: Empty::Refused },
    "The least amount in other currencies, by their lower-case codes.",
);
const CURRENCY_OPTIONS_CHANGE: Param = Param::new(
    "currency_options",
    Kind::Currencies { of: OPTION, empty: Empty::Unsets },
    "The least amount in other currencies, merged by currency; an empty option removes its currency.",
);

const DOC: &str = "What a purchase must be like for the code to be used.";
/// Of a new code.
pub(super) const RESTRICTIONS: Param = Param::new(
    "restrictions",
    Kind::Object(&[CURRENCY_OPTIONS, FIRST_TIME_TRANSACTION, MINIMUM_AMOUNT, MINIMUM_AMOUNT_CURRENCY]),
    DOC,
);
/// The change of a code's restrictions.
pub(super) const RESTRICTIONS_CHANGE: Param = Param::new("restrictions", Kind::Object(&[CURRENCY_OPTIONS_CHANGE]), DOC);

/// Reads the restrictions of a new code.
pub(super) fn parse(params: &Object<'_>) -> Result<Restrictions, Fault> {
    let Some(sent) = params.object(&RESTRICTIONS) else { return Ok(Restrictions::default()) };
    let path = Path::Root.key(RESTRICTIONS.name);
    let missing = |param: Param| undecided::minimum_amount_in_parts(&path.key(param.name));
    let minimum = match (sent.get(&MINIMUM_AMOUNT), sent.get(&MINIMUM_AMOUNT_CURRENCY)) {
        (Some(amount), Some(currency)) => Some((amount, currency)),
        (None, None) => None,
        (Some(_), None) => return Err(missing(MINIMUM_AMOUNT_CURRENCY)),
        (None, Some(_)) => return Err(missing(MINIMUM_AMOUNT)),
    };
    let mut others = BTreeMap::new();
    for (currency, amount) in amounts(sent, &CURRENCY_OPTIONS) {
        let path = path.key(CURRENCY_OPTIONS.name);
        let Some((own_amount, own)) = minimum else {
            return Err(undecided::no_minimum_amount(path));
        };
        match amount {
            Some(amount) if currency != own => drop(others.insert(currency, amount)),
            Some(amount) if amount == own_amount => {}
            Some(_) => return Err(undecided::minimum_in_own_currency(currency, path.key(currency.code()))),
            None => {
                return Err(crate::params::wording::missing(&path.key(currency.code()).key(MINIMUM_AMOUNT.name)));
            }
        }
    }
    let first_time_transaction = sent.get(&FIRST_TIME_TRANSACTION).unwrap_or(false);
    Ok(Restrictions { first_time_transaction, minimum, others })
}

/// Reads the change of the minimum amounts in other currencies; nothing for one that is to go.
pub(super) fn parse_change(params: &Object<'_>) -> BTreeMap<Currency, Option<i64>> {
    let sent = params.object(&RESTRICTIONS_CHANGE);
    sent.map(|sent| amounts(sent, &CURRENCY_OPTIONS_CHANGE).collect()).unwrap_or_default()
}

fn amounts<'o>(sent: &'o Object<'_>, param: &Param) -> impl Iterator<Item = (Currency, Option<i64>)> + use<'o> {
    let options = sent.currencies(param).unwrap_or_default().iter();
    options.map(|(currency, option)| (*currency, option.as_ref().and_then(|option| option.get(&MINIMUM_AMOUNT))))
}
