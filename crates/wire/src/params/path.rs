//! Where in a request a value stands.

use std::fmt;

/// A bracket path such as `tiers[0][up_to]`, kept as steps and written only when there is a fault to name.
#[derive(Debug, Clone, Copy)]
pub enum Path<'p> {
    /// The request itself.
    Root,
    /// A name in what is at a path.
    Key(&'p Path<'p>, &'p str),
    /// A place in the array at a path.
    Index(&'p Path<'p>, usize),
}

impl<'p> Path<'p> {
    /// The path of a name in what is here.
    #[must_use]
    pub fn key(&'p self, name: &'p str) -> Self {
        Self::Key(self, name)
    }

    /// The path of an element of what is here.
    #[must_use]
    pub fn index(&'p self, index: usize) -> Self {
        Self::Index(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Key(Self::Root, name) => f.write_str(name),
            Self::Key(parent, name) => write!(f, "{parent}[{name}]"),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}
