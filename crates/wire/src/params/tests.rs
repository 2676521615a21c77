use super::*;
use crate::fault::Fault;
use crate::form;
use proptest::prelude::*;

const NAME: Param = Param::new("name", Kind::trimmed(10), "").required();
const NOTE: Param = Param::new("note", Kind::text(9), "").clearable();
const FLAG: Param = Param::new("flag", Kind::Boolean, "");
const COUNT: Param = Param::new("count", Kind::Integer { min: 1, max: 100 }, "");
const UNIT: Param = Param::new("unit", Kind::Label { max: 3 }, "");
const SIZE: Param = Param::new("size", Kind::Object(&[HEIGHT, INNER]), "");
const HEIGHT: Param = Param::new("height", Kind::Dimension, "").required();
const INNER: Param = Param::new("inner", Kind::Object(&[FLAG]), "");
const ITEMS: Param = Param::new("items", Kind::Array { max: 3, of: &Kind::Object(&[NAME, COUNT]) }, "");
const TAGS: Param = Param::new("tags", Kind::Array { max: 3, of: &Kind::text(5) }, "");
const LINKS: Param = Param::new("links", Kind::Array { max: 3, of: &Kind::Url }, "");
const WORD: Param = Param::new("word", Kind::Word(&["month", "year", "week", "day"]), "");
const PAIR: Param = Param::new("pair", Kind::Word(&["metered", "licensed"]), "");
const AMOUNT: Param = Param::new("amount", Kind::Amount, "");
const DECIMAL: Param = Param::new("decimal", Kind::DecimalAmount, "");
const CURRENCY: Param = Param::new("currency", Kind::Currency, "");
const OPTIONS: Param = Param::new("options", Kind::Currencies { of: &[AMOUNT], empty: Empty::Unsets }, "");
const METADATA: Param = Param::new("metadata", Kind::Metadata, "");
const CREATED: Param = Param::new("created", Kind::Created, "");
const DESCRIPTOR: Param = Param::new("descriptor", Kind::StatementDescriptor, "");
const UP_TO: Param = Param::new("up_to", Kind::UpTo, "");
const TABLE: Table = &[
    NAME, NOTE, FLAG, COUNT, UNIT, SIZE, ITEMS, TAGS, LINKS, WORD, PAIR, AMOUNT, DECIMAL, CURRENCY, OPTIONS, METADATA,
    CREATED, DESCRIPTOR, UP_TO,
];

fn fault(form: &str) -> Fault {
    let params = form::decode(form.as_bytes()).unwrap();
    read(TABLE, &params).map(|_| ()).expect_err(form)
}

