//! Pages on which customers subscribe, or see to what they have subscribed to: what each of them is for.
//!
//! A session is kept as the receipt of the request that opened it, under a name that nobody can guess: so it is there on
//! every node and after a restart, and gone after a day, as receipts are. Whoever knows the name may do what the page
//! does, and nothing else.
//!
//! Invariant: a checkout is confirmed once; the session says by which subscription, in the step that made it.

use crate::billing_customer::{BillingCustomer, BillingCustomerPatch, CreateBillingCustomer};
use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::customer;
use crate::definition::ProductRef;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{BillingCustomerId, CustomerId, PriceId, ProductId, SubscriptionId};
use crate::idempotency::{RECEIPT_LIFETIME_MILLIS, Receipt};
use crate::metadata::{Metadata, MetadataPatch};
use crate::patch::Patch;
use crate::price::Price;
use crate::record::Record;
use crate::refusal::{AccessRefusal, CheckoutFault, LinkConflict};
use crate::subscription::{
    BillingMode, CancelChoice, Collection, CreateSubscription, MissingPayment, NewItem, PriceChoice, Subscription,
    SubscriptionPatch, TrialChoice, UpdateSubscription,
};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Longest address to go back to, in characters.
pub const ADDRESS_MAX_CHARACTERS: usize = 2048;
/// Most days of a trial.
pub const TRIAL_DAYS_MAX: u32 = 730;

/// A page that was opened for a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// For whom.
    pub customer: BillingCustomerId,
    /// What it does.
    pub page: Page,
}

/// What a page does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Page {
    /// Subscribes to a price.
    Checkout(Checkout),
    /// Shows subscriptions, cancels them and takes that back.
    Portal {
        /// Where it leads back to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        return_url: Option<String>,
    },
}

/// What is to be subscribed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct Checkout {
    pub product: ProductId,
    pub price: PriceId,
    /// Days that cost nothing; of the price, where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial_days: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_url: Option<String>,
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// What came of it, once it is confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<SubscriptionId>,
}

/// Opens a page for a customer, and makes it and its billing customer where they are not there.
#[derive(Debug, Clone)]
pub struct OpenSession {
    /// What nobody can guess.
    pub name: String,
    /// For whom.
    pub customer: CustomerId,
    /// What it is called from now on, where that was said.
    pub customer_name: Option<String>,
    /// Its address from now on, where that was said.
    pub email: Option<String>,
    /// The metadata key of billing customers that names their customer.
    pub link_key: Arc<str>,
    /// What the page is to do.
    pub page: NewPage,
}

/// What a new page is to do.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Page`")]
pub enum NewPage {
    Checkout(NewCheckout),
    Portal { return_url: Option<String> },
}

/// What is to be subscribed to, as it is asked for.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Checkout`")]
pub struct NewCheckout {
    pub product_key: String,
    /// That of the product's default price where not given.
    pub price: Option<PriceId>,
    pub trial_days: Option<u32>,
    pub success_url: Option<String>,
    pub cancel_url: Option<String>,
    pub metadata: MetadataPatch,
}

impl Command for OpenSession {
    type Reply = Arc<Session>;

    fn reads(&self) -> ReadSet {
        [Key::Catalog, Key::account(&self.customer)].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let page = match &self.page {
            NewPage::Checkout(checkout) => Page::Checkout(checkout.decide(facts)?),
            NewPage::Portal { return_url } => Page::Portal { return_url: return_url.clone() },
        };
        let (customer, mut changes) = self.billing_customer(facts, cx)?;
        let session = Arc::new(Session { customer, page });
        let receipt = Receipt {
            key: self.name.clone(),
            endpoint: String::new(),
            fingerprint: String::new(),
            request: cx.new_id(),
            status: 200,
            body: String::new(),
            session: Some(session.clone()),
            created: cx.now,
        };
        changes.writes.push(Write::Put { before: None, after: Record::Receipt(receipt.into()) });
        Ok((session, changes))
    }
}

