//! Amounts of money and prices in words, and numbers as people write them.

use tollgate_domain::price::{Charge, Interval, Price};

/// Currencies without minor units, and those with thousandths. All others have hundredths.
const WHOLE: [&str; 16] =
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"];
const THOUSANDTHS: [&str; 5] = ["bhd", "jod", "kwd", "omr", "tnd"];

/// What a price comes to: `45.00 EUR every month`.
pub(crate) fn price(price: &Price) -> String {
    let amount = match &price.charge {
        Charge::PerUnit(amount) => self::amount(&amount.to_string(), price.currency.code()),
        Charge::Custom(_) => "An amount of your choice".to_owned(),
        Charge::Tiered { .. } => "An amount that depends on the quantity".to_owned(),
    };
    match &price.recurring {
        Some(recurring) => {
            let interval = match recurring.interval {
                Interval::Day => "day",
                Interval::Week => "week",
                Interval::Month => "month",
                Interval::Year => "year",
            };
            format!("{amount} {}", every(interval, recurring.interval_count.into()))
        }
        None => amount,
    }
}

/// How often: `every month`, `every 3 months`.
pub(crate) fn every(interval: &str, count: i64) -> String {
    if count == 1 { format!("every {interval}") } else { format!("every {count} {interval}s") }
}

/// An amount of minor units, which may have a fraction, in major units: `45.00 EUR`.
pub(crate) fn amount(minor: &str, currency: &str) -> String {
    let places = places(currency);
    let (units, rest) = minor.split_once('.').unwrap_or((minor, ""));
    let digits = format!("{units:0>width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let point = if places == 0 && rest.is_empty() { "" } else { "." };
    format!("{}{point}{fraction}{rest} {}", grouped(whole), currency.to_uppercase())
}

/// A number with its digits in groups of three: `12,500.5`.
pub(crate) fn grouped(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(whole, fraction)| (whole, Some(fraction)));
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return number.to_owned();
    }
    let mut shown = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if let Some(fraction) = fraction {
        shown.push('.');
        shown.push_str(fraction);
    }
    shown
}

/// The minor units of an amount of major units as people write it (`45`, `45.5`, `1,250.00`, `0,99`), which may have a
/// fraction; nothing where it is no amount.
pub(crate) fn minor(typed: &str, currency: &str) -> Option<String> {
    let typed: String = typed.chars().filter(|letter| !letter.is_whitespace() && *letter != '\'').collect();
    let (whole, fraction) = split(&typed);
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let whole: String = whole.chars().filter(|letter| !matches!(letter, ',' | '.')).collect();
    if !is_number(&whole) || !is_number(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let places = places(currency);
    let fraction = format!("{:0<places$}", fraction.trim_end_matches('0'));
    let (minor, rest) = fraction.split_at(places);
    let units = format!("{whole}{minor}");
    let units = match units.trim_start_matches('0') {
        "" => "0",
        units => units,
    };
    Some(if rest.is_empty() { units.to_owned() } else { format!("{units}.{rest}") })
}

/// What stands before and behind the decimal mark: the last point or comma, but a comma that groups thousands.
fn split(typed: &str) -> (&str, &str) {
    let Some(at) = typed.rfind([',', '.']) else { return (typed, "") };
    let (whole, fraction) = (&typed[..at], &typed[at + 1..]);
    let is_comma = typed[at..].starts_with(',');
    let groups = is_comma && fraction.len() == 3 && !whole.contains('.') && !matches!(whole, "" | "0");
    let repeats = whole.contains(&typed[at..=at]);
    if groups || repeats { (typed, "") } else { (whole, fraction) }
}

/// How many places behind the point the major units of a currency have.
fn places(currency: &str) -> usize {
    if WHOLE.contains(&currency) {
        0
    } else if THOUSANDTHS.contains(&currency) {
        3
    } else {
        2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_places_of_their_currency() {
        for (minor, code, shown) in [
            ("4500", "eur", "45.00 EUR"),
            ("5", "usd", "0.05 USD"),
            ("0", "usd", "0.00 USD"),
            ("500", "jpy", "500 JPY"),
            ("1234", "kwd", "1.234 KWD"),
            ("0.5", "usd", "0.005 USD"),
            ("12.5", "jpy", "12.5 JPY"),
            ("150000", "usd", "1,500.00 USD"),
            ("1234567", "jpy", "1,234,567 JPY"),
        ] {
            assert_eq!(amount(minor, code), shown);
        }
        assert_eq!((every("month", 1), every("week", 2)), ("every month".into(), "every 2 weeks".into()));
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (typed, code, read) in [
            ("45", "eur", Some("4500")),
            ("45.5", "eur", Some("4550")),
            ("45,50", "eur", Some("4550")),
            (" 1,250.00 ", "usd", Some("125000")),
            ("1.250,00", "eur", Some("125000")),
            ("1 250", "eur", Some("125000")),
            ("1,250", "usd", Some("125000")),
            ("1,250,000", "usd", Some("125000000")),
            ("0,005", "eur", Some("0.5")),
            ("0.005", "usd", Some("0.5")),
            (".99", "usd", Some("99")),
            ("0", "usd", Some("0")),
            ("500", "jpy", Some("500")),
            ("1.5", "kwd", Some("1500")),
            ("", "usd", None),
            (".", "usd", None),
            ("free", "usd", None),
            ("-1", "usd", None),
            ("12 EUR", "eur", None),
        ] {
            assert_eq!(minor(typed, code).as_deref(), read, "{typed} {code}");
        }
    }
}
