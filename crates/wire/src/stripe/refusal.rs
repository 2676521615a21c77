//! What the domain refuses, in Stripe's words.

use super::operation::Operation;
use super::{error, subscription, undecided};
use crate::fault::Fault;
use crate::params::wording::{self, Shortened};
use std::borrow::Cow;
use tollgate_domain::currency::Currency;
use tollgate_domain::feature::FEATURES_MAX;
use tollgate_domain::metadata::METADATA_MAX_KEYS;
use tollgate_domain::record::Noun;
use tollgate_domain::refusal::{AccessRefusal, MeterRefusal, OfferRefusal, PlanRefusal, Reference, Refusal, Taken};
use tollgate_domain::test_clock::CUSTOMERS_MAX;
use tollgate_domain::webhook::endpoint::ENDPOINTS_MAX;

/// The fault that tells of a refusal of an operation.
pub(super) fn fault(operation: Operation, refusal: &Refusal) -> Fault {
    match refusal {
        Refusal::NoSubject { noun: Noun::Price, id } if is_about_plans(operation) => {
            no_such_called("plan", id).about("plan").with_status(404)
        }
        Refusal::NoSubject { noun, id } => no_such(*noun, id).about(subject_param(*noun)).with_status(404),
        Refusal::NoReference { reference, id } => {
            no_such(reference.noun(), id).about(reference_param(operation, *reference))
        }
        Refusal::ProductExists(_) => Fault::invalid("Product already exists.").with_code("resource_already_exists"),
        Refusal::ProductHasPrices(_) => {
            Fault::invalid("This product cannot be deleted because it has one or more user-created prices.")
        }
        Refusal::LookupKeyTaken { holder } => {
            Fault::invalid(format!("A price (`{holder}`) already uses that lookup key.")).about("lookup_key")
        }
        Refusal::DefaultPriceOfAnotherProduct { price, owner } => {
            undecided::default_price_of_another_product(price, owner)
        }
        Refusal::DefaultPriceInactive(price) => undecided::default_price_inactive(price),
        Refusal::PriceIsDefault(_) => {
            Fault::invalid("This price cannot be archived because it is the default price of its product.")
        }
        Refusal::TaxBehaviorFixed { option: None } => undecided::tax_behavior_fixed("tax_behavior"),
        Refusal::TaxBehaviorFixed { option: Some(currency) } => {
            undecided::tax_behavior_fixed(format!("{}[tax_behavior]", option_param(operation, *currency)))
        }
        Refusal::OptionInOwnCurrency(currency) => option_in_own_currency(operation, *currency),
        Refusal::OptionChargesOtherwise(currency) => {
            undecided::option_charges_otherwise(*currency, option_param(operation, *currency))
        }
        Refusal::OptionWithoutAmount(currency) => {
            undecided::option_without_amount(*currency, option_param(operation, *currency))
        }
        Refusal::TooManyMetadataKeys { count } => too_many_metadata_keys(*count).about("metadata"),
        Refusal::TimeInPast { field, at } => wording::in_the_past(field, at.seconds()),
        Refusal::TimeTooFar { field } => wording::too_far_ahead(field),
        Refusal::Offer(refusal) => offer(refusal),
        Refusal::Plan(refusal) => plan(operation, refusal),
        Refusal::Meter(refusal) => meter(refusal),
        Refusal::TestClockFull => undecided::test_clock_full(CUSTOMERS_MAX),
        Refusal::TestClock(refusal) => undecided::test_clock_refused(*refusal),
        Refusal::TooManyWebhookEndpoints => undecided::too_many_webhook_endpoints(ENDPOINTS_MAX),
        Refusal::WebhookEndpointDisabled(id) => undecided::webhook_endpoint_disabled(id),
        Refusal::Access(refusal) => access(refusal),
        Refusal::Subscription(refusal) => subscription::refused(operation, refusal),
    }
}

fn is_about_plans(operation: Operation) -> bool {
    matches!(operation, Operation::PlanRetrieve | Operation::PlanUpdate | Operation::PlanDelete)
}

/// What meters refuse.
fn meter(refusal: &MeterRefusal) -> Fault {
    match refusal {
        MeterRefusal::NameTaken { event_name } => Fault::invalid(format!(
            "An active meter already exists for event name '{event_name}'. To create a new meter with the same event \
             name, first deactivate the currently active meter."
        )),
        MeterRefusal::NoMeter { event_name } => undecided::no_meter(event_name),
        MeterRefusal::IdentifierTaken { identifier } => undecided::meter_event_exists(identifier),
        MeterRefusal::BadInstant => undecided::meter_event_time(),
        MeterRefusal::NoEvent { identifier } => no_such_called("meter event", identifier).about("cancel[identifier]"),
        MeterRefusal::TooLate { identifier } => undecided::meter_event_too_old(identifier),
    }
}

/// What plans refuse.
fn plan(operation: Operation, refusal: &PlanRefusal) -> Fault {
    let fault = match refusal {
        PlanRefusal::Exists(_) => {
            return Fault::invalid("Plan already exists.").with_code("resource_already_exists");
        }
        PlanRefusal::IsDefault(id) => undecided::plan_is_default(id),
        PlanRefusal::InUse(id) => undecided::plan_in_use(id),
    };
    if operation == Operation::PlanUpdate { fault.about("product") } else { fault }
}

