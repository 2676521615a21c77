//! Prices in words.

use tollgate_domain::currency::Currency;
use tollgate_domain::price::{Charge, Interval, Price, Recurring};

/// Currencies without minor units, and those with thousandths. All others have hundredths.
const WHOLE: [&str; 16] =
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"];
const THOUSANDTHS: [&str; 5] = ["bhd", "jod", "kwd", "omr", "tnd"];

/// What a price comes to: `45.00 EUR every month`.
pub(crate) fn price(price: &Price) -> String {
    let amount = match &price.charge {
        Charge::PerUnit(amount) => match amount.minor() {
            Some(minor) => self::amount(minor, price.currency),
            None => format!("{amount} {} (minor units)", price.currency.code().to_uppercase()),
        },
        Charge::Custom(_) => "An amount of your choice".to_owned(),
        Charge::Tiered { .. } => "An amount that depends on the quantity".to_owned(),
    };
    match &price.recurring {
        Some(recurring) => format!("{amount} {}", every(recurring)),
        None => amount,
    }
}

fn every(recurring: &Recurring) -> String {
    let interval = match recurring.interval {
        Interval::Day => "day",
        Interval::Week => "week",
        Interval::Month => "month",
        Interval::Year => "year",
    };
    match recurring.interval_count {
        1 => format!("every {interval}"),
        count => format!("every {count} {interval}s"),
    }
}

fn amount(minor: i64, currency: Currency) -> String {
    let code = currency.code();
    let places = if WHOLE.contains(&code) {
        0
    } else if THOUSANDTHS.contains(&code) {
        3
    } else {
        2
    };
    let digits = format!("{minor:0>width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let point = if places == 0 { "" } else { "." };
    format!("{whole}{point}{fraction} {}", code.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_places_of_their_currency() {
        for (minor, code, shown) in [
            (4500, "eur", "45.00 EUR"),
            (5, "usd", "0.05 USD"),
            (0, "usd", "0.00 USD"),
            (500, "jpy", "500 JPY"),
            (1234, "kwd", "1.234 KWD"),
        ] {
            assert_eq!(amount(minor, Currency::from_code(code).unwrap()), shown);
        }
    }
}
