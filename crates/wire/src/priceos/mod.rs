//! The PriceOS dialect: JSON bodies, an `x-api-key` header, times in milliseconds.
//!
//! [`operation`] lists the endpoints. [`fields`] reads bodies and queries by the tables that each noun declares;
//! [`fault`] is what an error looks like, [`refusal`] the words for what the domain refuses. One file for each noun
//! has what it takes and what it shows.

pub mod access;
pub mod bonus;
pub mod checkout;
pub mod customer;
pub mod fault;
pub mod feature;
pub mod fields;
pub mod operation;
pub mod overrule;
pub mod product;
pub mod refusal;
pub mod usage;
