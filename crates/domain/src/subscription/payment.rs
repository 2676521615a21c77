//! Whether what a subscription charges is paid. The one place where that is decided.

use super::{Collection, Item, Payments, Status, Subscription};

impl Subscription {
    /// Whether it charges something at its start that nobody pays. A trial charges nothing yet.
    pub(super) fn starts_unpaid(&self, payments: Payments) -> bool {
        let charges = self.status != Status::Trialing && self.items.iter().any(Item::charges_at_start);
        charges && self.is_charged_in_vain(payments)
    }

    /// Whether it charges something as a period begins that nobody pays.
    pub(super) fn renews_unpaid(&self, payments: Payments) -> bool {
        self.items.iter().any(|item| !item.is_free) && self.is_charged_in_vain(payments)
    }

    /// Who is sent an invoice owes nothing before that is due, and while collection is paused nobody is charged.
    fn is_charged_in_vain(&self, payments: Payments) -> bool {
        payments == Payments::Missing && self.collection == Collection::ChargeAutomatically && self.pause.is_none()
    }
}

impl Item {
    /// What is metered is charged once it was used.
    fn charges_at_start(&self) -> bool {
        !self.is_free && self.quantity.is_some()
    }
}
