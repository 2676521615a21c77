//! The PriceOS dialect: what customers may use, and what they use.
//!
//! The ground is 20 features and three custom products that grant them all. Every customer has the three products, an
//! override and a bonus. Limits are so high that nothing is ever denied.

use super::{About, Ask, Ground, Size, Turn, Work, any, put};
use crate::bench::resp;

/// Usage events in a batch: as many as the server takes at once.
pub(in crate::bench) const BATCH: u32 = 100;

pub(super) const FEATURE_ACCESS: Work = Work {
    name: "feature_access",
    writes: false,
    about: About::Customers,
    events: None,
    ask: Ask { write: feature_access, will_do: is_whole_access },
    statement: None,
    redis: None,
};

pub(super) const CONSUME: Work = Work {
    name: "consume",
    writes: true,
    about: About::Customers,
    events: None,
    ask: Ask { write: consume, will_do: |body| body.starts_with(br#"{"allowed":true,"applied":true,"#) },
    statement: None,
    redis: Some(Ask { write: consume_in_redis, will_do: |reply| reply.starts_with(b"*4\r\n:1\r\n:1\r\n") }),
};

pub(super) const TRACK_BATCH: Work = Work {
    name: "track_batch",
    writes: true,
    about: About::Customers,
    events: Some(BATCH),
    ask: Ask { write: track_batch, will_do: is_faultless },
    statement: None,
    redis: None,
};

/// On or off.
const BOOLEANS: [&str; 6] = ["sso", "audit_log", "api_access", "custom_domain", "white_label", "priority_support"];
/// Limits whose usage is counted elsewhere.
const UNTRACKED: [&str; 4] = ["seats", "projects", "retention_days", "upload_megabytes"];
/// Limits whose usage is counted here, each with an interval and an anchor of its own.
pub(in crate::bench) const TRACKED: [&str; 10] = [
    "api_calls",
    "emails",
    "tokens",
    "builds",
    "exports",
    "messages",
    "minutes",
    "reports",
    "searches",
    "stored_megabytes",
];
const INTERVALS: [&str; 5] = ["never", "day", "week", "month", "year"];
const ANCHORS: [&str; 2] = ["calendar", "billing_period"];
/// Custom products; each grants every feature.
const PRODUCTS: [&str; 3] = ["plan_base", "plan_team", "plan_extra"];
/// What each product grants of each limit.
const LIMIT: u64 = 1_000_000_000;
/// What customers are granted of most limits, by all products together.
pub(in crate::bench) const LIMIT_IN_ALL: u64 = LIMIT * PRODUCTS.len() as u64;
const OVERRIDDEN: &str = TRACKED[2];
const WITH_BONUS: &str = TRACKED[1];

const DAY_MILLIS: i64 = 86_400_000;
/// Over how long the events lie that are put in.
const PAST_MILLIS: u64 = 60 * DAY_MILLIS.unsigned_abs();
/// Over how long the starts of customers lie, each of which is an anchor of windows.
const STARTS_MILLIS: u64 = 90 * DAY_MILLIS.unsigned_abs();

/// What is put in, in this order: how many times, and what `turn.number` counts.
pub(in crate::bench) const CATALOG: [(usize, Ask); 2] = [
    (BOOLEANS.len() + UNTRACKED.len() + TRACKED.len(), Ask { write: put_feature, will_do: any }),
    (PRODUCTS.len(), Ask { write: put_product, will_do: any }),
];
/// What is put in for each customer, in this order.
pub(in crate::bench) const CUSTOMER: [Ask; 3] = [
    Ask { write: put_customer, will_do: any },
    Ask { write: put_override, will_do: any },
    Ask { write: put_bonus, will_do: any },
];
/// A batch of events out of the past.
pub(in crate::bench) const PUT_EVENTS: Ask = Ask { write: put_events, will_do: is_faultless };

/// Makes the script of [`CONSUME`]. Keys: the event's key, then of the customer its limits, its totals, its events; arguments: the id of
/// the event, customer, feature, key, amount, time. It does without windows, overrides and bonuses.
pub(in crate::bench) const SCRIPT: &str = r"
if not redis.call('SET', KEYS[1], ARGV[1], 'NX') then
  return {1, 0, redis.call('HGET', KEYS[3], ARGV[3]) or '0', redis.call('GET', KEYS[1])}
end
local limit = tonumber(redis.call('HGET', KEYS[2], ARGV[3]) or '0')
local total = tonumber(redis.call('HGET', KEYS[3], ARGV[3]) or '0')
if total + tonumber(ARGV[5]) > limit then
  redis.call('DEL', KEYS[1])
  return {0, 0, total, limit - total}
end
total = redis.call('HINCRBY', KEYS[3], ARGV[3], ARGV[5])
redis.call('XADD', KEYS[4], '*', 'id', ARGV[1], 'customer', ARGV[2], 'feature', ARGV[3], 'key', ARGV[4],
  'amount', ARGV[5], 'occurred', ARGV[6], 'recorded', ARGV[6], 'total', total)
return {1, 1, total, limit - total}
";
/// Tells Redis the limits of the customers from one number to below another. Further arguments: the limit, and the features.
pub(in crate::bench) const LIMITS_SCRIPT: &str = r"
for number = tonumber(ARGV[1]), tonumber(ARGV[2]) - 1 do
  local name = string.format('limits:cus_bench%010d', number)
  for at = 4, #ARGV do redis.call('HSET', name, ARGV[at], ARGV[3]) end
end
";

fn feature_access(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let number = turn.below(ground.size.customers);
    let target = format_args!("/v1/feature-access?customerId=cus_bench{number:010}");
    super::get(&ground.priceos_head, target, buffer);
}

/// Whether a body is larger than one of fewer features could be.
fn is_whole_access(body: &[u8]) -> bool {
    body.len() > 2_000
}

fn consume(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let (number, feature, key) = (turn.below(ground.size.customers), turn.pick(&TRACKED), turn.next());
    let body = format!(r#"{{"customerId":"cus_bench{number:010}","featureKey":"{feature}","eventKey":"{key:016x}"}}"#);
    post(ground, "/v1/usage/consume", body.as_bytes(), buffer);
}

fn consume_in_redis(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let (number, feature, key) = (turn.below(ground.size.customers), turn.pick(&TRACKED), turn.next());
    let customer = format!("cus_bench{number:010}");
    // An id as long as ours, which is a UUID.
    let (key, id) = (format!("{key:016x}"), format!("{key:036x}"));
    let words = [
        "EVALSHA",
        &ground.script,
        "4",
        &format!("key:{customer}:{feature}:{key}"),
        &format!("limits:{customer}"),
        &format!("totals:{customer}"),
        &format!("events:{customer}:{feature}"),
        &id,
        &customer,
        feature,
        &key,
        "1",
        &ground.now.to_string(),
    ];
    resp::write(&words, buffer);
}

fn track_batch(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    batch(ground, turn, |turn| turn.below(ground.size.customers), |_, _| {}, buffer);
}

/// Customer after customer, so that many go in fast.
fn put_events(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let Size { customers, events, .. } = ground.size;
    let number = u64::try_from(u128::from(turn.number * u64::from(BATCH)) * u128::from(customers) / u128::from(events));
    let number = number.expect("no more than there are customers").min(customers - 1);
    let past = |turn: &mut Turn, body: &mut Vec<u8>| {
        let occurred = ground.now.saturating_sub_unsigned(turn.below(PAST_MILLIS));
        put(body, format_args!(r#","occurredAt":{occurred}"#));
    };
    batch(ground, turn, |_| number, past, buffer);
}

/// A batch of events, each of a customer by its number, and with whatever else is to stand in it.
fn batch(
    ground: &Ground,
    turn: &mut Turn,
    customer: impl Fn(&mut Turn) -> u64,
    more: impl Fn(&mut Turn, &mut Vec<u8>),
    buffer: &mut Vec<u8>,
) {
    let key = turn.next();
    let mut body = Vec::with_capacity(16 * 1_024);
    body.extend_from_slice(br#"{"events":["#);
    for place in 0..BATCH {
        let (number, feature) = (customer(turn), turn.pick(&TRACKED));
        let comma = if place == 0 { "" } else { "," };
        put(&mut body, format_args!(r#"{comma}{{"customerId":"cus_bench{number:010}","featureKey":"{feature}""#));
        put(&mut body, format_args!(r#","eventKey":"{key:016x}-{place}""#));
        more(turn, &mut body);
        body.push(b'}');
    }
    body.extend_from_slice(b"]}");
    post(ground, "/v1/usage/batch", &body, buffer);
}

/// Whether every event of a batch was taken.
fn is_faultless(body: &[u8]) -> bool {
    body.ends_with(br#""hasErrors":false}"#)
}

fn put_feature(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let number = usize::try_from(turn.number).expect("there are few features");
    let tracked = number.checked_sub(BOOLEANS.len() + UNTRACKED.len());
    let key = features().nth(number).expect("there are so many features");
    let kind = if number < BOOLEANS.len() { "boolean" } else { "limit" };
    let usage = tracked.map_or_else(String::new, |number| {
        let (interval, anchor) = (INTERVALS[number / ANCHORS.len()], ANCHORS[number % ANCHORS.len()]);
        format!(r#","tracksUsage":true,"usageResetInterval":"{interval}","usageResetAnchor":"{anchor}""#)
    });
    let body = format!(r#"{{"featureKey":"{key}","name":"{key}","type":"{kind}"{usage}}}"#);
    post(ground, "/v1/features", body.as_bytes(), buffer);
}

fn put_product(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let key = PRODUCTS[usize::try_from(turn.number).expect("there are few products")];
    let limit = |place| if place < BOOLEANS.len() { String::new() } else { format!(r#","limit":{LIMIT}"#) };
    let entry = |(place, feature)| format!(r#"{{"featureKey":"{feature}","hasAccess":true{}}}"#, limit(place));
    let entries: Vec<_> = features().enumerate().map(entry).collect();
    let body = format!(r#"{{"key":"{key}","name":"{key}","featureAccess":[{}]}}"#, entries.join(","));
    post(ground, "/v1/products", body.as_bytes(), buffer);
}

/// The keys of all features, in the order in which they are put in.
fn features() -> impl Iterator<Item = &'static str> {
    BOOLEANS.into_iter().chain(UNTRACKED).chain(TRACKED)
}

fn put_customer(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let number = turn.number;
    let started = ground.now.saturating_sub_unsigned(turn.below(STARTS_MILLIS));
    let products = PRODUCTS.map(|key| format!(r#""{key}""#)).join(",");
    let body = format!(
        r#"{{"customerId":"cus_bench{number:010}","name":"Bench {number}","usageStartedAt":{started},"customProductKeys":[{products}]}}"#
    );
    post(ground, "/v1/customers", body.as_bytes(), buffer);
}

fn put_override(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let number = turn.number;
    let body = format!(
        r#"{{"customerId":"cus_bench{number:010}","featureKey":"{OVERRIDDEN}","hasAccess":true,"limit":{LIMIT_IN_ALL},"reason":"asked"}}"#
    );
    post(ground, "/v1/overrides", body.as_bytes(), buffer);
}

fn put_bonus(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let number = turn.number;
    let expires = ground.now + 365 * DAY_MILLIS;
    let body = format!(
        r#"{{"customerId":"cus_bench{number:010}","featureKey":"{WITH_BONUS}","amount":1000,"expiresAt":{expires}}}"#
    );
    post(ground, "/v1/bonuses", body.as_bytes(), buffer);
}

fn post(ground: &Ground, target: &str, body: &[u8], buffer: &mut Vec<u8>) {
    super::post(&ground.priceos_head, target, "application/json", body, buffer);
}
