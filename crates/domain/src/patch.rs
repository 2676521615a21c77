//! What an update asks of one field.

/// Absent means unchanged, empty means unset: the three things a request can say of a field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// Not mentioned: leave it.
    #[default]
    Keep,
    /// Unset it.
    Clear,
    /// Give it this value.
    Set(T),
}

impl<T: Clone> Patch<T> {
    /// The field after the patch.
    pub fn apply(&self, current: &Option<T>) -> Option<T> {
        match self {
            Self::Keep => current.clone(),
            Self::Clear => None,
            Self::Set(value) => Some(value.clone()),
        }
    }
}
