//! What the store does with each noun. What is needed to declare a noun to it is here, in the body of a
//! [record](crate::record), and in a migration of each engine.

use tollgate_domain::record::Noun;

/// The nouns that have a table, in the order in which tables are locked.
pub(crate) const KEPT: [Noun; 5] = [Noun::Product, Noun::Price, Noun::Event, Noun::Receipt, Noun::ApiKey];

/// The table of a noun; none of one that is kept nowhere.
pub(crate) fn table_name(noun: Noun) -> Option<&'static str> {
    match noun {
        Noun::Product => Some("product"),
        Noun::Price => Some("price"),
        Noun::Event => Some("event"),
        Noun::Receipt => Some("receipt"),
        Noun::ApiKey => Some("api_key"),
        Noun::TaxCode => None,
    }
}

/// Whether other processes write rows of this noun beside the one that serves a file.
pub(crate) fn is_shared(noun: Noun) -> bool {
    noun == Noun::ApiKey
}

/// Whether bodies of this noun are kept in memory: those that are read over and over. API keys never are, since
/// whoever revokes one should not have to wait for that.
pub(crate) fn is_cached(noun: Noun) -> bool {
    matches!(noun, Noun::Product | Noun::Price)
}

/// Whether objects of this noun are listed.
#[cfg(test)]
pub(crate) fn is_listed(noun: Noun) -> bool {
    noun != Noun::Receipt
}
