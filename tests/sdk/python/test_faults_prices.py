"""Every fault that the specification names for prices: the answer, and that nothing was changed."""

import pytest

from harness.refusals import (
    NO_AMOUNT,
    UNSPECIFIED,
    Refusal,
    below,
    capital_currency,
    check_refused,
    empty,
    label_too_long,
    missing,
    named,
    negative,
    no_such,
    not_a_boolean,
    not_a_decimal,
    not_an_array,
    not_an_integer,
    not_an_object,
    not_one_of,
    only_one_of,
    somehow,
    too_long,
    too_precise,
    too_rare,
    unknown,
    unsupported_currency,
)

CREATE = "POST /v1/prices"
UPDATE = "POST /v1/prices/<price>"
LIST = "GET /v1/prices"

OF_PRODUCT = "product=<product>&currency=usd"
DOLLAR = f"{OF_PRODUCT}&unit_amount=100"
MONTHLY = f"{DOLLAR}&recurring[interval]=month"
TIERED = f"{OF_PRODUCT}&recurring[interval]=month&billing_scheme=tiered&tiers_mode=volume"

NO_PRODUCT = Refusal("You must specify either `product` or `product_data` when creating a price.")
LOOKUP_KEY_TAKEN = Refusal("A price (`<keyed>`) already uses that lookup key.", "lookup_key")
ONE_TIME_TIERS = Refusal("Prices with `type=one_time` are not supported with tiered billing.", "interval")
NO_METER = Refusal("Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by meters.")
OWN_CURRENCY = Refusal(
    "You are specifying an update to a currency option that matches the top-level currency for this price. Please "
    "remove this currency option and update the top-level params instead.",
    "currency_options[usd]",
)
IS_DEFAULT = Refusal("This price cannot be archived because it is the default price of its product.")

PRODUCTS = [
    (CREATE, "", missing("currency")),
    (CREATE, "currency=usd&unit_amount=1", NO_PRODUCT),
    (CREATE, f"{DOLLAR}&product_data[name]=x", only_one_of("product", "product_data", "product")),
    (CREATE, "product=prod_nope&currency=usd&unit_amount=1", no_such("product", "prod_nope", "product")),
    (CREATE, "currency=usd&unit_amount=1&product_data=x", not_an_object("product_data")),
    (CREATE, "currency=usd&unit_amount=1&product_data[active]=true", missing("product_data[name]")),
    (CREATE, "currency=usd&unit_amount=1&product_data[name]=", empty("product_data[name]")),
    (CREATE, "currency=usd&unit_amount=1&product_data[name]=x&product_data[url]=y", unknown("product_data[url]")),
    (
        CREATE,
        "currency=usd&unit_amount=1&product_data[name]=x&product_data[unit_label]=thirteen-char",
        label_too_long("thirteen-char", "product_data[unit_label]"),
    ),
    (
        CREATE,
        "currency=usd&unit_amount=1&product_data[name]=x&product_data[tax_code]=txcd_x",
        no_such("tax code", "txcd_x", "product_data[tax_code]"),
    ),
    (
        CREATE,
        "currency=usd&unit_amount=1&product_data[name]=x&product_data[id]=<product>",
        Refusal("Product already exists.", UNSPECIFIED, "resource_already_exists"),
    ),
    # A price that is not right leaves no product behind.
    (CREATE, "currency=usd&product_data[name]=x", NO_AMOUNT),
    (CREATE, "currency=usd&unit_amount=1&product_data[name]=x&lookup_key=<key>", LOOKUP_KEY_TAKEN),
]