#[test]
#[allow(clippy::too_many_lines, reason = "one table of sentences")]
fn every_fault_has_its_sentence_its_code_and_its_parameter() {
    let supported = tollgate_domain::currency::SUPPORTED.join(", ");
    let zzz = format!("Invalid currency: zzz. Stripe currently supports these currencies: {supported}");
    let zzz_key = format!("{zzz}.");
    let long = "k".repeat(41);
    let long_key = format!(
        "Metadata keys can have up to 40 characters, but you passed in a key that is 41 characters. Invalid key: {long}"
    );
    let value = "é".repeat(501);
    let long_value = format!(
        "Metadata values can have up to 500 characters, but you passed in a value that is 501 characters. Invalid \
         value: {value}"
    );
    let far = format!("https://example.com/{}", "a".repeat(2029));
    let empty = |param: &str| {
        format!(
            "You passed an empty string for '{param}'. We assume empty values are an attempt to unset a parameter; \
             however '{param}' cannot be unset. You should remove '{param}' from your request or supply a non-empty \
             value."
        )
    };
    let integer = Some("parameter_invalid_integer");
    for (form, message, code, param) in [
        ("", "Missing required param: name.", Some("parameter_missing"), "name"),
        ("nope=1", "Received unknown parameter: nope", Some("parameter_unknown"), "nope"),
        ("b=1&name=&a=1", "Received unknown parameters: b, a", Some("parameter_unknown"), "b"),
        ("size[nope]=x", "Received unknown parameter: size[nope]", Some("parameter_unknown"), "size[nope]"),
        (
            "items[][nope]=x&items[][count]=1&items[][nope]=y",
            "Received unknown parameters: items[0][nope], items[1][nope]",
            Some("parameter_unknown"),
            "items[0][nope]",
        ),
        ("items[7][nope]=x", "Received unknown parameter: items[7][nope]", Some("parameter_unknown"), "items[7][nope]"),
        (
            "options[eur][x]=1",
            "Received unknown parameter: options[eur][x]",
            Some("parameter_unknown"),
            "options[eur][x]",
        ),
        ("created[foo]=1", "Received unknown parameter: created[foo]", Some("parameter_unknown"), "created[foo]"),
        ("name=", &empty("name"), Some("parameter_invalid_empty"), "name"),
        ("name=+%09", &empty("name"), Some("parameter_invalid_empty"), "name"),
        ("name=x&flag=", &empty("flag"), Some("parameter_invalid_empty"), "flag"),
        ("name=x&size=", &empty("size"), Some("parameter_invalid_empty"), "size"),
        ("name=x&tags[0]=a&tags[1]=", &empty("tags[1]"), Some("parameter_invalid_empty"), "tags[1]"),
        ("name=x&flag=maybe", "Invalid boolean: maybe", None, "flag"),
        ("name=x&flag=True", "Invalid boolean: True", None, "flag"),
        ("name=x&flag[a]=b", "Invalid boolean", None, "flag"),
        ("name=x&count=abc", "Invalid integer: abc", integer, "count"),
        ("name=x&count=1.0", "Invalid integer: 1.0", integer, "count"),
        ("name=x&count=9223372036854775808", "Invalid integer: 9223372036854775808", integer, "count"),
        ("name=x&count[]=1", "Invalid integer", None, "count"),
        ("name=x&count=0", "This value must be greater than or equal to 1.", integer, "count"),
        ("name=x&count=101", "This value must be less than or equal to 100.", integer, "count"),
        ("name=12345678901", "Invalid string: 1234...8901; must be at most 10 characters", None, "name"),
        ("name=x&tags[0]=ééé123", "Invalid string: ééé123; must be at most 5 characters", None, "tags[0]"),
        ("name[x]=y", "Invalid string", None, "name"),
        ("name=x&unit=seats", "Invalid string length: seats must be at most 3 characters", None, "unit"),
        ("name=x&size=1", "Invalid object", None, "size"),
        ("name=x&size[]=1", "Invalid object", None, "size"),
        ("name=x&metadata=1", "Invalid object", None, "metadata"),
        (
            "name=x&size[inner][flag]=true",
            "Missing required param: size[height].",
            Some("parameter_missing"),
            "size[height]",
        ),
        (
            "name=x&items[0][count]=1",
            "Missing required param: items[0][name].",
            Some("parameter_missing"),
            "items[0][name]",
        ),
        ("name=x&items=1", "Invalid array", None, "items"),
        ("name=x&items[a]=1", "Invalid array", None, "items"),
        ("name=x&items[0]=1", "Invalid object", None, "items[0]"),
        ("name=x&tags[]=1&tags[]=2&tags[]=3&tags[]=4", "Array tags exceeded maximum 3 allowed elements.", None, "tags"),
        ("name=x&word=decade", "Invalid word: must be one of month, year, week, or day", None, "word"),
        ("name=x&pair=free", "Invalid pair: must be one of metered or licensed", None, "pair"),
        ("name=x&amount=-1", "Invalid non-negative integer", None, "amount"),
        ("name=x&amount=1.5", "Invalid integer: 1.5", integer, "amount"),
        ("name=x&decimal=abc", "Invalid decimal: abc", None, "decimal"),
        ("name=x&decimal=-0.5", "Invalid non-negative integer", None, "decimal"),
        (
            "name=x&decimal=1.5000000000001",
            "Invalid decimal: 0.15000000000001e1; must contain at most 12 decimal places.",
            None,
            "decimal",
        ),
        ("name=x&size[height]=tall", "Invalid decimal: tall", None, "size[height]"),
        (
            "name=x&size[height]=1.505",
            "Invalid decimal: 0.1505e1; must contain at most 2 decimal places.",
            None,
            "size[height]",
        ),
        (
            "name=x&size[height]=-1",
            "This value must be greater than or equal to 0 (it currently is '-1.0').",
            None,
            "size[height]",
        ),
        (
            "name=x&size[height]=-0.05",
            "This value must be greater than or equal to 0 (it currently is '-0.05').",
            None,
            "size[height]",
        ),
        (
            "name=x&size[height]=-1e2000000000",
            "This value must be greater than or equal to 0 (it currently is '-0.1e2000000001').",
            None,
            "size[height]",
        ),
        ("name=x&size[height]=1e30", "Invalid decimal: 1e30; it is too large.", None, "size[height]"),
        ("name=x&currency=zzz", &zzz, None, "currency"),
        ("name=x&options[zzz][amount]=1", &zzz_key, None, "options"),
        (
            "name=x&options[EUR][amount]=1",
            "Currencies must be lowercase when used as keys in a map. Use `eur` instead of `EUR`.",
            None,
            "options",
        ),
        ("name=x&options[eur]=5", "Invalid object", None, "options[eur]"),
        (&format!("name=x&metadata[{long}]=1"), &long_key, None, "metadata"),
        (&format!("name=x&metadata[a]={value}"), &long_value, None, "metadata[a]"),
        ("name=x&metadata[a][b]=1", "Metadata values must be strings.", None, "metadata[a]"),
        ("name=x&links[0]=nope", "Not a valid URL", Some("url_invalid"), "links[0]"),
        (
            &format!("name=x&links[]={far}"),
            "Invalid URL: URL must be 2048 characters or less.",
            Some("url_invalid"),
            "links[0]",
        ),
        (
            "name=x&links[0]=https://example.com/é",
            "Invalid URL: Non-ASCII characters in URLs must be percent-encoded in order for the URL to be valid.",
            Some("url_invalid"),
            "links[0]",
        ),
        ("name=x&created=soon", "Invalid integer: soon", integer, "created"),
        ("name=x&created[gt]=soon", "Invalid integer: soon", integer, "created[gt]"),
        (
            "name=x&descriptor=+12345678901234567890123+",
            "The statement descriptor must be at most 22 characters. 12345678901234567890123 is 23 characters long.",
            None,
            "descriptor",
        ),
        ("name=x&descriptor=a<b", "The statement descriptor cannot include <.", None, "descriptor"),
        (
            "name=x&descriptor=12",
            "The statement descriptor must contain at least one Latin character.",
            None,
            "descriptor",
        ),
        ("name=x&up_to=0", "This value must be greater than or equal to 1.", integer, "up_to"),
        ("name=x&up_to=all", "Invalid integer: all", integer, "up_to"),
    ] {
        let expected = Fault {
            status: 400,
            kind: crate::fault::FaultKind::InvalidRequest,
            code,
            param: Some(param.to_owned()),
            message: message.to_owned(),
            before_lookup: false,
        };
        assert_eq!(fault(form), expected, "{form}");
    }
}

