//! `POST /v1/prices`

use crate::request::{check_faults, check_taken, params};
use crate::sample::amount;
use tollgate_domain::price::{
    Charge, CreatePrice, OptionAmount, ProductChoice, Round, TaxBehavior, Tier, TiersMode, TransformQuantity, UsageType,
};
use tollgate_wire::stripe::price::parse_create;

fn create(form: &str) -> CreatePrice {
    parse_create(&params(form)).unwrap_or_else(|fault| panic!("{form}: {fault:?}")).0
}

#[test]
fn every_parameter_arrives() {
    let CreatePrice { product, price, transfer_lookup_key } = create(
        "currency=EUR&product=prod_1&active=false&unit_amount=2000&lookup_key=gold&transfer_lookup_key=true\
         &nickname=+Gold+&recurring[interval]=month&recurring[interval_count]=3&recurring[usage_type]=metered\
         &recurring[meter]=mtr_1&recurring[trial_period_days]=14&tax_behavior=exclusive&metadata[a]=b\
         &transform_quantity[divide_by]=10&transform_quantity[round]=up&currency_options[usd][unit_amount_decimal]=1.5",
    );
    assert!(matches!(product, ProductChoice::Existing(id) if id.as_str() == "prod_1"));
    assert!(transfer_lookup_key);
    assert_eq!((price.active, price.currency.code()), (Some(false), "eur"));
    assert_eq!(price.charge, Charge::PerUnit(amount("2000")));
    assert_eq!((price.lookup_key.as_deref(), price.nickname.as_deref()), (Some("gold"), Some("Gold")));
    let recurring = price.recurring.unwrap();
    assert_eq!((recurring.interval_count, recurring.usage_type), (3, UsageType::Metered));
    assert_eq!((recurring.meter.as_deref(), recurring.trial_period_days), (Some("mtr_1"), Some(14)));
    assert_eq!(price.tax_behavior, Some(TaxBehavior::Exclusive));
    assert_eq!(price.transform_quantity, Some(TransformQuantity { divide_by: 10, round: Round::Up }));
    assert_eq!(price.currency_options.first_key_value().unwrap().1.amount, Some(OptionAmount::PerUnit(amount("1.5"))));
}

#[test]
fn tiers_arrive_in_order() {
    let price = create(
        "currency=usd&product=p&recurring[interval]=month&billing_scheme=tiered&tiers_mode=graduated\
         &tiers[0][up_to]=10&tiers[0][unit_amount]=500&tiers[0][flat_amount]=1000\
         &tiers[1][up_to]=100&tiers[1][unit_amount_decimal]=450.25&tiers[2][up_to]=inf&tiers[2][flat_amount_decimal]=4.5\
         &currency_options[eur][tiers][][up_to]=5&currency_options[eur][tiers][][unit_amount]=1\
         &currency_options[eur][tiers][][up_to]=inf&currency_options[eur][tiers][][unit_amount]=2",
    )
    .price;
    let tier =
        |up_to, flat: Option<&str>, unit: Option<&str>| Tier { up_to, flat: flat.map(amount), unit: unit.map(amount) };
    let tiers = vec![
        tier(Some(10), Some("1000"), Some("500")),
        tier(Some(100), None, Some("450.25")),
        tier(None, Some("4.5"), None),
    ];
    assert_eq!(price.charge, Charge::Tiered { mode: TiersMode::Graduated, tiers });
    let in_euro = vec![tier(Some(5), None, Some("1")), tier(None, None, Some("2"))];
    assert_eq!(price.currency_options.first_key_value().unwrap().1.amount, Some(OptionAmount::Tiers(in_euro)));
}

#[test]
fn a_product_can_come_with_the_price() {
    let ProductChoice::New(product) = create(
        "currency=usd&unit_amount=1&product_data[name]=+Mug+&product_data[active]=false&product_data[id]=mug\
         &product_data[metadata][a]=b&product_data[statement_descriptor]=MUG&product_data[tax_code]=txcd_1\
         &product_data[unit_label]=mug",
    )
    .product
    else {
        panic!("the product exists");
    };
    assert_eq!((product.name.as_str(), product.active), ("Mug", Some(false)));
    assert_eq!((product.id, product.tax_code), (Some("mug".into()), Some("txcd_1".into())));
    assert_eq!(product.statement_descriptor.as_deref(), Some("MUG"));
    assert_eq!(product.unit_label.as_deref(), Some("mug"));
    assert_eq!(product.metadata.set["a"].as_deref(), Some("b"));
}

