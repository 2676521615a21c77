//! `POST /v1/products`

use crate::request::{check_faults, check_taken, params};
use tollgate_domain::money::UnitAmount;
use tollgate_domain::package::Hundredths;
use tollgate_domain::price::{Charge, CustomUnitAmount, Interval, OptionAmount, TaxBehavior};
use tollgate_domain::product::{NewProduct, ProductKind};
use tollgate_wire::fault::Fault;
use tollgate_wire::stripe::product::parse_create;

fn product(form: &str) -> NewProduct {
    parse_create(&params(form)).unwrap().0.product
}

#[test]
fn the_seeds_request_needs_no_more_than_a_name() {
    let expected = NewProduct { name: "Gold Plan".into(), ..NewProduct::default() };
    assert_eq!(product("name=Gold+Plan"), expected);
    assert!(parse_create(&params("name=Gold+Plan")).unwrap().0.default_price.is_none());
}

#[test]
fn every_parameter_arrives() {
    let product = product(
        "name=+Machine+&active=false&description=d&id=my.id&images[1]=https://e.com/b&images[0]=https://e.com/a\
         &marketing_features[0][name]=One&marketing_features[1][name]=Two&metadata[k]=v&metadata[gone]=\
         &package_dimensions[height]=1&package_dimensions[length]=2.5&package_dimensions[weight]=3.25\
         &package_dimensions[width]=4&shippable=true&statement_descriptor=+Gold+&tax_code=txcd_1&unit_label=seat\
         &url=example.com/a&type=good&tax_details[performance_location]=here",
    );
    assert_eq!(product.name, "Machine");
    assert_eq!(product.active, Some(false));
    assert_eq!(product.description.as_deref(), Some("d"));
    assert_eq!(product.id, Some("my.id".into()));
    assert_eq!(product.images, ["https://e.com/a", "https://e.com/b"]);
    assert_eq!(product.marketing_features, ["One", "Two"]);
    assert_eq!(product.metadata.set["k"].as_deref(), Some("v"));
    assert_eq!(product.metadata.set["gone"], None);
    let size = product.package_dimensions.unwrap();
    assert_eq!([size.height, size.length, size.weight, size.width], [100, 250, 325, 400].map(Hundredths));
    assert_eq!(product.shippable, Some(true));
    assert_eq!(product.statement_descriptor.as_deref(), Some("Gold"));
    assert_eq!(product.tax_code, Some("txcd_1".into()));
    assert_eq!(product.performance_location.as_deref(), Some("here"));
    assert_eq!(product.unit_label.as_deref(), Some("seat"));
    assert_eq!(product.url.as_deref(), Some("example.com/a"));
    assert_eq!(product.kind, ProductKind::Good);
}

#[test]
fn a_tax_code_may_be_in_either_place_or_the_same_in_both() {
    for form in ["tax_code=t", "tax_details[tax_code]=t", "tax_code=t&tax_details[tax_code]=t"] {
        assert_eq!(product(&format!("name=x&{form}")).tax_code, Some("t".into()), "{form}");
    }
}

