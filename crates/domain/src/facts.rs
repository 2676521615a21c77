//! What a command knows: the answers to the keys it asked for.
//!
//! Invariant: a fact is either loaded or not known; asking for one that is not known ends the decision with
//! [`Stop::Need`], and it is decided again once the engine has loaded it.

use crate::account::Account;
use crate::api_key::ApiKey;
use crate::billing_customer::BillingCustomer;
use crate::bonus::Bonus;
use crate::catalog::Catalog;
use crate::command::{Changes, Stop, Write};
use crate::coupon::Coupon;
use crate::event::Event;
use crate::feature::Feature;
use crate::id::{
    ApiKeyId, BillingCustomerId, BonusId, CouponId, CustomerId, DeliveryId, EventId, MeterEventId, MeterId, OverrideId,
    PriceId, ProductId, PromotionCodeId, SubscriptionId, SubscriptionItemId, TestClockId, UsageEventId, UserId,
    WebhookEndpointId,
};
use crate::idempotency::Receipt;
use crate::meter::{Meter, MeterEvent};
use crate::overrule::Override;
use crate::price::Price;
use crate::product::Product;
use crate::promotion_code::PromotionCode;
use crate::record::{Field, Lookup, Noun, Record, Value};
use crate::refusal::AccessRefusal;
use crate::subscription::{Subscription, SubscriptionItem};
use crate::test_clock::TestClock;
use crate::usage::{self, Tally, UsageEvent};
use crate::user::User;
use crate::webhook::{Delivery, Endpoints, WebhookEndpoint};
use crate::window::Window;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A question to the store about one environment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// The object with this id.
    Row(Noun, String),
    /// The one object with this value in a [unique](Lookup::Unique) field.
    Holder(Field, String),
    /// Whether any object has this value in an [indexed](Lookup::Index) field. Many nodes may decide at once, each over
    /// rows that it holds; that there is no object cannot be held. So a decision that rests on it must also read a row
    /// that whoever makes such an object reads: the product, where it is about the prices of a product.
    Any(Field, String),
    /// Whether the other environment has an object with this id. Nothing else is ever asked of it.
    Elsewhere(Noun, String),
    /// The access side of the catalog. While decisions over it are written, nobody changes it.
    Catalog,
    /// The same, to be changed: nobody else decides over it meanwhile.
    CatalogHeld,
    /// Every webhook endpoint. What is made or changed after they were read is not held.
    Endpoints,
    /// Everything of a customer. Nobody else changes anything of that customer meanwhile.
    Account(CustomerId),
    /// How many usage events of a subject occurred in a window, and what they sum to.
    UsageTally(String, Window),
    /// The usage events of a subject, in the order in which they were recorded; no more than one above
    /// [`MERGED_EVENTS_MAX`](crate::customer::MERGED_EVENTS_MAX).
    UsageEvents(String),
}

impl Key {
    /// The product with this id.
    pub fn product(id: &ProductId) -> Self {
        Self::Row(Noun::Product, id.to_string())
    }

    /// The price with this id.
    pub fn price(id: &PriceId) -> Self {
        Self::Row(Noun::Price, id.to_string())
    }

    /// The answer kept under an idempotency key.
    pub fn receipt(key: &str) -> Self {
        Self::Row(Noun::Receipt, key.to_owned())
    }

    /// The API key with this hash.
    pub fn api_key_hash(hash: &str) -> Self {
        Self::holder(Field::ApiKeyHash, hash)
    }

    /// Everything of this customer.
    pub fn account(id: &CustomerId) -> Self {
        Self::Account(id.clone())
    }

    /// The bonus with this id.
    pub fn bonus(id: &BonusId) -> Self {
        Self::Row(Noun::Bonus, id.to_string())
    }

    /// The override with this id.
    pub fn overrule(id: &OverrideId) -> Self {
        Self::Row(Noun::Override, id.to_string())
    }

    /// The usage event with this id.
    pub fn usage_event(id: &UsageEventId) -> Self {
        Self::Row(Noun::UsageEvent, id.to_string())
    }