#[test]
fn a_blank_lookup_key_or_nickname_is_none() {
    let price = create("currency=usd&product=p&unit_amount=1&lookup_key=&nickname=+").price;
    assert_eq!((price.lookup_key, price.nickname), (None, None));
    assert_eq!(create("currency=usd&product=p&unit_amount=1&lookup_key=++").price.lookup_key, None);
}

#[test]
fn three_years_are_taken() {
    for (interval, most) in [("day", 1095), ("week", 156), ("month", 36), ("year", 3)] {
        let form = |count| {
            format!(
                "currency=usd&product=p&unit_amount=1&recurring[interval]={interval}&recurring[interval_count]={count}"
            )
        };
        check_taken(parse_create, &[&form(most), &form(1)]);
        let adverb = if interval == "day" { "daily".to_owned() } else { format!("{interval}ly") };
        check_faults(
            parse_create,
            &[
                (
                    &form(most + 1),
                    (
                        &format!("The interval_count for {adverb} prices can't be greater than {most}"),
                        None,
                        Some("recurring[interval_count]"),
                    ),
                ),
                (
                    &form(0),
                    (
                        "This value must be greater than or equal to 1.",
                        Some("parameter_invalid_integer"),
                        Some("recurring[interval_count]"),
                    ),
                ),
            ],
        );
    }
}

#[test]
fn faults_are_told_in_stripes_words() {
    let currencies = tollgate_domain::currency::SUPPORTED.join(", ");
    let no_currency = format!("Invalid currency: zzz. Stripe currently supports these currencies: {currencies}");
    let one_of_two = "You may only specify one of these parameters: unit_amount, unit_amount_decimal.";
    let one_product = "You may only specify one of these parameters: product, product_data.";
    let metered = "Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by meters.";
    let one_time = "Prices with `type=one_time` are not supported with tiered billing.";
    let unknown = Some("parameter_unknown");
    let missing = Some("parameter_missing");
    check_faults(
        parse_create,
        &[
            ("", ("Missing required param: currency.", missing, Some("currency"))),
            ("currency=zzz", (&no_currency, None, Some("currency"))),
            (
                "currency=usd&unit_amount=1",
                ("You must specify either `product` or `product_data` when creating a price.", None, None),
            ),
            ("currency=usd&unit_amount=1&product=p&product_data[name]=x", (one_product, None, Some("product"))),
            (
                "currency=usd&product=p&product_data[url]=x",
                ("Received unknown parameter: product_data[url]", unknown, Some("product_data[url]")),
            ),
            (
                "currency=usd&product_data[id]=p",
                ("Missing required param: product_data[name].", missing, Some("product_data[name]")),
            ),
            (
                "currency=usd&product=p",
                ("Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.", None, None),
            ),
            ("currency=usd&product=p&unit_amount=1&unit_amount_decimal=1", (one_of_two, None, Some("unit_amount"))),
            (
                "currency=usd&product=p&unit_amount_decimal=1&custom_unit_amount[enabled]=true",
                (
                    "You may only specify one of these parameters: unit_amount_decimal, custom_unit_amount.",
                    None,
                    Some("unit_amount_decimal"),
                ),
            ),
            (
                "currency=usd&product=p&custom_unit_amount[maximum]=1",
                ("Missing required param: custom_unit_amount[enabled].", missing, Some("custom_unit_amount[enabled]")),
            ),
            (
                "currency=usd&product=p&custom_unit_amount[enabled]=true&recurring[interval]=day",
                ("`custom_unit_amount` cannot be set on a recurring price.", None, Some("custom_unit_amount")),
            ),
            (
                "currency=usd&product=p&unit_amount=1&recurring[interval]=decade",
                (
                    "Invalid recurring[interval]: must be one of month, year, week, or day",
                    None,
                    Some("recurring[interval]"),
                ),
            ),
            (
                "currency=usd&product=p&unit_amount=1&recurring[interval]=day&recurring[usage_type]=free",
                (
                    "Invalid recurring[usage_type]: must be one of metered or licensed",
                    None,
                    Some("recurring[usage_type]"),
                ),
            ),
            (
                "currency=usd&product=p&unit_amount=1&recurring[interval]=day&recurring[usage_type]=metered",
                (metered, None, None),
            ),
            (
                "currency=usd&product=p&unit_amount=1&recurring[interval]=day&recurring[meter]=mtr",
                ("`meter` can only be set when `usage_type=metered`.", None, Some("recurring[meter]")),
            ),
            (
                "currency=usd&product=p&unit_amount=1&tax_behavior=none",
                (
                    "Invalid tax_behavior: must be one of inclusive, exclusive, or unspecified",
                    None,
                    Some("tax_behavior"),
                ),
            ),
            (
                "currency=usd&product=p&unit_amount=1&transform_quantity[divide_by]=0&transform_quantity[round]=up",
                (
                    "This value must be greater than or equal to 1.",
                    Some("parameter_invalid_integer"),
                    Some("transform_quantity[divide_by]"),
                ),
            ),
            (
                "currency=usd&product=p&unit_amount=1&tiers_mode=volume",
                ("`tiers_mode` can only be set when `billing_scheme=tiered`.", None, Some("tiers_mode")),
            ),
            ("currency=usd&product=p&billing_scheme=tiered&tiers_mode=volume", (one_time, None, Some("interval"))),
            (
                "currency=usd&product=p&unit_amount=1&currency_options[eur][unit_amount]=1&currency_options[eur][unit_amount_decimal]=2",
                (one_of_two, None, Some("currency_options[eur][unit_amount]")),
            ),
        ],
    );
}

