//! Why commands about subscriptions say no.

use crate::currency::Currency;
use crate::id::{PriceId, ProductId, SubscriptionId, SubscriptionItemId};
use crate::record::Noun;
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// A reason, with the data to word it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub enum SubscriptionRefusal {
    /// There is no such billing customer.
    NoCustomer { id: String },
    /// [`SUBSCRIPTIONS_MAX`](super::SUBSCRIPTIONS_MAX) is reached, or
    /// [`CLOCK_SUBSCRIPTIONS_MAX`](super::CLOCK_SUBSCRIPTIONS_MAX).
    TooManySubscriptions { max: usize },
    /// [`ITEMS_MAX`](super::ITEMS_MAX) is reached.
    TooManyItems,
    /// There is no such price.
    NoPrice { place: Place, id: String },
    /// There is no such product, for which a price was to be made.
    NoProduct { place: Place, id: String },
    /// The price is charged once.
    PriceIsOneTime { place: Place },
    /// The price is archived.
    PriceInactive { place: Place },
    /// What the price is for is archived.
    ProductInactive { place: Place, product: ProductId },
    /// The price is in another currency than the items before it.
    MixedCurrencies { place: Place, price: Currency, others: Currency },
    /// The price has no amount in the currency of the subscription.
    OtherCurrency { place: Place, price: Currency, expected: Currency },
    /// Two new items have the same price.
    SamePriceTwice { price: PriceId },
    /// An item that is there has the price of a new one.
    PriceInUse { price: PriceId, item: SubscriptionItemId },
    /// In classic billing mode every item has the same interval.
    MixedIntervals,
    /// What is metered has no quantity.
    QuantityOfMetered { place: Place },
    /// The subscription has no such item.
    NoItem { place: Place, id: String },
    /// There is no such item of any subscription.
    UnknownItem { id: SubscriptionItemId },
    /// The same item twice in one change.
    ItemTwice { place: Place, id: SubscriptionItemId },
    /// The last item cannot go.
    LastItem,
    /// An instant that is over already.
    Past { moment: Moment, given: Timestamp },
    /// An instant more than [`YEARS_AHEAD_MAX`](super::YEARS_AHEAD_MAX) years ahead.
    TooFar { moment: Moment },
    /// An instant to come, where one that is over is asked for.
    Ahead { moment: Moment },
    /// The anchor lies beyond the end of the first period.
    AnchorTooFar { natural: Timestamp },
    /// Invoices are sent, but nobody said when they are due.
    NoDaysUntilDue,
    /// Nothing is sent that could be due.
    DaysUntilDueOfCharge,
    /// Nobody pays what would be charged now.
    NoPaymentMethod,
    /// What waits for its first payment does not change, but for its metadata.
    Incomplete,
    /// What is over does not change, but for its metadata and why it was canceled.
    Canceled,
    /// The subscription that is to be canceled, or to get an item, is over.
    Over { id: SubscriptionId },
    /// A trial starts from a state that has none.
    NoTrialFromHere,
    /// Only what is paused resumes.
    NotPaused,
}

impl SubscriptionRefusal {
    /// The object that does not exist, where that is the reason.
    pub(crate) fn missing(&self) -> Option<(Noun, &str)> {
        match self {
            Self::NoCustomer { id } => Some((Noun::BillingCustomer, id)),
            Self::NoPrice { id, .. } => Some((Noun::Price, id)),
            Self::NoProduct { id, .. } => Some((Noun::Product, id)),
            _ => None,
        }
    }
}

/// Where a price or an item was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At this index of the list of items.
    Listed(usize),
    /// In a request about one item.
    Alone,
}

/// An instant that a caller chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum Moment {
    TrialEnd,
    TrialDays,
    CancelAt,
    Anchor,
    Backdate,
    Resumes,
}

impl From<SubscriptionRefusal> for Refusal {
    fn from(refusal: SubscriptionRefusal) -> Self {
        Self::Subscription(Box::new(refusal))
    }
}
