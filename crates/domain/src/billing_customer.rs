//! Customers as they are billed: what the Stripe dialect calls a customer.
//!
//! Invariant: every billing customer that is not deleted is exactly one customer of the access side, which holds its id
//! as [`stripe_customer`](crate::customer::Customer::stripe_customer). One that nobody linked has the id of the billing
//! customer itself.
//!
//! Of one that was deleted the id is kept, so that it can be told from one that never was.

use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::customer::{self, Profile};
use crate::event::Action;
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{self, BillingCustomerId, CustomerId, TestClockId};
use crate::metadata::{Metadata, MetadataPatch};
use crate::patch::Patch;
use crate::record::{Field, Noun, Record};
use crate::refusal::{Reference, Refusal};
use crate::subscription::{self, Subscription};
use crate::test_clock::TestClock;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Longest name, in characters.
pub const NAME_MAX_CHARACTERS: usize = 256;
/// Longest email address, in characters.
pub const EMAIL_MAX_CHARACTERS: usize = 512;
/// Longest phone number, in characters.
pub const PHONE_MAX_CHARACTERS: usize = 20;
/// Longest name of a business or of a person, in characters.
pub const LEGAL_NAME_MAX_CHARACTERS: usize = 150;
/// Longest description, and longest part of an address, in characters.
pub const TEXT_MAX_CHARACTERS: usize = 5000;
/// Most fields of the caller's own on invoices.
pub const CUSTOM_FIELDS_MAX: usize = 4;
/// Longest prefix of invoice numbers, in characters.
pub const INVOICE_PREFIX_MAX_CHARACTERS: usize = 12;
/// What a prefix that is generated consists of.
const INVOICE_PREFIX_ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Characters of it.
const INVOICE_PREFIX_CHARACTERS: usize = 8;

/// A customer as it is billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct BillingCustomer {
    pub id: BillingCustomerId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub individual_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping: Option<Shipping>,
    /// What is owed to it (below zero) or by it, in minor units.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub balance: i64,
    /// What numbers of its invoices begin with; generated ones are unique but for chance.
    #[serde(default)]
    pub invoice_prefix: String,
    #[serde(default, skip_serializing_if = "InvoiceSettings::is_none")]
    pub invoice_settings: InvoiceSettings,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub next_invoice_sequence: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preferred_locales: Vec<String>,
    #[serde(default, skip_serializing_if = "TaxExempt::is_none")]
    pub tax_exempt: TaxExempt,
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// Whose time holds for it and for everything of it, in the place of the time of day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_clock: Option<TestClockId>,
    /// Whether it is gone; then nothing else is known of it but when it was made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    pub created: Timestamp,
}

/// A postal address; any part may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Address {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line1: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// Where things are sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct Shipping {
    pub address: Address,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// What its invoices look like.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called; oddities are documented")]
pub struct InvoiceSettings {
    /// Names and values; nothing where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_fields: Option<Vec<CustomField>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// How tax is shown beside amounts: one of a fixed set of words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_tax_display: Option<String>,
}

impl InvoiceSettings {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// A line of the caller's own on invoices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are what they are called")]
pub struct CustomField {
    pub name: String,
    pub value: String,
}

/// Whether it pays taxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum TaxExempt {
    #[default]
    None,
    Reverse,
    Exempt,
}

impl TaxExempt {
    /// Every one, in the order in which faults list them.
    pub const ALL: [Self; 3] = [Self::None, Self::Reverse, Self::Exempt];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Reverse => "reverse",
            Self::Exempt => "exempt",
        }
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_one(number: &u64) -> bool {
    *number == 1
}

const fn one() -> u64 {
    1
}

impl BillingCustomer {
    /// One of which nothing is known but the id.
    pub fn new(id: BillingCustomerId, created: Timestamp) -> Self {
        Self {
            id,
            name: None,
            email: None,
            phone: None,
            description: None,
            business_name: None,
            individual_name: None,
            address: None,
            shipping: None,
            balance: 0,
            invoice_prefix: String::new(),
            invoice_settings: InvoiceSettings::default(),
            next_invoice_sequence: 1,
            preferred_locales: Vec::new(),
            tax_exempt: TaxExempt::None,
            metadata: Metadata::new(),
            test_clock: None,
            deleted: false,
            created,
        }
    }

