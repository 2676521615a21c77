//! `POST /v1/subscriptions`

use super::EXPANDABLE;
use super::fields::{
    self, CANCEL_AT, CANCEL_AT_PERIOD_END, COLLECTION_METHOD, DAYS_UNTIL_DUE, DESCRIPTION, SECONDS, TRIAL_END,
    TRIAL_SETTINGS,
};
use super::items::{self, ITEM};
use super::settings;
use crate::expand::{self, EXPAND, Expand};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, ARRAY_UNLIMITED, Kind, Object, Param, Path, Table, wording};
use crate::stripe::metadata::METADATA_CHANGE;
use tollgate_domain::id::ID_MAX_CHARACTERS;
use tollgate_domain::subscription::{
    AnchorChoice, AnchorConfig, BillingMode, Collection, CreateSubscription, TrialChoice,
};

/// Longest trial, in days; five years bound it further.
const TRIAL_DAYS_MAX: i64 = 3650;

const CUSTOMER: Param =
    Param::new("customer", Kind::text(ID_MAX_CHARACTERS), "The customer who subscribes.").required();
const ITEMS: Param = Param::new(
    "items",
    Kind::Array { max: ARRAY_UNLIMITED, of: &Kind::Object(ITEM) },
    "What is subscribed to; up to 20 prices, each once.",
)
.required();
const BACKDATE_START_DATE: Param =
    Param::new("backdate_start_date", SECONDS, "When it began, where that was before now.");
const BILLING_CYCLE_ANCHOR: Param =
    Param::new("billing_cycle_anchor", SECONDS, "A time to come from which periods are whole intervals apart.");

const fn part(name: &'static str, min: i64, max: i64, doc: &'static str) -> Param {
    Param::new(name, Kind::Integer { min, max }, doc)
}

const DAY_OF_MONTH: Param = part("day_of_month", 1, 31, "The last of months that are shorter.").required();
const HOUR: Param = part("hour", 0, 23, "As now unless said.");
const MINUTE: Param = part("minute", 0, 59, "As now unless said.");
const MONTH: Param = part("month", 1, 12, "Any unless said.");
const SECOND: Param = part("second", 0, 59, "As now unless said.");
const BILLING_CYCLE_ANCHOR_CONFIG: Param = Param::new(
    "billing_cycle_anchor_config",
    Kind::Object(&[DAY_OF_MONTH, HOUR, MINUTE, MONTH, SECOND]),
    "The day of the month at which periods begin.",
);
const PRORATION_DISCOUNTS: Param =
    Param::new("proration_discounts", Kind::Word(&["included", "itemized"]), "Taken, without effect.");
const FLEXIBLE: Param = Param::new("flexible", Kind::Object(&[PRORATION_DISCOUNTS]), "How prorations are shown.");
const MODE_TYPE: Param = Param::new(
    "type",
    Kind::Word(&["classic", "flexible"]),
    "Whether items may have intervals of their own: `flexible`, unless said.",
)
.required();
const BILLING_MODE: Param = Param::new("billing_mode", Kind::Object(&[FLEXIBLE, MODE_TYPE]), "How it is billed.");
const PAYMENT_BEHAVIOR: Param = Param::new(
    settings::PAYMENT_BEHAVIOR.name,
    settings::PAYMENT_BEHAVIOR.kind,
    "With `default_incomplete` it waits for its first payment where that cannot be made at once.",
);
const CURRENCY: Param = Param::new("currency", Kind::Currency, "That of the first price unless said.");
const TRIAL_FROM_PLAN: Param =
    Param::new("trial_from_plan", Kind::Boolean, "Whether the trial is as long as the longest of its prices says.");
const TRIAL_PERIOD_DAYS: Param =
    Param::new("trial_period_days", Kind::Integer { min: 0, max: TRIAL_DAYS_MAX }, "Days that cost nothing.");

/// The parameters of a creation, in the order in which they are checked.
pub const CREATE: Table = &[
    CUSTOMER,
    settings::CUSTOMER_ACCOUNT,
    ITEMS,
    settings::ADD_INVOICE_ITEMS,
    settings::APPLICATION_FEE_PERCENT,
    settings::AUTOMATIC_TAX,
    BACKDATE_START_DATE,
    BILLING_CYCLE_ANCHOR,
    BILLING_CYCLE_ANCHOR_CONFIG,
    BILLING_MODE,
    settings::BILLING_SCHEDULES,
    settings::BILLING_THRESHOLDS,
    CANCEL_AT,
    CANCEL_AT_PERIOD_END,
    COLLECTION_METHOD,
    CURRENCY,
    DAYS_UNTIL_DUE,
    settings::DEFAULT_PAYMENT_METHOD,
    settings::DEFAULT_SOURCE,
    settings::DEFAULT_TAX_RATES,
    DESCRIPTION,
    settings::DISCOUNTS,
    settings::INVOICE_SETTINGS,
    METADATA_CHANGE,
    settings::OFF_SESSION,
    settings::ON_BEHALF_OF,
    PAYMENT_BEHAVIOR,
    settings::PAYMENT_SETTINGS,
    settings::PENDING_INVOICE_ITEM_INTERVAL,
    settings::PRORATION_BEHAVIOR,
    settings::TRANSFER_DATA,
    TRIAL_END,
    TRIAL_FROM_PLAN,
    TRIAL_PERIOD_DAYS,
    TRIAL_SETTINGS,
    EXPAND,
];

