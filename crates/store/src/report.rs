//! What a check of a database found.

use crate::migrate::LATEST;
use crate::transfer::Mark;
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

/// Findings that every engine may come to, in the same words.
impl Report {
    pub(crate) fn add_version(&mut self, version: u32) {
        self.add("schema", format!("version {version} instead of {LATEST}; start a server on it to migrate it"));
    }

    pub(crate) fn add_unfinished(&mut self, mark: &Mark) {
        let how = "run the same `tollgate migrate-data` again, which finishes it";
        self.add("move", format!("this is the unfinished part of a move from {}; {how}", mark.from));
    }

    pub(crate) fn add_columns(&mut self, table: &str, id: &str, columns: &[&str]) {
        self.add("columns", format!("{table} {id}: {} differ from the body", columns.join(", ")));
    }

    /// Of a default price that is not there, or is of another product.
    pub(crate) fn add_default_price(&mut self, product: &str, price: Option<&str>) {
        let what = price.map_or("does not exist".to_owned(), |price| format!("{price} is of another product"));
        self.add("default price", format!("of {product}: {what}"));
    }

    pub(crate) fn add_product(&mut self, product: &str, price: &str) {
        self.add("product", format!("{product} of {price} does not exist"));
    }

    pub(crate) fn add_not_indexed(&mut self, table: &str, id: &str) {
        self.add("search index", format!("{table} {id} is not in it as it is"));
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