AMOUNTS = [
    (CREATE, OF_PRODUCT, NO_AMOUNT),
    (
        CREATE,
        f"{OF_PRODUCT}&unit_amount=1&unit_amount_decimal=1",
        only_one_of("unit_amount", "unit_amount_decimal", "unit_amount"),
    ),
    (CREATE, f"{OF_PRODUCT}&unit_amount=abc", not_an_integer("abc", "unit_amount")),
    (CREATE, f"{OF_PRODUCT}&unit_amount=1.5", not_an_integer("1.5", "unit_amount")),
    (CREATE, f"{OF_PRODUCT}&unit_amount=-1", negative("unit_amount")),
    (CREATE, f"{OF_PRODUCT}&unit_amount=" + "9" * 30, named("unit_amount")),
    (CREATE, f"{OF_PRODUCT}&unit_amount=", empty("unit_amount")),
    (CREATE, f"{OF_PRODUCT}&unit_amount_decimal=abc", not_a_decimal("abc", "unit_amount_decimal")),
    (CREATE, f"{OF_PRODUCT}&unit_amount_decimal=-0.5", named("unit_amount_decimal")),
    (
        CREATE,
        f"{OF_PRODUCT}&unit_amount_decimal=1.5000000000001",
        too_precise("0.15000000000001e1", 12, "unit_amount_decimal"),
    ),
    (
        CREATE,
        f"{OF_PRODUCT}&unit_amount_decimal=0.0000000000001",
        too_precise("0.1e-12", 12, "unit_amount_decimal"),
    ),
    (CREATE, f"{OF_PRODUCT}&custom_unit_amount[minimum]=1", missing("custom_unit_amount[enabled]")),
    (CREATE, f"{OF_PRODUCT}&custom_unit_amount[enabled]=false", named("custom_unit_amount[enabled]")),
    (
        CREATE,
        f"{OF_PRODUCT}&custom_unit_amount[enabled]=true&recurring[interval]=month",
        somehow(),
    ),
]

CURRENCIES = [
    (CREATE, "product=<product>&unit_amount=1", missing("currency")),
    (CREATE, "product=<product>&unit_amount=1&currency=", empty("currency")),
    (CREATE, "product=<product>&unit_amount=1&currency=zzz", unsupported_currency("zzz", "currency")),
    (CREATE, f"{DOLLAR}&currency_options=x", not_an_object("currency_options")),
    (CREATE, f"{DOLLAR}&currency_options[zzz][unit_amount]=1", unsupported_currency("zzz", UNSPECIFIED)),
    (CREATE, f"{DOLLAR}&currency_options[EUR][unit_amount]=1", capital_currency("EUR", "currency_options")),
    (
        CREATE,
        f"{DOLLAR}&currency_options[eur][unit_amount]=-1",
        negative("currency_options[eur][unit_amount]"),
    ),
    (CREATE, f"{DOLLAR}&currency_options[eur][nope]=1", unknown("currency_options[eur][nope]")),
    (
        CREATE,
        f"{DOLLAR}&tax_behavior=maybe",
        not_one_of("inclusive, exclusive, or unspecified", "tax_behavior"),
    ),
]

RECURRING = [
    (CREATE, f"{DOLLAR}&recurring=x", not_an_object("recurring")),
    (CREATE, f"{DOLLAR}&recurring[interval_count]=2", missing("recurring[interval]")),
    (
        CREATE,
        f"{DOLLAR}&recurring[interval]=fortnight",
        not_one_of("month, year, week, or day", "recurring[interval]"),
    ),
    (CREATE, f"{MONTHLY}&recurring[interval_count]=0", below(1, "recurring[interval_count]")),
    (CREATE, f"{MONTHLY}&recurring[interval_count]=x", not_an_integer("x", "recurring[interval_count]")),
    (
        CREATE,
        f"{DOLLAR}&recurring[interval]=day&recurring[interval_count]=1096",
        too_rare("daily", 1095, "recurring[interval_count]"),
    ),
    (
        CREATE,
        f"{DOLLAR}&recurring[interval]=week&recurring[interval_count]=157",
        too_rare("weekly", 156, "recurring[interval_count]"),
    ),
    (
        CREATE,
        f"{DOLLAR}&recurring[interval]=month&recurring[interval_count]=37",
        too_rare("monthly", 36, "recurring[interval_count]"),
    ),
    (
        CREATE,
        f"{DOLLAR}&recurring[interval]=year&recurring[interval_count]=4",
        too_rare("yearly", 3, "recurring[interval_count]"),
    ),
    (
        CREATE,
        f"{MONTHLY}&recurring[usage_type]=rented",
        not_one_of("metered or licensed", "recurring[usage_type]"),
    ),
    (CREATE, f"{MONTHLY}&recurring[usage_type]=metered", NO_METER),
    (CREATE, f"{MONTHLY}&recurring[trial_period_days]=x", not_an_integer("x", "recurring[trial_period_days]")),
    (CREATE, f"{MONTHLY}&recurring[nope]=x", unknown("recurring[nope]")),
]

