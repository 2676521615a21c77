"""Tiered prices. Their tiers are in an answer only when asked for."""

import pytest

from harness.sdk import as_sent

TIERS = [
    {"up_to": 10, "unit_amount": 500, "flat_amount": 1000},
    {"up_to": 100, "unit_amount_decimal": "450.25"},
    {"up_to": "inf", "flat_amount_decimal": "40000.5", "unit_amount": 0},
]
SHOWN_TIERS = [
    {
        "flat_amount": 1000,
        "flat_amount_decimal": "1000",
        "unit_amount": 500,
        "unit_amount_decimal": "500",
        "up_to": 10,
    },
    {
        "flat_amount": None,
        "flat_amount_decimal": None,
        "unit_amount": None,
        "unit_amount_decimal": "450.25",
        "up_to": 100,
    },
    {
        "flat_amount": None,
        "flat_amount_decimal": "40000.5",
        "unit_amount": 0,
        "unit_amount_decimal": "0",
        "up_to": None,
    },
]


@pytest.fixture(scope="module")
def create(client):
    product = client.v1.products.create({"name": "Requests"})

    def create_tiered(**params):
        return client.v1.prices.create(
            {
                "product": product.id,
                "currency": "usd",
                "recurring": {"interval": "month"},
                "billing_scheme": "tiered",
                "tiers_mode": "graduated",
                "tiers": TIERS,
            }
            | params
        )

    return create_tiered


def test_tiers_are_shown_when_expanded_with_the_last_one_open(create):
    price = as_sent(create(expand=["tiers"]))

    assert price["tiers"] == SHOWN_TIERS
    assert price["billing_scheme"] == "tiered"
    assert price["tiers_mode"] == "graduated"
    assert price["unit_amount"] is None
    assert price["unit_amount_decimal"] is None


def test_tiers_are_left_out_unless_expanded(client, create):
    price = create(tiers_mode="volume")

    assert "tiers" not in price
    assert price.tiers_mode == "volume"
    assert as_sent(client.v1.prices.retrieve(price.id, {"expand": ["tiers"]}))["tiers"] == SHOWN_TIERS


def test_one_open_tier_is_enough(create):
    price = as_sent(create(tiers=[{"up_to": "inf", "unit_amount": 5}], expand=["tiers"]))

    assert [tier["up_to"] for tier in price["tiers"]] == [None]