    /// The object that holds a unique value.
    pub fn holder(field: Field, value: &str) -> Self {
        debug_assert_eq!(field.lookup(), Lookup::Unique);
        Self::Holder(field, value.to_owned())
    }

    /// Whether there is an object with this value.
    pub fn any(field: Field, value: &str) -> Self {
        debug_assert_ne!(field.lookup(), Lookup::Scan);
        Self::Any(field, value.to_owned())
    }
}

/// Keys to load, in the order asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadSet(Vec<Key>);

impl ReadSet {
    /// Adds a key.
    pub fn push(&mut self, key: Key) {
        self.0.push(key);
    }

    /// The keys.
    pub fn keys(&self) -> &[Key] {
        &self.0
    }

    /// Adds the keys of another set.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Notes what one of several parts of a decision lacks, so that one round of loading serves all of them. Nothing comes of
    /// such a part, and [`known`](Self::known) ends the decision once every part was tried.
    pub fn gather<T>(&mut self, part: Result<T, Stop>) -> Result<Option<T>, Stop> {
        match part {
            Ok(part) => Ok(Some(part)),
            Err(Stop::Need(reads)) => {
                self.extend(reads);
                Ok(None)
            }
            Err(refused) => Err(refused),
        }
    }

    /// Goes on where no part lacked anything.
    pub fn known(self) -> Result<(), Stop> {
        if self.0.is_empty() { Ok(()) } else { Err(Stop::Need(self)) }
    }
}

impl From<Key> for ReadSet {
    fn from(key: Key) -> Self {
        Self(vec![key])
    }
}

impl FromIterator<Key> for ReadSet {
    fn from_iter<I: IntoIterator<Item = Key>>(keys: I) -> Self {
        Self(keys.into_iter().collect())
    }
}

/// The answer to a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// To [`Key::Row`]: the object, or nothing.
    Row(Option<Record>),
    /// To [`Key::Holder`]: the id of the holder, or nothing.
    Holder(Option<String>),
    /// To [`Key::Any`] and [`Key::Elsewhere`].
    Any(bool),
    /// To [`Key::Catalog`] and [`Key::CatalogHeld`].
    Catalog(Arc<Catalog>),
    /// To [`Key::Endpoints`].
    Endpoints(Arc<Endpoints>),
    /// To [`Key::Account`]: the account, or nothing.
    Account(Option<Arc<Account>>),
    /// To [`Key::UsageTally`].
    Tally(Tally),
    /// To [`Key::UsageEvents`].
    UsageEvents(Arc<[Arc<UsageEvent>]>),
}

/// Answers to keys of one environment.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    answers: FxHashMap<Key, Fact>,
    /// Answers to [`Key::Account`], which are asked for again and again.
    accounts: FxHashMap<CustomerId, Option<Arc<Account>>>,
    /// Answers to [`Key::UsageTally`], which are few and do not outlive the next event of their subject.
    tallies: FxHashMap<(String, Window), Tally>,
    /// Answers to [`Key::UsageEvents`], of which the same is true.
    events: FxHashMap<String, Arc<[Arc<UsageEvent>]>>,
}

impl Facts {
    /// Whether the answer to a key is here.
    pub fn knows(&self, key: &Key) -> bool {
        match key {
            Key::UsageTally(subject, window) => self.tallies.contains_key(&(subject.clone(), *window)),
            Key::UsageEvents(subject) => self.events.contains_key(subject),
            Key::Account(id) => self.accounts.contains_key(id),
            _ => self.answers.contains_key(key),
        }
    }

    /// Notes an answer that an engine loaded.
    pub fn learn(&mut self, key: Key, fact: Fact) {
        match (key, fact) {
            (Key::UsageTally(subject, window), Fact::Tally(tally)) => {
                self.tallies.insert((subject, window), tally);
            }
            (Key::UsageEvents(subject), Fact::UsageEvents(events)) => {
                self.events.insert(subject, events);
            }
            (Key::Account(id), Fact::Account(account)) => {
                self.accounts.insert(id, account);
            }
            (key, fact) => {
                self.answers.insert(key, fact);
            }
        }
    }

