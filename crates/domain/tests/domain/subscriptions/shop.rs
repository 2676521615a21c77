//! A shop with two products, several prices and one billing customer.
//!
//! After every command it is checked that what the customer has, and the rows of items, are what the subscriptions say.

use crate::ask::{Gives, at};
use crate::catalog::{cents, eur, usd};
use crate::world::World;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;
use tollgate_domain::billing_customer::{BillingCustomerPatch, CreateBillingCustomer};
use tollgate_domain::command::Command;
use tollgate_domain::currency::Currency;
use tollgate_domain::customer::Subscribed;
use tollgate_domain::definition::DefineAccess;
use tollgate_domain::event::Topic;
use tollgate_domain::id::{BillingCustomerId, CustomerId, PriceId, ProductId, SubscriptionId};
use tollgate_domain::metadata::MetadataPatch;
use tollgate_domain::price::{
    Charge, CreatePrice, Interval, NewPrice, Price, PricePatch, ProductChoice, Recurring, UpdatePrice, UsageType,
};
use tollgate_domain::product::{ProductPatch, UpdateProduct};
use tollgate_domain::record::{Field, Noun, Record, Value};
use tollgate_domain::refusal::Refusal;
use tollgate_domain::subscription::UpdateSubscription;
use tollgate_domain::subscription::{
    AdvanceSubscription, BillingMode, CancelSubscription, Collection, CreateSubscription, Item, ItemChange, ItemPatch,
    MissingPayment, NewItem, PriceChoice, Status, Subscription, SubscriptionPatch, SubscriptionRefusal, held_items,
};
use tollgate_domain::time::Timestamp;

pub(crate) struct Shop {
    pub(crate) world: World,
    pub(crate) customer: BillingCustomerId,
    /// Grants 10 seats.
    pub(crate) basic: ProductId,
    /// Grants 100 seats.
    pub(crate) pro: ProductId,
}

impl Shop {
    /// On 1 January 2026.
    pub(crate) fn new() -> Self {
        let mut world = World::new();
        world.untracked("seats");
        let basic = world.stripe_product("basic", &[("seats", Gives::Of(10))]).id.clone();
        let pro = world.stripe_product("pro", &[("seats", Gives::Of(100))]).id.clone();
        let customer = world.ok(&CreateBillingCustomer {
            patch: BillingCustomerPatch::default(),
            test_clock: None,
            link_key: "link".into(),
        });
        let mut shop = Self { world, customer: customer.id.clone(), basic, pro };
        shop.told();
        shop
    }

    pub(crate) fn price(&mut self, product: &ProductId, interval: Interval, count: u32) -> Arc<Price> {
        self.make_price(product, NewPrice { recurring: recurring(interval, count), ..new_price(usd()) })
    }

    pub(crate) fn euros(&mut self, product: &ProductId) -> Arc<Price> {
        self.make_price(product, NewPrice { recurring: recurring(Interval::Month, 1), ..new_price(eur()) })
    }

    pub(crate) fn once(&mut self, product: &ProductId) -> Arc<Price> {
        self.make_price(product, new_price(usd()))
    }

    pub(crate) fn metered(&mut self, product: &ProductId) -> Arc<Price> {
        let recurring = recurring(Interval::Month, 1).map(|recurring| Recurring {
            usage_type: UsageType::Metered,
            meter: Some("mtr_1".to_owned()),
            ..recurring
        });
        self.make_price(product, NewPrice { recurring, ..new_price(usd()) })
    }

    pub(crate) fn make_price(&mut self, product: &ProductId, price: NewPrice) -> Arc<Price> {
        let product = ProductChoice::Existing(product.clone());
        let price = self.world.ok(&CreatePrice { product, price, transfer_lookup_key: false });
        self.told();
        price
    }

    pub(crate) fn monthly(&mut self) -> Arc<Price> {
        let basic = self.basic.clone();
        self.price(&basic, Interval::Month, 1)
    }

    /// Archives a price.
    pub(crate) fn archive(&mut self, price: &Price) {
        let patch = PricePatch { active: Some(false), ..PricePatch::default() };
        self.world.ok(&UpdatePrice { id: price.id.clone(), patch, transfer_lookup_key: false });
        self.told();
    }

    /// Makes another version of what a product grants.
    pub(crate) fn new_version(&mut self, product: &str) {
        self.world.ok(&DefineAccess { new_version: true, ..crate::ask::define(product, &[]) });
    }

    /// Archives a product.
    pub(crate) fn retire(&mut self, product: &ProductId) {
        let patch = ProductPatch { active: Some(false), ..ProductPatch::default() };
        self.world.ok(&UpdateProduct { id: product.clone(), patch });
        self.told();
    }

