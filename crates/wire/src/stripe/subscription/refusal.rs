//! What the domain refuses of subscriptions, in Stripe's words.

use crate::fault::Fault;
use crate::params::{Path, wording};
use crate::stripe::operation::Operation;
use crate::stripe::refusal::no_such;
use crate::stripe::undecided;
use std::fmt::Display;
use tollgate_domain::currency::Currency;
use tollgate_domain::record::Noun;
use tollgate_domain::subscription::{ITEMS_MAX, Moment, Place, SubscriptionRefusal as No};

/// The fault that tells of a refusal.
pub(in crate::stripe) fn refused(operation: Operation, refusal: &No) -> Fault {
    match refusal {
        No::NoCustomer { id } => no_such(Noun::BillingCustomer, id).about("customer").with_status(404),
        No::TooManySubscriptions { max } => undecided::too_many_subscriptions(*max),
        No::TooManyItems => wording::array_too_long(&Path::Root.key("items"), ITEMS_MAX),
        No::NoPrice { place, id } => no_such(Noun::Price, id).about(price_at(*place)),
        No::NoProduct { place, id } => no_such(Noun::Product, id).about(in_item(*place, "price_data", "[product]")),
        No::LastItem => undecided::last_item(),
        No::NoItem { place, id } => no_such(Noun::SubscriptionItem, id).about(in_item(*place, "id", "")),
        No::UnknownItem { id } => Fault::invalid(format!("Invalid subscription_item id: {id}")).with_status(404),
        No::ItemTwice { place, id } => undecided::item_twice(id, in_item(*place, "id", "")),
        No::QuantityOfMetered { place } => undecided::quantity_of_metered(in_item(*place, "quantity", "")),
        No::Past { moment, given } => wording::in_the_past(name(*moment), given.seconds()),
        No::TooFar { moment } => wording::too_far_ahead(name(*moment)),
        No::Ahead { moment } => undecided::not_in_the_past(name(*moment)),
        No::AnchorTooFar { natural } => undecided::anchor_too_far(natural.seconds()),
        No::NoDaysUntilDue => {
            Fault::invalid("If invoice collection method is 'send_invoice', you must specify 'days_until_due'.")
        }
        No::DaysUntilDueOfCharge => {
            Fault::invalid("You can only specify 'days_until_due' if invoice collection method is 'send_invoice'.")
        }
        No::NoPaymentMethod => Fault::invalid(
            "This customer has no attached payment source or default payment method. Please consider adding a default payment \
             method. For more information, visit \
             https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.",
        )
        .with_code("resource_missing"),
        No::Incomplete => undecided::incomplete(subject(operation)),
        No::Canceled => {
            Fault::invalid("A canceled subscription can only update its cancellation_details and metadata.")
                .with_code("invalid_canceled_subscription_fields")
        }
        No::Over { id } => no_such(Noun::Subscription, id.as_str()).about(subject(operation)).with_status(404),
        No::NoTrialFromHere => undecided::no_trial_from_here(),
        No::NotPaused => Fault::invalid("You can only resume a subscription if it is `paused`."),
        No::PriceIsOneTime { .. }
        | No::PriceInactive { .. }
        | No::ProductInactive { .. }
        | No::MixedCurrencies { .. }
        | No::OtherCurrency { .. }
        | No::SamePriceTwice { .. }
        | No::PriceInUse { .. }
        | No::MixedIntervals => price(refusal),
    }
}

/// What is wrong with a price, or with one beside another.
fn price(refusal: &No) -> Fault {
    match refusal {
        No::PriceIsOneTime { place } => Fault::invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
        )
        .about(price_at(*place)),
        No::PriceInactive { place } => {
            Fault::invalid("The price specified is inactive. This field only accepts active prices.")
                .about(price_at(*place))
        }
        No::ProductInactive { place, product } => undecided::product_inactive(product, price_at(*place)),
        No::MixedCurrencies { place, price, others } => mixed_currencies(*price, *others).about(price_at(*place)),
        No::OtherCurrency { place, price, expected } => Fault::invalid(format!(
            "The price specified only supports `{price}`. This doesn't match the expected currency: `{expected}`."
        ))
        .about(price_at(*place)),
        No::SamePriceTwice { price } => Fault::invalid(format!(
            "Cannot create a Subscription with multiple Subscription Items with the same Price: {price}"
        ))
        .about("plan"),
        No::PriceInUse { price, item } => Fault::invalid(format!(
            "A new item with Price {price} can't be added to this Subscription because an existing Subscription Item \
             {item} is already using that Price. If you want to update the existing item (e.g., to adjust the quantity), \
             pass the existing Subscription Item's `id` in your update request: \
             https://stripe.com/docs/api/subscriptions/update#update_subscription-items-id"
        ))
        .about("plan"),
        _ => undecided::mixed_intervals(),
    }
}

fn mixed_currencies(price: Currency, others: Currency) -> Fault {
    Fault::invalid(format!(
        "This `price` has `currency={price}`, but other items use `currency={others}`. All items must have pricing in the \
         same currency. When using multi-currency prices, you can specify `currency` at the top level, to be used by all \
         items."
    ))
}

/// Where an operation names the subscription that it is about.
fn subject(operation: Operation) -> &'static str {
    if operation == Operation::SubscriptionItemCreate { "subscription" } else { "id" }
}

fn price_at(place: Place) -> String {
    in_item(place, "price", "")
}

fn in_item(place: Place, name: &str, within: impl Display) -> String {
    match place {
        Place::Listed(index) => format!("items[{index}][{name}]{within}"),
        Place::Alone => format!("{name}{within}"),
    }
}

fn name(moment: Moment) -> &'static str {
    match moment {
        Moment::TrialEnd => "trial_end",
        Moment::TrialDays => "trial_period_days",
        Moment::CancelAt => "cancel_at",
        Moment::Anchor => "billing_cycle_anchor",
        Moment::Backdate => "backdate_start_date",
        Moment::Resumes => "pause_collection[resumes_at]",
    }
}
