"""Deleting a product, which only one without any price allows."""

import pytest
import stripe

from harness.refusals import Refusal, check_answer, no_such
from harness.sdk import as_sent

HAS_PRICES = Refusal("This product cannot be deleted because it has one or more user-created prices.")


def test_deleting_answers_a_stub_and_the_product_is_gone(client, raw):
    product = client.v1.products.create({"name": "Gold Plan"})

    deleted = client.v1.products.delete(product.id)

    assert as_sent(deleted) == {"id": product.id, "object": "product", "deleted": True}
    gone = no_such("product", product.id, "id", status=404)
    check_answer(raw.get(f"/v1/products/{product.id}"), gone)
    check_answer(raw.post(f"/v1/products/{product.id}", "name=Back"), gone)
    check_answer(raw.delete(f"/v1/products/{product.id}"), gone)


def test_a_deleted_product_is_neither_listed_nor_found(client):
    product = client.v1.products.create({"name": "Vanishing", "url": "https://example.com/vanishing"})

    client.v1.products.delete(product.id)

    assert client.v1.products.list({"url": "https://example.com/vanishing"}).data == []
    assert client.v1.products.list({"ids": [product.id]}).data == []
    assert client.v1.products.search({"query": "name:'Vanishing'"}).data == []


def test_a_deleted_product_is_no_cursor_and_nothing_refers_to_it(client, raw):
    product = client.v1.products.create({"name": "Gold Plan"})
    client.v1.products.delete(product.id)

    check_answer(raw.get(f"/v1/products?starting_after={product.id}"), no_such("product", product.id, "starting_after"))
    check_answer(
        raw.post("/v1/prices", f"product={product.id}&currency=usd&unit_amount=1"),
        no_such("product", product.id, "product"),
    )


def test_the_id_of_a_deleted_product_may_be_used_again(client):
    client.v1.products.create({"id": "phoenix", "name": "First"})
    client.v1.products.delete("phoenix")

    assert client.v1.products.create({"id": "phoenix", "name": "Second"}).name == "Second"
    assert client.v1.products.retrieve("phoenix").name == "Second"


@pytest.mark.parametrize("active", [True, False], ids=["active", "archived"])
def test_a_product_with_a_price_is_not_deleted_even_if_the_price_is_archived(client, raw, active):
    product = client.v1.products.create({"name": "Gold Plan"})
    client.v1.prices.create({"product": product.id, "currency": "usd", "unit_amount": 1, "active": active})

    check_answer(raw.delete(f"/v1/products/{product.id}"), HAS_PRICES)

    assert client.v1.products.retrieve(product.id).name == "Gold Plan"


def test_the_sdk_raises_an_invalid_request_error_for_a_product_with_prices(client):
    product = client.v1.products.create(
        {"name": "Gold Plan", "default_price_data": {"currency": "usd", "unit_amount": 1}}
    )

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.products.delete(product.id)

    assert refused.value.http_status == 400
    assert refused.value.code is None
    assert refused.value.user_message == HAS_PRICES.message
