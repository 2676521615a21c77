//! Tax codes: a fixed list, the same in both environments.

use crate::id::TaxCodeId;

/// How a kind of good or service is taxed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxCode {
    /// `txcd_` and eight digits.
    pub id: &'static str,
    /// A short name.
    pub name: &'static str,
    /// What falls under it.
    pub description: &'static str,
}

/// The codes that are known (spec/stripe.md section 10), in the order in which they are listed.
pub const TAX_CODES: [TaxCode; 5] = [
    TaxCode {
        id: "txcd_00000000",
        name: "Nontaxable",
        description: "Any nontaxable good or service. Tax is never charged on it.",
    },
    TaxCode {
        id: "txcd_10000000",
        name: "General - Electronically Supplied Services",
        description: "Services delivered over the internet that no more specific code describes.",
    },
    TaxCode {
        id: "txcd_10103000",
        name: "Software as a service (SaaS) - personal use",
        description: "Software that runs at its provider and is used over the internet, by consumers.",
    },
    TaxCode {
        id: "txcd_10103001",
        name: "Software as a service (SaaS) - business use",
        description: "Software that runs at its provider and is used over the internet, by businesses.",
    },
    TaxCode {
        id: "txcd_99999999",
        name: "General - Tangible Goods",
        description: "Physical goods that no more specific code describes.",
    },
];

/// The code of this id.
pub fn find(id: &TaxCodeId) -> Option<&'static TaxCode> {
    TAX_CODES.iter().find(|code| code.id == id.as_str())
}
