//! Subscriptions: what a billing customer pays for, and thereby has.
//!
//! Invariants: a subscription that is not over has at least one item, and no two of its items have the same price; whoever
//! changes one rewrites, in the same step, what its holder has on the access side ([`Customer::subscribed`]) and the thin
//! rows of its items ([`SubscriptionItem`]), which say nothing but what the subscription says.
//!
//! No money is taken. Whether whoever is charged pays is a setting of the server ([`Payments`]), which a decision is told as
//! it is told the time: no row says it, and when something is due does not depend on it.
//!
//! [`Customer::subscribed`]: crate::customer::Customer::subscribed

mod advance;
mod cadence;
mod cancel;
mod create;
mod draft;
mod holder;
mod item;
mod life;
mod payment;
mod pricing;
mod refusal;
mod resume;
mod update;

pub use advance::AdvanceSubscription;
pub use cadence::{AnchorConfig, Cadence, Period};
pub use cancel::{CancelSubscription, end_all};
pub use create::{AnchorChoice, CancelChoice, CreateSubscription, TrialChoice};
pub(crate) use holder::{at_version, move_version};
pub use holder::{held_items, rehold};
pub use item::{CreateItem, DeleteItem, UpdateItem};
pub use pricing::{InlinePrice, ItemPatch, NewItem, PriceChoice};
pub use refusal::{Moment, Place, SubscriptionRefusal};
pub use resume::ResumeSubscription;
pub use update::{ItemChange, SubscriptionPatch, TrialEnd, UpdateSubscription};

use crate::currency::Currency;
use crate::id::{BillingCustomerId, CustomerId, PriceId, ProductId, SubscriptionId, SubscriptionItemId, TestClockId};
use crate::metadata::Metadata;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct Subscription {
    pub id: SubscriptionId,
    pub customer: BillingCustomerId,
    pub status: Status,
    /// Oldest first; at least one.
    pub items: Vec<Item>,
    pub currency: Currency,
    pub collection: Collection,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_until_due: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// A whole second, from which billing periods are whole intervals apart; the end of the trial while there is one.
    pub anchor: Timestamp,
    /// How the anchor was asked for, where not as an instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor_config: Option<AnchorConfig>,
    #[serde(default, skip_serializing_if = "BillingMode::is_flexible")]
    pub mode: BillingMode,
    /// When it is canceled, if nothing comes between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_at: Option<Timestamp>,
    /// Whether that is the end of the period by wish.
    #[serde(default)]
    pub cancel_at_period_end: bool,
    /// When it was canceled, or cancellation was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canceled: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Cancellation::is_none")]
    pub cancellation: Cancellation,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<Trial>,
    /// What becomes of it where a trial ends and nobody pays.
    #[serde(default, skip_serializing_if = "MissingPayment::is_default")]
    pub missing_payment: MissingPayment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_clock: Option<TestClockId>,
    /// When it began; may lie before it was made.
    pub started: Timestamp,
    pub created: Timestamp,
}

/// Most items of one subscription.
pub const ITEMS_MAX: usize = 20;
/// Most subscriptions of one billing customer that are not over.
pub const SUBSCRIPTIONS_MAX: usize = 500;
/// The same of a billing customer of a test clock, which makes all of them go through time together.
pub const CLOCK_SUBSCRIPTIONS_MAX: usize = 3;
/// Longest description, in characters.
pub const DESCRIPTION_MAX_CHARACTERS: usize = 500;
/// Years that a trial, an anchor or a cancellation may lie ahead.
pub const YEARS_AHEAD_MAX: u32 = 5;
/// How long a subscription waits for its first payment, in milliseconds.
pub const INCOMPLETE_MILLIS: i64 = 23 * 60 * 60 * 1000;

/// One price of a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct Item {
    pub id: SubscriptionItemId,
    pub price: PriceId,
    pub product: ProductId,
    /// The version of the product's access that was the newest when it got this product.
    pub version: u32,
    /// Nothing where the price is metered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u64>,
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// How often it is billed, as its price says.
    pub cadence: Cadence,
    /// Whether its price, as it was when the item got it, never charges anything in the currency of the subscription.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_free: bool,
    pub period: Period,
    pub created: Timestamp,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Item {
    /// How many times the limits of its product; once where it is metered.
    pub fn units(&self) -> u64 {
        self.quantity.unwrap_or(1)
    }
}