    /// What the access side shows of it.
    fn profile(&self) -> Profile {
        Profile { name: self.name.clone(), email: self.email.clone() }
    }

    /// The customer that its metadata links it to.
    fn wanted(&self, link_key: &str) -> Option<CustomerId> {
        let id = self.metadata.get(link_key).map(String::as_str)?;
        let fits = !id.is_empty() && id.chars().count() <= customer::ID_MAX_CHARACTERS;
        fits.then(|| id.into())
    }
}

/// What to say of a billing customer, new or not.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "as in `BillingCustomer`")]
pub struct BillingCustomerPatch {
    pub name: Patch<String>,
    pub email: Patch<String>,
    pub phone: Patch<String>,
    pub description: Patch<String>,
    pub business_name: Patch<String>,
    pub individual_name: Patch<String>,
    pub address: Patch<AddressPatch>,
    pub shipping: Patch<ShippingPatch>,
    pub balance: Option<i64>,
    pub invoice_prefix: Option<String>,
    pub custom_fields: Patch<Vec<CustomField>>,
    pub footer: Patch<String>,
    pub amount_tax_display: Patch<String>,
    pub next_invoice_sequence: Option<u64>,
    /// The whole new list.
    pub preferred_locales: Option<Vec<String>>,
    pub tax_exempt: Option<TaxExempt>,
    pub metadata: MetadataPatch,
}

/// What to change of an address; the parts that are not named stay.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "as in `Address`")]
pub struct AddressPatch {
    pub city: Patch<String>,
    pub country: Patch<String>,
    pub line1: Patch<String>,
    pub line2: Patch<String>,
    pub postal_code: Patch<String>,
    pub state: Patch<String>,
}

impl AddressPatch {
    fn apply(&self, current: &Address) -> Address {
        Address {
            city: self.city.apply(&current.city),
            country: self.country.apply(&current.country),
            line1: self.line1.apply(&current.line1),
            line2: self.line2.apply(&current.line2),
            postal_code: self.postal_code.apply(&current.postal_code),
            state: self.state.apply(&current.state),
        }
    }
}

/// Where things are to be sent to.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `Shipping`")]
pub struct ShippingPatch {
    pub address: AddressPatch,
    pub name: String,
    pub phone: Patch<String>,
}

impl ShippingPatch {
    fn apply(&self, current: Option<&Shipping>) -> Shipping {
        let none = Address::default();
        Shipping {
            address: self.address.apply(current.map_or(&none, |shipping| &shipping.address)),
            name: self.name.clone(),
            phone: self.phone.apply(&current.and_then(|shipping| shipping.phone.clone())),
        }
    }
}

impl BillingCustomerPatch {
    fn apply(&self, current: &BillingCustomer) -> Result<BillingCustomer, Refusal> {
        let address = current.address.clone().unwrap_or_default();
        let InvoiceSettings { custom_fields, footer, amount_tax_display } = &current.invoice_settings;
        Ok(BillingCustomer {
            id: current.id.clone(),
            name: self.name.apply(&current.name),
            email: self.email.apply(&current.email),
            phone: self.phone.apply(&current.phone),
            description: self.description.apply(&current.description),
            business_name: self.business_name.apply(&current.business_name),
            individual_name: self.individual_name.apply(&current.individual_name),
            address: match &self.address {
                Patch::Keep => current.address.clone(),
                Patch::Clear => None,
                Patch::Set(patch) => Some(patch.apply(&address)),
            },
            shipping: match &self.shipping {
                Patch::Keep => current.shipping.clone(),
                Patch::Clear => None,
                Patch::Set(patch) => Some(patch.apply(current.shipping.as_ref())),
            },
            balance: self.balance.unwrap_or(current.balance),
            invoice_prefix: self.invoice_prefix.clone().unwrap_or_else(|| current.invoice_prefix.clone()),
            invoice_settings: InvoiceSettings {
                custom_fields: self.custom_fields.apply(custom_fields),
                footer: self.footer.apply(footer),
                amount_tax_display: self.amount_tax_display.apply(amount_tax_display),
            },
            next_invoice_sequence: self.next_invoice_sequence.unwrap_or(current.next_invoice_sequence),
            preferred_locales: self.preferred_locales.clone().unwrap_or_else(|| current.preferred_locales.clone()),
            tax_exempt: self.tax_exempt.unwrap_or(current.tax_exempt),
            metadata: self.metadata.apply(&current.metadata)?,
            test_clock: current.test_clock.clone(),
            deleted: current.deleted,
            created: current.created,
        })
    }
}

