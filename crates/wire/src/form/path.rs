//! The steps of a key.

use super::DEPTH_MAX;

/// One step into the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step<'k> {
    /// `[name]`, or the name that a key begins with.
    Key(&'k str),
    /// `[]`.
    Append,
}

/// A key in steps: at least one, the first of them a [`Step::Key`].
#[derive(Debug)]
pub(super) struct Path<'k> {
    steps: [Step<'k>; DEPTH_MAX],
    len: usize,
}

impl<'k> Path<'k> {
    /// Splits a key; nothing where it has too many steps. A key whose brackets do not match is one step as it
    /// stands, so that it is reported as the unknown parameter it is.
    pub(super) fn split(key: &'k str) -> Option<Self> {
        let mut path = Self { steps: [Step::Append; DEPTH_MAX], len: 0 };
        match key.find('[') {
            Some(open) if open > 0 && brackets_match(&key[open..]) => {
                path.push(Step::Key(&key[..open]))?;
                for inner in key[open + 1..key.len() - 1].split("][") {
                    path.push(if inner.is_empty() { Step::Append } else { Step::Key(inner) })?;
                }
            }
            _ => path.push(Step::Key(key))?,
        }
        Some(path)
    }

    /// The steps.
    pub(super) fn steps(&self) -> &[Step<'k>] {
        &self.steps[..self.len]
    }

    fn push(&mut self, step: Step<'k>) -> Option<()> {
        *self.steps.get_mut(self.len)? = step;
        self.len += 1;
        Some(())
    }
}

/// Whether the text is `[…][…]…` with no bracket inside another.
fn brackets_match(text: &str) -> bool {
    let mut open = false;
    let mut previous = b']';
    for byte in text.bytes() {
        match byte {
            b'[' if open || previous != b']' => return false,
            b'[' => open = true,
            b']' if !open => return false,
            b']' => open = false,
            _ if !open => return false,
            _ => {}
        }
        previous = byte;
    }
    !open
}
