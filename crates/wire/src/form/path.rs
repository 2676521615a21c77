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
        let open = key.bytes().position(|byte| byte == b'[').filter(|open| *open > 0);
        let Some(open) = open.filter(|open| brackets_match(&key.as_bytes()[*open..])) else {
            return Some(Self::of_one(key));
        };
        let mut path = Self::of_one(&key[..open]);
        let mut rest = &key[open..];
        while let Some(inner) = rest.strip_prefix('[') {
            let close = inner.bytes().position(|byte| byte == b']')?;
            path.push(if close == 0 { Step::Append } else { Step::Key(&inner[..close]) })?;
            rest = &inner[close + 1..];
        }
        Some(path)
    }

    fn of_one(name: &'k str) -> Self {
        let mut steps = [Step::Append; DEPTH_MAX];
        steps[0] = Step::Key(name);
        Self { steps, len: 1 }
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
fn brackets_match(text: &[u8]) -> bool {
    let mut open = false;
    let mut previous = &b']';
    for byte in text {
        match byte {
            b'[' if open || *previous != b']' => return false,
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
