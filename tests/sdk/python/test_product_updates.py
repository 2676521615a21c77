"""Changing a product: what is left out stays, what is empty is unset."""

import time

import pytest

from harness.sdk import as_sent

TANGIBLE_GOODS = "txcd_99999999"

FULL = {
    "name": "Gold Plan",
    "description": "All of it",
    "images": ["https://example.com/a.png", "https://example.com/b.png"],
    "marketing_features": [{"name": "One"}, {"name": "Two"}],
    "metadata": {"tier": "3", "owner": "ada"},
    "package_dimensions": {"height": 1.5, "length": 2.5, "weight": 3.5, "width": 4.5},
    "shippable": True,
    "statement_descriptor": "GOLD PLAN",
    "tax_code": TANGIBLE_GOODS,
    "unit_label": "seat",
    "url": "https://example.com/gold",
}


@pytest.fixture
def full(client):
    return client.v1.products.create(FULL)


def test_an_update_changes_what_it_names_and_leaves_the_rest(client, full):
    changed = client.v1.products.update(
        full.id,
        {
            "name": "Platinum Plan",
            "active": False,
            "description": "More of it",
            "shippable": False,
            "statement_descriptor": "PLATINUM",
            "unit_label": "chair",
            "url": "https://example.com/platinum",
        },
    )

    expected = as_sent(full) | {
        "name": "Platinum Plan",
        "active": False,
        "description": "More of it",
        "shippable": False,
        "statement_descriptor": "PLATINUM",
        "unit_label": "chair",
        "updated": changed.updated,
        "url": "https://example.com/platinum",
    }
    assert as_sent(changed) == expected
    assert as_sent(client.v1.products.retrieve(full.id)) == expected


@pytest.mark.parametrize(
    ("field", "unset"),
    [
        ("description", None),
        ("images", []),
        ("marketing_features", []),
        ("metadata", {}),
        ("package_dimensions", None),
        ("statement_descriptor", None),
        ("tax_code", None),
        ("unit_label", None),
        ("url", None),
    ],
)
def test_an_empty_value_unsets_a_field_and_only_that(client, full, field, unset):
    changed = as_sent(client.v1.products.update(full.id, {field: ""}))

    expected = as_sent(full) | {field: unset, "updated": changed["updated"]}
    if field == "tax_code":
        expected["tax_details"] = None
    assert changed == expected


def test_arrays_and_package_dimensions_are_replaced_whole(client, full):
    changed = as_sent(
        client.v1.products.update(
            full.id,
            {
                "images": ["https://example.com/only.png"],
                "marketing_features": [{"name": "Only"}],
                "package_dimensions": {"height": 9, "length": 8, "weight": 7, "width": 6},
            },
        )
    )

    assert changed["images"] == ["https://example.com/only.png"]
    assert changed["marketing_features"] == [{"name": "Only"}]
    assert changed["package_dimensions"] == {"height": 9.0, "length": 8.0, "weight": 7.0, "width": 6.0}


def test_metadata_is_merged_by_key_and_an_empty_value_removes_one_key(client, full):
    changed = client.v1.products.update(full.id, {"metadata": {"tier": "4", "owner": "", "new": "yes"}})

    assert as_sent(changed)["metadata"] == {"tier": "4", "new": "yes"}


def test_metadata_at_its_limit_may_swap_one_key_for_another(client):
    full = client.v1.products.create({"name": "Tagged", "metadata": {f"k{number}": "v" for number in range(50)}})

    changed = as_sent(client.v1.products.update(full.id, {"metadata": {"k0": "", "other": "v"}}))

    assert len(changed["metadata"]) == 50
    assert "other" in changed["metadata"]


def test_a_default_price_can_be_set_and_unset(client):
    product = client.v1.products.create({"name": "Gold Plan"})
    price = client.v1.prices.create({"product": product.id, "currency": "usd", "unit_amount": 100})

    assert client.v1.products.update(product.id, {"default_price": price.id}).default_price == price.id
    assert client.v1.products.update(product.id, {"default_price": ""}).default_price is None


def test_archiving_a_product_leaves_its_prices_alone(client):
    product = client.v1.products.create({"name": "Old", "default_price_data": {"currency": "usd", "unit_amount": 1}})

    client.v1.products.update(product.id, {"active": False})

    assert client.v1.prices.retrieve(product.default_price).active is True


@pytest.mark.parametrize("change", [{"description": "new"}, {"metadata": {"a": "b"}}], ids=["field", "metadata"])
def test_every_change_stamps_updated_and_never_created(client, change):
    product = client.v1.products.create({"name": "Gold Plan"})
    _wait_for_the_second_after(product.created)

    changed = client.v1.products.update(product.id, change)

    assert changed.updated > product.updated
    assert changed.created == product.created


def _wait_for_the_second_after(second: int) -> None:
    """Times on the wire are whole seconds and the server's clock cannot be moved from out here."""
    while time.time() < second + 1:
        time.sleep(0.05)
