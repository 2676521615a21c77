"""Creating and retrieving a product, with every parameter of Stripe's page "Create a product"."""

import re
import time

import pytest

from harness.sdk import as_sent

KEYS_OF_STRIPES_PAGE = {
    "id",
    "object",
    "active",
    "created",
    "default_price",
    "description",
    "images",
    "marketing_features",
    "livemode",
    "metadata",
    "name",
    "package_dimensions",
    "shippable",
    "statement_descriptor",
    "tax_code",
    "unit_label",
    "updated",
    "url",
}
# Not on the page, yet in every answer of the live API; strictly typed clients fail without `type`.
KEYS_OF_THE_LIVE_API = {"attributes", "tax_details", "type"}

SAAS_FOR_BUSINESS = "txcd_10103001"


def test_the_snippet_of_stripes_page_creates_the_gold_plan_with_exactly_the_documented_keys(client):
    product = as_sent(client.v1.products.create({"name": "Gold Plan"}))

    assert set(product) == KEYS_OF_STRIPES_PAGE | KEYS_OF_THE_LIVE_API
    assert re.fullmatch(r"prod_[A-Za-z0-9]{14}", product["id"])
    assert abs(product["created"] - time.time()) < 60
    assert product["updated"] == product["created"]
    varying = {"id", "created", "updated"}
    assert {key: value for key, value in product.items() if key not in varying} == {
        "object": "product",
        "active": True,
        "attributes": [],
        "default_price": None,
        "description": None,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {},
        "name": "Gold Plan",
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "tax_details": None,
        "type": "service",
        "unit_label": None,
        "url": None,
    }


def test_a_product_keeps_every_parameter_it_was_created_with(client):
    product = client.v1.products.create(
        {
            "name": "Espresso Machine",
            "active": False,
            "description": "Nine bar, two boilers — and a «proper» steam wand ☕",
            "id": "espresso-machine.v2",
            "images": ["https://example.com/front.png", "https://example.com/a%20back.png?size=2&crop=1"],
            "marketing_features": [{"name": "Two boilers"}, {"name": "Steam wand"}],
            "metadata": {"sku": "EM-2", "colour name": "matte & black"},
            "package_dimensions": {"height": 14.5, "length": 12, "weight": 400.25, "width": 11.75},
            "shippable": True,
            "statement_descriptor": "ESPRESSO 2",
            "tax_code": SAAS_FOR_BUSINESS,
            "unit_label": "machine",
            "url": "https://example.com/espresso?model=2",
        }
    )

    expected = {
        "id": "espresso-machine.v2",
        "active": False,
        "description": "Nine bar, two boilers — and a «proper» steam wand ☕",
        "images": ["https://example.com/front.png", "https://example.com/a%20back.png?size=2&crop=1"],
        "marketing_features": [{"name": "Two boilers"}, {"name": "Steam wand"}],
        "metadata": {"sku": "EM-2", "colour name": "matte & black"},
        "name": "Espresso Machine",
        "package_dimensions": {"height": 14.5, "length": 12.0, "weight": 400.25, "width": 11.75},
        "shippable": True,
        "statement_descriptor": "ESPRESSO 2",
        "tax_code": SAAS_FOR_BUSINESS,
        "tax_details": {"performance_location": None, "tax_code": SAAS_FOR_BUSINESS},
        "unit_label": "machine",
        "url": "https://example.com/espresso?model=2",
    }
    created = as_sent(product)
    assert expected.items() <= created.items()
    assert as_sent(client.v1.products.retrieve("espresso-machine.v2")) == created


def test_package_dimensions_are_printed_with_a_fraction_even_when_whole(client):
    product = client.v1.products.create(
        {"name": "Crate", "package_dimensions": {"height": 1, "length": 20, "weight": 0.5, "width": 3}}
    )

    assert re.search(r'"height":\s*1\.0\b', product.last_response.body)
    assert re.search(r'"length":\s*20\.0\b', product.last_response.body)


def test_a_name_is_trimmed(client):
    assert client.v1.products.create({"name": "  Gold Plan \t"}).name == "Gold Plan"


def test_a_name_of_5000_characters_is_taken_however_many_bytes_they_need(client):
    name = "ü" * 5000

    assert client.v1.products.create({"name": name}).name == name


def test_a_description_of_40000_characters_is_taken(client):
    description = "d" * 40_000

    assert client.v1.products.create({"name": "Wordy", "description": description}).description == description


def test_eight_images_and_fifteen_features_of_eighty_characters_are_taken(client):
    images = [f"https://example.com/{number}.png" for number in range(8)]
    features = [{"name": f"{number:02}" + "f" * 78} for number in range(15)]

    product = client.v1.products.create({"name": "Full", "images": images, "marketing_features": features})

    assert as_sent(product)["images"] == images
    assert as_sent(product)["marketing_features"] == features


def test_metadata_takes_fifty_keys_of_forty_characters_with_values_of_five_hundred(client):
    metadata = {f"{number:02}" + "k" * 38: "v" * 500 for number in range(50)}

    product = client.v1.products.create({"name": "Tagged", "metadata": metadata})

    assert as_sent(product)["metadata"] == metadata


def test_an_empty_metadata_value_on_create_makes_no_entry(client):
    product = client.v1.products.create({"name": "Tagged", "metadata": {"kept": "yes", "blank": ""}})

    assert as_sent(product)["metadata"] == {"kept": "yes"}


@pytest.mark.parametrize("url", ["http://example.com", "https://example.com/a/b?c=d#e", "example.com/plans"])
def test_a_url_may_leave_its_scheme_out(client, url):
    assert client.v1.products.create({"name": "Linked", "url": url}).url == url


def test_a_url_of_799_characters_is_taken(client):
    url = "https://example.com/".ljust(799, "u")

    assert client.v1.products.create({"name": "Linked", "url": url}).url == url


def test_a_unit_label_of_twelve_characters_is_taken(client):
    assert client.v1.products.create({"name": "Seats", "unit_label": "seat-month12"}).unit_label == "seat-month12"


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("Gold Plan", "Gold Plan"),
        (" Gold Plan ", "Gold Plan"),
        ("TWENTY TWO CHARACTERS!", "TWENTY TWO CHARACTERS!"),
        ("Café Gold", "Caf Gold"),
    ],
)
def test_a_statement_descriptor_is_trimmed_and_loses_what_is_not_ascii_but_keeps_its_case(client, sent, stored):
    product = client.v1.products.create({"name": "Gold Plan", "statement_descriptor": sent})

    assert product.statement_descriptor == stored


@pytest.mark.parametrize("kind", ["good", "service"])
def test_the_legacy_type_is_accepted_and_kept(client, kind):
    assert client.v1.products.create({"name": "Typed", "type": kind}).type == kind


def test_tax_details_are_accepted_and_mirror_the_tax_code(client):
    product = as_sent(client.v1.products.create({"name": "Taxed", "tax_details": {"tax_code": SAAS_FOR_BUSINESS}}))

    assert product["tax_code"] == SAAS_FOR_BUSINESS
    assert product["tax_details"] == {"performance_location": None, "tax_code": SAAS_FOR_BUSINESS}


def test_an_id_with_reserved_characters_is_reached_percent_encoded(raw):
    created = raw.post("/v1/products", "id=caf%C3%A9%3F%23%20x&name=Odd")

    assert created.json["id"] == "café?# x"
    assert raw.get("/v1/products/caf%C3%A9%3F%23%20x").json == created.json
