//! What Stripe answers here is not known from any source (spec/stripe.md 13).
//!
//! Each is an `invalid_request_error` with status 400 that names its parameter. A sentence that turns out to be
//! different is replaced here.

use crate::fault::Fault;
use crate::form::{FormFault, PAIRS_MAX};
use crate::params::Path;
use crate::params::wording::{self, Shortened};
use std::fmt::Display;
use tollgate_domain::currency::Currency;
use tollgate_domain::id::{FeatureId, PriceId, ProductId, SubscriptionItemId, WebhookEndpointId};
use tollgate_domain::test_clock::TestClockRefusal;

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

pub(crate) fn meter_keys_are_equal() -> Fault {
    Fault::invalid("The customer and the value cannot be at the same key of the payload.")
        .about("value_settings[event_payload_key]")
}

pub(crate) fn no_meter(event_name: &str) -> Fault {
    Fault::invalid(format!("No active meter found for event name '{}'.", Shortened(event_name)))
        .with_code("resource_missing")
        .about("event_name")
}

pub(crate) fn meter_event_exists(identifier: &str) -> Fault {
    Fault::invalid(format!("An event already exists with identifier {}.", Shortened(identifier)))
        .with_code("resource_already_exists")
        .about("identifier")
}

pub(crate) fn meter_event_time() -> Fault {
    Fault::invalid("The timestamp must be within the past 35 days or up to 5 minutes in the future.").about("timestamp")
}

pub(crate) fn meter_event_too_old(identifier: &str) -> Fault {
    let identifier = Shortened(identifier);
    Fault::invalid(format!("The event '{identifier}' was reported more than 24 hours ago and cannot be cancelled."))
        .about("cancel[identifier]")
}

pub(crate) fn not_aligned(seconds: i64, path: &Path<'_>) -> Fault {
    let boundary = match seconds {
        60 => "minute",
        3600 => "hour",
        _ => "UTC day",
    };
    Fault::invalid(format!("`{path}` must be aligned with {boundary} boundaries.")).about(path)
}

pub(crate) fn ends_before_it_starts(path: &Path<'_>) -> Fault {
    Fault::invalid("`end_time` must be after `start_time`.").about(path)
}

pub(crate) fn plan_is_default(id: &PriceId) -> Fault {
    Fault::invalid(format!("The plan '{id}' is the default price of its product, and stays there as long as it is."))
}

pub(crate) fn plan_in_use(id: &PriceId) -> Fault {
    Fault::invalid(format!("The plan '{id}' is used by subscriptions. Set `active=false` to take it out of use."))
}

pub(crate) fn months_without_repeating(path: &Path<'_>) -> Fault {
    Fault::invalid("`duration_in_months` can only be set when `duration=repeating`.").about(path)
}

pub(crate) fn coupon_takes_percent() -> Fault {
    Fault::invalid("`currency_options` can only be set on a coupon with `amount_off`.").about("currency_options")
}

pub(crate) fn coupon_option_in_own_currency(currency: Currency) -> Fault {
    Fault::invalid(format!("The currency option `{currency}` must be as the coupon itself, which is in that currency."))
        .about(format!("currency_options[{currency}]"))
}

pub(crate) fn no_customer_accounts(path: &Path<'_>) -> Fault {
    Fault::invalid("There are no customer accounts; use `customer`.").about(path)
}

pub(crate) fn promotion_code_outlives_coupon() -> Fault {
    Fault::invalid("`expires_at` cannot be after the coupon's `redeem_by`.").about("expires_at")
}

pub(crate) fn promotion_code_outnumbers_coupon() -> Fault {
    Fault::invalid("`max_redemptions` cannot be greater than the coupon's.").about("max_redemptions")
}

pub(crate) fn promotion_code_not_redeemable() -> Fault {
    Fault::invalid("This promotion code cannot be made active: it, or its coupon, can no longer be redeemed.")
        .about("active")
}

pub(crate) fn minimum_amount_in_parts(path: &Path<'_>) -> Fault {
    Fault::invalid("`minimum_amount` and `minimum_amount_currency` must be set together.").about(path)
}

pub(crate) fn no_minimum_amount(param: impl Display) -> Fault {
    Fault::invalid("`currency_options` can only be set on a promotion code with a `minimum_amount`.").about(param)
}

pub(crate) fn minimum_in_own_currency(currency: Currency, param: impl Display) -> Fault {
    Fault::invalid(format!(
        "The currency option `{currency}` must be as the restrictions themselves, which are in that currency."
    ))
    .about(param)
}

