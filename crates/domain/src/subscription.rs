//! Subscriptions: what a billing customer pays for, and thereby has.

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
    /// Where billing periods begin.
    pub anchor: Timestamp,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_clock: Option<TestClockId>,
    pub started: Timestamp,
    pub created: Timestamp,
}

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
    pub period: Period,
    pub created: Timestamp,
}

/// A stretch of time that is billed at once, `[start, end)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Period {
    pub start: Timestamp,
    pub end: Timestamp,
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
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "the variants are what they are called")]
        pub enum $name {
            $(#[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every one.
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
    /// When time changes it next; nothing once it is over.
    pub fn due(&self) -> Option<Timestamp> {
        if self.status.is_final() {
            return None;
        }
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
    /// When the subscription began, which anchors windows of usage.
    pub started: Timestamp,
    /// When the item was made.
    pub created: Timestamp,
}

impl SubscriptionItem {
    /// The version of the product, as it is looked up by.
    pub fn version_name(product: &ProductId, version: u32) -> String {
        format!("{version} {product}")
    }
}
