//! Bodies and queries, read by tables.
//!
//! An endpoint declares its fields in the order in which they are checked. [`read`] walks a JSON object with the table:
//! first the fields that are not in it, then each in its order; the first fault wins. What comes out are values within
//! the declared limits.

use super::fault::{Code, Fault};
use crate::form::{self, Node};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use tollgate_domain::metadata::{
    METADATA_KEY_MAX_CHARACTERS, METADATA_MAX_KEYS, METADATA_VALUE_MAX_CHARACTERS, MetadataPatch,
};
use tollgate_domain::patch::Patch;
use tollgate_domain::quantity::{MAGNITUDE_MAX, PLACES_MAX, Quantity, QuantityFault};
use tollgate_domain::time::Timestamp;
use tollgate_domain::window::{INSTANT_END, INSTANT_MIN};

/// The fields of an object, in the order in which they are checked.
pub type Table = &'static [Field];

/// A JSON object.
pub type Map = serde_json::Map<String, Json>;

/// One field.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
    /// Whether it takes `null`.
    pub nullable: bool,
    /// What it is, for the documentation.
    pub doc: &'static str,
}

impl Field {
    /// An optional field.
    pub const fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, required: false, nullable: false, doc }
    }

    /// The same, required.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same, which also takes `null`.
    #[must_use]
    pub const fn nullable(self) -> Self {
        Self { nullable: true, ..self }
    }
}

/// What values a field takes.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text of 1 to `max` characters.
    Text {
        /// Most characters.
        max: usize,
    },
    /// Text of up to `max` characters; empty text clears.
    ClearableText {
        /// Most characters.
        max: usize,
    },
    /// Text that names something in a path too: neither of the two names that paths give a meaning of their own.
    PathText {
        /// Most characters.
        max: usize,
    },
    /// Letters, digits, `_`, `-` and `.`, 1 to `max` of them.
    Key {
        /// Most characters.
        max: usize,
    },
    /// A decimal number.
    Amount(Sign),
    /// A whole number, both ends included.
    Integer {
        /// Least.
        min: i64,
        /// Most.
        max: i64,
    },
    /// An instant in milliseconds.
    Instant,
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Texts by text.
    Metadata,
    /// Any object.
    Any,
    /// These fields.
    Object(Table),
    /// Several values.
    List {
        /// Least.
        min: usize,
        /// Most.
        max: usize,
        /// What each is.
        of: &'static Kind,
    },
    /// Several objects, each of which is read by itself later.
    Entries {
        /// Least.
        min: usize,
        /// Most.
        max: usize,
    },
}

/// Which numbers an amount may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum Sign {
    Any,
    NotNegative,
    Positive,
}

/// A value as read.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Null,
    Text(String),
    Word(&'static str),
    Amount(Quantity),
    Integer(i64),
    Instant(Timestamp),
    Flag(bool),
    Metadata(BTreeMap<String, String>),
    Object(Values),
    List(Vec<Value>),
    Entries(Vec<Json>),
}

/// The fields of an object, as read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Values(Vec<(&'static str, Value)>);

/// A body as an object; no body is an empty one.
pub fn body(bytes: &[u8]) -> Result<Map, Fault> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match serde_json::from_slice(bytes) {
        Ok(Json::Object(map)) => Ok(map),
        Ok(_) => Err(Fault::new(Code::InvalidJson, "The body must be a JSON object.")),
        Err(error) => Err(Fault::new(Code::InvalidJson, format!("The body is not JSON: {error}."))),
    }
}

/// A query as an object of texts.
pub fn query(query: &str) -> Result<Map, Fault> {
    let bad = || Fault::new(Code::InvalidParameter, "The query is not well encoded.");
    let params = form::decode(query.as_bytes()).map_err(|_| bad())?;
    let mut map = Map::new();
    for (name, node) in params.iter() {
        let Node::Text(text) = node else {
            return Err(Fault::field(Code::UnknownParameter, name, "is not a parameter of this endpoint."));
        };
        map.insert(name.to_owned(), Json::String(text.clone()));
    }
    Ok(map)
}

/// Where values come from: a query has texts only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are what they are called")]
pub enum Origin {
    Body,
    Query,
}

/// Reads an object by a table.
pub fn read(table: Table, map: &Map, origin: Origin) -> Result<Values, Fault> {
    object(table, map, "", origin)
}

fn object(table: Table, map: &Map, path: &str, origin: Origin) -> Result<Values, Fault> {
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    if let Some(unknown) = map.keys().find(|name| table.iter().all(|field| field.name != *name)) {
        return Err(Fault::field(Code::UnknownParameter, at(unknown), "is not a parameter of this endpoint."));
    }
    let mut values = Vec::with_capacity(map.len());
    for field in table {
        match map.get(field.name) {
            None if field.required => return Err(Fault::missing(at(field.name))),
            None => {}
            Some(Json::Null) if field.nullable => values.push((field.name, Value::Null)),
            Some(Json::Null) if field.required => return Err(Fault::missing(at(field.name))),
            Some(json) => values.push((field.name, value(&field.kind, json, &at(field.name), origin)?)),
        }
    }
    Ok(Values(values))
}