pub(crate) fn invoice_prefix(path: &Path<'_>) -> Fault {
    Fault::invalid("Invoice number prefix must be 1–12 uppercase letters or numbers.").about(path)
}

pub(crate) fn none_on_file(what: &str, id: &str, path: &Path<'_>) -> Fault {
    Fault::invalid(format!("No such {what}: '{}'", Shortened(id))).with_code("resource_missing").about(path)
}

pub(crate) fn no_tax_ids(path: &Path<'_>) -> Fault {
    Fault::invalid("Tax ids are not kept by this server.").about(path)
}

pub(crate) fn test_clock_full(max: usize) -> Fault {
    Fault::invalid(format!("A test clock can have at most {max} customers.")).about("test_clock")
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

pub(crate) fn test_clock_in_live_mode() -> Fault {
    Fault::invalid("Test clocks are there in test mode only.")
}

pub(crate) fn test_clock_refused(refusal: TestClockRefusal) -> Fault {
    let message = match refusal {
        TestClockRefusal::Advancing => "The test clock is advancing. Wait until it is ready, and try again.",
        TestClockRefusal::NotAhead => "The time to advance to must be after the current time of the test clock.",
        TestClockRefusal::TooFar { subscribed: true } => {
            "The time to advance to cannot be more than two intervals ahead, by the shortest subscription of the test clock."
        }
        TestClockRefusal::TooFar { subscribed: false } => "The time to advance to cannot be more than two years ahead.",
    };
    Fault::invalid(message).about("frozen_time")
}

pub(crate) fn too_many_webhook_endpoints(max: usize) -> Fault {
    Fault::invalid(format!("You have reached the maximum of {max} webhook endpoints."))
}

pub(crate) fn webhook_endpoint_disabled(id: &WebhookEndpointId) -> Fault {
    Fault::invalid(format!("The webhook endpoint '{id}' is disabled.")).about("webhook_endpoint")
}

pub(crate) fn webhook_without_tls() -> Fault {
    Fault::invalid("Invalid URL: in live mode the URL of a webhook endpoint must begin with https://.")
        .with_code("url_invalid")
        .about("url")
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

pub(crate) fn too_many_subscriptions(max: usize) -> Fault {
    Fault::invalid(format!("This customer has reached the limit of {max} subscriptions."))
        .with_code("customer_max_subscriptions")
}

pub(crate) fn product_inactive(product: &ProductId, param: impl Display) -> Fault {
    Fault::invalid(format!(
        "The product {product} is marked as inactive, and thus no new subscriptions can be created with its prices."
    ))
    .about(param)
}

pub(crate) fn mixed_intervals() -> Fault {
    Fault::invalid(
        "All prices on a subscription must have the same `recurring.interval` and `recurring.interval_count`. If you \
         meant to update an existing subscription item instead of creating a new one, make sure to include the existing \
         subscription item's `id` in your request. See examples at \
         https://stripe.com/docs/billing/subscriptions/upgrading-downgrading#changing.",
    )
    .about("items")
}

pub(crate) fn last_item() -> Fault {
    Fault::invalid(
        "A subscription must have at least one active plan. To cancel a subscription, please use the cancel API endpoint \
         on the subscription.",
    )
    .about("items")
}

pub(crate) fn item_twice(item: &SubscriptionItemId, param: impl Display) -> Fault {
    Fault::invalid(format!("The subscription item {item} is named more than once.")).about(param)
}

pub(crate) fn item_without_price(path: &Path<'_>) -> Fault {
    wording::missing(&path.key("price"))
}

pub(crate) fn quantity_of_metered(param: impl Display) -> Fault {
    Fault::invalid("Quantity should not be specified where usage_type is `metered`.").about(param)
}

pub(crate) fn not_in_the_past(name: &str) -> Fault {
    Fault::invalid(format!("The parameter `{name}` expects a unix timestamp in the past.")).about(name)
}

pub(crate) fn anchor_too_far(natural: i64) -> Fault {
    Fault::invalid(format!(
        "`billing_cycle_anchor` cannot be later than next natural billing date ({natural}) for plan"
    ))
    .about("billing_cycle_anchor")
}

pub(crate) fn incomplete(param: impl Display) -> Fault {
    Fault::invalid("You cannot update a subscription in `incomplete` status, but for its metadata.").about(param)
}

pub(crate) fn no_trial_from_here() -> Fault {
    Fault::invalid("A trial can only be set on a subscription that is `active` or `trialing`.")
        .with_code("status_transition_invalid")
        .about("trial_end")
}