#[test]
fn faults_are_told_in_stripes_words() {
    let missing = Some("parameter_missing");
    let unknown = Some("parameter_unknown");
    let url = Some("url_invalid");
    let long = "x".repeat(801);
    let too_long = format!("Invalid string: {}...{}; must be at most 5000 characters", "nnnn", "nnnn");
    check_faults(
        parse_create,
        &[
            ("", ("Missing required param: name.", missing, Some("name"))),
            ("features[0][name]=x", ("Received unknown parameter: features", unknown, Some("features"))),
            ("a=1&name=&caption=2", ("Received unknown parameters: a, caption", unknown, Some("a"))),
            (&format!("name={}", "n".repeat(5001)), (&too_long, None, Some("name"))),
            (
                "name=x&images[0]=a&images[1]=a&images[2]=a&images[3]=a&images[4]=a&images[5]=a&images[6]=a&images[7]=a&images[8]=a",
                ("Array images exceeded maximum 8 allowed elements.", None, Some("images")),
            ),
            ("name=x&images[0]=a", ("Not a valid URL", url, Some("images[0]"))),
            (
                "name=x&marketing_features[0][foo]=1",
                ("Received unknown parameter: marketing_features[0][foo]", unknown, Some("marketing_features[0][foo]")),
            ),
            (
                &format!("name=x&marketing_features[0][name]={}", "y".repeat(81)),
                (
                    "Invalid string: yyyy...yyyy; must be at most 80 characters",
                    None,
                    Some("marketing_features[0][name]"),
                ),
            ),
            (
                "name=x&package_dimensions[height]=1&package_dimensions[length]=1&package_dimensions[weight]=1",
                ("Missing required param: package_dimensions[width].", missing, Some("package_dimensions[width]")),
            ),
            (
                "name=x&unit_label=thirteen+long",
                ("Invalid string length: thirteen long must be at most 12 characters", None, Some("unit_label")),
            ),
            ("name=x&url=nope", ("Not a valid URL", url, Some("url"))),
            (
                &format!("name=x&url=https://e.com/{long}"),
                ("Invalid string length: please limit to 799 characters", None, Some("url")),
            ),
            ("name=x&type=thing", ("Invalid type: must be one of good or service", None, Some("type"))),
            (
                "name=x&tax_code=a&tax_details[tax_code]=b",
                (
                    "You may only specify one of these parameters: tax_code, tax_details[tax_code].",
                    None,
                    Some("tax_code"),
                ),
            ),
            ("name=x&id=a/b", ("Invalid id: it must not contain control characters or slashes.", None, Some("id"))),
            ("name=x&id=a%00", ("Invalid id: it must not contain control characters or slashes.", None, Some("id"))),
            ("name=x&expand=y", ("Invalid array", None, Some("expand"))),
        ],
    );
    for name in ["name", "description", "metadata", "images", "url", "unit_label", "id", "tax_code", "active"] {
        let Err(Fault { message, code, param, .. }) = parse_create(&params(&format!("name=x&{name}="))) else {
            panic!("{name}= is taken");
        };
        assert!(message.starts_with(&format!("You passed an empty string for '{name}'.")), "{message}");
        assert_eq!((code, param.as_deref()), (Some("parameter_invalid_empty"), Some(name)));
    }
}

#[test]
fn the_address_of_the_page_is_looked_at_last() {
    check_faults(
        parse_create,
        &[
            (
                "name=x&url=nope&unit_label=",
                (
                    "You passed an empty string for 'unit_label'. We assume empty values are an attempt to unset a parameter; \
             however 'unit_label' cannot be unset. You should remove 'unit_label' from your request or supply a \
             non-empty value.",
                    Some("parameter_invalid_empty"),
                    Some("unit_label"),
                ),
            ),
            (
                "name=x&url=nope&default_price_data[currency]=usd",
                ("Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.", None, None),
            ),
        ],
    );
}

#[test]
fn a_default_price_arrives_whole() {
    let (command, _) = parse_create(&params(
        "name=x&default_price_data[currency]=USD&default_price_data[unit_amount_decimal]=12.5\
         &default_price_data[recurring][interval]=week&default_price_data[recurring][interval_count]=156\
         &default_price_data[tax_behavior]=inclusive&default_price_data[metadata][a]=b\
         &default_price_data[currency_options][eur][unit_amount]=11\
         &default_price_data[currency_options][eur][tax_behavior]=exclusive",
    ))
    .unwrap();
    let price = command.default_price.unwrap();
    assert_eq!(price.currency.code(), "usd");
    assert_eq!(price.charge, Charge::PerUnit(UnitAmount::parse("12.5").unwrap()));
    let recurring = price.recurring.unwrap();
    assert_eq!((recurring.interval, recurring.interval_count), (Interval::Week, 156));
    assert_eq!(price.tax_behavior, Some(TaxBehavior::Inclusive));
    assert_eq!(price.metadata.set["a"].as_deref(), Some("b"));
    let (currency, option) = price.currency_options.first_key_value().unwrap();
    assert_eq!(currency.code(), "eur");
    assert_eq!(option.amount, Some(OptionAmount::PerUnit(UnitAmount::from_minor(11).unwrap())));
    assert_eq!(option.tax_behavior, Some(TaxBehavior::Exclusive));
}

#[test]
fn a_default_price_may_leave_the_amount_to_the_buyer() {
    let (command, _) = parse_create(&params(
        "name=x&default_price_data[currency]=usd&default_price_data[custom_unit_amount][enabled]=true\
         &default_price_data[custom_unit_amount][minimum]=5&default_price_data[custom_unit_amount][preset]=7",
    ))
    .unwrap();
    let custom = CustomUnitAmount { maximum: None, minimum: Some(5), preset: Some(7) };
    assert_eq!(command.default_price.unwrap().charge, Charge::Custom(custom));
}

