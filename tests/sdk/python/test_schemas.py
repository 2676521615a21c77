"""The judge itself: it must take Stripe's own samples and refuse what is not quite like them. Needs no server."""

import json

import pytest

from harness import schemas

pytestmark = pytest.mark.skipif(not schemas.is_present(), reason="Stripe's OpenAPI document is not here")

RESOURCES = [
    "account",
    "billing.meter",
    "billing.meter_event",
    "billing.meter_event_adjustment",
    "billing.meter_event_summary",
    "coupon",
    "customer",
    "deleted_coupon",
    "deleted_customer",
    "deleted_plan",
    "deleted_product",
    "deleted_product_feature",
    "deleted_webhook_endpoint",
    "entitlements.feature",
    "event",
    "plan",
    "price",
    "product",
    "product_feature",
    "promotion_code",
    "subscription",
    "subscription_item",
    "tax_code",
    "webhook_endpoint",
]


@pytest.fixture(scope="module")
def samples():
    return json.loads((schemas.DOCUMENT.parent / "fixtures.trimmed.json").read_text())["resources"]


@pytest.mark.parametrize("resource", RESOURCES)
def test_stripes_own_sample_is_taken(samples, resource):
    schemas.check_component(resource, samples[resource])


@pytest.mark.parametrize(
    ("resource", "change"),
    [
        ("product", {"name": None}),
        ("product", {"active": "true"}),
        ("product", {"created": "1678833149"}),
        ("product", {"images": None}),
        ("product", {"default_price": {"id": "price_x", "object": "price"}}),
        ("product", {"package_dimensions": {"height": 1.0, "length": 1.0, "weight": 1.0}}),
        ("price", {"type": "twice"}),
        ("price", {"unit_amount_decimal": 2000}),
        ("price", {"recurring": {"interval": "month"}}),
        ("event", {"data": {}}),
        ("customer", {"livemode": None}),
        ("customer", {"tax_exempt": "maybe"}),
        ("deleted_customer", {"deleted": False}),
        ("deleted_product", {"deleted": False}),
        ("entitlements.feature", {"lookup_key": None}),
        ("product_feature", {"entitlement_feature": "feat_x"}),
    ],
)
def test_a_sample_that_was_tampered_with_is_refused(samples, resource, change):
    with pytest.raises(AssertionError):
        schemas.check_component(resource, samples[resource] | change)


def test_unknown_extras_are_ignored(samples):
    schemas.check_component("product", samples["product"] | {"attributes": [], "type": "service"})


def test_the_operation_decides_what_an_answer_must_look_like(samples):
    product = samples["product"]
    page = {"object": "list", "data": [product], "has_more": False, "url": "/v1/products"}
    result = {"object": "search_result", "data": [product], "has_more": False, "next_page": None, "url": "/v1/products"}

    schemas.check_operation("POST", "/v1/products", 200, product)
    schemas.check_operation("GET", "/v1/products", 200, page)
    schemas.check_operation("GET", "/v1/products/search", 200, result)
    schemas.check_operation("DELETE", "/v1/products/prod_x", 200, samples["deleted_product"])
    schemas.check_operation("GET", "/v1/nowhere", 404, {"error": {"type": "invalid_request_error"}})
    for wrong in (
        ("GET", "/v1/products", 200, product),
        ("GET", "/v1/products/search", 200, page),
        ("GET", "/v1/products/prod_x", 200, page),
        ("GET", "/v1/prices/price_x", 200, product),
        ("GET", "/v1/nowhere", 200, product),
        ("GET", "/v1/nowhere", 404, {"error": "not found"}),
    ):
        with pytest.raises(AssertionError):
            schemas.check_operation(*wrong)
