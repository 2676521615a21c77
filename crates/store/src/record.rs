//! The body of a record: compact JSON of the object, without its noun, which the table tells.

use crate::error::StoreError;
use serde_json::from_slice;
use tollgate_domain::record::{Noun, Record};

/// The body of a record.
pub(crate) fn encode(record: &Record) -> String {
    let body = match record {
        Record::Product(product) => serde_json::to_string(product),
        Record::Price(price) => serde_json::to_string(price),
        Record::Event(event) => serde_json::to_string(event),
        Record::Receipt(receipt) => serde_json::to_string(receipt),
        Record::ApiKey(key) => serde_json::to_string(key),
    };
    body.expect("records are plain data with text for keys")
}

/// The record with this body.
pub(crate) fn decode(noun: Noun, body: &[u8]) -> Result<Record, StoreError> {
    let record = match noun {
        Noun::Product => from_slice(body).map(Record::Product),
        Noun::Price => from_slice(body).map(Record::Price),
        Noun::Event => from_slice(body).map(Record::Event),
        Noun::Receipt => from_slice(body).map(Record::Receipt),
        Noun::ApiKey => from_slice(body).map(Record::ApiKey),
        Noun::TaxCode => return Err(StoreError::Corrupt("tax codes are kept nowhere".to_owned())),
    };
    record.map_err(|error| StoreError::Corrupt(format!("a {noun:?} that cannot be read: {error}")))
}