#[test]
fn faults_of_the_default_price_name_their_whole_path() {
    let price = |rest: &str| {
        rest.split('&').fold("name=x".to_owned(), |form, pair| {
            let (key, value) = pair.split_once('=').unwrap();
            let (name, within) = key.split_at(key.find('[').unwrap_or(key.len()));
            format!("{form}&default_price_data[{name}]{within}={value}")
        })
    };
    let metadata: Vec<String> = (0..51).map(|n| format!("metadata[k{n}]=v")).collect();
    let needs_amount = "Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.";
    let unknown = Some("parameter_unknown");
    check_faults(
        parse_create,
        &[
            (
                &price("unit_amount=1"),
                (
                    "Missing required param: default_price_data[currency].",
                    Some("parameter_missing"),
                    Some("default_price_data[currency]"),
                ),
            ),
            (&price("currency=usd"), (needs_amount, None, None)),
            (
                &price("currency=usd&unit_amount=1&nickname=x"),
                (
                    "Received unknown parameter: default_price_data[nickname]",
                    unknown,
                    Some("default_price_data[nickname]"),
                ),
            ),
            (
                &price("currency=usd&unit_amount=1&recurring[interval]=day&recurring[usage_type]=metered"),
                (
                    "Received unknown parameter: default_price_data[recurring][usage_type]",
                    unknown,
                    Some("default_price_data[recurring][usage_type]"),
                ),
            ),
            (
                &price("currency=usd&unit_amount=1&unit_amount_decimal=1"),
                (
                    "You may only specify one of these parameters: unit_amount, unit_amount_decimal.",
                    None,
                    Some("default_price_data[unit_amount]"),
                ),
            ),
            (
                &price("currency=usd&unit_amount=-1"),
                ("Invalid non-negative integer", None, Some("default_price_data[unit_amount]")),
            ),
            (
                &price("currency=usd&unit_amount=1&recurring[interval]=month&recurring[interval_count]=37"),
                (
                    "The interval_count for monthly prices can't be greater than 36",
                    None,
                    Some("default_price_data[recurring][interval_count]"),
                ),
            ),
            (
                &price("currency=usd&unit_amount=1&recurring[interval]=fortnight"),
                (
                    "Invalid default_price_data[recurring][interval]: must be one of month, year, week, or day",
                    None,
                    Some("default_price_data[recurring][interval]"),
                ),
            ),
            (
                &price("currency=usd&custom_unit_amount[enabled]=false"),
                (
                    "`enabled` must be true; leave `custom_unit_amount` out otherwise.",
                    None,
                    Some("default_price_data[custom_unit_amount][enabled]"),
                ),
            ),
            (
                &price(
                    "currency=usd&custom_unit_amount[enabled]=true&custom_unit_amount[minimum]=9&custom_unit_amount[preset]=8",
                ),
                (
                    "`minimum` must not be greater than `preset`.",
                    None,
                    Some("default_price_data[custom_unit_amount][minimum]"),
                ),
            ),
            (
                &price(
                    "currency=usd&unit_amount=1&currency_options[eur][tiers][0][up_to]=inf&currency_options[eur][tiers][0][unit_amount]=1",
                ),
                (
                    "`tiers` requires `billing_scheme=tiered`, which a default price cannot have.",
                    None,
                    Some("default_price_data[currency_options][eur][tiers]"),
                ),
            ),
            (
                &price("currency=usd&unit_amount=1&currency_options[EUR][unit_amount]=1"),
                (
                    "Currencies must be lowercase when used as keys in a map. Use `eur` instead of `EUR`.",
                    None,
                    Some("default_price_data[currency_options]"),
                ),
            ),
            (
                &price(&format!("currency=usd&unit_amount=1&{}", metadata.join("&"))),
                ("Metadata can have up to 50 keys, but you've set 51.", None, Some("default_price_data[metadata]")),
            ),
        ],
    );
}

#[test]
fn limits_are_reached_without_a_fault() {
    let metadata: Vec<String> = (0..50).map(|n| format!("metadata[k{n}]=v")).collect();
    let images: Vec<String> = (0..8).map(|n| format!("images[{n}]=https://e.com/{n}")).collect();
    check_taken(
        parse_create,
        &[
            &format!("name={}", "%C3%BC".repeat(5000)),
            &format!("name=x&description={}", "d".repeat(40_000)),
            &format!("name=x&{}", metadata.join("&")),
            &format!("name=x&{}", images.join("&")),
            &format!("name=x&url={:u<799}", "https://example.com/"),
            "name=x&unit_label=seat-month12",
            "name=x&id=caf%C3%A9%3F%23%20x",
            "name=x&metadata[0]=zero",
            "name=x&expand[]=default_price&expand[0]=tax_code",
        ],
    );
}