    /// The answer kept under an idempotency key.
    pub fn receipt(&self, key: &str) -> Result<Option<Arc<Receipt>>, Stop> {
        match self.row(Key::receipt(key))? {
            Some(Record::Receipt(receipt)) => Ok(Some(receipt.clone())),
            _ => Ok(None),
        }
    }

    /// The API key with this hash.
    pub fn api_key_by_hash(&self, hash: &str) -> Result<Option<Arc<ApiKey>>, Stop> {
        match self.holder(Field::ApiKeyHash, hash)?.map(ApiKeyId::from) {
            Some(id) => self.api_key(&id),
            None => Ok(None),
        }
    }

    /// The id of the object that holds a unique value.
    pub fn holder(&self, field: Field, value: &str) -> Result<Option<&str>, Stop> {
        let key = Key::holder(field, value);
        match self.answers.get(&key) {
            Some(Fact::Holder(holder)) => Ok(holder.as_deref()),
            _ => Err(Stop::Need(key.into())),
        }
    }

    /// Whether any object has this value.
    pub fn any(&self, field: Field, value: &str) -> Result<bool, Stop> {
        let key = Key::any(field, value);
        match self.answers.get(&key) {
            Some(Fact::Any(any)) => Ok(*any),
            _ => Err(Stop::Need(key.into())),
        }
    }

    /// Whether the other environment has an object with this id.
    pub fn elsewhere(&self, noun: Noun, id: &str) -> Result<bool, Stop> {
        let key = Key::Elsewhere(noun, id.to_owned());
        match self.answers.get(&key) {
            Some(Fact::Any(any)) => Ok(*any),
            _ => Err(Stop::Need(key.into())),
        }
    }

    /// The access side of the catalog.
    pub fn catalog(&self) -> Result<&Arc<Catalog>, Stop> {
        match self.answers.get(&Key::CatalogHeld).or_else(|| self.answers.get(&Key::Catalog)) {
            Some(Fact::Catalog(catalog)) => Ok(catalog),
            _ => Err(Stop::Need(Key::Catalog.into())),
        }
    }

    /// Every webhook endpoint.
    pub fn endpoints(&self) -> Result<&Arc<Endpoints>, Stop> {
        match self.answers.get(&Key::Endpoints) {
            Some(Fact::Endpoints(endpoints)) => Ok(endpoints),
            _ => Err(Stop::Need(Key::Endpoints.into())),
        }
    }

    /// Everything of this customer.
    pub fn account(&self, id: &CustomerId) -> Result<Option<&Arc<Account>>, Stop> {
        match self.accounts.get(id) {
            Some(account) => Ok(account.as_ref()),
            None => Err(Stop::Need(Key::account(id).into())),
        }
    }

    /// Everything of this customer; refuses where it is not there.
    pub fn existing_account(&self, id: &CustomerId) -> Result<&Arc<Account>, Stop> {
        Ok(self.account(id)?.ok_or_else(|| AccessRefusal::NoCustomer { id: id.clone() })?)
    }

    /// The feature with this key; refuses where it is not there, or archived.
    pub fn writable_feature(&self, key: &str) -> Result<&Arc<Feature>, Stop> {
        let feature = self.catalog()?.feature_by_key(key);
        let feature = feature.ok_or_else(|| AccessRefusal::NoFeature { key: key.to_owned() })?;
        if feature.archived.is_some() { Err(AccessRefusal::FeatureArchived.into()) } else { Ok(feature) }
    }

    /// How many usage events of a subject occurred in a window, and what they sum to.
    pub fn usage_tally(&self, subject: &str, window: Window) -> Result<Tally, Stop> {
        let place = (subject.to_owned(), window);
        match self.tallies.get(&place) {
            Some(tally) => Ok(*tally),
            None => Err(Stop::Need(Key::UsageTally(place.0, place.1).into())),
        }
    }