/// What names something of a kind that is not kept here.
const NONE: &[(Param, &str)] = &[
    (settings::CUSTOMER_ACCOUNT, "account"),
    (settings::DEFAULT_PAYMENT_METHOD, "PaymentMethod"),
    (settings::DEFAULT_SOURCE, "source"),
];

/// Reads a new subscription.
pub fn parse_create(params: &Params) -> Result<(CreateSubscription, Expand), Fault> {
    let params = params::read(CREATE, params)?;
    let expand = expand::of_object(&params, &EXPANDABLE)?;
    if params.get(&PAYMENT_BEHAVIOR) == Some("pending_if_incomplete") {
        let message =
            "Setting `payment_behavior` to `pending_if_incomplete` has no effect when creating a subscription.";
        return Err(Fault::invalid(message).about(PAYMENT_BEHAVIOR.name));
    }
    let anchor = anchor(&params)?;
    let trial = trial(&params)?;
    let cancel = fields::cancel(&params, &CANCEL_AT)?;
    settings::check(&params, NONE)?;
    let path = Path::Root.key(ITEMS.name);
    let sent = params.objects(&ITEMS).unwrap_or_default();
    if sent.is_empty() {
        return Err(wording::missing(&path));
    }
    let items = sent.into_iter().enumerate().map(|(index, item)| items::new_item(item, &path.index(index)));
    let command = CreateSubscription {
        customer: params.get(&CUSTOMER).ok_or_else(|| wording::missing(&Path::Root.key(CUSTOMER.name)))?,
        items: items.collect::<Result<_, _>>()?,
        currency: params.get(&CURRENCY),
        collection: fields::collection(&params).unwrap_or(Collection::ChargeAutomatically),
        days_until_due: fields::days_until_due(&params),
        description: params.get(&DESCRIPTION),
        metadata: params.get(&METADATA_CHANGE).unwrap_or_default(),
        anchor,
        started: params.get(&BACKDATE_START_DATE).map(fields::seconds),
        mode: mode(&params),
        cancel,
        trial,
        missing_payment: fields::missing_payment(&params).unwrap_or_default(),
        default_incomplete: params.get(&PAYMENT_BEHAVIOR) == Some("default_incomplete"),
    };
    Ok((command, expand))
}

fn mode(params: &Object<'_>) -> BillingMode {
    let mode = params.object(&BILLING_MODE);
    mode.and_then(|mode| mode.word(&MODE_TYPE, BillingMode::ALL, BillingMode::as_str)).unwrap_or_default()
}

fn anchor(params: &Object<'_>) -> Result<Option<AnchorChoice>, Fault> {
    match (params.get(&BILLING_CYCLE_ANCHOR), params.object(&BILLING_CYCLE_ANCHOR_CONFIG)) {
        (Some(_), Some(_)) => {
            let names = [BILLING_CYCLE_ANCHOR.name, BILLING_CYCLE_ANCHOR_CONFIG.name];
            Err(wording::exclusive(&names, &Path::Root.key(BILLING_CYCLE_ANCHOR.name)))
        }
        (Some(instant), None) => Ok(Some(AnchorChoice::At(fields::seconds(instant)))),
        (None, Some(config)) => {
            let part = |param: &Param| config.get::<i64>(param).and_then(|part| u8::try_from(part).ok());
            Ok(part(&DAY_OF_MONTH).map(|day_of_month| {
                AnchorChoice::Config(AnchorConfig {
                    day_of_month,
                    month: part(&MONTH),
                    hour: part(&HOUR),
                    minute: part(&MINUTE),
                    second: part(&SECOND),
                })
            }))
        }
        (None, None) => Ok(None),
    }
}

fn trial(params: &Object<'_>) -> Result<Option<TrialChoice>, Fault> {
    let is_of_price = params.get(&TRIAL_FROM_PLAN) == Some(true);
    let has_end = params.has(&TRIAL_END);
    let days = params.get::<i64>(&TRIAL_PERIOD_DAYS).and_then(|days| u32::try_from(days).ok());
    if is_of_price && (has_end || days.is_some()) {
        let message = "You cannot set `trial_end` or `trial_period_days` when `trial_from_plan=true`.";
        return Err(Fault::invalid(message));
    }
    if has_end && days.is_some() {
        let names = [TRIAL_END.name, TRIAL_PERIOD_DAYS.name];
        return Err(wording::exclusive(&names, &Path::Root.key(TRIAL_END.name)));
    }
    // `now` is no trial.
    let end = params.get(&TRIAL_END).map(|end| TrialChoice::Until(fields::seconds(end)));
    Ok(end.or(days.map(TrialChoice::Days)).or(is_of_price.then_some(TrialChoice::OfPrice)))
}
