//! `POST /v1/subscriptions/{id}`

use super::EXPANDABLE;
use super::fields::{
    self, CANCEL_AT, CANCEL_AT_PERIOD_END, CANCELLATION_DETAILS, COLLECTION_METHOD, COMMENT, DAYS_UNTIL_DUE,
    DESCRIPTION, FEEDBACK, RESUME_ANCHOR, SECONDS, TRIAL_END, TRIAL_SETTINGS,
};
use super::items::{self, ITEM_CHANGE};
use super::settings;
use crate::expand::{self, EXPAND, Expand};
use crate::fault::Fault;
use crate::form::Params;
use crate::params::{self, ARRAY_UNLIMITED, Kind, Object, Param, Path, Table, wording};
use crate::stripe::metadata::{self, METADATA_CHANGE};
use tollgate_domain::id::SubscriptionId;
use tollgate_domain::patch::Patch;
use tollgate_domain::subscription::{
    CancelChoice, Pause, PauseBehavior, SubscriptionPatch, TrialEnd, UpdateSubscription,
};

const ITEMS: Param = Param::new(
    "items",
    Kind::Array { max: ARRAY_UNLIMITED, of: &Kind::Object(ITEM_CHANGE) },
    "Items to change or take out, by their ids, and items to add. Others stay as they are.",
);
const CANCEL_AT_CHANGE: Param = CANCEL_AT.clearable();
const DESCRIPTION_CHANGE: Param = DESCRIPTION.clearable();
const BEHAVIOR: Param = Param::new(
    "behavior",
    Kind::Word(&["keep_as_draft", "mark_uncollectible", "void"]),
    "What happens to invoices meanwhile.",
)
.required();
const RESUMES_AT: Param = Param::new("resumes_at", SECONDS, "When collection goes on by itself.");
const PAUSE_COLLECTION: Param = Param::new(
    "pause_collection",
    Kind::Object(&[BEHAVIOR, RESUMES_AT]),
    "That nothing is collected for a while; the status stays. Empty to go on.",
)
.clearable();
const TRIAL_FROM_PLAN: Param = Param::new("trial_from_plan", Kind::Boolean, "Taken, without effect.");

/// The parameters of a change, in the order in which they are checked.
pub const UPDATE: Table = &[
    settings::ADD_INVOICE_ITEMS,
    settings::APPLICATION_FEE_PERCENT,
    settings::AUTOMATIC_TAX,
    RESUME_ANCHOR,
    settings::BILLING_SCHEDULES_CHANGE,
    settings::BILLING_THRESHOLDS,
    CANCEL_AT_CHANGE,
    CANCEL_AT_PERIOD_END,
    CANCELLATION_DETAILS,
    COLLECTION_METHOD,
    DAYS_UNTIL_DUE,
    settings::DEFAULT_PAYMENT_METHOD,
    settings::DEFAULT_SOURCE_CHANGE,
    settings::DEFAULT_TAX_RATES,
    DESCRIPTION_CHANGE,
    settings::DISCOUNTS,
    settings::INVOICE_SETTINGS,
    ITEMS,
    METADATA_CHANGE,
    settings::OFF_SESSION,
    settings::ON_BEHALF_OF,
    PAUSE_COLLECTION,
    settings::PAYMENT_BEHAVIOR,
    settings::PAYMENT_SETTINGS,
    settings::PENDING_INVOICE_ITEM_INTERVAL,
    settings::PRORATION_BEHAVIOR,
    settings::PRORATION_DATE,
    settings::TRANSFER_DATA_CHANGE,
    TRIAL_END,
    TRIAL_FROM_PLAN,
    TRIAL_SETTINGS,
    EXPAND,
];