    /// The usage events of a subject, in the order in which they were recorded; no more than one above
    /// [`MERGED_EVENTS_MAX`](crate::customer::MERGED_EVENTS_MAX).
    pub fn usage_events(&self, subject: &str) -> Result<&Arc<[Arc<UsageEvent>]>, Stop> {
        self.events.get(subject).ok_or_else(|| Stop::Need(Key::UsageEvents(subject.to_owned()).into()))
    }

    /// Whether any sum of usage events was asked for, or all of a subject.
    pub fn has_tallies(&self) -> bool {
        !self.tallies.is_empty() || !self.events.is_empty()
    }

    /// Takes out the account as it is after the last change; nothing where it was never asked for.
    pub fn take_account(&mut self, id: &CustomerId) -> Option<Option<Arc<Account>>> {
        self.accounts.remove(id)
    }

    /// The billing customer with this id; none where it was deleted.
    pub fn billing_customer(&self, id: &BillingCustomerId) -> Result<Option<Arc<BillingCustomer>>, Stop> {
        Ok(self.billing_customer_or_stub(id)?.filter(|customer| !customer.deleted))
    }

    fn row(&self, key: Key) -> Result<Option<&Record>, Stop> {
        match self.answers.get(&key) {
            Some(Fact::Row(row)) => Ok(row.as_ref()),
            _ => Err(Stop::Need(key.into())),
        }
    }

    /// Brings the facts up to date with changes that are about to be applied, so that the next command of the same
    /// batch sees them. Events are never asked for and left out.
    pub fn follow(&mut self, changes: &Changes) {
        if !changes.sweeps.is_empty() {
            self.forget_usage();
        }
        for write in &changes.writes {
            self.follow_whole(write);
            match write {
                Write::Put { before: None, after: Record::UsageEvent(event) } => self.note_event(event),
                Write::Put { before, after } => {
                    if let Some(before) = before {
                        self.forget_values(before);
                    }
                    self.note_values(after);
                    let key = Key::Row(after.noun(), after.id().to_owned());
                    self.answers.insert(key, Fact::Row(Some(after.clone())));
                }
                Write::Delete(before) => {
                    self.forget_values(before);
                    self.answers.insert(Key::Row(before.noun(), before.id().to_owned()), Fact::Row(None));
                }
            }
        }
    }

    /// Of the many events of a batch hardly one is asked for again, so that only answers are mended that were given.
    fn note_event(&mut self, event: &Arc<UsageEvent>) {
        let record = Record::UsageEvent(event.clone());
        for field in Noun::UsageEvent.fields() {
            let Value::Text(value) = record.value(*field) else { continue };
            if field.lookup() == Lookup::Unique {
                self.mend(&Key::Holder(*field, value.clone()), Fact::Holder(Some(event.id.to_string())));
            }
            self.mend(&Key::Any(*field, value), Fact::Any(true));
        }
        self.mend(&Key::usage_event(&event.id), Fact::Row(Some(record)));
    }

    fn mend(&mut self, key: &Key, fact: Fact) {
        if let Some(answer) = self.answers.get_mut(key) {
            *answer = fact;
        }
    }

    /// What was swept away nobody listed; whoever asks next makes the engine look again.
    fn forget_usage(&mut self) {
        self.answers.retain(|key, _| match key {
            Key::Row(noun, _) => *noun != Noun::UsageEvent,
            Key::Holder(field, _) | Key::Any(field, _) => field.noun() != Noun::UsageEvent,
            _ => true,
        });
        self.tallies.clear();
        self.events.clear();
    }

    /// Brings what is known as a whole up to date: the catalog, an account, a sum.
    fn follow_whole(&mut self, write: &Write) {
        let (Write::Put { after: record, .. } | Write::Delete(record)) = write;
        if Catalog::is_concerned(write) {
            for key in [Key::Catalog, Key::CatalogHeld] {
                if let Some(Fact::Catalog(catalog)) = self.answers.get_mut(&key) {
                    Arc::make_mut(catalog).follow(write);
                }
            }
        }
        if Endpoints::is_concerned(write)
            && let Some(Fact::Endpoints(endpoints)) = self.answers.get_mut(&Key::Endpoints)
        {
            Arc::make_mut(endpoints).follow(write);
        }
        // What changes hands takes its place among the rest by when it was made, which the engine knows.
        let changes_hands = Account::owners(write).count() > 1;
        for owner in Account::owners(write) {
            if changes_hands {
                self.accounts.remove(owner);
            } else if let Some(account) = self.accounts.get_mut(owner) {
                *account = Account::follow(account.take(), write);
            }
        }
        if let Record::UsageEvent(event) = record
            && self.has_tallies()
        {
            let subject = usage::subject(&event.feature, &event.customer);
            self.tallies.retain(|(of, _), _| *of != subject);
            self.events.remove(&subject);
        }
    }

