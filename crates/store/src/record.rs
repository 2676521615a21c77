//! The body of a record: compact JSON of the object, without its noun, which the table tells.

use crate::error::StoreError;
use serde_json::from_slice;
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::usage::UsageEvent;

/// The body of a record.
pub(crate) fn encode(record: &Record) -> String {
    let body = match record {
        Record::Product(product) => serde_json::to_string(product),
        Record::Price(price) => serde_json::to_string(price),
        Record::Event(event) => serde_json::to_string(event),
        Record::Receipt(receipt) => serde_json::to_string(receipt),
        Record::ApiKey(key) => serde_json::to_string(key),
        Record::Feature(feature) => serde_json::to_string(feature),
        Record::CustomProduct(product) => serde_json::to_string(product),
        Record::Definition(definition) => serde_json::to_string(definition),
        Record::Customer(customer) => serde_json::to_string(customer),
        Record::Assignment(assignment) => serde_json::to_string(assignment),
        Record::Override(overrule) => serde_json::to_string(overrule),
        Record::Bonus(bonus) => serde_json::to_string(bonus),
        Record::Counters(counters) => serde_json::to_string(counters),
        Record::UsageEvent(event) => serde_json::to_string(event),
        Record::BillingCustomer(customer) => serde_json::to_string(customer),
        Record::Subscription(subscription) => serde_json::to_string(subscription),
        Record::SubscriptionItem(item) => serde_json::to_string(item),
        Record::Coupon(coupon) => serde_json::to_string(coupon),
        Record::PromotionCode(code) => serde_json::to_string(code),
        Record::Meter(meter) => serde_json::to_string(meter),
        Record::MeterEvent(event) => serde_json::to_string(event),
        Record::TestClock(clock) => serde_json::to_string(clock),
        Record::WebhookEndpoint(endpoint) => serde_json::to_string(endpoint),
        Record::Delivery(delivery) => serde_json::to_string(delivery),
        Record::User(user) => serde_json::to_string(user),
        Record::EntitlementSummary(summary) => serde_json::to_string(summary),
    };
    body.expect("records are plain data with text for keys")
}

/// The body of a usage event, in the place of what the buffer held.
pub(crate) fn encode_usage<'b>(event: &UsageEvent, buffer: &'b mut Vec<u8>) -> &'b str {
    buffer.clear();
    serde_json::to_writer(&mut *buffer, event).expect("records are plain data with text for keys");
    std::str::from_utf8(buffer).expect("JSON is text")
}

/// The record with this body.
pub(crate) fn decode(noun: Noun, body: &[u8]) -> Result<Record, StoreError> {
    let record = match noun {
        Noun::Product => from_slice(body).map(Record::Product),
        Noun::Price => from_slice(body).map(Record::Price),
        Noun::Event => from_slice(body).map(Record::Event),
        Noun::Receipt => from_slice(body).map(Record::Receipt),
        Noun::ApiKey => from_slice(body).map(Record::ApiKey),
        Noun::Feature => from_slice(body).map(Record::Feature),
        Noun::CustomProduct => from_slice(body).map(Record::CustomProduct),
        Noun::Definition => from_slice(body).map(Record::Definition),
        Noun::Customer => from_slice(body).map(Record::Customer),
        Noun::Assignment => from_slice(body).map(Record::Assignment),
        Noun::Override => from_slice(body).map(Record::Override),
        Noun::Bonus => from_slice(body).map(Record::Bonus),
        Noun::Counters => from_slice(body).map(Record::Counters),
        Noun::UsageEvent => from_slice(body).map(Record::UsageEvent),
        Noun::BillingCustomer => from_slice(body).map(Record::BillingCustomer),
        Noun::Subscription => from_slice(body).map(Record::Subscription),
        Noun::SubscriptionItem => from_slice(body).map(Record::SubscriptionItem),
        Noun::Coupon => from_slice(body).map(Record::Coupon),
        Noun::PromotionCode => from_slice(body).map(Record::PromotionCode),
        Noun::Meter => from_slice(body).map(Record::Meter),
        Noun::MeterEvent => from_slice(body).map(Record::MeterEvent),
        Noun::TestClock => from_slice(body).map(Record::TestClock),
        Noun::WebhookEndpoint => from_slice(body).map(Record::WebhookEndpoint),
        Noun::Delivery => from_slice(body).map(Record::Delivery),
        Noun::User => from_slice(body).map(Record::User),
        Noun::Entitlement | Noun::EntitlementSummary | Noun::TaxCode | Noun::ProductFeature => {
            return Err(StoreError::Corrupt(format!("{noun:?} is kept nowhere")));
        }
    };
    record.map_err(|error| StoreError::Corrupt(format!("a {noun:?} that cannot be read: {error}")))
}
