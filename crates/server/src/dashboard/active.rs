//! The customers who used something of late, as far as this server was asked to count it.

use quick_cache::sync::Cache;
use tollgate_domain::environment::Environment;

/// Customers that are remembered of each environment.
const REMEMBERED_MAX: usize = 200;

/// Whom the first page looks at for one near a limit.
pub(crate) struct Active([Cache<String, ()>; 2]);

impl Default for Active {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Cache::new(REMEMBERED_MAX)))
    }
}

impl Active {
    /// Notes that a customer used something.
    pub(crate) fn note(&self, environment: Environment, customer: &str) {
        let known = &self.0[usize::from(environment.is_live())];
        if known.get(customer).is_none() {
            known.insert(customer.to_owned(), ());
        }
    }

    /// Those who are remembered, in no order.
    pub(super) fn of(&self, environment: Environment) -> Vec<String> {
        self.0[usize::from(environment.is_live())].iter().map(|(customer, ())| customer).collect()
    }
}