#[test]
fn the_first_fault_of_the_table_is_told_wherever_it_is_in_the_request() {
    assert_eq!(fault("count=x&flag=x&name=n").param.as_deref(), Some("flag"));
    assert_eq!(fault("count=x&nope=1").param.as_deref(), Some("nope"));
}

#[test]
fn long_values_are_repeated_without_their_middle() {
    let fault = fault(&format!("name=x&flag={}", "y".repeat(999)));
    let ends = "y".repeat(490);
    assert_eq!(fault.message, format!("Invalid boolean: {ends}...(truncated)...{ends}"));
}

#[test]
fn values_are_read_by_their_kinds() {
    let params = form::decode(
        b"name=+Gold+&note=&flag=true&count=7&size[height]=1.50&items[10][name]=b&items[9][name]=a&tags[]=x&tags[]=y\
          &word=week&amount=5&decimal=1.25&currency=EUR&options[usd][amount]=3&options[eur]=&metadata[0]=z&metadata[k]=\
          &created[gt]=10&created[lte]=20&up_to=inf&descriptor=+Gold+",
    )
    .unwrap();
    let object = read(TABLE, &params).unwrap();
    assert_eq!(object.get(&NAME), Some("Gold"));
    assert!(object.is_unset(&NOTE) && !object.has(&NOTE));
    assert_eq!(object.get(&FLAG), Some(true));
    assert_eq!(object.get(&COUNT), Some(7i64));
    let height = object.object(&SIZE).and_then(|size| size.get(&HEIGHT));
    assert_eq!(height, Some(tollgate_domain::package::Hundredths(150)));
    let names: Vec<Option<&str>> = object.objects(&ITEMS).unwrap().iter().map(|item| item.get(&NAME)).collect();
    assert_eq!(names, [Some("a"), Some("b")]);
    assert_eq!(object.get(&TAGS), Some(vec!["x", "y"]));
    assert_eq!(object.get(&WORD), Some("week"));
    let options = object.currencies(&OPTIONS).unwrap();
    let codes: Vec<_> = options.iter().map(|(currency, option)| (currency.code(), option.is_some())).collect();
    assert_eq!(codes, [("usd", true), ("eur", false)]);
    let metadata: tollgate_domain::metadata::MetadataPatch = object.get(&METADATA).unwrap();
    assert_eq!(metadata.set.into_iter().collect::<Vec<_>>(), [("0".into(), Some("z".into())), ("k".into(), None)]);
    let created: tollgate_domain::list::CreatedRange = object.get(&CREATED).unwrap();
    let millis = [created.from, created.to].map(|bound| bound.map(tollgate_domain::time::Timestamp::millis));
    assert_eq!(millis, [Some(11_000), Some(20_999)]);
    assert_eq!(object.get(&UP_TO), Some(UpTo::Infinity));
    assert_eq!(object.get(&DESCRIPTOR), Some("Gold"));
    assert_eq!(object.value(&PAIR).map(|_| ()), None);
}

proptest! {
    #[test]
    fn no_request_makes_the_reader_panic(
        form in "((name|note|flag|count|size|items|tags|links|word|amount|decimal|currency|options|metadata|created)\
                 (\\[(|0|1|99999999999999999999|name|height|inner|flag|gt|eur|EUR|amount)\\]){0,3}=\
                 (|x|true|-?[0-9]{0,22}|-?[0-9]{0,3}\\.[0-9]{0,14}|1e-?[0-9]{1,10}|inf|week|https://a.b|é{12})&){0,8}"
    ) {
        if let Ok(params) = form::decode(form.as_bytes()) {
            let _ = read(TABLE, &params);
        }
    }
}
