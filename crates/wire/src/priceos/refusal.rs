//! What the domain refuses, in this dialect's words.

use super::fault::{Code, Fault};
use tollgate_domain::custom_product::CUSTOM_PRODUCTS_MAX;
use tollgate_domain::customer::MERGED_EVENTS_MAX;
use tollgate_domain::definition::VERSIONS_MAX;
use tollgate_domain::feature::FEATURES_MAX;
use tollgate_domain::metadata::METADATA_MAX_KEYS;
use tollgate_domain::record::Noun;
use tollgate_domain::refusal::{
    AccessFault, AccessRefusal, CheckoutFault, DefaultConflict, LinkConflict, Refusal, Taken,
};

/// The fault that tells of a refusal.
pub fn fault(refusal: &Refusal) -> Fault {
    match refusal {
        Refusal::Access(refusal) => access(refusal),
        Refusal::NoSubject { noun, id } => {
            let code = match noun {
                Noun::Product | Noun::CustomProduct => Code::ProductNotFound,
                Noun::Feature => Code::FeatureNotFound,
                Noun::Customer => Code::CustomerNotFound,
                _ => Code::NotFound,
            };
            Fault::new(code, format!("There is no {} `{id}`.", noun.singular()))
        }
        Refusal::NoReference { reference, id } => {
            Fault::new(Code::InvalidParameter, format!("There is no {} `{id}`.", reference.noun().singular()))
        }
        Refusal::TooManyMetadataKeys { .. } => {
            Fault::invalid("metadata", &format!("can have at most {METADATA_MAX_KEYS} keys."))
        }
        // These are about prices, and about products of Stripe, which this dialect does not write.
        Refusal::ProductExists(_)
        | Refusal::ProductHasPrices(_)
        | Refusal::LookupKeyTaken { .. }
        | Refusal::DefaultPriceOfAnotherProduct { .. }
        | Refusal::DefaultPriceInactive(_)
        | Refusal::PriceIsDefault(_)
        | Refusal::TaxBehaviorFixed { .. }
        | Refusal::OptionInOwnCurrency(_)
        | Refusal::OptionChargesOtherwise(_)
        | Refusal::TooManyWebhookEndpoints
        | Refusal::WebhookEndpointDisabled(_)
        | Refusal::OptionWithoutAmount(_)
        | Refusal::TestClockFull
        | Refusal::TestClock(_)
        | Refusal::TimeInPast { .. }
        | Refusal::TimeTooFar { .. }
        | Refusal::Subscription(_)
        | Refusal::Offer(_)
        | Refusal::Plan(_)
        | Refusal::Meter(_) => internal(),
    }
}