impl OpenSession {
    /// The billing customer, with the name and address that were said, or a new one.
    fn billing_customer(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(BillingCustomerId, Changes), Stop> {
        let account = facts.account(&self.customer)?;
        let linked = account.and_then(|account| account.customer.stripe_customer.as_deref());
        let said = |text: &Option<String>| text.clone().map_or(Patch::Keep, Patch::Set);
        let Some(linked) = linked else {
            let known = account.map(|account| &account.customer);
            let name = self.customer_name.clone().or_else(|| known.and_then(|known| known.name.clone()));
            let email = self.email.clone().or_else(|| known.and_then(|known| known.email.clone()));
            let set = [(self.link_key.to_string(), Some(self.customer.to_string()))].into_iter().collect();
            let metadata = MetadataPatch { clear: false, set };
            let patch = BillingCustomerPatch { name: said(&name), email: said(&email), metadata, ..Default::default() };
            let create = CreateBillingCustomer { patch, test_clock: None, link_key: self.link_key.clone() };
            let (made, changes) = create.decide(facts, cx)?;
            return Ok((made.id.clone(), changes));
        };
        let before = facts.billing_customer(&linked.into())?;
        // It is linked to a customer of Stripe that is not on file here, so that nothing can be sold to it.
        let before = before.ok_or(AccessRefusal::Linked(LinkConflict::Customer))?;
        let mut changes = Changes::default();
        let after = Arc::new(BillingCustomer {
            name: said(&self.customer_name).apply(&before.name),
            email: said(&self.email).apply(&before.email),
            ..(*before).clone()
        });
        if after != before {
            changes.put(Some(Record::BillingCustomer(before)), Record::BillingCustomer(after.clone()), cx);
            customer::rename(&after, facts, &mut changes)?;
        }
        Ok((after.id.clone(), changes))
    }
}

impl NewCheckout {
    fn decide(&self, facts: &Facts) -> Result<Checkout, Stop> {
        let ProductRef::Stripe(product) = facts.catalog()?.product_ref(&self.product_key, facts)? else {
            return Err(AccessRefusal::NotForSale(CheckoutFault::CustomProduct).into());
        };
        let no_product = || AccessRefusal::NoProduct { key: self.product_key.clone() };
        let found = facts.product(&product)?.ok_or_else(no_product)?;
        if !found.active {
            return Err(AccessRefusal::NotForSale(CheckoutFault::ProductInactive).into());
        }
        let asked = self.price.as_ref().or(found.default_price.as_ref());
        let asked = asked.ok_or(AccessRefusal::NotForSale(CheckoutFault::NoDefaultPrice))?;
        let price = sellable(asked, &product, facts)?;
        Ok(Checkout {
            price: price.id.clone(),
            product,
            trial_days: self.trial_days,
            success_url: self.success_url.clone(),
            cancel_url: self.cancel_url.clone(),
            metadata: self.metadata.apply(&Metadata::new())?,
            subscription: None,
        })
    }
}

/// A price of a product that can be subscribed to.
fn sellable(id: &PriceId, product: &ProductId, facts: &Facts) -> Result<Arc<Price>, Stop> {
    let price = facts.price(id)?.ok_or(AccessRefusal::NotForSale(CheckoutFault::NoPrice))?;
    let fault = if price.product != *product {
        CheckoutFault::PriceOfAnother
    } else if !price.active {
        CheckoutFault::PriceInactive
    } else if price.recurring.is_none() {
        CheckoutFault::PriceIsOneTime
    } else {
        return Ok(price);
    };
    Err(AccessRefusal::NotForSale(fault).into())
}

impl Session {
    /// The session that a receipt is of; none where it is of something else, or too old.
    pub fn of(receipt: &Receipt, now: Timestamp) -> Option<&Arc<Self>> {
        let is_over = now.millis() - receipt.created.millis() > RECEIPT_LIFETIME_MILLIS;
        receipt.session.as_ref().filter(|_| !is_over)
    }

