"""Every fault that the specification names for `default_price_data`, and that nothing was created."""

import pytest

from harness.refusals import (
    NO_AMOUNT,
    UNSPECIFIED,
    below,
    capital_currency,
    check_refused,
    empty,
    missing,
    named,
    negative,
    not_a_decimal,
    not_an_integer,
    not_an_object,
    not_one_of,
    only_one_of,
    somehow,
    too_precise,
    too_rare,
    unknown,
    unsupported_currency,
)

PRICE = "default_price_data"
USD = f"{PRICE}[currency]=usd"
DOLLAR = f"{USD}&{PRICE}[unit_amount]=100"


UNKNOWN = [
    (f"{DOLLAR}&{PRICE}[tiers]=x", unknown(f"{PRICE}[tiers]")),
    (f"{DOLLAR}&{PRICE}[billing_scheme]=per_unit", unknown(f"{PRICE}[billing_scheme]")),
    (f"{DOLLAR}&{PRICE}[nickname]=x", unknown(f"{PRICE}[nickname]")),
    (f"{DOLLAR}&{PRICE}[lookup_key]=x", unknown(f"{PRICE}[lookup_key]")),
    (f"{DOLLAR}&{PRICE}[active]=true", unknown(f"{PRICE}[active]")),
    (f"{DOLLAR}&{PRICE}[transform_quantity]=x", unknown(f"{PRICE}[transform_quantity]")),
    (f"{DOLLAR}&{PRICE}[product]=x", unknown(f"{PRICE}[product]")),
    (
        f"{DOLLAR}&{PRICE}[recurring][interval]=month&{PRICE}[recurring][usage_type]=licensed",
        unknown(f"{PRICE}[recurring][usage_type]"),
    ),
    (
        f"{DOLLAR}&{PRICE}[recurring][interval]=month&{PRICE}[recurring][meter]=mtr_x",
        unknown(f"{PRICE}[recurring][meter]"),
    ),
    (f"{DOLLAR}&{PRICE}[currency_options][eur][nope]=x", unknown(f"{PRICE}[currency_options][eur][nope]")),
    (f"{DOLLAR}&{PRICE}[custom_unit_amount][nope]=x", unknown(f"{PRICE}[custom_unit_amount][nope]")),
]

AMOUNTS = [
    (USD, NO_AMOUNT),
    (
        f"{USD}&{PRICE}[unit_amount]=1&{PRICE}[unit_amount_decimal]=1",
        only_one_of("unit_amount", "unit_amount_decimal", f"{PRICE}[unit_amount]"),
    ),
    (f"{USD}&{PRICE}[unit_amount]=abc", not_an_integer("abc", f"{PRICE}[unit_amount]")),
    (f"{USD}&{PRICE}[unit_amount]=1.5", not_an_integer("1.5", f"{PRICE}[unit_amount]")),
    (f"{USD}&{PRICE}[unit_amount]=-1", negative(f"{PRICE}[unit_amount]")),
    (f"{USD}&{PRICE}[unit_amount]=" + "9" * 30, named(f"{PRICE}[unit_amount]")),
    (f"{USD}&{PRICE}[unit_amount_decimal]=abc", not_a_decimal("abc", f"{PRICE}[unit_amount_decimal]")),
    (f"{USD}&{PRICE}[unit_amount_decimal]=-0.5", named(f"{PRICE}[unit_amount_decimal]")),
    (f"{USD}&{PRICE}[unit_amount_decimal]=" + "9" * 40, named(f"{PRICE}[unit_amount_decimal]")),
    (
        f"{USD}&{PRICE}[unit_amount_decimal]=1.5000000000001",
        too_precise("0.15000000000001e1", 12, f"{PRICE}[unit_amount_decimal]"),
    ),
    (f"{USD}&{PRICE}[custom_unit_amount][minimum]=1", missing(f"{PRICE}[custom_unit_amount][enabled]")),
    (f"{USD}&{PRICE}[custom_unit_amount][enabled]=false", named(f"{PRICE}[custom_unit_amount][enabled]")),
    (
        f"{USD}&{PRICE}[custom_unit_amount][enabled]=true&{PRICE}[custom_unit_amount][minimum]=x",
        not_an_integer("x", f"{PRICE}[custom_unit_amount][minimum]"),
    ),
    (
        f"{USD}&{PRICE}[custom_unit_amount][enabled]=true"
        f"&{PRICE}[custom_unit_amount][minimum]=10&{PRICE}[custom_unit_amount][maximum]=5",
        somehow(),
    ),
    (
        f"{USD}&{PRICE}[custom_unit_amount][enabled]=true"
        f"&{PRICE}[custom_unit_amount][minimum]=10&{PRICE}[custom_unit_amount][preset]=5",
        somehow(),
    ),
    (f"{DOLLAR}&{PRICE}[custom_unit_amount][enabled]=true", somehow()),
]

