//! What Stripe answers here is not known from any source (spec/stripe.md 13).
//!
//! Each is an `invalid_request_error` with status 400 that names its parameter. A sentence that turns out to be
//! different is replaced here.

use crate::fault::Fault;
use crate::form::{FormFault, PAIRS_MAX};
use crate::params::Path;
use crate::params::wording::Shortened;
use std::fmt::Display;
use tollgate_domain::currency::Currency;
use tollgate_domain::id::{FeatureId, PriceId, ProductId};

impl From<FormFault> for Fault {
    fn from(fault: FormFault) -> Self {
        let (message, key) = match fault {
            FormFault::Percent { key } => ("Invalid percent-encoding in the request.".to_owned(), Some(key)),
            FormFault::Utf8 { key } => ("Invalid UTF-8 in the request.".to_owned(), Some(key)),
            FormFault::TooDeep { key } => ("Parameters are nested too deeply.".to_owned(), Some(key)),
            FormFault::TooManyPairs => (format!("A request may have at most {PAIRS_MAX} parameters."), None),
        };
        Self { param: key, ..Self::invalid(message).before_lookup() }
    }
}

pub(crate) fn id_characters(path: &Path<'_>) -> Fault {
    Fault::invalid("Invalid id: it must not contain control characters or slashes.").about(path)
}

pub(crate) fn not_a_scalar(expected: &str, path: &Path<'_>) -> Fault {
    Fault::invalid(format!("Invalid {expected}")).about(path)
}

pub(crate) fn metadata_value(path: &Path<'_>) -> Fault {
    Fault::invalid("Metadata values must be strings.").about(path)
}

pub(crate) fn too_large(text: &str, path: &Path<'_>) -> Fault {
    Fault::invalid(format!("Invalid decimal: {}; it is too large.", Shortened(text))).about(path)
}

pub(crate) fn only_with_tiered(name: &str, path: &Path<'_>) -> Fault {
    Fault::invalid(format!("`{name}` can only be set when `billing_scheme=tiered`.")).about(path)
}

pub(crate) fn not_with_tiered(name: &str, path: &Path<'_>) -> Fault {
    Fault::invalid(format!("`{name}` cannot be set when `billing_scheme=tiered`.")).about(path)
}

pub(crate) fn no_tiers_here(path: &Path<'_>) -> Fault {
    Fault::invalid("`tiers` requires `billing_scheme=tiered`, which a default price cannot have.").about(path)
}

pub(crate) fn last_tier_is_bounded(path: &Path<'_>) -> Fault {
    Fault::invalid("The last tier must have `up_to=inf`.").about(path)
}

pub(crate) fn tiers_do_not_rise(path: &Path<'_>) -> Fault {
    Fault::invalid(
        "Each tier's `up_to` must be greater than that of the tier before it, and only the last may be `inf`.",
    )
    .about(path)
}

pub(crate) fn tier_without_amount(path: &Path<'_>) -> Fault {
    Fault::invalid("Each tier needs an amount: one of `unit_amount`, `unit_amount_decimal`, `flat_amount` or `flat_amount_decimal`.")
        .about(path)
}

pub(crate) fn custom_amount_disabled(path: &Path<'_>) -> Fault {
    Fault::invalid("`enabled` must be true; leave `custom_unit_amount` out otherwise.").about(path)
}

pub(crate) fn custom_amount_bounds(lower: &str, upper: &str, path: &Path<'_>) -> Fault {
    Fault::invalid(format!("`{lower}` must not be greater than `{upper}`.")).about(path)
}

pub(crate) fn custom_amount_recurs(path: &Path<'_>) -> Fault {
    Fault::invalid("`custom_unit_amount` cannot be set on a recurring price.").about(path)
}

pub(crate) fn meter_without_metered(path: &Path<'_>) -> Fault {
    Fault::invalid("`meter` can only be set when `usage_type=metered`.").about(path)
}

pub(crate) fn default_price_of_another_product(price: &PriceId, owner: &ProductId) -> Fault {
    Fault::invalid(format!("The price '{price}' belongs to another product, '{owner}'.")).about("default_price")
}

pub(crate) fn default_price_inactive(price: &PriceId) -> Fault {
    Fault::invalid(format!("The price '{price}' is not active and cannot be the default price of its product."))
        .about("default_price")
}

pub(crate) fn tax_behavior_fixed(param: impl Display) -> Fault {
    Fault::invalid("`tax_behavior` cannot be changed once it is set to `inclusive` or `exclusive`.").about(param)
}

pub(crate) fn option_charges_otherwise(currency: Currency, param: impl Display) -> Fault {
    Fault::invalid(format!("The currency option `{currency}` must be priced in the same way as its price."))
        .about(param)
}

pub(crate) fn option_without_amount(currency: Currency, param: impl Display) -> Fault {
    Fault::invalid(format!("The currency option `{currency}` needs an amount.")).about(param)
}

pub(crate) fn lookup_key_of_feature(holder: &FeatureId) -> Fault {
    Fault::invalid(format!("A feature (`{holder}`) already uses that lookup key."))
        .with_code("resource_already_exists")
        .about("lookup_key")
}

pub(crate) fn feature_archived() -> Fault {
    Fault::invalid("An archived feature cannot be attached to a product.").about("entitlement_feature")
}

pub(crate) fn feature_attached() -> Fault {
    Fault::invalid("The feature is attached to this product already.").about("entitlement_feature")
}

pub(crate) fn too_many_features(max: usize) -> Fault {
    Fault::invalid(format!("There can be at most {max} features."))
}

pub(crate) fn search_mixes_joins() -> Fault {
    Fault::invalid("A search query cannot combine `AND` and `OR`.").about("query")
}

pub(crate) fn search_has_too_many_clauses(max: usize) -> Fault {
    Fault::invalid(format!("A search query can have at most {max} clauses.")).about("query")
}

pub(crate) fn search_part_too_short(field: &str, min: usize) -> Fault {
    Fault::invalid(format!("A substring search of `{field}` needs at least {min} characters.")).about("query")
}

pub(crate) fn search_operator(field: &str, operator: &str) -> Fault {
    Fault::invalid(format!("The operator `{operator}` cannot be used with the field `{field}`.")).about("query")
}

pub(crate) fn bad_page() -> Fault {
    Fault::invalid("Invalid page. Use the `next_page` of an earlier answer to the same query.").about("page")
}

pub(crate) fn payload_too_large(max_bytes: usize) -> Fault {
    Fault::invalid(format!("The request body is larger than {max_bytes} bytes.")).with_status(413)
}

pub(crate) fn unsupported_media_type(content_type: &str) -> Fault {
    let content_type = Shortened(content_type);
    Fault::invalid(format!("Invalid content type: {content_type}; send application/x-www-form-urlencoded."))
        .with_status(415)
}

pub(crate) fn timeout() -> Fault {
    Fault::invalid("The request took too long to arrive.").with_status(408)
}

pub(crate) fn idempotency_key_too_long(max: usize) -> Fault {
    Fault::invalid(format!("Idempotency keys can be at most {max} characters long."))
}
