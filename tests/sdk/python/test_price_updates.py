"""Changing a price: little of it can be, and never what a customer would pay."""

import pytest

from harness.refusals import Refusal, check_answer
from harness.sdk import as_sent

IS_DEFAULT = Refusal("This price cannot be archived because it is the default price of its product.")


@pytest.fixture
def price(client):
    product = client.v1.products.create({"name": "Gold Plan"})
    return client.v1.prices.create(
        {"product": product.id, "currency": "usd", "unit_amount": 2000, "metadata": {"a": "1", "b": "2"}}
    )


def test_what_may_change_does_and_the_rest_stays(client, price):
    changed = client.v1.prices.update(
        price.id,
        {
            "active": False,
            "lookup_key": "gold",
            "metadata": {"a": "", "c": "3"},
            "nickname": " Gold ",
            "tax_behavior": "inclusive",
        },
    )

    expected = as_sent(price) | {
        "active": False,
        "lookup_key": "gold",
        "metadata": {"b": "2", "c": "3"},
        "nickname": "Gold",
        "tax_behavior": "inclusive",
    }
    assert as_sent(changed) == expected
    assert as_sent(client.v1.prices.retrieve(price.id)) == expected


def test_empty_metadata_removes_all_of_it(client, price):
    assert as_sent(client.v1.prices.update(price.id, {"metadata": ""}))["metadata"] == {}


def test_tax_behavior_may_be_set_again_to_what_it_is(client, price):
    client.v1.prices.update(price.id, {"tax_behavior": "exclusive"})

    assert client.v1.prices.update(price.id, {"tax_behavior": "exclusive"}).tax_behavior == "exclusive"


def test_an_archived_price_can_be_made_active_again(client, price):
    client.v1.prices.update(price.id, {"active": False})

    assert client.v1.prices.update(price.id, {"active": True}).active is True


def test_the_default_price_cannot_be_archived_until_another_takes_its_place(client, raw, price):
    client.v1.products.update(price.product, {"default_price": price.id})

    check_answer(raw.post(f"/v1/prices/{price.id}", "active=false"), IS_DEFAULT)
    assert client.v1.prices.retrieve(price.id).active is True

    client.v1.products.update(price.product, {"default_price": ""})
    assert client.v1.prices.update(price.id, {"active": False}).active is False
