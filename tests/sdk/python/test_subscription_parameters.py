"""Every parameter that Stripe's document gives to subscriptions and their items is one of ours, nested ones too."""

import json
from urllib.request import ProxyHandler, build_opener

import pytest

from harness import schemas

pytestmark = pytest.mark.skipif(not schemas.is_present(), reason="Stripe's OpenAPI document is not here")

FORM = "application/x-www-form-urlencoded"
OPERATIONS = [
    ("post", "/v1/subscriptions", "/v1/subscriptions"),
    ("post", "/v1/subscriptions/{subscription_exposed_id}", "/v1/subscriptions/{id}"),
    ("post", "/v1/subscriptions/{subscription}/resume", "/v1/subscriptions/{id}/resume"),
    ("post", "/v1/subscription_items", "/v1/subscription_items"),
    ("post", "/v1/subscription_items/{item}", "/v1/subscription_items/{item}"),
    ("get", "/v1/subscriptions", "/v1/subscriptions"),
    ("get", "/v1/subscription_items", "/v1/subscription_items"),
    ("delete", "/v1/subscriptions/{subscription_exposed_id}", "/v1/subscriptions/{id}"),
    ("delete", "/v1/subscription_items/{item}", "/v1/subscription_items/{item}"),
]


@pytest.fixture(scope="module")
def ours(server):
    # No proxy of the machine's environment may stand between the test and the loopback.
    with build_opener(ProxyHandler({})).open(f"{server.base_url}/openapi.json") as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def stripes():
    return json.loads(schemas.DOCUMENT.read_text())


def names(document, method, path):
    """The names of all parameters of an operation as bracket paths, an array by its elements."""
    operation = document["paths"][path][method]
    found = set()
    for param in operation.get("parameters", []):
        if param["in"] == "query":
            found |= {param["name"]} | within(param["schema"], param["name"])
    for body in operation.get("requestBody", {}).get("content", {}).values():
        found |= within(body["schema"], "")
    return found


def within(schema, path):
    found = set()
    for name, inner in schema.get("properties", {}).items():
        inner_path = f"{path}[{name}]" if path else name
        found |= {inner_path} | within(inner, inner_path)
    for inner in schema.get("anyOf", []) + [schema[key] for key in ("items",) if key in schema]:
        found |= within(inner, path)
    return found


@pytest.mark.parametrize(("method", "stripes_path", "our_path"), OPERATIONS)
def test_no_parameter_is_missing(ours, stripes, method, stripes_path, our_path):
    assert names(stripes, method, stripes_path) - names(ours, method, our_path) == set()