    /// The session with this name, and its receipt.
    fn named(name: &str, facts: &Facts, cx: &Cx<'_>) -> Result<(Arc<Self>, Arc<Receipt>), Stop> {
        let found = facts.receipt(name)?;
        let session = found.and_then(|receipt| Some((Self::of(&receipt, cx.now)?.clone(), receipt)));
        Ok(session.ok_or(AccessRefusal::NoSession)?)
    }
}

/// Subscribes, as a checkout says. Done again, it says what came of it the first time.
#[derive(Debug, Clone)]
pub struct ConfirmCheckout {
    /// The session.
    pub name: String,
}

impl Command for ConfirmCheckout {
    type Reply = Checkout;

    fn reads(&self) -> ReadSet {
        Key::receipt(&self.name).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let (session, receipt) = Session::named(&self.name, facts, cx)?;
        let Page::Checkout(checkout) = &session.page else { return Err(AccessRefusal::NoSession.into()) };
        if checkout.subscription.is_some() {
            return Ok((checkout.clone(), Changes::default()));
        }
        let (made, mut changes) = subscribe(&session.customer, checkout, facts)?.decide(facts, cx)?;
        let done = Checkout { subscription: Some(made.id.clone()), ..checkout.clone() };
        let after = Session { customer: session.customer.clone(), page: Page::Checkout(done.clone()) };
        let after = Receipt { session: Some(after.into()), ..(*receipt).clone() };
        changes
            .writes
            .push(Write::Put { before: Some(Record::Receipt(receipt)), after: Record::Receipt(after.into()) });
        Ok((done, changes))
    }
}

/// What a checkout comes to.
fn subscribe(customer: &BillingCustomerId, checkout: &Checkout, facts: &Facts) -> Result<CreateSubscription, Stop> {
    sellable(&checkout.price, &checkout.product, facts)?;
    let item = NewItem {
        price: PriceChoice::Existing(checkout.price.clone()),
        quantity: None,
        metadata: MetadataPatch::default(),
    };
    Ok(CreateSubscription {
        customer: customer.clone(),
        items: vec![item],
        currency: None,
        collection: Collection::ChargeAutomatically,
        days_until_due: None,
        description: None,
        metadata: MetadataPatch::default(),
        anchor: None,
        started: None,
        mode: BillingMode::default(),
        cancel: None,
        trial: Some(checkout.trial_days.map_or(TrialChoice::OfPrice, TrialChoice::Days)),
        missing_payment: MissingPayment::default(),
        default_incomplete: false,
    })
}

/// Cancels a subscription at the end of its period, or takes that back, from a portal of its customer.
#[derive(Debug, Clone)]
pub struct ChangeFromPortal {
    /// The session.
    pub name: String,
    /// Which one; only one of the customer whose portal it is.
    pub subscription: SubscriptionId,
    /// Whether it is canceled, or goes on.
    pub cancel: bool,
}

impl Command for ChangeFromPortal {
    type Reply = Arc<Subscription>;

    fn reads(&self) -> ReadSet {
        let subscription = Key::Row(crate::record::Noun::Subscription, self.subscription.to_string());
        [Key::receipt(&self.name), subscription].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let (session, _) = Session::named(&self.name, facts, cx)?;
        let found = facts.subscription(&self.subscription)?;
        let is_own = found.is_some_and(|subscription| subscription.customer == session.customer);
        if !matches!(session.page, Page::Portal { .. }) || !is_own {
            return Err(AccessRefusal::NoSession.into());
        }
        let cancel = if self.cancel { Patch::Set(CancelChoice::AtPeriodEnd) } else { Patch::Clear };
        let patch = SubscriptionPatch { cancel, ..SubscriptionPatch::default() };
        UpdateSubscription { id: self.subscription.clone(), patch }.decide(facts, cx)
    }
}