TIERS = [
    (CREATE, f"{DOLLAR}&billing_scheme=free", not_one_of("per_unit or tiered", "billing_scheme")),
    (
        CREATE,
        TIERED.replace("volume", "steep") + "&tiers[0][up_to]=inf&tiers[0][unit_amount]=1",
        not_one_of("graduated or volume", "tiers_mode"),
    ),
    (
        CREATE,
        f"{OF_PRODUCT}&billing_scheme=tiered&tiers_mode=volume&tiers[0][up_to]=inf&tiers[0][unit_amount]=1",
        ONE_TIME_TIERS,
    ),
    (CREATE, f"{TIERED}&tiers=x", not_an_array("tiers")),
    (CREATE, f"{TIERED}&tiers[0]=x", not_an_object("tiers[0]")),
    (CREATE, f"{TIERED}&tiers[0][unit_amount]=1", missing("tiers[0][up_to]")),
    (CREATE, f"{TIERED}&tiers[0][up_to]=inf&tiers[0][nope]=1", unknown("tiers[0][nope]")),
    (
        CREATE,
        f"{TIERED}&tiers[0][up_to]=inf&tiers[0][flat_amount]=1&tiers[0][flat_amount_decimal]=1",
        only_one_of("flat_amount", "flat_amount_decimal", "tiers[0][flat_amount]"),
    ),
    (
        CREATE,
        f"{TIERED}&tiers[0][up_to]=inf&tiers[0][unit_amount]=1&tiers[0][unit_amount_decimal]=1",
        only_one_of("unit_amount", "unit_amount_decimal", "tiers[0][unit_amount]"),
    ),
    # Neither scheme takes what belongs to the other.
    (CREATE, f"{MONTHLY}&tiers[0][up_to]=inf&tiers[0][unit_amount]=1", somehow()),
    (CREATE, f"{MONTHLY}&tiers_mode=volume", somehow()),
    (CREATE, f"{TIERED}&tiers[0][up_to]=inf&tiers[0][unit_amount]=1&unit_amount=1", somehow()),
    (CREATE, TIERED, somehow()),
    (
        CREATE,
        f"{OF_PRODUCT}&recurring[interval]=month&billing_scheme=tiered&tiers[0][up_to]=inf&tiers[0][unit_amount]=1",
        somehow(),
    ),
    (CREATE, f"{TIERED}&tiers[0][up_to]=10&tiers[0][unit_amount]=1", somehow()),
    (CREATE, f"{TIERED}&tiers[0][up_to]=inf", somehow()),
    (
        CREATE,
        f"{TIERED}&tiers[0][up_to]=10&tiers[0][unit_amount]=1&tiers[1][up_to]=10&tiers[1][unit_amount]=1"
        "&tiers[2][up_to]=inf&tiers[2][unit_amount]=1",
        somehow(),
    ),
    (
        CREATE,
        f"{TIERED}&tiers[0][up_to]=inf&tiers[0][unit_amount]=1&tiers[1][up_to]=10&tiers[1][unit_amount]=1",
        somehow(),
    ),
    (
        CREATE,
        f"{TIERED}&tiers[0][up_to]=inf&tiers[0][unit_amount]=1"
        "&transform_quantity[divide_by]=2&transform_quantity[round]=up",
        somehow(),
    ),
]

OTHER_PARAMETERS = [
    (CREATE, f"{DOLLAR}&nope=1", unknown("nope")),
    (CREATE, f"{DOLLAR}&id=price_mine", unknown("id")),
    (CREATE, "nope=1", unknown("nope")),
    (CREATE, f"{DOLLAR}&active=maybe", not_a_boolean("maybe", "active")),
    (CREATE, f"{DOLLAR}&transfer_lookup_key=maybe", not_a_boolean("maybe", "transfer_lookup_key")),
    (CREATE, f"{DOLLAR}&metadata=x", not_an_object("metadata")),
    (CREATE, f"{DOLLAR}&lookup_key=" + "l" * 201, too_long("l", 200, "lookup_key")),
    (CREATE, f"{DOLLAR}&lookup_key=<key>", LOOKUP_KEY_TAKEN),
    (CREATE, f"{DOLLAR}&nickname=" + "n" * 5001, too_long("n", 5000, "nickname")),
    (CREATE, f"{DOLLAR}&transform_quantity[divide_by]=2", missing("transform_quantity[round]")),
    (CREATE, f"{DOLLAR}&transform_quantity[round]=up", missing("transform_quantity[divide_by]")),
    (
        CREATE,
        f"{DOLLAR}&transform_quantity[divide_by]=0&transform_quantity[round]=up",
        below(1, "transform_quantity[divide_by]"),
    ),
    (
        CREATE,
        f"{DOLLAR}&transform_quantity[divide_by]=2&transform_quantity[round]=sideways",
        not_one_of("down or up", "transform_quantity[round]"),
    ),
    (CREATE, f"{DOLLAR}&expand[0]=nickname", Refusal("This property cannot be expanded (nickname).")),
]

