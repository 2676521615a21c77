"""Creating a product together with its default price, in one request."""

import pytest

from harness.sdk import as_sent

EVERYTHING = ["default_price", "default_price.currency_options"]


def create(client, **default_price_data):
    return as_sent(
        client.v1.products.create({"name": "Gold Plan", "default_price_data": default_price_data, "expand": EVERYTHING})
    )


def test_the_product_names_the_new_price_and_the_price_names_the_product(client):
    product = client.v1.products.create(
        {"name": "Gold Plan", "default_price_data": {"currency": "usd", "unit_amount": 2000}}
    )

    price = client.v1.prices.retrieve(product.default_price)
    assert price.product == product.id
    assert price.unit_amount == 2000
    assert price.created == product.created


def test_every_nested_parameter_arrives_in_the_price(client):
    price = create(
        client,
        currency="usd",
        unit_amount=2000,
        tax_behavior="exclusive",
        recurring={"interval": "month", "interval_count": 3},
        metadata={"list": "2026"},
        currency_options={
            "eur": {"unit_amount": 1800, "tax_behavior": "inclusive"},
            "jpy": {"unit_amount_decimal": "300000.5"},
        },
    )["default_price"]

    assert price["currency"] == "usd"
    assert price["unit_amount"] == 2000
    assert price["unit_amount_decimal"] == "2000"
    assert price["tax_behavior"] == "exclusive"
    assert price["type"] == "recurring"
    assert price["recurring"] == {
        "interval": "month",
        "interval_count": 3,
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }
    assert price["metadata"] == {"list": "2026"}
    assert price["currency_options"] == {
        "usd": _option(unit_amount=2000, unit_amount_decimal="2000", tax_behavior="exclusive"),
        "eur": _option(unit_amount=1800, unit_amount_decimal="1800", tax_behavior="inclusive"),
        "jpy": _option(unit_amount=None, unit_amount_decimal="300000.5", tax_behavior="unspecified"),
    }


def test_a_one_time_price_needs_no_more_than_a_currency_and_an_amount(client):
    price = create(client, currency="usd", unit_amount=0)["default_price"]

    assert price["active"] is True
    assert price["billing_scheme"] == "per_unit"
    assert price["type"] == "one_time"
    assert price["recurring"] is None
    assert price["unit_amount"] == 0
    assert price["tax_behavior"] == "unspecified"


def test_an_amount_of_twelve_decimal_places_is_taken(client):
    price = create(client, currency="usd", unit_amount_decimal="0.000000000001")["default_price"]

    assert price["unit_amount"] is None
    assert price["unit_amount_decimal"] == "0.000000000001"


def test_the_customer_may_choose_the_amount_in_each_currency(client):
    price = create(
        client,
        currency="usd",
        custom_unit_amount={"enabled": True, "minimum": 100, "maximum": 10_000, "preset": 500},
        currency_options={"eur": {"custom_unit_amount": {"enabled": True, "preset": 450}}},
    )["default_price"]

    assert price["custom_unit_amount"] == {"maximum": 10_000, "minimum": 100, "preset": 500}
    assert price["unit_amount"] is None
    assert price["unit_amount_decimal"] is None
    assert price["currency_options"]["eur"]["custom_unit_amount"] == {"maximum": None, "minimum": None, "preset": 450}


@pytest.mark.parametrize(("interval", "most"), [("day", 1095), ("week", 156), ("month", 36), ("year", 3)])
def test_an_interval_of_three_years_is_taken(client, interval, most):
    price = create(client, currency="usd", unit_amount=1, recurring={"interval": interval, "interval_count": most})[
        "default_price"
    ]

    assert price["recurring"]["interval_count"] == most


def _option(unit_amount, unit_amount_decimal, tax_behavior):
    return {
        "custom_unit_amount": None,
        "tax_behavior": tax_behavior,
        "unit_amount": unit_amount,
        "unit_amount_decimal": unit_amount_decimal,
    }
