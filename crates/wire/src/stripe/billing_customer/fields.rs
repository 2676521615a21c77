//! What both a new customer and a change of one may say.

use crate::fault::Fault;
use crate::params::{ARRAY_UNLIMITED, Kind, Object, Param, Path, Space, Table, wording};
use crate::stripe::metadata;
use crate::stripe::undecided;
use tollgate_domain::billing_customer::{
    AddressPatch, BillingCustomerPatch, CUSTOM_FIELDS_MAX, CustomField, EMAIL_MAX_CHARACTERS,
    INVOICE_PREFIX_MAX_CHARACTERS, LEGAL_NAME_MAX_CHARACTERS, NAME_MAX_CHARACTERS, PHONE_MAX_CHARACTERS, ShippingPatch,
    TEXT_MAX_CHARACTERS, TaxExempt,
};
use tollgate_domain::id::ID_MAX_CHARACTERS;
use tollgate_domain::patch::Patch;

/// Longest name and longest value of a field of the caller's own on invoices, in characters.
const CUSTOM_FIELD_NAME_MAX_CHARACTERS: usize = 40;
const CUSTOM_FIELD_VALUE_MAX_CHARACTERS: usize = 140;
/// Most of a balance, in minor units, owed by either side.
const BALANCE_MAX: i64 = 999_999_999_999;

const fn text(name: &'static str, doc: &'static str) -> Param {
    Param::new(name, Kind::text(TEXT_MAX_CHARACTERS), doc).clearable()
}

pub(super) const NAME: Param =
    Param::new("name", Kind::text(NAME_MAX_CHARACTERS), "The customer's name, of a person or a business.").clearable();
pub(super) const EMAIL: Param =
    Param::new("email", Kind::Text { max: EMAIL_MAX_CHARACTERS, space: Space::Trimmed }, "Where to write to.")
        .clearable();
pub(super) const PHONE: Param =
    Param::new("phone", Kind::Label { max: PHONE_MAX_CHARACTERS }, "The customer's phone number.").clearable();
pub(super) const DESCRIPTION: Param = text("description", "Anything, for yourself and not for customers.");
pub(super) const BUSINESS_NAME: Param =
    Param::new("business_name", Kind::text(LEGAL_NAME_MAX_CHARACTERS), "The name of the business.").clearable();
pub(super) const INDIVIDUAL_NAME: Param =
    Param::new("individual_name", Kind::text(LEGAL_NAME_MAX_CHARACTERS), "The name of the person.").clearable();
pub(super) const BALANCE: Param = Param::new(
    "balance",
    Kind::Integer { min: -BALANCE_MAX, max: BALANCE_MAX },
    "Kept and shown: what the customer owes, in minor units; below zero what it has to its credit.",
);

const PARTS: Table = &[
    text("city", "City."),
    text("country", "Country, as two letters."),
    text("line1", "Street."),
    text("line2", "Apartment or floor."),
    text("postal_code", "Postal code."),
    text("state", "State or province."),
];
pub(super) const ADDRESS: Param =
    Param::new("address", Kind::Object(PARTS), "The customer's address; parts that are not sent stay.").clearable();
const SHIPPING_ADDRESS: Param = Param::new("address", Kind::Object(PARTS), "Where to send things to.").required();
const SHIPPING_NAME: Param = Param::new("name", Kind::text(TEXT_MAX_CHARACTERS), "Whom to send things to.").required();
const SHIPPING_PHONE: Param = text("phone", "The recipient's phone number.");
pub(super) const SHIPPING: Param = Param::new(
    "shipping",
    Kind::Object(&[SHIPPING_ADDRESS, SHIPPING_NAME, SHIPPING_PHONE]),
    "Where things are sent to; parts of the address that are not sent stay.",
)
.clearable();

