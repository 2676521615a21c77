"""What operates the server: the commands, the signals and the pages that need no key."""

import json
import re

import pytest

from harness import sdk


@pytest.mark.parametrize("environment", ["test", "live"])
def test_a_new_key_is_printed_alone_and_works_while_the_server_runs(server, environment):
    key = server.create_key(environment)

    assert re.fullmatch(rf"sk_{environment}_[A-Za-z0-9]+", key)
    product = sdk.client(server.base_url, key).v1.products.create({"name": "Gold Plan"})
    assert product.livemode is (environment == "live")


def test_every_new_key_is_another_one_for_the_same_products(server, client):
    product = client.v1.products.create({"name": "Gold Plan"})
    keys = {server.create_key("test") for _ in range(2)}

    assert len(keys | {server.test_key}) == 3
    for key in keys:
        assert sdk.client(server.base_url, key).v1.products.retrieve(product.id).id == product.id


def test_a_term_signal_ends_the_server_cleanly_and_keeps_the_data(own_server):
    product = sdk.client(own_server.base_url, own_server.test_key).v1.products.create({"name": "Gold Plan"})

    assert own_server.stop() == 0

    own_server.start()
    again = sdk.client(own_server.base_url, own_server.test_key)
    assert again.v1.products.retrieve(product.id).name == "Gold Plan"


def test_the_openapi_page_describes_the_operations_served(server):
    status, body = server.page("/openapi.json")

    assert status == 200
    document = json.loads(body)
    assert document["openapi"].startswith("3.")
    operations = {
        (method, path) for path, methods in document["paths"].items() for method in methods if method != "parameters"
    }
    assert {
        ("post", "/v1/products"),
        ("get", "/v1/products"),
        ("get", "/v1/products/search"),
        ("get", "/v1/products/{id}"),
        ("post", "/v1/products/{id}"),
        ("delete", "/v1/products/{id}"),
        ("post", "/v1/prices"),
        ("get", "/v1/prices"),
        ("get", "/v1/prices/search"),
        ("get", "/v1/prices/{price}"),
        ("post", "/v1/prices/{price}"),
        ("get", "/v1/tax_codes"),
        ("get", "/v1/tax_codes/{id}"),
        ("get", "/v1/events"),
        ("get", "/v1/events/{id}"),
    } <= operations