#[test]
fn tiers_must_make_sense() {
    let tiered = |rest: &str| {
        format!("currency=usd&product=p&recurring[interval]=day&billing_scheme=tiered&tiers_mode=volume{rest}")
    };
    let bounds = "Each tier's `up_to` must be greater than that of the tier before it, and only the last may be `inf`.";
    let amountless = "Each tier needs an amount: one of `unit_amount`, `unit_amount_decimal`, `flat_amount` or \
                      `flat_amount_decimal`.";
    let missing = Some("parameter_missing");
    check_faults(
        parse_create,
        &[
            (&tiered(""), ("Missing required param: tiers.", missing, Some("tiers"))),
            (
                "currency=usd&product=p&recurring[interval]=day&billing_scheme=tiered&tiers[0][up_to]=inf&tiers[0][unit_amount]=1",
                ("Missing required param: tiers_mode.", missing, Some("tiers_mode")),
            ),
            (
                &tiered("&unit_amount=1&tiers[0][up_to]=inf"),
                ("`unit_amount` cannot be set when `billing_scheme=tiered`.", None, Some("unit_amount")),
            ),
            (
                &tiered("&transform_quantity[divide_by]=1&transform_quantity[round]=up"),
                ("`transform_quantity` cannot be set when `billing_scheme=tiered`.", None, Some("transform_quantity")),
            ),
            (
                &tiered("&tiers[0][unit_amount]=1"),
                ("Missing required param: tiers[0][up_to].", missing, Some("tiers[0][up_to]")),
            ),
            (&tiered("&tiers[0][up_to]=inf"), (amountless, None, Some("tiers[0]"))),
            (
                &tiered("&tiers[0][up_to]=9&tiers[0][unit_amount]=1"),
                ("The last tier must have `up_to=inf`.", None, Some("tiers")),
            ),
            (
                &tiered("&tiers[0][up_to]=9&tiers[0][unit_amount]=1&tiers[1][up_to]=9&tiers[1][unit_amount]=1"),
                (bounds, None, Some("tiers[1][up_to]")),
            ),
            (
                &tiered("&tiers[0][up_to]=inf&tiers[0][unit_amount]=1&tiers[1][up_to]=inf&tiers[1][unit_amount]=1"),
                (bounds, None, Some("tiers[1][up_to]")),
            ),
            (
                &tiered("&tiers[0][up_to]=inf&tiers[0][flat_amount]=1&tiers[0][flat_amount_decimal]=1"),
                (
                    "You may only specify one of these parameters: flat_amount, flat_amount_decimal.",
                    None,
                    Some("tiers[0][flat_amount]"),
                ),
            ),
        ],
    );
    check_taken(parse_create, &[&tiered("&tiers[0][up_to]=inf&tiers[0][unit_amount]=5")]);
}