/// A stretch of time that costs nothing, `[start, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Trial {
    pub start: Timestamp,
    pub end: Timestamp,
    /// Whether its end was told of ahead.
    #[serde(default)]
    pub announced: bool,
}

/// That nothing is collected for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Pause {
    pub behavior: PauseBehavior,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumes: Option<Timestamp>,
}

/// What a cancellation was for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Cancellation {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// One of a fixed set of words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<String>,
    /// Whether it was asked for.
    #[serde(default)]
    pub requested: bool,
}

impl Cancellation {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attr:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "the variants are what they are called")]
        pub enum $name {
            $($(#[$attr])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every one, in the order in which messages name them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    )*};
}

words! {
    /// Where a subscription is in its life.
    Status {
        Active = "active",
        Canceled = "canceled",
        Incomplete = "incomplete",
        IncompleteExpired = "incomplete_expired",
        PastDue = "past_due",
        Paused = "paused",
        Trialing = "trialing",
        Unpaid = "unpaid",
    }
    /// How money is collected.
    Collection {
        ChargeAutomatically = "charge_automatically",
        SendInvoice = "send_invoice",
    }
    /// What happens to invoices while collection is paused.
    PauseBehavior {
        KeepAsDraft = "keep_as_draft",
        MarkUncollectible = "mark_uncollectible",
        Void = "void",
    }
    /// Whether the items of one subscription may be billed at intervals of their own.
    #[derive(Default)]
    BillingMode {
        Classic = "classic",
        #[default]
        Flexible = "flexible",
    }
    /// What becomes of a subscription whose trial ends without a payment method.
    #[derive(Default)]
    MissingPayment {
        Cancel = "cancel",
        #[default]
        CreateInvoice = "create_invoice",
        Pause = "pause",
    }
    /// Whether customers have a payment method. None is on file here, so that the server is told.
    #[derive(Default)]
    Payments {
        /// Everybody has one: whatever is charged is paid.
        #[default]
        Assumed = "assumed",
        /// Nobody has one: whatever is charged stays unpaid.
        Missing = "missing",
    }
}

impl BillingMode {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
    fn is_flexible(&self) -> bool {
        *self == Self::Flexible
    }
}

impl MissingPayment {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Status {
    /// Whether it is over for good.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Canceled | Self::IncompleteExpired)
    }

    /// Whether the customer has the products of a subscription in this state.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Active | Self::Trialing | Self::PastDue)
    }
}

impl Subscription {
    /// Its item with this id.
    pub fn item(&self, id: &SubscriptionItemId) -> Option<&Item> {
        self.items.iter().find(|item| item.id == *id)
    }

    /// Where the last of its periods ends: what was paid for reaches no further. Now, where all are over, as those of what is
    /// paused may be.
    pub fn last_period_end(&self, now: Timestamp) -> Option<Timestamp> {
        self.items.iter().map(|item| item.period.end.max(now)).max()
    }

    /// Where the first of its periods ends.
    pub fn first_period_end(&self) -> Option<Timestamp> {
        self.items.iter().map(|item| item.period.end).min()
    }
}

/// An item of a subscription, as what it gives: a part of the account of whoever has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionItem {
    /// The item's own.
    pub id: SubscriptionItemId,
    /// Whose item it is; items of the same start are told apart by it.
    pub subscription: SubscriptionId,
    /// Who has it; nothing while the subscription does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<CustomerId>,
    /// For which price.
    pub price: PriceId,
    /// What.
    pub product: ProductId,
    /// At which version.
    pub version: u32,
    /// How many times its limits.
    pub quantity: u64,
    /// When the subscription began.
    pub started: Timestamp,
    /// When the item was made.
    pub created: Timestamp,
}

impl SubscriptionItem {
    /// What an item gives to whoever holds the subscription.
    pub fn of(subscription: &Subscription, item: &Item, holder: Option<&CustomerId>) -> Self {
        Self {
            id: item.id.clone(),
            subscription: subscription.id.clone(),
            holder: holder.filter(|_| subscription.status.counts()).cloned(),
            price: item.price.clone(),
            product: item.product.clone(),
            version: item.version,
            quantity: item.units(),
            started: subscription.started,
            created: item.created,
        }
    }

    /// The version of the product, as it is looked up by.
    pub fn version_name(product: &ProductId, version: u32) -> String {
        format!("{version} {product}")
    }
}
