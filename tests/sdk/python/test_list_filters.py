"""The filters of the lists of products and prices."""

import time

import pytest


@pytest.fixture(scope="module")
def products(client):
    """Three products, the last one in a later second than the others."""
    create = client.v1.products.create
    plain = create({"name": "Plain"})
    boxed = create({"name": "Boxed", "shippable": True, "url": "https://example.com/boxed"})
    time.sleep(1.1)
    archived = create({"name": "Archived", "active": False, "shippable": False})
    return {"plain": plain, "boxed": boxed, "archived": archived}


@pytest.fixture(scope="module")
def prices(client, products):
    product, other = products["plain"].id, products["boxed"].id
    create = client.v1.prices.create
    return {
        "once": create({"product": product, "currency": "usd", "unit_amount": 1}),
        "monthly": create(
            {"product": product, "currency": "eur", "unit_amount": 2, "recurring": {"interval": "month"}}
        ),
        "yearly": create({"product": other, "currency": "usd", "unit_amount": 3, "recurring": {"interval": "year"}}),
        "archived": create({"product": other, "currency": "gbp", "unit_amount": 4, "active": False}),
    }


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["archived", "boxed", "plain"]),
        ({"active": True}, ["boxed", "plain"]),
        ({"active": False}, ["archived"]),
        ({"shippable": True}, ["boxed"]),
        ({"shippable": False}, ["archived"]),
        ({"url": "https://example.com/boxed"}, ["boxed"]),
        ({"url": "https://example.com/nowhere"}, []),
        ({"active": True, "shippable": True}, ["boxed"]),
    ],
    ids=str,
)
def test_products_are_listed_by_what_they_are(client, products, filters, names):
    assert _ids(client.v1.products.list(filters)) == [products[name].id for name in names]


def test_products_are_listed_by_id_in_list_order_and_unknown_ids_are_skipped(client, products):
    wanted = [products["plain"].id, "prod_unheardof00000", products["archived"].id]

    assert _ids(client.v1.products.list({"ids": wanted})) == [products["archived"].id, products["plain"].id]


def test_products_are_listed_by_the_second_they_were_created_in(client, products):
    later = products["archived"].created
    old = [products["boxed"].id, products["plain"].id]
    new = [products["archived"].id]

    def listed(created):
        return _ids(client.v1.products.list({"created": created}))

    assert listed(later) == new
    assert listed({"gte": later}) == new
    assert listed({"gt": later}) == []
    assert listed({"lt": later}) == old
    assert listed({"lte": later}) == new + old
    assert listed({"gte": products["plain"].created, "lt": later}) == old


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["archived", "yearly", "monthly", "once"]),
        ({"active": True}, ["yearly", "monthly", "once"]),
        ({"active": False}, ["archived"]),
        ({"currency": "usd"}, ["yearly", "once"]),
        ({"type": "one_time"}, ["archived", "once"]),
        ({"type": "recurring"}, ["yearly", "monthly"]),
        ({"recurring": {"interval": "month"}}, ["monthly"]),
        ({"recurring": {"usage_type": "licensed"}}, ["yearly", "monthly"]),
        ({"recurring": {"usage_type": "metered"}}, []),
        ({"currency": "usd", "type": "recurring"}, ["yearly"]),
        ({"currency": "jpy"}, []),
    ],
    ids=str,
)
def test_prices_are_listed_by_what_they_are(client, prices, filters, names):
    assert _ids(client.v1.prices.list(filters)) == [prices[name].id for name in names]


def test_prices_are_listed_by_product(client, products, prices):
    found = client.v1.prices.list({"product": products["boxed"].id})

    assert _ids(found) == [prices["archived"].id, prices["yearly"].id]


def test_prices_are_listed_by_the_second_they_were_created_in(client, products, prices):
    first, last = prices["once"].created, prices["archived"].created

    assert len(_ids(client.v1.prices.list({"created": {"gte": first, "lte": last}}))) == 4
    assert _ids(client.v1.prices.list({"created": {"gt": last}})) == []
    assert _ids(client.v1.prices.list({"created": {"lt": first}})) == []


def _ids(page):
    return [item.id for item in page.data]
