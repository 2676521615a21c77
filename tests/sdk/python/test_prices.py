"""Creating and retrieving prices."""

import re
import time

import pytest

from harness.sdk import as_sent

KEYS = {
    "id",
    "object",
    "active",
    "billing_scheme",
    "created",
    "currency",
    "custom_unit_amount",
    "livemode",
    "lookup_key",
    "metadata",
    "nickname",
    "product",
    "recurring",
    "tax_behavior",
    "tiers_mode",
    "transform_quantity",
    "type",
    "unit_amount",
    "unit_amount_decimal",
}


@pytest.fixture(scope="module")
def product(client):
    return client.v1.products.create({"name": "Gold Plan"})


@pytest.fixture(scope="module")
def create(client, product):
    """A price of the product; a dollar once, unless told otherwise."""

    def create_price(**params):
        amounts = {"unit_amount", "unit_amount_decimal", "custom_unit_amount", "tiers"}
        default_amount = {} if amounts & params.keys() else {"unit_amount": 100}
        return client.v1.prices.create({"product": product.id, "currency": "usd"} | default_amount | params)

    return create_price


def test_a_plain_price_has_exactly_the_documented_keys_and_defaults(create, product):
    price = as_sent(create(unit_amount=2000))

    # `tiers` and `currency_options` are there only when expanded.
    assert set(price) == KEYS
    assert re.fullmatch(r"price_[A-Za-z0-9]{24}", price["id"])
    assert abs(price["created"] - time.time()) < 60
    assert {key: value for key, value in price.items() if key not in {"id", "created"}} == {
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "currency": "usd",
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product.id,
        "recurring": None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": 2000,
        "unit_amount_decimal": "2000",
    }


def test_a_price_keeps_every_parameter_it_was_created_with(client, create):
    price = create(
        active=False,
        lookup_key="gold-quarterly",
        metadata={"list": "2026"},
        nickname="  Gold, quarterly ",
        recurring={"interval": "month", "interval_count": 3, "usage_type": "licensed", "trial_period_days": 14},
        tax_behavior="inclusive",
        transform_quantity={"divide_by": 10, "round": "up"},
        unit_amount=2000,
    )

    expected = {
        "active": False,
        "lookup_key": "gold-quarterly",
        "metadata": {"list": "2026"},
        "nickname": "Gold, quarterly",
        "recurring": {
            "interval": "month",
            "interval_count": 3,
            "meter": None,
            "trial_period_days": 14,
            "usage_type": "licensed",
        },
        "tax_behavior": "inclusive",
        "transform_quantity": {"divide_by": 10, "round": "up"},
        "type": "recurring",
    }
    created = as_sent(price)
    assert expected.items() <= created.items()
    assert as_sent(client.v1.prices.retrieve(price.id)) == created


@pytest.mark.parametrize(
    ("sent", "unit_amount", "unit_amount_decimal"),
    [
        ({"unit_amount": 2000}, 2000, "2000"),
        ({"unit_amount": 0}, 0, "0"),
        ({"unit_amount": 99_999_999}, 99_999_999, "99999999"),
        ({"unit_amount_decimal": "2000"}, 2000, "2000"),
        ({"unit_amount_decimal": "123.45"}, None, "123.45"),
        ({"unit_amount_decimal": "1.50"}, None, "1.5"),
        ({"unit_amount_decimal": "7.00"}, 7, "7"),
        ({"unit_amount_decimal": "0"}, 0, "0"),
        ({"unit_amount_decimal": "0.000000000001"}, None, "0.000000000001"),
        ({"unit_amount_decimal": "12345678.123456789012"}, None, "12345678.123456789012"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_both_amounts_show_the_same_value_without_trailing_zeros(create, sent, unit_amount, unit_amount_decimal):
    price = as_sent(create(**sent))

    assert price["unit_amount"] == unit_amount
    assert price["unit_amount_decimal"] == unit_amount_decimal


def test_a_custom_amount_shows_its_bounds_and_hides_both_amounts(create):
    price = as_sent(create(custom_unit_amount={"enabled": True, "minimum": 500}))

    assert price["custom_unit_amount"] == {"maximum": None, "minimum": 500, "preset": None}
    assert price["unit_amount"] is None
    assert price["unit_amount_decimal"] is None


def test_a_currency_in_capitals_is_answered_in_lower_case(create):
    assert create(currency="EUR").currency == "eur"


@pytest.mark.parametrize("interval", ["day", "week", "month", "year"])
def test_a_recurring_price_bills_every_interval_by_default(create, interval):
    assert as_sent(create(recurring={"interval": interval}))["recurring"] == {
        "interval": interval,
        "interval_count": 1,
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


@pytest.mark.parametrize(("interval", "most"), [("day", 1095), ("week", 156), ("month", 36), ("year", 3)])
def test_a_price_may_recur_every_three_years_at_most(create, interval, most):
    price = create(recurring={"interval": interval, "interval_count": most})

    assert price.recurring.interval_count == most


def test_product_data_creates_the_product_with_the_price(client):
    price = client.v1.prices.create(
        {
            "currency": "usd",
            "unit_amount": 500,
            "product_data": {
                "name": "Mug",
                "active": False,
                "id": "mug",
                "metadata": {"colour": "blue"},
                "statement_descriptor": "MUG",
                "tax_code": "txcd_99999999",
                "unit_label": "mug",
            },
        }
    )

    assert price.product == "mug"
    product = as_sent(client.v1.products.retrieve("mug"))
    expected = {
        "name": "Mug",
        "active": False,
        "default_price": None,
        "metadata": {"colour": "blue"},
        "statement_descriptor": "MUG",
        "tax_code": "txcd_99999999",
        "unit_label": "mug",
    }
    assert expected.items() <= product.items()


def test_a_blank_lookup_key_on_create_is_none(create):
    assert create(lookup_key="").lookup_key is None