pub(super) const INVOICE_PREFIX: Param = Param::new(
    "invoice_prefix",
    Kind::text(TEXT_MAX_CHARACTERS),
    "What invoice numbers begin with: 1 to 12 capitals and digits. Generated where it is left out.",
);
pub(super) const NEXT_INVOICE_SEQUENCE: Param = Param::new(
    "next_invoice_sequence",
    Kind::Integer { min: 1, max: 1_000_000_000 },
    "Kept and shown: the number of the next invoice.",
);
const CUSTOM_FIELDS: Param = Param::new(
    "custom_fields",
    Kind::Array { max: CUSTOM_FIELDS_MAX, of: &Kind::Object(&[FIELD_NAME, FIELD_VALUE]) },
    "Up to 4 lines of your own on invoices.",
)
.clearable();
const FIELD_NAME: Param = Param::new("name", Kind::text(CUSTOM_FIELD_NAME_MAX_CHARACTERS), "Its name.").required();
const FIELD_VALUE: Param = Param::new("value", Kind::text(CUSTOM_FIELD_VALUE_MAX_CHARACTERS), "Its value.").required();
pub(super) const DEFAULT_PAYMENT_METHOD: Param =
    Param::new("default_payment_method", Kind::text(ID_MAX_CHARACTERS), "None is on file here.").clearable();
const FOOTER: Param = text("footer", "The last lines of invoices.");
const AMOUNT_TAX_DISPLAY: Param = Param::new(
    "amount_tax_display",
    Kind::Word(&["exclude_tax", "include_inclusive_tax"]),
    "How tax is shown beside amounts.",
)
.clearable();
pub(super) const TEMPLATE: Param =
    Param::new("template", Kind::text(TEXT_MAX_CHARACTERS), "None is on file here.").clearable();
pub(super) const RENDERING_OPTIONS: Param =
    Param::new("rendering_options", Kind::Object(&[AMOUNT_TAX_DISPLAY, TEMPLATE]), "How invoices look.").clearable();
pub(super) const INVOICE_SETTINGS: Param = Param::new(
    "invoice_settings",
    Kind::Object(&[CUSTOM_FIELDS, DEFAULT_PAYMENT_METHOD, FOOTER, RENDERING_OPTIONS]),
    "What invoices look like.",
);
pub(super) const PREFERRED_LOCALES: Param = Param::new(
    "preferred_locales",
    Kind::Array { max: ARRAY_UNLIMITED, of: &Kind::text(TEXT_MAX_CHARACTERS) },
    "Languages, the dearest first.",
)
.clearable();
pub(super) const TAX_EXEMPT: Param =
    Param::new("tax_exempt", Kind::Word(&["none", "reverse", "exempt"]), "Whether the customer pays taxes.")
        .clearable();
pub(super) const TEST_CLOCK: Param = Param::new(
    "test_clock",
    Kind::text(ID_MAX_CHARACTERS),
    "The test clock whose time holds for the customer and all that is the customer's.",
);

// Nobody computes taxes here, and nobody holds cash: what is said of either is checked and changes nothing.
const IP_ADDRESS: Param = text("ip_address", "Checked, and not kept.");
pub(super) const TAX: Param = Param::new(
    "tax",
    Kind::Object(&[
        IP_ADDRESS,
        Param::new("validate_location", Kind::Word(&["deferred", "immediately"]), "Checked, and not kept."),
    ]),
    "Checked, and not kept: no taxes are computed here.",
);
pub(super) const TAX_CHANGE: Param = Param::new(
    "tax",
    Kind::Object(&[
        IP_ADDRESS,
        Param::new("validate_location", Kind::Word(&["auto", "deferred", "immediately"]), "Checked, and not kept."),
    ]),
    "Checked, and not kept: no taxes are computed here.",
);
pub(super) const CASH_BALANCE: Param = Param::new(
    "cash_balance",
    Kind::Object(&[Param::new(
        "settings",
        Kind::Object(&[Param::new(
            "reconciliation_mode",
            Kind::Word(&["automatic", "manual", "merchant_default"]),
            "Checked, and not kept.",
        )]),
        "Checked, and not kept.",
    )]),
    "Checked, and not kept: no cash is held here.",
);