/// What is taken without effect, but not by a subscription that is over.
const TOUCHES_MORE: Table = &[
    settings::ADD_INVOICE_ITEMS,
    settings::APPLICATION_FEE_PERCENT,
    settings::AUTOMATIC_TAX,
    RESUME_ANCHOR,
    settings::BILLING_SCHEDULES_CHANGE,
    settings::BILLING_THRESHOLDS,
    CANCEL_AT_PERIOD_END,
    settings::DEFAULT_SOURCE_CHANGE,
    settings::DEFAULT_TAX_RATES,
    settings::DISCOUNTS,
    settings::INVOICE_SETTINGS,
    settings::ON_BEHALF_OF,
    settings::PAYMENT_SETTINGS,
    settings::PENDING_INVOICE_ITEM_INTERVAL,
    settings::TRANSFER_DATA_CHANGE,
    TRIAL_FROM_PLAN,
];

/// What names something of a kind that is not kept here.
const NONE: &[(Param, &str)] =
    &[(settings::DEFAULT_PAYMENT_METHOD, "PaymentMethod"), (settings::DEFAULT_SOURCE_CHANGE, "source")];

/// Reads a change of a subscription.
pub fn parse_update(params: &Params, id: SubscriptionId) -> Result<(UpdateSubscription, Expand), Fault> {
    let params = params::read(UPDATE, params)?;
    let expand = expand::of_object(&params, &EXPANDABLE)?;
    let cancel = cancel(&params)?;
    settings::check(&params, NONE)?;
    let sent = params.objects(&ITEMS).unwrap_or_default();
    let change = |(index, item)| items::change(item, &Path::Root.key(ITEMS.name).index(index));
    let items = sent.into_iter().enumerate().map(change);
    let details = params.object(&CANCELLATION_DETAILS);
    let patch = SubscriptionPatch {
        items: items.collect::<Result<_, _>>()?,
        collection: fields::collection(&params),
        days_until_due: fields::days_until_due(&params),
        description: params.patch(&DESCRIPTION_CHANGE),
        metadata: metadata::change(&params),
        reset_anchor: params.get(&RESUME_ANCHOR) == Some("now"),
        cancel,
        comment: details.map(|details| details.patch(&COMMENT)).unwrap_or_default(),
        feedback: details.map(|details| details.patch(&FEEDBACK)).unwrap_or_default(),
        pause: pause(&params),
        trial: match params.get::<i64>(&TRIAL_END) {
            Some(end) => Some(TrialEnd::At(fields::seconds(end))),
            None => params.has(&TRIAL_END).then_some(TrialEnd::Now),
        },
        missing_payment: fields::missing_payment(&params),
        touches_more: TOUCHES_MORE.iter().any(|param| params.value(param).is_some()),
    };
    Ok((UpdateSubscription { id, patch }, expand))
}

/// `false` takes back what was planned, as an empty time does, unless another time is given with it.
fn cancel(params: &Object<'_>) -> Result<Patch<CancelChoice>, Fault> {
    if params.is_unset(&CANCEL_AT_CHANGE) && params.get(&CANCEL_AT_PERIOD_END) == Some(true) {
        let names = [CANCEL_AT.name, CANCEL_AT_PERIOD_END.name];
        return Err(wording::exclusive(&names, &Path::Root.key(CANCEL_AT.name)));
    }
    let takes_back = params.is_unset(&CANCEL_AT_CHANGE) || params.get(&CANCEL_AT_PERIOD_END) == Some(false);
    Ok(match fields::cancel(params, &CANCEL_AT_CHANGE)? {
        Some(choice) => Patch::Set(choice),
        None if takes_back => Patch::Clear,
        None => Patch::Keep,
    })
}

fn pause(params: &Object<'_>) -> Patch<Pause> {
    if params.is_unset(&PAUSE_COLLECTION) {
        return Patch::Clear;
    }
    let Some(pause) = params.object(&PAUSE_COLLECTION) else { return Patch::Keep };
    let Some(behavior) = pause.word(&BEHAVIOR, PauseBehavior::ALL, PauseBehavior::as_str) else { return Patch::Keep };
    Patch::Set(Pause { behavior, resumes: pause.get(&RESUMES_AT).map(fields::seconds) })
}