fn value(kind: &Kind, json: &Json, path: &str, origin: Origin) -> Result<Value, Fault> {
    match kind {
        Kind::Text { max } => match text(json, *max, path)? {
            "" => Err(Fault::invalid(path, "must not be empty.")),
            text => Ok(Value::Text(text.to_owned())),
        },
        Kind::PathText { max } => match text(json, *max, path)? {
            "" => Err(Fault::invalid(path, "must not be empty.")),
            step if is_step(step) => Err(Fault::invalid(path, STEP)),
            text => Ok(Value::Text(text.to_owned())),
        },
        Kind::ClearableText { max } => match text(json, *max, path)? {
            "" => Ok(Value::Null),
            text => Ok(Value::Text(text.to_owned())),
        },
        Kind::Key { max } => key(json, *max, path),
        Kind::Amount(sign) => amount(*sign, json, path).map(Value::Amount),
        Kind::Integer { min, max } => match whole(json, origin).filter(|number| (min..=max).contains(&number)) {
            Some(number) => Ok(Value::Integer(number)),
            None => Err(Fault::invalid(path, &format!("must be a whole number from {min} to {max}."))),
        },
        Kind::Instant => {
            let instant = whole(json, origin).map(Timestamp::from_millis);
            match instant.filter(|instant| (INSTANT_MIN..INSTANT_END).contains(instant)) {
                Some(instant) => Ok(Value::Instant(instant)),
                None => Err(Fault::invalid(path, "must be a time in milliseconds since 1970, before the year 3000.")),
            }
        }
        Kind::Flag => match (json, origin) {
            (Json::Bool(flag), _) => Ok(Value::Flag(*flag)),
            (Json::String(text), Origin::Query) if text == "true" => Ok(Value::Flag(true)),
            (Json::String(text), Origin::Query) if text == "false" => Ok(Value::Flag(false)),
            _ => Err(Fault::invalid(path, "must be true or false.")),
        },
        Kind::Word(words) => match words.iter().find(|word| json.as_str() == Some(word)) {
            Some(word) => Ok(Value::Word(word)),
            None => Err(Fault::invalid(path, &format!("must be one of {}.", words.join(", ")))),
        },
        Kind::Metadata => metadata(json, path).map(Value::Metadata),
        Kind::Any if json.is_object() => Ok(Value::Null),
        Kind::Any => Err(Fault::invalid(path, "must be an object.")),
        Kind::Object(table) => match json {
            Json::Object(map) => object(table, map, path, origin).map(Value::Object),
            _ => Err(Fault::invalid(path, "must be an object.")),
        },
        Kind::List { min, max, of } => {
            let items = items(json, *min, *max, path)?;
            let read = |(index, item)| value(of, item, &format!("{path}[{index}]"), origin);
            items.iter().enumerate().map(read).collect::<Result<_, _>>().map(Value::List)
        }
        Kind::Entries { min, max } => items(json, *min, *max, path).map(|items| Value::Entries(items.to_vec())),
    }
}

fn text<'j>(json: &'j Json, max: usize, path: &str) -> Result<&'j str, Fault> {
    let Json::String(text) = json else { return Err(Fault::invalid(path, "must be a string.")) };
    if text.len() > max && text.chars().count() > max {
        return Err(Fault::invalid(path, &format!("must have at most {max} characters.")));
    }
    if text.contains('\0') {
        return Err(Fault::invalid(path, "must not contain the character U+0000."));
    }
    Ok(text)
}

/// What is wrong with a name that is a step of a path: what it names could not be asked for.
const STEP: &str = "must be neither `.` nor `..`.";

fn is_step(text: &str) -> bool {
    matches!(text, "." | "..")
}

fn key(json: &Json, max: usize, path: &str) -> Result<Value, Fault> {
    let text = text(json, max, path)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if text.is_empty() || !text.bytes().all(is_plain) {
        return Err(Fault::invalid(path, "must be one or more letters, digits, `_`, `-` or `.`."));
    }
    if is_step(text) {
        return Err(Fault::invalid(path, STEP));
    }
    Ok(Value::Text(text.to_owned()))
}

fn amount(sign: Sign, json: &Json, path: &str) -> Result<Quantity, Fault> {
    let Json::Number(number) = json else { return Err(Fault::invalid(path, "must be a number.")) };
    let amount = Quantity::parse(number.as_str()).map_err(|fault| match fault {
        QuantityFault::NotDecimal => Fault::invalid(path, "must be a number."),
        QuantityFault::TooManyPlaces => {
            Fault::invalid(path, &format!("must have at most {PLACES_MAX} decimal places."))
        }
        QuantityFault::TooLarge => Fault::invalid(path, &format!("must be from -{MAGNITUDE_MAX} to {MAGNITUDE_MAX}.")),
    })?;
    match sign {
        Sign::NotNegative if amount.is_negative() => Err(Fault::invalid(path, "must be zero or more.")),
        Sign::Positive if !amount.is_positive() => Err(Fault::invalid(path, "must be more than zero.")),
        _ => Ok(amount),
    }
}