CURRENCIES = [
    (f"{PRICE}[unit_amount]=1", missing(f"{PRICE}[currency]")),
    (f"{PRICE}[unit_amount]=1&{PRICE}[currency]=", empty(f"{PRICE}[currency]")),
    (f"{PRICE}[unit_amount]=1&{PRICE}[currency]=zzz", unsupported_currency("zzz", f"{PRICE}[currency]")),
    (
        f"{DOLLAR}&{PRICE}[currency_options][zzz][unit_amount]=1",
        unsupported_currency("zzz", UNSPECIFIED),
    ),
    (
        f"{DOLLAR}&{PRICE}[currency_options][EUR][unit_amount]=1",
        capital_currency("EUR", f"{PRICE}[currency_options]"),
    ),
    (
        f"{DOLLAR}&{PRICE}[currency_options][eur][unit_amount]=x",
        not_an_integer("x", f"{PRICE}[currency_options][eur][unit_amount]"),
    ),
    (
        f"{DOLLAR}&{PRICE}[currency_options][eur][tiers][0][up_to]=inf"
        f"&{PRICE}[currency_options][eur][tiers][0][unit_amount]=1",
        named(f"{PRICE}[currency_options][eur][tiers]"),
    ),
    (
        f"{DOLLAR}&{PRICE}[currency_options][eur][unit_amount]=1&{PRICE}[currency_options][eur][tax_behavior]=maybe",
        not_one_of("inclusive, exclusive, or unspecified", f"{PRICE}[currency_options][eur][tax_behavior]"),
    ),
    (
        f"{DOLLAR}&{PRICE}[tax_behavior]=maybe",
        not_one_of("inclusive, exclusive, or unspecified", f"{PRICE}[tax_behavior]"),
    ),
]

RECURRING = [
    (f"{DOLLAR}&{PRICE}[recurring]=x", not_an_object(f"{PRICE}[recurring]")),
    (f"{DOLLAR}&{PRICE}[recurring][interval_count]=2", missing(f"{PRICE}[recurring][interval]")),
    (
        f"{DOLLAR}&{PRICE}[recurring][interval]=fortnight",
        not_one_of("month, year, week, or day", f"{PRICE}[recurring][interval]"),
    ),
    (
        f"{DOLLAR}&{PRICE}[recurring][interval]=month&{PRICE}[recurring][interval_count]=0",
        below(1, f"{PRICE}[recurring][interval_count]"),
    ),
    (
        f"{DOLLAR}&{PRICE}[recurring][interval]=month&{PRICE}[recurring][interval_count]=x",
        not_an_integer("x", f"{PRICE}[recurring][interval_count]"),
    ),
    *(
        (
            f"{DOLLAR}&{PRICE}[recurring][interval]={interval}&{PRICE}[recurring][interval_count]={most + 1}",
            too_rare(adverb, most, f"{PRICE}[recurring][interval_count]"),
        )
        for interval, adverb, most in (
            ("day", "daily", 1095),
            ("week", "weekly", 156),
            ("month", "monthly", 36),
            ("year", "yearly", 3),
        )
    ),
]


@pytest.mark.parametrize(
    ("form", "expected"),
    UNKNOWN + AMOUNTS + CURRENCIES + RECURRING,
    ids=lambda value: value[:90] if isinstance(value, str) else "",
)
def test_a_fault_of_the_default_price_is_named_and_neither_product_nor_price_is_created(raw, form, expected):
    check_refused(raw, "POST /v1/products", f"name=Gold&{form}", expected)