/// What the request says of a customer.
pub(super) fn patch(params: &Object<'_>) -> Result<BillingCustomerPatch, Fault> {
    check_email(params)?;
    check_invoice_prefix(params)?;
    let settings = params.object(&INVOICE_SETTINGS);
    let rendering = settings.and_then(|settings| settings.object(&RENDERING_OPTIONS));
    let unset_rendering = settings.is_some_and(|settings| settings.is_unset(&RENDERING_OPTIONS));
    Ok(BillingCustomerPatch {
        name: params.patch(&NAME),
        email: params.patch(&EMAIL),
        phone: params.patch(&PHONE),
        description: params.patch(&DESCRIPTION),
        business_name: params.patch(&BUSINESS_NAME),
        individual_name: params.patch(&INDIVIDUAL_NAME),
        address: nested(params, &ADDRESS, address),
        shipping: nested(params, &SHIPPING, shipping),
        balance: params.get(&BALANCE),
        invoice_prefix: params.get(&INVOICE_PREFIX),
        custom_fields: settings.map_or(Patch::Keep, custom_fields),
        footer: settings.map_or(Patch::Keep, |settings| settings.patch(&FOOTER)),
        amount_tax_display: match rendering {
            Some(rendering) => rendering.patch(&AMOUNT_TAX_DISPLAY),
            None if unset_rendering => Patch::Clear,
            None => Patch::Keep,
        },
        next_invoice_sequence: params.get(&NEXT_INVOICE_SEQUENCE).map(i64::unsigned_abs),
        preferred_locales: match params.patch::<Vec<String>>(&PREFERRED_LOCALES) {
            Patch::Keep => None,
            Patch::Clear => Some(Vec::new()),
            Patch::Set(locales) => Some(locales),
        },
        tax_exempt: match params.patch::<&str>(&TAX_EXEMPT) {
            Patch::Keep => None,
            Patch::Clear => Some(TaxExempt::None),
            Patch::Set(_) => params.word(&TAX_EXEMPT, &TaxExempt::ALL, TaxExempt::as_str),
        },
        metadata: metadata::change(params),
    })
}

/// What a request says of an object that it may unset.
fn nested<'o, T>(params: &'o Object<'_>, param: &Param, read: impl FnOnce(&'o Object<'o>) -> T) -> Patch<T> {
    match params.object(param) {
        Some(object) => Patch::Set(read(object)),
        None if params.is_unset(param) => Patch::Clear,
        None => Patch::Keep,
    }
}

fn address(parts: &Object<'_>) -> AddressPatch {
    let [city, country, line1, line2, postal_code, state] = [0, 1, 2, 3, 4, 5].map(|place| parts.patch(&PARTS[place]));
    AddressPatch { city, country, line1, line2, postal_code, state }
}

fn shipping(shipping: &Object<'_>) -> ShippingPatch {
    ShippingPatch {
        address: shipping.object(&SHIPPING_ADDRESS).map(address).unwrap_or_default(),
        name: shipping.get(&SHIPPING_NAME).unwrap_or_default(),
        phone: shipping.patch(&SHIPPING_PHONE),
    }
}

fn custom_fields(settings: &Object<'_>) -> Patch<Vec<CustomField>> {
    if settings.is_unset(&CUSTOM_FIELDS) {
        return Patch::Clear;
    }
    let Some(fields) = settings.objects(&CUSTOM_FIELDS) else { return Patch::Keep };
    let field =
        |field: &Object<'_>| Some(CustomField { name: field.get(&FIELD_NAME)?, value: field.get(&FIELD_VALUE)? });
    Patch::Set(fields.into_iter().filter_map(field).collect())
}

/// An address has something before its last `@` and something behind it, and no white space. More is not known of
/// addresses without writing to them.
fn check_email(params: &Object<'_>) -> Result<(), Fault> {
    let Some(email) = params.get::<&str>(&EMAIL) else { return Ok(()) };
    let is_plain = !email.contains(|character: char| character.is_whitespace() || character.is_control());
    match email.rsplit_once('@') {
        Some((local, domain)) if is_plain && !local.is_empty() && !domain.is_empty() => Ok(()),
        _ => Err(wording::not_an_email(email, &Path::Root.key(EMAIL.name))),
    }
}

fn check_invoice_prefix(params: &Object<'_>) -> Result<(), Fault> {
    let Some(prefix) = params.get::<&str>(&INVOICE_PREFIX) else { return Ok(()) };
    let is_plain = prefix.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if is_plain && (1..=INVOICE_PREFIX_MAX_CHARACTERS).contains(&prefix.len()) {
        return Ok(());
    }
    Err(undecided::invoice_prefix(&Path::Root.key(INVOICE_PREFIX.name)))
}