/// What coupons and promotion codes refuse.
fn offer(refusal: &OfferRefusal) -> Fault {
    match refusal {
        OfferRefusal::CouponExists(_) => Fault::invalid("Coupon already exists.").with_code("resource_already_exists"),
        OfferRefusal::OptionInOwnCurrency(currency) => undecided::coupon_option_in_own_currency(*currency),
        OfferRefusal::TakesPercent => undecided::coupon_takes_percent(),
        OfferRefusal::CodeTaken { code } => {
            Fault::invalid(format!("An active promotion code with `code: {}` already exists.", Shortened(code)))
        }
        OfferRefusal::OutlivesCoupon => undecided::promotion_code_outlives_coupon(),
        OfferRefusal::OutnumbersCoupon => undecided::promotion_code_outnumbers_coupon(),
        OfferRefusal::NotRedeemable => undecided::promotion_code_not_redeemable(),
        OfferRefusal::NoMinimum => undecided::no_minimum_amount("restrictions[currency_options]"),
        OfferRefusal::MinimumInOwnCurrency(currency) => {
            undecided::minimum_in_own_currency(*currency, format!("restrictions[currency_options][{currency}]"))
        }
    }
}

/// What access refuses to those who speak of it in Stripe's words.
fn access(refusal: &AccessRefusal) -> Fault {
    match refusal {
        AccessRefusal::KeyTaken(Taken::Feature(holder)) => undecided::lookup_key_of_feature(holder),
        AccessRefusal::FeatureArchived => undecided::feature_archived(),
        AccessRefusal::AlreadyAttached => undecided::feature_attached(),
        AccessRefusal::TooManyFeatures => undecided::too_many_features(FEATURES_MAX),
        // No command of this dialect is refused for any of these reasons.
        AccessRefusal::NoCustomer { .. }
        | AccessRefusal::NoFeature { .. }
        | AccessRefusal::NoProduct { .. }
        | AccessRefusal::NoVersion { .. }
        | AccessRefusal::NoBonus { .. }
        | AccessRefusal::NoOverride { .. }
        | AccessRefusal::NoEvent { .. }
        | AccessRefusal::KeyTaken(Taken::Product)
        | AccessRefusal::EventKeyTaken
        | AccessRefusal::StripeManaged
        | AccessRefusal::NotAssignable { .. }
        | AccessRefusal::UnknownProductKey { .. }
        | AccessRefusal::DefaultProduct(_)
        | AccessRefusal::DefaultHasOneVersion
        | AccessRefusal::BadAccess { .. }
        | AccessRefusal::NotTracked
        | AccessRefusal::BadInstant { .. }
        | AccessRefusal::TotalTooLarge
        | AccessRefusal::BonusConsumed { .. }
        | AccessRefusal::StripeCustomer
        | AccessRefusal::Linked(_)
        | AccessRefusal::NotForSale(_)
        | AccessRefusal::NoSession
        | AccessRefusal::TooManyCustomProducts
        | AccessRefusal::TooManyVersions => error::internal(),
    }
}

/// More metadata than one object holds; not yet about a parameter.
pub(super) fn too_many_metadata_keys(count: usize) -> Fault {
    Fault::invalid(format!("Metadata can have up to {METADATA_MAX_KEYS} keys, but you've set {count}."))
}

fn option_in_own_currency(operation: Operation, currency: Currency) -> Fault {
    Fault::invalid(
        "You are specifying an update to a currency option that matches the top-level currency for this price. Please \
         remove this currency option and update the top-level params instead.",
    )
    .about(option_param(operation, currency))
}

fn option_param(operation: Operation, currency: Currency) -> String {
    match operation {
        Operation::ProductCreate => format!("default_price_data[currency_options][{currency}]"),
        _ => format!("currency_options[{currency}]"),
    }
}

/// An object that does not exist; not yet about a parameter.
pub(super) fn no_such(noun: Noun, id: &str) -> Fault {
    no_such_called(
        match noun {
            Noun::TestClock => "billingclock",
            _ => noun.singular(),
        },
        id,
    )
}

/// The same, of something that is not kept.
pub(super) fn no_such_called(what: &str, id: &str) -> Fault {
    let is_stray = |character: char| character.is_whitespace() || matches!(character, '"' | '\'' | '`');
    let hint = if id.starts_with(is_stray) || id.ends_with(is_stray) {
        ". Make sure you use the exact id without extra whitespace or quotes"
    } else {
        ""
    };
    Fault::invalid(format!("No such {what}: '{}'{hint}", Shortened(id))).with_code("resource_missing")
}

fn subject_param(noun: Noun) -> &'static str {
    match noun {
        Noun::Price => "price",
        Noun::WebhookEndpoint => "webhook_endpoint",
        Noun::Coupon => "coupon",
        Noun::TestClock => "test_clock",
        Noun::PromotionCode => "promotion_code",
        _ => "id",
    }
}

fn reference_param(operation: Operation, reference: Reference) -> Cow<'static, str> {
    Cow::Borrowed(match (reference, operation) {
        (Reference::ProductOfPrice, _) => "product",
        (Reference::DefaultPrice, _) => "default_price",
        (Reference::TaxCode, Operation::PriceCreate) => "product_data[tax_code]",
        (Reference::TaxCode, _) => "tax_code",
        (Reference::EntitlementFeature, _) => "entitlement_feature",
        (Reference::WebhookEndpoint, _) => "webhook_endpoint",
        (Reference::ProductOfCoupon(index), _) => return Cow::Owned(format!("applies_to[products][{index}]")),
        (Reference::CouponOfPromotionCode, _) => "promotion[coupon]",
        (Reference::NamedCustomer | Reference::EntitledCustomer, _) => "customer",
        (Reference::DeletedCustomer, _) => "id",
        (Reference::TestClock, _) => "test_clock",
    })
}
