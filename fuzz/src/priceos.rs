//! Any body or query of the PriceOS dialect: read, or refused with a code and a sentence; a body also as each entry of a
//! batch.

use tollgate_domain::id::RequestId;
use tollgate_wire::priceos::fault::{Code, Fault};
use tollgate_wire::priceos::fields::{Map, body, query};
use tollgate_wire::priceos::{access, bonus, customer, feature, overrule, product, usage};

pub(crate) fn run(bytes: &[u8]) {
    if let Ok(map) = checked(body(bytes)) {
        bodies(&map);
        let batch = [b"{\"events\":[", bytes, b"]}"].concat();
        for entry in body(&batch).and_then(|map| usage::parse_batch(&map)).into_iter().flatten() {
            drop(checked(entry));
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(map) = checked(query(text))
    {
        drop(checked(access::parse(&map)));
        drop(checked(customer::parse_list(&map)));
        drop(checked(bonus::parse_list(&map)));
        drop(checked(overrule::parse_list(&map)));
        drop(checked(product::parse_list(&map)));
    }
}

fn bodies(map: &Map) {
    if let Ok(track) = checked(usage::parse_track(map)) {
        let shown = track.amount.to_string();
        assert_eq!(tollgate_domain::quantity::Quantity::parse(&shown), Ok(track.amount), "{shown}");
        assert!(!track.customer.as_str().is_empty());
    }
    if let Ok(consume) = checked(usage::parse_consume(map)) {
        assert!(consume.amount.is_positive());
    }
    if let Ok(set) = checked(usage::parse_set(map)) {
        assert!(!set.used.is_negative());
    }
    drop(checked(usage::parse_list(map)));
    drop(checked(usage::parse_update(map, "e".into())));
    drop(checked(usage::parse_delete(map)));
    drop(checked(customer::parse_create(map)));
    drop(checked(customer::parse_update(map, "c".into())));
    drop(checked(customer::parse_link(map)));
    drop(checked(feature::parse_create(map)));
    drop(checked(feature::parse_update(map, "f")));
    drop(checked(product::parse_create(map)));
    drop(checked(product::parse_update(map, "p")));
    drop(checked(product::parse_define(map, "p")));
    drop(checked(product::parse_migrate(map)));
    if let Ok(bonus) = checked(bonus::parse_create(map)) {
        assert!(bonus.amount.is_positive());
    }
    drop(checked(bonus::parse_update(map, "b".into())));
    drop(checked(overrule::parse_create(map)));
    drop(checked(overrule::parse_update(map, "o".into())));
}

/// A fault is the caller's doing, says something, and its body is JSON.
fn checked<T>(parsed: Result<T, Fault>) -> Result<T, Fault> {
    if let Err(fault) = &parsed {
        assert!((400..500).contains(&fault.code.status()) && !fault.message.is_empty(), "{fault:?}");
        assert!(Code::ALL.contains(&fault.code));
        let body: serde_json::Value = serde_json::from_slice(&fault.body(&RequestId::from("req_1"))).expect("JSON");
        assert_eq!(body["code"], fault.code.as_str());
    }
    parsed
}
