//! What a check of a database found.

use std::fmt;

/// Most findings of one kind that a report lists.
pub const FINDINGS_MAX: usize = 100;

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Objects looked at.
    pub objects: u64,
    /// What is wrong, in the order found; up to [`FINDINGS_MAX`] of each kind.
    pub findings: Vec<Finding>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was checked, such as `integrity` or `columns`.
    pub check: &'static str,
    /// What was found instead, in words.
    pub what: String,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_healthy(&self) -> bool {
        self.findings.is_empty()
    }

    pub(crate) fn add(&mut self, check: &'static str, what: impl Into<String>) {
        if self.findings.iter().filter(|finding| finding.check == check).count() < FINDINGS_MAX {
            self.findings.push(Finding { check, what: what.into() });
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{}: {}", finding.check, finding.what)?;
        }
        match self.findings.len() {
            0 => write!(f, "{} objects checked; nothing is wrong", self.objects),
            wrong => write!(f, "{} objects checked; {wrong} findings", self.objects),
        }
    }
}
