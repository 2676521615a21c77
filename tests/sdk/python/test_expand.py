"""Expanding ids to objects and asking for what is otherwise left out."""

import pytest

from harness.refusals import Refusal, check_answer
from harness.sdk import as_sent

TANGIBLE_GOODS = "txcd_99999999"


@pytest.fixture(scope="module")
def product(client):
    return client.v1.products.create(
        {
            "name": "Gold Plan",
            "tax_code": TANGIBLE_GOODS,
            "default_price_data": {"currency": "usd", "unit_amount": 2000, "recurring": {"interval": "month"}},
        }
    )


@pytest.fixture(scope="module")
def price(client, product):
    return client.v1.prices.retrieve(product.default_price)


def cannot(path: str, hint: str = "") -> Refusal:
    return Refusal(f"This property cannot be expanded ({path}).{hint}")


def too_deep(path: str) -> Refusal:
    return Refusal(
        f"You cannot expand more than 4 levels of a property. Property: {path}", code="property_expansion_max_depth"
    )


def test_an_id_becomes_the_object_it_names(client, product, price):
    expanded = as_sent(client.v1.products.retrieve(product.id, {"expand": ["default_price", "tax_code"]}))

    assert expanded["default_price"] == as_sent(price)
    assert expanded["tax_code"] == as_sent(client.v1.tax_codes.retrieve(TANGIBLE_GOODS))
    unexpanded = as_sent(client.v1.products.retrieve(product.id))
    assert expanded | {"default_price": price.id, "tax_code": TANGIBLE_GOODS} == unexpanded


def test_a_path_expands_every_object_on_its_way(client, product, price):
    expanded = as_sent(client.v1.products.retrieve(product.id, {"expand": ["default_price.product.default_price"]}))

    assert expanded["default_price"]["product"]["id"] == product.id
    assert expanded["default_price"]["product"]["default_price"]["id"] == price.id


def test_four_levels_are_allowed(client, product):
    deepest = "default_price.product.default_price.product"

    expanded = as_sent(client.v1.products.retrieve(product.id, {"expand": [deepest]}))

    assert expanded["default_price"]["product"]["default_price"]["product"]["id"] == product.id


def test_a_price_shows_its_product(client, product, price):
    expanded = client.v1.prices.retrieve(price.id, {"expand": ["product"]})

    assert as_sent(expanded)["product"] == as_sent(client.v1.products.retrieve(product.id))


def test_what_is_left_out_of_a_price_is_reached_through_its_product(client, product):
    expanded = client.v1.products.retrieve(product.id, {"expand": ["default_price.currency_options"]})

    assert set(as_sent(expanded)["default_price"]["currency_options"]) == {"usd"}


def test_a_list_and_a_search_expand_through_data(client, product, price):
    listed = client.v1.products.list({"ids": [product.id], "expand": ["data.default_price", "data.tax_code"]})
    found = client.v1.prices.search({"query": f"product:'{product.id}'", "expand": ["data.product"]})

    assert as_sent(listed)["data"][0]["default_price"]["id"] == price.id
    assert as_sent(listed)["data"][0]["tax_code"]["id"] == TANGIBLE_GOODS
    assert as_sent(found)["data"][0]["product"]["id"] == product.id


def test_creating_and_updating_answer_expanded_too(client, product):
    created = client.v1.prices.create(
        {"product": product.id, "currency": "usd", "unit_amount": 1, "expand": ["product"]}
    )
    updated = client.v1.prices.update(created.id, {"nickname": "Once", "expand": ["product", "currency_options"]})

    assert created.product.id == product.id
    assert updated.product.id == product.id
    assert "currency_options" in updated


def test_expanding_what_is_null_leaves_it_null(client):
    product = client.v1.products.create({"name": "Plain", "expand": ["default_price", "tax_code"]})

    assert product.default_price is None
    assert product.tax_code is None


@pytest.mark.parametrize(
    "path",
    [
        "/v1/products?expand[]=data",
        "/v1/products/<product>?expand[]=package_dimensions&expand[]=marketing_features",
    ],
)
def test_expanding_what_is_there_anyway_changes_nothing(raw, product, path):
    path = path.replace("<product>", product.id)

    assert raw.get(path).json == raw.get(path.partition("?")[0]).json


def test_expanding_what_a_price_embeds_changes_nothing(raw, price):
    embedded = "expand[]=recurring&expand[]=custom_unit_amount&expand[]=transform_quantity"

    assert raw.get(f"/v1/prices/{price.id}?{embedded}").json == raw.get(f"/v1/prices/{price.id}").json


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/products/<product>?expand[]=description", cannot("description")),
        ("/v1/products/<product>?expand[]=bogus", cannot("bogus")),
        ("/v1/products/<product>?expand[]=default_price.bogus", cannot("default_price.bogus")),
        ("/v1/products/<product>?expand[]=default_price&expand[]=name", cannot("name")),
        ("/v1/prices/<price>?expand[]=nickname", cannot("nickname")),
        (
            "/v1/products?expand[]=default_price",
            cannot("default_price", " You may want to try expanding 'data.default_price' instead."),
        ),
        (
            "/v1/prices/search?query=active:true&expand[]=product",
            cannot("product", " You may want to try expanding 'data.product' instead."),
        ),
        ("/v1/products?expand[]=data.description", cannot("data.description")),
        (
            "/v1/products/<product>?expand[]=default_price.product.default_price.product.default_price",
            too_deep("default_price.product.default_price.product.default_price"),
        ),
        (
            "/v1/products?expand[]=data.default_price.product.default_price.product",
            too_deep("data.default_price.product.default_price.product"),
        ),
    ],
)
def test_what_cannot_be_expanded_is_refused_with_its_path(raw, product, price, path, expected):
    check_answer(raw.get(path.replace("<product>", product.id).replace("<price>", price.id)), expected)


@pytest.mark.parametrize("path", ["/v1/products/prod_unheardof00000", "/v1/prices/price_unheardof"])
def test_expansion_is_checked_before_the_object_is_looked_for(raw, path):
    check_answer(raw.get(f"{path}?expand[]=bogus"), cannot("bogus"))


def test_expansion_is_checked_before_anything_is_written(raw):
    before = raw.everything()

    check_answer(raw.post("/v1/products", "name=Never&expand[]=bogus"), cannot("bogus"))

    assert raw.everything() == before