UPDATES = [
    # What a customer would pay never changes.
    (UPDATE, "unit_amount=1", unknown("unit_amount")),
    (UPDATE, "unit_amount_decimal=1", unknown("unit_amount_decimal")),
    (UPDATE, "currency=eur", unknown("currency")),
    (UPDATE, "recurring[interval]=year", unknown("recurring")),
    (UPDATE, "product=<product>", unknown("product")),
    (UPDATE, "tiers_mode=volume", unknown("tiers_mode")),
    (UPDATE, "active=maybe", not_a_boolean("maybe", "active")),
    (UPDATE, "active=", empty("active")),
    (UPDATE, "lookup_key=<key>", LOOKUP_KEY_TAKEN),
    (UPDATE, "currency_options[usd][unit_amount]=1", OWN_CURRENCY),
    (UPDATE, "currency_options[EUR][unit_amount]=1", capital_currency("EUR", "currency_options")),
    (UPDATE, "currency_options[zzz][unit_amount]=1", unsupported_currency("zzz", UNSPECIFIED)),
    (UPDATE, "tax_behavior=maybe", not_one_of("inclusive, exclusive, or unspecified", "tax_behavior")),
    ("POST /v1/prices/<taxed>", "tax_behavior=exclusive", named("tax_behavior")),
    ("POST /v1/prices/<taxed>", "tax_behavior=unspecified", named("tax_behavior")),
    ("POST /v1/prices/<default>", "active=false", IS_DEFAULT),
    ("POST /v1/prices/<default>", "active=false&nickname=Old", IS_DEFAULT),
    ("POST /v1/prices/price_nope", "active=false", no_such("price", "price_nope", "price", status=404)),
    ("POST /v1/prices/price_nope", "nope=1", no_such("price", "price_nope", "price", status=404)),
    ("GET /v1/prices/price_nope", "", no_such("price", "price_nope", "price", status=404)),
]

LISTS = [
    (LIST, "nope=1", unknown("nope")),
    (LIST, "limit=abc", not_an_integer("abc", "limit")),
    (LIST, "active=maybe", not_a_boolean("maybe", "active")),
    (LIST, "type=free", not_one_of("one_time or recurring", "type")),
    (LIST, "product=prod_nope", no_such("product", "prod_nope", "product")),
    (LIST, "recurring[interval]=fortnight", not_one_of("month, year, week, or day", "recurring[interval]")),
    (LIST, "recurring[nope]=x", unknown("recurring[nope]")),
    (LIST, "created[lt]=abc", not_an_integer("abc", "created[lt]")),
    (LIST, "lookup_keys=x", not_an_array("lookup_keys")),
    (LIST, "starting_after=price_nope", no_such("price", "price_nope", "starting_after")),
    (LIST, "ending_before=<product>", no_such("price", "<product>", "ending_before")),
]


@pytest.fixture(scope="module")
def filled(client):
    """Puts in what the requests and messages above stand in angle brackets for."""
    product = client.v1.products.create(
        {"name": "Gold Plan", "default_price_data": {"currency": "usd", "unit_amount": 1}}
    )
    amount = {"product": product.id, "currency": "usd", "unit_amount": 1}
    values = {
        "<product>": product.id,
        "<default>": product.default_price,
        "<price>": client.v1.prices.create(amount).id,
        "<taxed>": client.v1.prices.create(amount | {"tax_behavior": "inclusive"}).id,
        "<key>": "taken",
        "<keyed>": client.v1.prices.create(amount | {"lookup_key": "taken", "active": False}).id,
    }

    def fill(text):
        for placeholder, value in values.items():
            text = text.replace(placeholder, value) if isinstance(text, str) else text
        return text

    return fill


@pytest.mark.parametrize(
    ("request_line", "form", "expected"),
    PRODUCTS + AMOUNTS + CURRENCIES + RECURRING + TIERS + OTHER_PARAMETERS + UPDATES + LISTS,
    ids=lambda value: value[:70] if isinstance(value, str) else "",
)
def test_a_fault_is_named_and_nothing_is_changed(raw, filled, request_line, form, expected):
    expected = Refusal(filled(expected.message), expected.param, expected.code, expected.status)
    check_refused(raw, filled(request_line), filled(form), expected)