fn access(refusal: &AccessRefusal) -> Fault {
    use AccessRefusal as R;
    match refusal {
        R::NoCustomer { id } => {
            Fault::new(Code::CustomerNotFound, format!("There is no customer `{id}`.")).about("customerId")
        }
        R::NoFeature { key } => {
            Fault::new(Code::FeatureNotFound, format!("There is no feature `{key}`.")).about("featureKey")
        }
        R::NoProduct { key } => {
            Fault::new(Code::ProductNotFound, format!("There is no product `{key}`.")).about("productKey")
        }
        R::NoVersion { version, field } => {
            Fault::new(Code::VersionNotFound, format!("The product has no version {version}."))
                .about(field.unwrap_or("version"))
        }
        R::NoBonus { id } => Fault::new(Code::BonusNotFound, format!("There is no bonus `{id}`.")).about("bonusId"),
        R::NoOverride { id } => {
            Fault::new(Code::OverrideNotFound, format!("There is no override `{id}`.")).about("overrideId")
        }
        R::NoEvent { id } => Fault::new(Code::EventNotFound, format!("There is no usage event `{id}`.")).about("eventId"),
        R::KeyTaken(Taken::Feature(_)) => Fault::field(Code::KeyTaken, "featureKey", "is taken by another feature."),
        R::KeyTaken(Taken::Product) => Fault::field(Code::KeyTaken, "key", "is taken by another product."),
        R::EventKeyTaken => {
            Fault::field(Code::EventKeyTaken, "eventKey", "is that of another event of this customer and feature.")
        }
        R::FeatureArchived => Fault::new(Code::FeatureArchived, "The feature is archived.").about("featureKey"),
        R::StripeManaged => Fault::new(
            Code::StripeManaged,
            "This is a product of Stripe: its name, metadata and archiving follow Stripe, it cannot be the default, and \
             customers come to its versions by their subscriptions.",
        ),
        R::NotAssignable { index, key } => Fault::new(
            Code::NotAssignable,
            format!("The product `{key}` cannot be assigned: only custom products can, other than the default and archived ones."),
        )
        .about(format!("customProductKeys[{index}]")),
        R::UnknownProductKey { index, key } => {
            Fault::new(Code::InvalidParameter, format!("There is no product `{key}`."))
                .about(format!("customProductKeys[{index}]"))
        }
        R::DefaultProduct(conflict) => default_conflict(*conflict),
        R::DefaultHasOneVersion => {
            Fault::invalid("newVersion", "cannot be true for the default product, which has one version.")
        }
        R::BadAccess { entry, fault } => bad_access(*entry, *fault),
        R::AlreadyAttached => internal(),
        R::NotTracked => Fault::invalid("featureKey", "must be a limit feature whose usage is tracked."),
        R::BadInstant { field } => {
            Fault::invalid(*field, "must not be before the year 2000, nor more than five minutes ahead.")
        }
        R::TotalTooLarge => Fault::invalid("amount", "makes the total too large to hold."),
        R::BonusConsumed { burnt } => {
            Fault::new(Code::BonusConsumed, format!("{burnt} of this bonus is used already."))
        }
        R::StripeCustomer => Fault::new(
            Code::StripeCustomer,
            "This customer is linked to a customer of Stripe, and is deleted by deleting that one in Stripe.",
        ),
        R::Linked(LinkConflict::Customer) => Fault::field(
            Code::CustomerLinked,
            "customerId",
            "is linked to another customer of Stripe; pass `force: true` to link it anew.",
        ),
        R::Linked(LinkConflict::StripeCustomer) => Fault::field(
            Code::CustomerLinked,
            "stripeCustomerId",
            "is linked to another customer; pass `force: true` to take it from there.",
        ),
        R::Linked(LinkConflict::TooMuchUsage) => Fault::field(
            Code::CustomerLinked,
            "stripeCustomerId",
            &format!("has more than {MERGED_EVENTS_MAX} usage events of its own, more than one link can move."),
        ),
        R::NotForSale(fault) => not_for_sale(*fault),
        R::NoSession => Fault::new(Code::NotFound, "There is no such page, or not any more."),
        R::TooManyFeatures => too_many("features", FEATURES_MAX),
        R::TooManyCustomProducts => too_many("custom products", CUSTOM_PRODUCTS_MAX),
        R::TooManyVersions => Fault::invalid("newVersion", &format!("would be version {}; there can be {VERSIONS_MAX}.", VERSIONS_MAX + 1)),
    }
}

fn not_for_sale(fault: CheckoutFault) -> Fault {
    use CheckoutFault as F;
    match fault {
        F::CustomProduct => {
            Fault::invalid("productKey", "is the key of a custom product; only products of Stripe are sold.")
        }
        F::ProductInactive => Fault::invalid("productKey", "is the key of an archived product."),
        F::NoDefaultPrice => {
            Fault::field(Code::MissingParameter, "stripePriceId", "is required where the product has no default price.")
        }
        F::NoPrice => Fault::invalid("stripePriceId", "is not the id of a price."),
        F::PriceOfAnother => Fault::invalid("stripePriceId", "is the id of a price of another product."),
        F::PriceInactive => Fault::invalid("stripePriceId", "is the id of an archived price."),
        F::PriceIsOneTime => {
            Fault::invalid("stripePriceId", "is the id of a price that is charged once, not by subscription.")
        }
    }
}

fn too_many(what: &str, max: usize) -> Fault {
    Fault::new(Code::InvalidParameter, format!("There can be at most {max} {what}."))
}

fn default_conflict(conflict: DefaultConflict) -> Fault {
    let reason = match conflict {
        DefaultConflict::IsAssigned => "A product that is assigned to customers cannot be the default.",
        DefaultConflict::HasVersions => "A product with more than one version cannot be the default.",
        DefaultConflict::Archived => "The default product cannot be archived, nor an archived one be the default.",
    };
    Fault::new(Code::DefaultProductConflict, reason)
}

fn bad_access(entry: Option<usize>, fault: AccessFault) -> Fault {
    let at = |field: &str| match entry {
        Some(index) => format!("featureAccess[{index}].{field}"),
        None => field.to_owned(),
    };
    match fault {
        AccessFault::NoFeature => Fault::invalid(at("featureKey"), "is not the key of a feature."),
        AccessFault::Archived => {
            Fault::field(Code::FeatureArchived, at("featureKey"), "is that of an archived feature.")
        }
        AccessFault::LimitOfBoolean => Fault::invalid(at("limit"), "can only be given for features of type limit."),
        AccessFault::UnlimitedBoolean => {
            Fault::invalid(at("isUnlimited"), "can only be true for features of type limit.")
        }
        AccessFault::NoLimit => Fault::field(
            Code::MissingParameter,
            at("limit"),
            "is required where there is access that is not unlimited.",
        ),
    }
}

fn internal() -> Fault {
    Fault::new(Code::Internal, "Something went wrong on the server's side.")
}
