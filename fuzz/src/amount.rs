//! Any text for an amount: exact, or refused.

use tollgate_domain::currency::Currency;
use tollgate_domain::money::{Decimal, UnitAmount};

pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(currency) = Currency::from_code(text) {
        assert_eq!(Currency::from_code(currency.code()), Some(currency));
    }
    let decimal = Decimal::parse(text);
    let Ok(amount) = UnitAmount::parse(text) else { return };
    assert!(decimal.is_some(), "an amount that is no decimal: {text}");
    let shown = amount.to_string();
    assert_eq!(UnitAmount::parse(&shown), Ok(amount), "{shown}");
    if let Some(minor) = amount.minor() {
        assert_eq!(UnitAmount::from_minor(minor), Some(amount));
        assert_eq!(shown, minor.to_string());
    }
}