    fn note_values(&mut self, record: &Record) {
        for field in record.noun().fields() {
            let (lookup, Value::Text(value)) = (field.lookup(), record.value(*field)) else { continue };
            match lookup {
                Lookup::Scan => {}
                Lookup::Index => {
                    self.answers.insert(Key::Any(*field, value), Fact::Any(true));
                }
                Lookup::Unique => {
                    self.answers.insert(Key::Any(*field, value.clone()), Fact::Any(true));
                    self.answers.insert(Key::Holder(*field, value), Fact::Holder(Some(record.id().to_owned())));
                }
            }
        }
    }

    fn forget_values(&mut self, record: &Record) {
        for field in record.noun().fields() {
            let (lookup, Value::Text(value)) = (field.lookup(), record.value(*field)) else { continue };
            match lookup {
                Lookup::Scan => {}
                // Others may have the same value; whoever asks next makes the engine look again.
                Lookup::Index => {
                    self.answers.remove(&Key::Any(*field, value));
                }
                Lookup::Unique => {
                    self.answers.insert(Key::Any(*field, value.clone()), Fact::Any(false));
                    self.answers.insert(Key::Holder(*field, value), Fact::Holder(None));
                }
            }
        }
    }
}

/// The object with an id, of each noun that is read by id.
macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident: $noun:ident($id:ty) -> $kept:ty;)*) => {
        impl Facts {$(
            $(#[$doc])*
            pub fn $name(&self, id: &$id) -> Result<Option<Arc<$kept>>, Stop> {
                match self.row(Key::Row(Noun::$noun, id.to_string()))? {
                    Some(Record::$noun(kept)) => Ok(Some(kept.clone())),
                    _ => Ok(None),
                }
            }
        )*}
    };
}

rows! {
    /// The product with this id.
    product: Product(ProductId) -> Product;
    /// The price with this id.
    price: Price(PriceId) -> Price;
    /// The API key with this id.
    api_key: ApiKey(ApiKeyId) -> ApiKey;
    /// The usage event with this id.
    usage_event: UsageEvent(UsageEventId) -> UsageEvent;
    /// The bonus with this id.
    bonus: Bonus(BonusId) -> Bonus;
    /// The override with this id.
    overrule: Override(OverrideId) -> Override;
    /// The billing customer with this id, or what is left of one that was deleted.
    billing_customer_or_stub: BillingCustomer(BillingCustomerId) -> BillingCustomer;
    /// The subscription with this id.
    subscription: Subscription(SubscriptionId) -> Subscription;
    /// The item of a subscription with this id.
    subscription_item: SubscriptionItem(SubscriptionItemId) -> SubscriptionItem;
    /// The coupon with this id.
    coupon: Coupon(CouponId) -> Coupon;
    /// The promotion code with this id.
    promotion_code: PromotionCode(PromotionCodeId) -> PromotionCode;
    /// The meter with this id.
    meter: Meter(MeterId) -> Meter;
    /// The meter event with this id.
    meter_event: MeterEvent(MeterEventId) -> MeterEvent;
    /// The test clock with this id.
    test_clock: TestClock(TestClockId) -> TestClock;
    /// The webhook endpoint with this id.
    webhook_endpoint: WebhookEndpoint(WebhookEndpointId) -> WebhookEndpoint;
    /// The event with this id.
    event: Event(EventId) -> Event;
    /// The delivery with this id.
    delivery: Delivery(DeliveryId) -> Delivery;
    /// The person with this id.
    user: User(UserId) -> User;
}
