//! Parameters that were read together.

use super::value::{FromValue, Value};
use super::{Param, Table};
use tollgate_domain::currency::Currency;
use tollgate_domain::patch::Patch;

/// The values of a table's parameters. It is asked by the parameters themselves, not by their names.
#[derive(Debug, Clone)]
pub struct Object<'a> {
    table: Table,
    /// As many as the table has, in its order.
    values: Vec<Option<Value<'a>>>,
}

impl<'a> Object<'a> {
    pub(super) fn new(table: Table, values: Vec<Option<Value<'a>>>) -> Self {
        debug_assert_eq!(table.len(), values.len());
        Self { table, values }
    }

    /// What was sent for a parameter, unset or not; nothing where it was not sent.
    pub fn value(&self, param: &Param) -> Option<&Value<'a>> {
        let place = self.table.iter().position(|known| known.name == param.name);
        debug_assert!(place.is_some(), "{} is not in the table", param.name);
        self.values.get(place?)?.as_ref()
    }

    /// The value of a parameter; nothing where it was not sent, or sent to unset it.
    pub fn get<'v, T: FromValue<'v>>(&'v self, param: &Param) -> Option<T> {
        self.value(param).and_then(T::from_value)
    }

    /// Whether a parameter was sent with a value.
    pub fn has(&self, param: &Param) -> bool {
        !matches!(self.value(param), None | Some(Value::Unset))
    }

    /// Whether a parameter was sent empty.
    pub fn is_unset(&self, param: &Param) -> bool {
        matches!(self.value(param), Some(Value::Unset))
    }

    /// What the request says of a field: unchanged, unset, or a new value.
    pub fn patch<'v, T: FromValue<'v>>(&'v self, param: &Param) -> Patch<T> {
        match self.value(param) {
            Some(Value::Unset) => Patch::Clear,
            Some(value) => T::from_value(value).map_or(Patch::Keep, Patch::Set),
            None => Patch::Keep,
        }
    }

    /// The variant that a word stands for.
    pub fn word<T: Copy>(&self, param: &Param, all: &[T], as_str: fn(T) -> &'static str) -> Option<T> {
        let word: &str = self.get(param)?;
        all.iter().copied().find(|variant| as_str(*variant) == word)
    }

    /// The nested parameters of a parameter.
    pub fn object(&self, param: &Param) -> Option<&Object<'a>> {
        self.value(param)?.as_object()
    }

    /// The objects in an array.
    pub fn objects(&self, param: &Param) -> Option<Vec<&Object<'a>>> {
        let Value::List(values) = self.value(param)? else { return None };
        Some(values.iter().filter_map(Value::as_object).collect())
    }

    /// The nested parameters by currency.
    pub fn currencies(&self, param: &Param) -> Option<&[(Currency, Option<Object<'a>>)]> {
        match self.value(param)? {
            Value::Currencies(options) => Some(options),
            _ => None,
        }
    }
}
