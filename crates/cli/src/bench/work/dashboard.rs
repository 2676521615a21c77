//! The dashboard: pages about the customers that are put in for the PriceOS dialect.

use super::{About, Ask, Ground, Turn, Work};

pub(super) const CUSTOMERS_PAGE: Work = Work {
    name: "customers_page",
    writes: false,
    about: About::Pages,
    events: None,
    ask: Ask { write: customers_page, will_do: lists_customers },
    statement: None,
    redis: None,
};

pub(super) const CUSTOMERS_SEARCH: Work = Work {
    name: "customers_search",
    writes: false,
    about: About::Pages,
    events: None,
    ask: Ask { write: customers_search, will_do: lists_customers },
    statement: None,
    redis: None,
};

/// The newest customers.
fn customers_page(ground: &Ground, _: &mut Turn, buffer: &mut Vec<u8>) {
    super::get(&ground.dashboard_head, format_args!("/dashboard/test/customers"), buffer);
}

/// The end of the id of a customer anywhere among all, in whatever case.
fn customers_search(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let number = turn.below(ground.size.customers);
    super::get(&ground.dashboard_head, format_args!("/dashboard/test/customers?search=BENCH{number:010}"), buffer);
}

/// Whether a page has a table, and so at least one customer.
fn lists_customers(page: &[u8]) -> bool {
    const TABLE: &[u8] = b"<tbody";
    page.windows(TABLE.len()).any(|part| part == TABLE)
}