    /// A subscription to these prices, with nothing said beside them.
    pub(crate) fn to(&self, prices: &[&Price]) -> CreateSubscription {
        let items = prices.iter().map(|price| new_item(&price.id)).collect();
        CreateSubscription { items, ..subscription(&self.customer) }
    }

    pub(crate) fn subscribe(&mut self, prices: &[&Price]) -> Arc<Subscription> {
        let command = self.to(prices);
        self.ok(&command)
    }

    /// Runs a command that is to go through.
    pub(crate) fn ok<C: Command + Clone>(&mut self, command: &C) -> C::Reply
    where
        C::Reply: Debug,
    {
        let reply = self.world.ok(command);
        self.check();
        reply
    }

    /// Runs a command that is to be refused, and sees that it changed nothing.
    pub(crate) fn refused<C: Command + Clone>(&mut self, command: &C) -> SubscriptionRefusal
    where
        C::Reply: Debug,
    {
        match self.refused_otherwise(command) {
            Refusal::Subscription(refusal) => *refusal,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn refused_otherwise<C: Command + Clone>(&mut self, command: &C) -> Refusal
    where
        C::Reply: Debug,
    {
        let (before, told) = (self.world.engine.rows().clone(), self.world.engine.events.len());
        let refusal = self.world.run(command).expect_err("it is refused");
        assert_eq!(*self.world.engine.rows(), before, "a refusal changes nothing");
        assert_eq!(self.world.engine.events.len(), told, "a refusal is not told of");
        refusal
    }

    pub(crate) fn update(&mut self, id: &SubscriptionId, patch: SubscriptionPatch) -> Arc<Subscription> {
        self.ok(&update(id, patch))
    }

    pub(crate) fn cancel(&mut self, id: &SubscriptionId) -> Arc<Subscription> {
        self.ok(&cancel(id))
    }

    /// Time passes; whatever is due happens, in order.
    pub(crate) fn go_to(&mut self, instant: &str) {
        self.pass_to(at(instant));
    }

    pub(crate) fn pass_to(&mut self, instant: Timestamp) {
        self.world.now = instant;
        while let Some((_, id)) = self.subscriptions().filter_map(|s| Some((s.due()?, s.id.clone()))).min() {
            let (_, was_due) = self.ok(&advance(&id)).expect("it is there");
            if !was_due {
                break;
            }
        }
    }

    pub(crate) fn subscriptions(&self) -> impl Iterator<Item = &Arc<Subscription>> {
        self.world.engine.of(Noun::Subscription).map(|record| match record {
            Record::Subscription(subscription) => subscription,
            other => panic!("{other:?}"),
        })
    }

    pub(crate) fn see(&self, id: &SubscriptionId) -> Arc<Subscription> {
        self.subscriptions().find(|subscription| subscription.id == *id).expect("it is there").clone()
    }

    pub(crate) fn only_item(&self, id: &SubscriptionId) -> Item {
        let subscription = self.see(id);
        assert_eq!(subscription.items.len(), 1);
        subscription.items[0].clone()
    }

    /// The customer of the access side.
    pub(crate) fn holder(&self) -> CustomerId {
        let field = Value::Text(self.customer.to_string());
        let mut all = self.world.engine.of(Noun::Customer);
        let record = all.find(|record| record.value(Field::CustomerStripe) == field).expect("it is there");
        record.id().into()
    }

    /// What the customer has by subscriptions.
    pub(crate) fn subscribed(&self) -> Vec<Subscribed> {
        let holder = self.holder();
        self.world.engine.account(&holder).expect("it is there").customer.subscribed.clone()
    }

    /// How many seats the customer has.
    pub(crate) fn seats(&self) -> i64 {
        let holder = self.holder();
        let limit = self.world.see(holder.as_str(), "seats").limit.expect("it is bounded");
        limit.to_string().parse().unwrap()
    }

    /// The types of the events since the last call, in order, without what they all begin with; but for those of
    /// entitlements.
    pub(crate) fn told(&mut self) -> Vec<String> {
        let events = std::mem::take(&mut self.world.engine.events);
        let events = events.iter().filter(|event| event.topic != Topic::EntitlementSummary);
        events.map(|event| event.name().replace("customer.subscription.", "")).collect()
    }

    /// The keys of the features that the customer was told to be entitled to, since the last call of either.
    pub(crate) fn entitled(&mut self) -> Vec<Vec<String>> {
        let events = std::mem::take(&mut self.world.engine.events);
        let summaries = events.iter().filter_map(|event| match &event.after {
            Record::EntitlementSummary(summary) => {
                let mut keys: Vec<_> = summary.features.iter().map(|kept| kept.key.clone()).collect();
                keys.sort();
                Some(keys)
            }
            _ => None,
        });
        summaries.collect()
    }

    /// What the customer has, and the rows of items, say what the subscriptions say, and nothing else.
    pub(crate) fn check(&self) {
        let holder = self.holder();
        let mut having: Vec<_> = self.subscriptions().filter(|subscription| subscription.status.counts()).collect();
        having.sort_by_key(|subscription| (subscription.started, subscription.id.clone()));
        let has = |subscription: &Subscription| -> Vec<Subscribed> {
            let of = |item: &Item| Subscribed {
                subscription: subscription.id.clone(),
                product: item.product.clone(),
                version: item.version,
                quantity: item.quantity.unwrap_or(1),
                started: subscription.started,
                anchor: subscription.anchor,
            };
            subscription.items.iter().map(of).collect()
        };
        let expected: Vec<_> = having.iter().flat_map(|subscription| has(subscription)).collect();
        assert_eq!(self.subscribed(), expected);
        let is_dormant = |status: Status| !status.is_final() && !status.counts();
        let dormant = self.subscriptions().filter(|subscription| is_dormant(subscription.status));
        let dormant: BTreeSet<_> = dormant.map(|subscription| subscription.id.clone()).collect();
        assert_eq!(self.world.engine.account(&holder).expect("it is there").customer.dormant, dormant);
        let mut rows: Vec<_> =
            self.subscriptions().flat_map(|subscription| held_items(subscription, &holder)).collect();
        rows.sort_by_key(|row| row.id.clone());
        let there: Vec<_> = self.world.engine.of(Noun::SubscriptionItem).cloned().collect();
        assert_eq!(there, rows.into_iter().map(|row| Record::SubscriptionItem(row.into())).collect::<Vec<_>>());
    }
}

pub(crate) fn new_price(currency: Currency) -> NewPrice {
    NewPrice {
        active: None,
        currency,
        charge: Charge::PerUnit(cents(500)),
        currency_options: std::collections::BTreeMap::new(),
        lookup_key: None,
        metadata: MetadataPatch::default(),
        nickname: None,
        recurring: None,
        tax_behavior: None,
        transform_quantity: None,
    }
}

#[allow(clippy::unnecessary_wraps, reason = "as a price has it")]
pub(crate) fn recurring(interval: Interval, interval_count: u32) -> Option<Recurring> {
    Some(Recurring { interval, interval_count, usage_type: UsageType::Licensed, meter: None, trial_period_days: None })
}

pub(crate) fn new_item(price: &PriceId) -> NewItem {
    NewItem { price: PriceChoice::Existing(price.clone()), quantity: None, metadata: MetadataPatch::default() }
}

/// Without items.
pub(crate) fn subscription(customer: &BillingCustomerId) -> CreateSubscription {
    CreateSubscription {
        customer: customer.clone(),
        items: Vec::new(),
        currency: None,
        collection: Collection::ChargeAutomatically,
        days_until_due: None,
        description: None,
        metadata: MetadataPatch::default(),
        anchor: None,
        started: None,
        mode: BillingMode::Flexible,
        cancel: None,
        trial: None,
        missing_payment: MissingPayment::CreateInvoice,
        default_incomplete: false,
    }
}

pub(crate) fn update(id: &SubscriptionId, patch: SubscriptionPatch) -> UpdateSubscription {
    UpdateSubscription { id: id.clone(), patch }
}

pub(crate) fn cancel(id: &SubscriptionId) -> CancelSubscription {
    CancelSubscription {
        id: id.clone(),
        comment: tollgate_domain::patch::Patch::Keep,
        feedback: tollgate_domain::patch::Patch::Keep,
    }
}

pub(crate) fn advance(id: &SubscriptionId) -> AdvanceSubscription {
    AdvanceSubscription { id: id.clone(), until: None }
}

/// A change of one item's price or quantity.
pub(crate) fn change(item: &Item, price: Option<&Price>, quantity: Option<u64>) -> ItemChange {
    let price = price.map(|price| PriceChoice::Existing(price.id.clone()));
    ItemChange::Change { id: item.id.clone(), patch: ItemPatch { price, quantity, metadata: MetadataPatch::default() } }
}

pub(crate) fn with_items(items: Vec<ItemChange>) -> SubscriptionPatch {
    SubscriptionPatch { items, ..SubscriptionPatch::default() }
}