/// Makes a billing customer, and a customer of the access side with it, or links it to the one that its metadata names.
#[derive(Debug, Clone)]
pub struct CreateBillingCustomer {
    /// Everything that is said of it.
    pub patch: BillingCustomerPatch,
    /// Whose time is to hold for it.
    pub test_clock: Option<TestClockId>,
    /// The metadata key that names the customer of the access side.
    pub link_key: Arc<str>,
}

impl Command for CreateBillingCustomer {
    type Reply = Arc<BillingCustomer>;

    fn reads(&self) -> ReadSet {
        let mut reads: ReadSet = wanted_by(&self.patch.metadata, &self.link_key).iter().map(Key::account).collect();
        if let Some(clock) = &self.test_clock {
            reads.push(Key::Row(Noun::TestClock, clock.to_string()));
        }
        reads
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let clock = self.test_clock.as_ref().map(|id| open_clock(id, facts)).transpose()?;
        let created = clock.as_ref().map_or(cx.now, |clock| clock.frozen);
        let blank = BillingCustomer {
            invoice_prefix: id::draw(INVOICE_PREFIX_ALPHABET, INVOICE_PREFIX_CHARACTERS, cx.random),
            test_clock: self.test_clock.clone(),
            ..BillingCustomer::new(cx.new_id(), created)
        };
        let made = Arc::new(self.patch.apply(&blank)?);
        let mut changes = Changes::default();
        changes.put(None, Record::BillingCustomer(made.clone()), cx);
        customer::introduce(
            &made,
            made.wanted(&self.link_key),
            clock.as_deref().map(|clock| clock.frozen),
            facts,
            &mut changes,
        )?;
        if let Some(clock) = clock {
            let mut bound = (*clock).clone();
            bound.customers.push(made.id.clone());
            let (before, after) = (Record::TestClock(clock), Record::TestClock(bound.into()));
            changes.writes.push(Write::Put { before: Some(before), after });
        }
        Ok((made, changes))
    }
}

/// The customer that new metadata links to.
fn wanted_by(metadata: &MetadataPatch, link_key: &str) -> Option<CustomerId> {
    metadata.set.get(link_key)?.as_deref().map(CustomerId::from)
}

/// A clock that can have one customer more.
fn open_clock(id: &TestClockId, facts: &Facts) -> Result<Arc<TestClock>, Stop> {
    let missing = || Refusal::NoReference { reference: Reference::TestClock, id: id.to_string() };
    let clock = facts.test_clock(id)?.ok_or_else(missing)?;
    if clock.customers.len() >= crate::test_clock::CUSTOMERS_MAX {
        return Err(Refusal::TestClockFull.into());
    }
    Ok(clock)
}

/// Changes a billing customer. Its name and email are those of the customer of the access side, too.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `CreateBillingCustomer`")]
pub struct UpdateBillingCustomer {
    pub id: BillingCustomerId,
    pub patch: BillingCustomerPatch,
    pub link_key: Arc<str>,
}

impl Command for UpdateBillingCustomer {
    type Reply = Arc<BillingCustomer>;

