//! What a request may say about invoices, payments and taxes. None of it has an effect here: it is taken where it is
//! well-formed, unless it names an object of a kind that is not kept here, which then does not exist.

use crate::fault::Fault;
use crate::params::{ARRAY_UNLIMITED, Kind, Object, Param, Path, Table};
use crate::stripe::metadata::METADATA;
use crate::stripe::undecided;
use tollgate_domain::id::ID_MAX_CHARACTERS;

const DOC: &str = "Taken, without effect.";
const NONE: &str = "None is on file here.";
const ID: Kind = Kind::text(ID_MAX_CHARACTERS);
const ANY: Kind = Kind::Integer { min: i64::MIN, max: i64::MAX };

const fn taken(name: &'static str, kind: Kind) -> Param {
    Param::new(name, kind, DOC)
}

const fn words(name: &'static str, words: &'static [&'static str]) -> Param {
    taken(name, Kind::Word(words))
}

const fn object(name: &'static str, table: Table) -> Param {
    taken(name, Kind::Object(table))
}

const fn list(name: &'static str, of: &'static Kind) -> Param {
    taken(name, Kind::Array { max: ARRAY_UNLIMITED, of })
}

pub(super) const CUSTOMER_ACCOUNT: Param = Param::new("customer_account", ID, NONE);
pub(super) const DEFAULT_PAYMENT_METHOD: Param = Param::new("default_payment_method", ID, NONE);
pub(super) const DEFAULT_SOURCE: Param = Param::new("default_source", ID, NONE);
pub(super) const DEFAULT_SOURCE_CHANGE: Param = DEFAULT_SOURCE.clearable();
pub(super) const DEFAULT_TAX_RATES: Param =
    Param::new("default_tax_rates", Kind::Array { max: ARRAY_UNLIMITED, of: &ID }, NONE).clearable();
pub(in crate::stripe) const TAX_RATES: Param =
    Param::new("tax_rates", Kind::Array { max: ARRAY_UNLIMITED, of: &ID }, NONE).clearable();

pub(in crate::stripe) const DISCOUNTS: Param =
    list("discounts", &Kind::Object(&[taken("coupon", ID), taken("discount", ID), taken("promotion_code", ID)]))
        .clearable();

const PERIOD_END: Param =
    object("end", &[taken("timestamp", ANY), words("type", &["min_item_period_end", "timestamp"]).required()]);
const PERIOD_START: Param = object(
    "start",
    &[taken("timestamp", ANY), words("type", &["max_item_period_start", "now", "timestamp"]).required()],
);
const INVOICE_PRICE_DATA: Param = object(
    "price_data",
    &[
        taken("currency", Kind::Currency).required(),
        taken("product", ID).required(),
        words("tax_behavior", &["inclusive", "exclusive", "unspecified"]),
        taken("unit_amount", ANY),
        taken("unit_amount_decimal", Kind::text(ID_MAX_CHARACTERS)),
    ],
);
pub(super) const ADD_INVOICE_ITEMS: Param = list(
    "add_invoice_items",
    &Kind::Object(&[
        taken("discountable", Kind::Boolean),
        DISCOUNTS,
        METADATA,
        object("period", &[PERIOD_END.required(), PERIOD_START.required()]),
        taken("price", ID),
        INVOICE_PRICE_DATA,
        taken("quantity", ANY),
        TAX_RATES,
    ]),
);
pub(super) const APPLICATION_FEE_PERCENT: Param = taken("application_fee_percent", Kind::Percent).clearable();
const LIABILITY: Table = &[taken("account", ID), words("type", &["account", "self"]).required()];
pub(super) const AUTOMATIC_TAX: Param =
    object("automatic_tax", &[taken("enabled", Kind::Boolean).required(), object("liability", LIABILITY)]);
const DURATION: Param = object(
    "duration",
    &[words("interval", &["month", "year", "week", "day"]).required(), taken("interval_count", ANY)],
);
const BILL_UNTIL: Param =
    object("bill_until", &[DURATION, taken("timestamp", ANY), words("type", &["duration", "timestamp"]).required()]);
const APPLIES_TO: Param =
    list("applies_to", &Kind::Object(&[taken("price", ID), words("type", &["price"]).required()]));
pub(super) const BILLING_SCHEDULES: Param =
    list("billing_schedules", &Kind::Object(&[APPLIES_TO, BILL_UNTIL.required(), taken("key", Kind::text(200))]));
pub(super) const BILLING_SCHEDULES_CHANGE: Param =
    list("billing_schedules", &Kind::Object(&[APPLIES_TO, BILL_UNTIL, taken("key", Kind::text(200))])).clearable();
pub(super) const BILLING_THRESHOLDS: Param =
    object("billing_thresholds", &[taken("amount_gte", ANY), taken("reset_billing_cycle_anchor", Kind::Boolean)])
        .clearable();
const CUSTOM_FIELD: Kind =
    Kind::Object(&[taken("name", Kind::text(40)).required(), taken("value", Kind::text(140)).required()]);
pub(super) const INVOICE_SETTINGS: Param = object(
    "invoice_settings",
    &[
        list("account_tax_ids", &ID).clearable(),
        list("custom_fields", &CUSTOM_FIELD).clearable(),
        taken("description", Kind::text(1500)).clearable(),
        taken("footer", Kind::text(5000)).clearable(),
        object("issuer", LIABILITY),
    ],
);
pub(in crate::stripe) const OFF_SESSION: Param = taken("off_session", Kind::Boolean);
pub(super) const ON_BEHALF_OF: Param = taken("on_behalf_of", ID).clearable();
pub(in crate::stripe) const PAYMENT_BEHAVIOR: Param = words(
    "payment_behavior",
    &["allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"],
);
pub(super) const PENDING_INVOICE_ITEM_INTERVAL: Param = object(
    "pending_invoice_item_interval",
    &[words("interval", &["month", "year", "week", "day"]).required(), taken("interval_count", ANY)],
)
.clearable();
pub(in crate::stripe) const PRORATION_BEHAVIOR: Param =
    words("proration_behavior", &["always_invoice", "create_prorations", "none"]);
pub(in crate::stripe) const PRORATION_DATE: Param = taken("proration_date", ANY);
pub(super) const INVOICE_NOW: Param = taken("invoice_now", Kind::Boolean);
pub(super) const PRORATE: Param = taken("prorate", Kind::Boolean);
const TRANSFER: Table = &[taken("amount_percent", Kind::Percent), taken("destination", ID).required()];
pub(super) const TRANSFER_DATA: Param = object("transfer_data", TRANSFER);
pub(super) const TRANSFER_DATA_CHANGE: Param = TRANSFER_DATA.clearable();

pub(super) const PAYMENT_SETTINGS: Param = object(
    "payment_settings",
    &[
        object("payment_method_options", METHOD_OPTIONS),
        list("payment_method_types", &Kind::text(ID_MAX_CHARACTERS)).clearable(),
        words("save_default_payment_method", &["off", "on_subscription"]),
    ],
);

const fn method(name: &'static str, table: Table) -> Param {
    object(name, table).clearable()
}

const VERIFICATION: Param = words("verification_method", &["automatic", "instant", "microdeposits"]);
const METHOD_OPTIONS: Table = &[
    method(
        "acss_debit",
        &[object("mandate_options", &[words("transaction_type", &["business", "personal"])]), VERIFICATION],
    ),
    method("bancontact", &[words("preferred_language", &["de", "en", "fr", "nl"])]),
    method("billie", &[]),
    method(
        "card",
        &[
            object(
                "mandate_options",
                &[
                    taken("amount", ANY),
                    words("amount_type", &["fixed", "maximum"]),
                    taken("description", Kind::text(200)),
                ],
            ),
            taken("network", ID),
            words("request_three_d_secure", &["any", "automatic", "challenge"]),
        ],
    ),
    method(
        "customer_balance",
        &[
            object(
                "bank_transfer",
                &[object("eu_bank_transfer", &[taken("country", ID).required()]), taken("type", ID)],
            ),
            taken("funding_type", ID),
        ],
    ),
    method("konbini", &[]),
    method("payto", &[object("mandate_options", &[taken("amount", ANY), taken("purpose", ID)])]),
    method(
        "pix",
        &[
            taken("expires_after_seconds", ANY),
            object(
                "mandate_options",
                &[
                    taken("amount", ANY),
                    words("amount_includes_iof", &["always", "never"]),
                    taken("end_date", ID),
                    words("payment_schedule", &["halfyearly", "monthly", "quarterly", "weekly", "yearly"]),
                ],
            ),
        ],
    ),
    method("sepa_debit", &[]),
    method(
        "upi",
        &[object(
            "mandate_options",
            &[
                taken("amount", ANY),
                words("amount_type", &["fixed", "maximum"]),
                taken("description", Kind::text(20)),
                taken("end_date", ANY),
            ],
        )],
    ),
    method(
        "us_bank_account",
        &[
            object(
                "financial_connections",
                &[
                    object("filters", &[list("account_subcategories", &Kind::Word(&["checking", "savings"]))]),
                    list("permissions", &Kind::Word(&["balances", "ownership", "payment_method", "transactions"])),
                    list("prefetch", &Kind::Word(&["balances", "ownership", "transactions"])),
                ],
            ),
            VERIFICATION,
        ],
    ),
];

/// Refuses what names an object of a kind that is not kept here, of a whole subscription.
pub(super) fn check(params: &Object<'_>, none: &[(Param, &str)]) -> Result<(), Fault> {
    for (param, what) in none {
        if let Some(id) = params.get::<&str>(param) {
            return Err(undecided::none_on_file(what, id, &Path::Root.key(param.name)));
        }
    }
    check_tax_rates(params, &DEFAULT_TAX_RATES, &Path::Root)
}

/// The same of an item. `path` is its own.
pub(in crate::stripe) fn check_item(item: &Object<'_>, path: &Path<'_>) -> Result<(), Fault> {
    check_tax_rates(item, &TAX_RATES, path)
}

fn check_tax_rates(params: &Object<'_>, param: &Param, path: &Path<'_>) -> Result<(), Fault> {
    match params.get::<Vec<&str>>(param).unwrap_or_default().first() {
        Some(id) => Err(undecided::none_on_file("tax rate", id, &path.key(param.name))),
        None => Ok(()),
    }
}
