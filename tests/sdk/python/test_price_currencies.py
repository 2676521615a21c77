"""Prices in several currencies. The options are in an answer only when asked for, and then list the main one too."""

import pytest

from harness.sdk import as_sent


@pytest.fixture
def price(client):
    product = client.v1.products.create({"name": "Gold Plan"})
    return client.v1.prices.create(
        {
            "product": product.id,
            "currency": "usd",
            "unit_amount": 2000,
            "currency_options": {
                "eur": {"unit_amount": 1800, "tax_behavior": "inclusive"},
                "gbp": {"unit_amount_decimal": "1599.5"},
            },
        }
    )


@pytest.fixture
def options_of(client):
    return lambda price_id: as_sent(client.v1.prices.retrieve(price_id, {"expand": ["currency_options"]}))[
        "currency_options"
    ]


def test_the_expanded_options_list_the_main_currency_too(price, options_of):
    assert options_of(price.id) == {
        "usd": _option(2000, "2000"),
        "eur": _option(1800, "1800", tax_behavior="inclusive"),
        "gbp": _option(None, "1599.5"),
    }


def test_the_options_are_left_out_unless_expanded(price):
    assert "currency_options" not in price


def test_a_price_without_options_shows_only_its_own_currency(client, options_of):
    product = client.v1.products.create({"name": "Gold Plan"})
    price = client.v1.prices.create({"product": product.id, "currency": "chf", "unit_amount": 7})

    assert options_of(price.id) == {"chf": _option(7, "7")}


def test_an_update_merges_options_by_currency(client, price, options_of):
    client.v1.prices.update(
        price.id, {"currency_options": {"gbp": {"unit_amount": 1600}, "jpy": {"unit_amount": 300_000}}}
    )

    assert options_of(price.id) == {
        "usd": _option(2000, "2000"),
        "eur": _option(1800, "1800", tax_behavior="inclusive"),
        "gbp": _option(1600, "1600"),
        "jpy": _option(300_000, "300000"),
    }


def test_an_empty_option_removes_its_currency(client, price, options_of):
    client.v1.prices.update(price.id, {"currency_options": {"eur": ""}})

    assert set(options_of(price.id)) == {"usd", "gbp"}


def test_empty_options_remove_all_but_the_main_currency(client, price, options_of):
    client.v1.prices.update(price.id, {"currency_options": ""})

    assert set(options_of(price.id)) == {"usd"}


def _option(unit_amount, unit_amount_decimal, tax_behavior="unspecified"):
    return {
        "custom_unit_amount": None,
        "tax_behavior": tax_behavior,
        "unit_amount": unit_amount,
        "unit_amount_decimal": unit_amount_decimal,
    }
