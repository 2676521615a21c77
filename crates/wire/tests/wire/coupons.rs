//! Coupons as they are asked for: percents are exact, and what is no percent is told why.

use crate::request::params;
use tollgate_domain::coupon::{Lasts, Off};
use tollgate_domain::quantity::Quantity;
use tollgate_wire::stripe::coupon;

fn percent(text: &str) -> Result<Quantity, String> {
    match coupon::parse_create(&params(&format!("percent_off={text}"))) {
        Ok((command, _)) => match command.off {
            Off::Percent(percent) => Ok(percent),
            other @ Off::Amount { .. } => panic!("{other:?}"),
        },
        Err(fault) => {
            assert_eq!((fault.status, fault.param.as_deref(), fault.code), (400, Some("percent_off"), None));
            Err(fault.message)
        }
    }
}

#[test]
fn percents_are_read_exactly() {
    for (text, read) in
        [("0.01", "0.01"), ("25.50", "25.5"), ("100", "100"), ("1e1", "10"), ("33.333333333", "33.333333333")]
    {
        assert_eq!(percent(text), Ok(Quantity::parse(read).unwrap()), "{text}");
    }
}

#[test]
fn what_is_no_percent_is_told_why() {
    let below = |shown: &str| format!("This value must be greater than or equal to 0.01 (it currently is '{shown}').");
    let above = |shown: &str| format!("This value must be less than or equal to 100 (it currently is '{shown}').");
    for (text, message) in [
        ("0", below("0.0")),
        ("-5", below("-5.0")),
        ("0.009", below("0.009")),
        ("-1e300", below("-0.1e301")),
        ("100.01", above("100.01")),
        ("1e300", above("0.1e301")),
        ("many", "Invalid decimal: many".to_owned()),
        ("1.0000000001", "Invalid decimal: 0.10000000001e1; must contain at most 9 decimal places.".to_owned()),
    ] {
        assert_eq!(percent(text), Err(message), "{text}");
    }
}

#[test]
fn a_coupon_lasts_once_unless_said_otherwise() {
    for (form, lasts) in [
        ("", Lasts::Once),
        ("&duration=once", Lasts::Once),
        ("&duration=forever", Lasts::Forever),
        ("&duration=repeating&duration_in_months=3", Lasts::Months(3)),
    ] {
        let (command, _) = coupon::parse_create(&params(&format!("percent_off=5{form}"))).unwrap();
        assert_eq!(command.lasts, lasts, "{form}");
    }
}
