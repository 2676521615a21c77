//! What the domain refuses, in Stripe's words.

use super::operation::Operation;
use super::{error, undecided};
use crate::fault::Fault;
use crate::params::wording::Shortened;
use tollgate_domain::currency::Currency;
use tollgate_domain::feature::FEATURES_MAX;
use tollgate_domain::metadata::METADATA_MAX_KEYS;
use tollgate_domain::record::Noun;
use tollgate_domain::refusal::{AccessRefusal, Reference, Refusal, Taken};

/// The fault that tells of a refusal of an operation.
pub(super) fn fault(operation: Operation, refusal: &Refusal) -> Fault {
    match refusal {
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
        Refusal::Access(refusal) => access(refusal),
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
    let what = noun.singular();
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
        _ => "id",
    }
}

fn reference_param(operation: Operation, reference: Reference) -> &'static str {
    match (reference, operation) {
        (Reference::ProductOfPrice, _) => "product",
        (Reference::DefaultPrice, _) => "default_price",
        (Reference::TaxCode, Operation::PriceCreate) => "product_data[tax_code]",
        (Reference::TaxCode, _) => "tax_code",
        (Reference::EntitlementFeature, _) => "entitlement_feature",
    }
}
