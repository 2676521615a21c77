//! What both a new subscription and a change of one may say.

use crate::fault::Fault;
use crate::params::{Kind, Object, Param, wording};
use crate::params::{Path, Table};
use tollgate_domain::subscription::{CancelChoice, Collection, DESCRIPTION_MAX_CHARACTERS, MissingPayment};
use tollgate_domain::time::Timestamp;

/// Longest comment on a cancellation, in characters.
const COMMENT_MAX_CHARACTERS: usize = 5000;
/// Most days until an invoice is due.
const DAYS_UNTIL_DUE_MAX: i64 = 36_500;

pub(super) const SECONDS: Kind = Kind::Integer { min: i64::MIN, max: i64::MAX };

pub(super) const COLLECTION_METHOD: Param = Param::new(
    "collection_method",
    Kind::Word(&["charge_automatically", "send_invoice"]),
    "How money is collected; charged unless said. Whether what is charged counts as paid is a setting of the server.",
);
pub(super) const DAYS_UNTIL_DUE: Param = Param::new(
    "days_until_due",
    Kind::Integer { min: 0, max: DAYS_UNTIL_DUE_MAX },
    "Days until an invoice that is sent is due.",
);
pub(super) const DESCRIPTION: Param =
    Param::new("description", Kind::text(DESCRIPTION_MAX_CHARACTERS), "What it is, for the customer.");
pub(super) const CANCEL_AT_PERIOD_END: Param =
    Param::new("cancel_at_period_end", Kind::Boolean, "Whether it is canceled when its last period ends.");
pub(super) const CANCEL_AT: Param = Param::new(
    "cancel_at",
    Kind::IntegerOr(&["max_period_end", "min_period_end", "max_billed_until"]),
    "When it is canceled: a time, or the end of its last or first period.",
);
pub(super) const TRIAL_END: Param =
    Param::new("trial_end", Kind::IntegerOr(&["now"]), "When its trial ends; `now` for none, or to end it.");
pub(super) const MISSING_PAYMENT_METHOD: Param = Param::new(
    "missing_payment_method",
    Kind::Word(&["cancel", "create_invoice", "pause"]),
    "What becomes of it where a trial ends without a payment method. Whether there is one is a setting of the server.",
);
const END_BEHAVIOR: Param =
    Param::new("end_behavior", Kind::Object(&[MISSING_PAYMENT_METHOD.required()]), "What happens when a trial ends.")
        .required();
pub(super) const TRIAL_SETTINGS: Param =
    Param::new("trial_settings", Kind::Object(&[END_BEHAVIOR]), "How a trial ends.");

pub(super) const COMMENT: Param =
    Param::new("comment", Kind::text(COMMENT_MAX_CHARACTERS), "What was said about the cancellation.").clearable();
pub(super) const FEEDBACK: Param = Param::new(
    "feedback",
    Kind::Word(&[
        "customer_service",
        "low_quality",
        "missing_features",
        "other",
        "switched_service",
        "too_complex",
        "too_expensive",
        "unused",
    ]),
    "Why it was canceled.",
)
.clearable();
const FEEDBACK_OPTION: Param =
    Param::new("feedback_option", Kind::text(COMMENT_MAX_CHARACTERS), "Taken, without effect.");
const DETAILS: Table = &[COMMENT, FEEDBACK, FEEDBACK_OPTION];
pub(super) const CANCELLATION_DETAILS: Param =
    Param::new("cancellation_details", Kind::Object(DETAILS), "Why it is canceled.");
pub(super) const RESUME_ANCHOR: Param = Param::new(
    "billing_cycle_anchor",
    Kind::Word(&["now", "unchanged"]),
    "Whether periods begin anew now, as they do unless said, or lie where they would.",
);

pub(super) fn seconds(value: i64) -> Timestamp {
    Timestamp::from_seconds(value)
}

pub(super) fn collection(params: &Object<'_>) -> Option<Collection> {
    params.word(&COLLECTION_METHOD, Collection::ALL, Collection::as_str)
}

pub(super) fn days_until_due(params: &Object<'_>) -> Option<u32> {
    params.get::<i64>(&DAYS_UNTIL_DUE).and_then(|days| u32::try_from(days).ok())
}

pub(super) fn missing_payment(params: &Object<'_>) -> Option<MissingPayment> {
    let behavior = params.object(&TRIAL_SETTINGS)?.object(&END_BEHAVIOR)?;
    behavior.word(&MISSING_PAYMENT_METHOD, MissingPayment::ALL, MissingPayment::as_str)
}

/// When it is to be canceled; nothing where neither parameter says so. `true` counts, `false` does not.
pub(super) fn cancel(params: &Object<'_>, cancel_at: &Param) -> Result<Option<CancelChoice>, Fault> {
    let at_period_end = params.get(&CANCEL_AT_PERIOD_END) == Some(true);
    if at_period_end && params.has(cancel_at) {
        let names = [CANCEL_AT.name, CANCEL_AT_PERIOD_END.name];
        return Err(wording::exclusive(&names, &Path::Root.key(CANCEL_AT.name)));
    }
    if at_period_end {
        return Ok(Some(CancelChoice::AtPeriodEnd));
    }
    Ok(match (params.get::<i64>(cancel_at), params.get::<&str>(cancel_at)) {
        (Some(instant), _) => Some(CancelChoice::At(seconds(instant))),
        (None, Some("min_period_end")) => Some(CancelChoice::FirstPeriodEnd),
        // Everything is billed until the end of its period, and no further.
        (None, Some(_)) => Some(CancelChoice::LastPeriodEnd),
        (None, None) => None,
    })
}