/// A whole number, however it is written: `1e3` is one, `1.5` is not.
fn whole(json: &Json, origin: Origin) -> Option<i64> {
    match json {
        Json::Number(number) => number.as_i64().or_else(|| {
            let quantity = Quantity::parse(number.as_str()).ok()?.to_string();
            quantity.parse().ok()
        }),
        Json::String(text) if origin == Origin::Query => text.parse().ok(),
        _ => None,
    }
}

fn metadata(json: &Json, path: &str) -> Result<BTreeMap<String, String>, Fault> {
    let Json::Object(map) = json else { return Err(Fault::invalid(path, "must be an object of strings.")) };
    if map.len() > METADATA_MAX_KEYS {
        return Err(Fault::invalid(path, &format!("can have at most {METADATA_MAX_KEYS} keys.")));
    }
    let mut pairs = BTreeMap::new();
    for (name, value) in map {
        let path = format!("{path}.{name}");
        if name.is_empty() || name.contains('\0') || name.chars().count() > METADATA_KEY_MAX_CHARACTERS {
            let problem = format!("must have a key of 1 to {METADATA_KEY_MAX_CHARACTERS} characters.");
            return Err(Fault::invalid(path, &problem));
        }
        pairs.insert(name.clone(), text(value, METADATA_VALUE_MAX_CHARACTERS, &path)?.to_owned());
    }
    Ok(pairs)
}

fn items<'j>(json: &'j Json, min: usize, max: usize, path: &str) -> Result<&'j [Json], Fault> {
    let Json::Array(items) = json else { return Err(Fault::invalid(path, "must be an array.")) };
    if items.len() < min || items.len() > max {
        let bounds = if min == 0 { format!("at most {max}") } else { format!("{min} to {max}") };
        return Err(Fault::invalid(path, &format!("must have {bounds} items.")));
    }
    Ok(items)
}

macro_rules! getters {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $variant:pat => $value:expr;)*) => {$(
        $(#[$doc])*
        pub fn $name(&self, name: &str) -> Option<$type> {
            match self.get(name)? {
                $variant => Some($value),
                _ => None,
            }
        }
    )*};
}

impl Values {
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(of, _)| *of == name).map(|(_, value)| value)
    }

    /// Whether a field was given, as null too.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether a field was given, and not as null.
    pub fn is_given(&self, name: &str) -> bool {
        !matches!(self.get(name), None | Some(Value::Null))
    }

    getters! {
        /// A text; nothing where it was not given, or is to be cleared.
        text: String = Value::Text(text) => text.clone();
        /// One of the declared words.
        word: &'static str = Value::Word(word) => word;
        /// A number.
        amount: Quantity = Value::Amount(amount) => *amount;
        /// A whole number.
        integer: i64 = Value::Integer(number) => *number;
        /// An instant.
        instant: Timestamp = Value::Instant(instant) => *instant;
        /// A flag.
        flag: bool = Value::Flag(flag) => *flag;
        /// Texts by text.
        metadata: BTreeMap<String, String> = Value::Metadata(pairs) => pairs.clone();
        /// Nested fields.
        object: &Values = Value::Object(values) => values;
        /// Objects that are to be read by themselves.
        entries: &[Json] = Value::Entries(entries) => entries;
    }

    /// Texts.
    pub fn texts(&self, name: &str) -> Option<Vec<String>> {
        let Value::List(values) = self.get(name)? else { return None };
        let text = |value: &Value| if let Value::Text(text) = value { Some(text.clone()) } else { None };
        Some(values.iter().filter_map(text).collect())
    }

    /// Nested fields, several times.
    pub fn objects(&self, name: &str) -> Option<Vec<&Values>> {
        let Value::List(values) = self.get(name)? else { return None };
        let objects = values.iter().filter_map(|value| match value {
            Value::Object(values) => Some(values),
            _ => None,
        });
        Some(objects.collect())
    }

    /// What an update asks of a text.
    pub fn text_patch(&self, name: &str) -> Patch<String> {
        self.patch(name, self.text(name))
    }

    /// What an update asks of an instant.
    pub fn instant_patch(&self, name: &str) -> Patch<Timestamp> {
        self.patch(name, self.instant(name))
    }

    fn patch<T>(&self, name: &str, value: Option<T>) -> Patch<T> {
        match (self.has(name), value) {
            (_, Some(value)) => Patch::Set(value),
            (true, None) => Patch::Clear,
            (false, None) => Patch::Keep,
        }
    }

    /// What an update asks of metadata: all of it, where it is given.
    pub fn metadata_patch(&self, name: &str) -> MetadataPatch {
        let pairs = self.metadata(name).unwrap_or_default();
        let set = pairs.into_iter().map(|(key, value)| (key, Some(value))).collect();
        MetadataPatch { clear: self.has(name), set }
    }
}
