//! Parameters, declared as data.
//!
//! An endpoint declares a table of [`Param`]s, in the order in which they are checked. [`read`] walks a request with
//! it: first the parameters that are not in the table, nested ones too, then each of the table in its order; the
//! first fault wins. What comes out is an [`Object`] whose values are within the declared limits. The same tables
//! describe the endpoints in [`stripe::openapi`](crate::stripe::openapi).

mod amount;
mod array;
mod object;
mod path;
mod range;
mod read;
mod text;
mod unknown;
mod url;
mod value;
pub(crate) mod wording;

pub use object::Object;
pub use path::Path;
pub(crate) use range::TABLE as RANGE;
pub use read::read;
pub(crate) use url::{Scheme, check as check_url, is_url};
pub use value::{FromValue, UpTo, Value};

/// The parameters of an endpoint or of a nested object, in the order in which they are checked.
pub type Table = &'static [Param];

/// One parameter.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
    /// What an empty value means.
    pub empty: Empty,
    /// What it is, for the documentation.
    pub doc: &'static str,
}

impl Param {
    /// An optional parameter that cannot be unset.
    pub const fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, required: false, empty: Empty::Refused, doc }
    }

    /// The same, required.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same, to be unset by an empty value.
    #[must_use]
    pub const fn clearable(self) -> Self {
        Self { empty: Empty::Unsets, ..self }
    }
}

/// What an empty value means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    /// A fault: the parameter cannot be unset.
    Refused,
    /// Unset it.
    Unsets,
}

/// What white space around a text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// It belongs to the text.
    Kept,
    /// It belongs to the text, but there must be more; a blank text counts as empty.
    Surrounds,
    /// It is dropped; a blank text counts as empty.
    Trimmed,
}

/// What values a parameter takes.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text of up to `max` characters.
    Text {
        /// Most characters.
        max: usize,
        /// What white space around it means.
        space: Space,
    },
    /// Text of up to `max` characters whose excess is worded in another way: what people read on receipts.
    Label {
        /// Most characters.
        max: usize,
    },
    /// An id that the caller chooses.
    Id {
        /// Most characters.
        max: usize,
    },
    /// What a statement says; see [`tollgate_domain::statement`].
    StatementDescriptor,
    /// An address with its scheme.
    Url,
    /// `true` or `false`.
    Boolean,
    /// A whole number, both ends included.
    Integer {
        /// Least.
        min: i64,
        /// Most.
        max: i64,
    },
    /// A whole number, or one of these words.
    IntegerOr(&'static [&'static str]),
    /// A whole number of minor units, zero or more.
    Amount,
    /// A decimal number of minor units, zero or more.
    DecimalAmount,
    /// A length or weight, see [`tollgate_domain::package`].
    Dimension,
    /// A decimal number from 0.01 to 100.
    Percent,
    /// One of these words, in the order in which faults list them.
    Word(&'static [&'static str]),
    /// A supported currency, in any case.
    Currency,
    /// The upper end of a tier: a whole number from 1, or `inf`.
    UpTo,
    /// An instant in seconds, or a range of them by `gt`, `gte`, `lt` and `lte`.
    Created,
    /// These parameters.
    Object(Table),
    /// Several values.
    Array {
        /// Most elements.
        max: usize,
        /// What each of them is.
        of: &'static Kind,
    },
    /// Keys and values of the caller's own; an empty value removes its key.
    Metadata,
    /// Texts by names of the caller's own.
    Texts {
        /// Most characters of one of them.
        max: usize,
    },
    /// The id of an object, or these parameters for a new one.
    IdOrObject(Table),
    /// These parameters for each of several currencies.
    Currencies {
        /// The parameters of one currency.
        of: Table,
        /// What an empty value means for one currency.
        empty: Empty,
    },
}

impl Kind {
    /// Text that keeps its white space.
    pub const fn text(max: usize) -> Self {
        Self::Text { max, space: Space::Kept }
    }

    /// Text without white space around it.
    pub const fn trimmed(max: usize) -> Self {
        Self::Text { max, space: Space::Trimmed }
    }
}

/// Most elements of an array for which nobody says a limit; the number of pairs in a form bounds it already.
pub const ARRAY_UNLIMITED: usize = crate::form::PAIRS_MAX;

/// The parameter of a table that has this name.
fn find<'t>(table: &'t [Param], name: &str) -> Option<&'t Param> {
    table.iter().find(|param| param.name == name)
}

#[cfg(test)]
mod tests;
