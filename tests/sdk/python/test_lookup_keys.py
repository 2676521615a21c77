"""Lookup keys: one price holds one, over all prices, until it is transferred or unset."""

import secrets

import pytest

from harness.refusals import Refusal, check_answer
from harness.sdk import as_sent


@pytest.fixture(scope="module")
def product(client):
    return client.v1.products.create({"name": "Gold Plan"})


@pytest.fixture(scope="module")
def create(client, product):
    return lambda **params: client.v1.prices.create(
        {"product": product.id, "currency": "usd", "unit_amount": 100} | params
    )


@pytest.fixture
def key():
    """A lookup key that no other test uses."""
    return f"gold-{secrets.token_hex(4)}"


@pytest.mark.parametrize("active", [True, False], ids=["active", "archived"])
def test_a_key_in_use_is_refused_and_the_message_names_its_holder(raw, create, product, key, active):
    holder = create(lookup_key=key, active=active)

    refused = raw.post("/v1/prices", f"product={product.id}&currency=usd&unit_amount=1&lookup_key={key}")

    check_answer(refused, Refusal(f"A price (`{holder.id}`) already uses that lookup key.", param="lookup_key"))


def test_a_key_in_use_is_refused_on_update_too(raw, create, key):
    holder = create(lookup_key=key)
    other = create()

    refused = raw.post(f"/v1/prices/{other.id}", f"lookup_key={key}")

    check_answer(refused, Refusal(f"A price (`{holder.id}`) already uses that lookup key.", param="lookup_key"))


def test_a_price_may_be_given_the_key_it_has(client, create, key):
    holder = create(lookup_key=key)

    assert client.v1.prices.update(holder.id, {"lookup_key": key}).lookup_key == key


@pytest.mark.parametrize("how", ["create", "update"])
def test_a_transfer_takes_the_key_from_its_holder_and_changes_nothing_else_there(client, create, key, how):
    holder = create(lookup_key=key, nickname="Holder")

    if how == "create":
        taker = create(lookup_key=key, transfer_lookup_key=True)
    else:
        taker = client.v1.prices.update(create().id, {"lookup_key": key, "transfer_lookup_key": True})

    assert taker.lookup_key == key
    assert as_sent(client.v1.prices.retrieve(holder.id)) == as_sent(holder) | {"lookup_key": None}


def test_an_unset_key_is_free_again(client, create, key):
    holder = create(lookup_key=key)

    assert client.v1.prices.update(holder.id, {"lookup_key": ""}).lookup_key is None
    assert create(lookup_key=key).lookup_key == key


def test_prices_are_listed_by_their_keys(client, create, key):
    first, second, _ = create(lookup_key=f"{key}-a"), create(lookup_key=f"{key}-b"), create(lookup_key=f"{key}-c")

    found = client.v1.prices.list({"lookup_keys": [f"{key}-a", f"{key}-b", "unheard-of"]})

    assert [price.id for price in found.data] == [second.id, first.id]