    fn reads(&self) -> ReadSet {
        let mut reads = ReadSet::from(key(&self.id));
        if let Some(wanted) = wanted_by(&self.patch.metadata, &self.link_key) {
            reads.extend([Key::Catalog, Key::account(&wanted), holder(&self.id)].into_iter().collect());
        } else if self.patch.name != Patch::Keep || self.patch.email != Patch::Keep {
            reads.push(holder(&self.id));
        }
        reads
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = match facts.billing_customer_or_stub(&self.id)? {
            Some(customer) if !customer.deleted => customer,
            Some(_) => {
                return Err(
                    Refusal::NoReference { reference: Reference::DeletedCustomer, id: self.id.to_string() }.into()
                );
            }
            None => return Err(missing(&self.id).into()),
        };
        let after = Arc::new(self.patch.apply(&before)?);
        let mut changes = Changes::default();
        changes.put(Some(Record::BillingCustomer(before.clone())), Record::BillingCustomer(after.clone()), cx);
        let names_a_customer = self.patch.metadata.set.contains_key(&*self.link_key);
        match after.wanted(&self.link_key).filter(|_| names_a_customer) {
            Some(wanted) => {
                let former = before.wanted(&self.link_key);
                customer::follow_metadata(&after, &wanted, former.as_ref(), facts, &mut changes, cx)?;
            }
            None if before.profile() != after.profile() => customer::rename(&after, facts, &mut changes)?,
            None => {}
        }
        Ok((after, changes))
    }
}

fn key(id: &BillingCustomerId) -> Key {
    Key::Row(Noun::BillingCustomer, id.to_string())
}

fn holder(id: &BillingCustomerId) -> Key {
    Key::holder(Field::CustomerStripe, id.as_str())
}

fn missing(id: &BillingCustomerId) -> Refusal {
    Refusal::NoSubject { noun: Noun::BillingCustomer, id: id.to_string() }
}

/// Deletes a billing customer, ends its subscriptions, and takes its customer of the access side away from it.
#[derive(Debug, Clone)]
pub struct DeleteBillingCustomer {
    /// Which one.
    pub id: BillingCustomerId,
}

impl Command for DeleteBillingCustomer {
    type Reply = BillingCustomerId;

    fn reads(&self) -> ReadSet {
        [Key::Catalog, key(&self.id), holder(&self.id)].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let before = facts.billing_customer(&self.id)?.ok_or_else(|| missing(&self.id))?;
        let mut changes = Changes::default();
        remove(before.clone(), facts, &mut changes, cx)?;
        if let Some(id) = &before.test_clock
            && let Some(clock) = facts.test_clock(id)?
        {
            let mut left = (*clock).clone();
            left.customers.retain(|customer| *customer != self.id);
            let (before, after) = (Record::TestClock(clock), Record::TestClock(left.into()));
            changes.writes.push(Write::Put { before: Some(before), after });
        }
        Ok((self.id.clone(), changes))
    }
}

/// What deleting a billing customer comes to, but for its test clock.
pub(crate) fn remove(
    customer: Arc<BillingCustomer>,
    facts: &Facts,
    changes: &mut Changes,
    cx: &mut Cx<'_>,
) -> Result<(), Stop> {
    let id = customer.id.clone();
    subscription::end_all(&id, facts, changes, cx)?;
    customer::let_go(&id, facts, changes)?;
    // The event shows the customer as it ended.
    changes.announce(Action::Deleted, None, &Record::BillingCustomer(customer.clone()), cx);
    let stub = BillingCustomer { deleted: true, ..BillingCustomer::new(id, customer.created) };
    let (before, after) = (Record::BillingCustomer(customer), Record::BillingCustomer(stub.into()));
    changes.writes.push(Write::Put { before: Some(before), after });
    Ok(())
}

/// The subscriptions of a billing customer that are not over, newest first; what time has made of them since is left out.
pub fn subscriptions(id: &BillingCustomerId, facts: &Facts) -> Result<Vec<Arc<Subscription>>, Stop> {
    let Some(account) = customer::account_of(id, facts)? else { return Ok(Vec::new()) };
    let ids = account.customer.subscriptions();
    let (mut found, mut missing) = (Vec::with_capacity(ids.len()), ReadSet::default());
    for id in ids {
        found.extend(missing.gather(facts.subscription(id))?.flatten());
    }
    missing.known()?;
    found.sort_by(|one, other| (other.created, &other.id).cmp(&(one.created, &one.id)));
    Ok(found)
}
