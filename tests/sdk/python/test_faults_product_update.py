"""Faults of updating, reading, listing and deleting products."""

import pytest

from harness.refusals import (
    Refusal,
    bad_url,
    check_answer,
    check_refused,
    empty,
    missing,
    named,
    no_such,
    not_a_boolean,
    not_an_integer,
    only_one_of,
    too_long,
    too_many,
    unknown,
)

UPDATE = "POST /v1/products/<plain>"
LIST = "GET /v1/products"
BOTH_CURSORS = Refusal("Received both starting_after and ending_before parameters. Please pass in only one.")


@pytest.fixture(scope="module")
def ids(client):
    """What the requests below stand in angle brackets for."""
    create = client.v1.products.create
    plain = create({"name": "Plain"})
    priced = create({"name": "Priced", "default_price_data": {"currency": "usd", "unit_amount": 1}})
    tagged = create({"name": "Tagged", "metadata": {f"k{number}": "v" for number in range(50)}})
    inactive = client.v1.prices.create({"product": plain.id, "currency": "usd", "unit_amount": 1, "active": False})
    return {
        "plain": plain.id,
        "priced": priced.id,
        "tagged": tagged.id,
        "price": priced.default_price,
        "inactive": inactive.id,
    }


@pytest.mark.parametrize(
    ("request_line", "form", "expected"),
    [
        # Parameters of creation only.
        (UPDATE, "id=other", unknown("id")),
        (UPDATE, "default_price_data[currency]=usd", unknown("default_price_data")),
        (UPDATE, "type=good", unknown("type")),
        (UPDATE, "name=Gold&nope=1", unknown("nope")),
        # What cannot be unset.
        (UPDATE, "name=", empty("name")),
        (UPDATE, "active=", empty("active")),
        (UPDATE, "shippable=", empty("shippable")),
        # The checks of creation hold.
        (UPDATE, "name=" + "n" * 5001, too_long("n", 5000, "name")),
        (UPDATE, "active=maybe", not_a_boolean("maybe", "active")),
        (UPDATE, "url=not+a+url", bad_url("Not a valid URL", "url")),
        (UPDATE, "&".join(f"images[{index}]=https://example.com" for index in range(9)), too_many(8, "images")),
        (UPDATE, "package_dimensions[height]=1", missing("package_dimensions[length]")),
        (UPDATE, "tax_code=txcd_x", no_such("tax code", "txcd_x", "tax_code")),
        (UPDATE, "name=Changed&description=" + "d" * 40_001, too_long("d", 40_000, "description")),
        (
            "POST /v1/products/<tagged>",
            "metadata[one-more]=v",
            Refusal("Metadata can have up to 50 keys, but you've set 51.", "metadata"),
        ),
        # The default price must be an active one of this product.
        (UPDATE, "default_price=price_nope", no_such("price", "price_nope", "default_price")),
        (UPDATE, "default_price=<price>", named("default_price")),
        (UPDATE, "default_price=<inactive>", named("default_price")),
        # A product that is not there is noticed before any fault of the form.
        ("POST /v1/products/prod_nope", "name=Gold", no_such("product", "prod_nope", "id", status=404)),
        ("POST /v1/products/prod_nope", "nope=1&name=", no_such("product", "prod_nope", "id", status=404)),
        ("GET /v1/products/prod_nope", "", no_such("product", "prod_nope", "id", status=404)),
        ("DELETE /v1/products/prod_nope", "", no_such("product", "prod_nope", "id", status=404)),
        ("GET /v1/products/<plain>", "nope=1", unknown("nope")),
        ("DELETE /v1/products/<plain>", "nope=1", unknown("nope")),
        # Lists.
        (LIST, "nope=1", unknown("nope")),
        (LIST, "limit=abc", not_an_integer("abc", "limit")),
        (LIST, "limit=1.5", not_an_integer("1.5", "limit")),
        (LIST, "active=maybe", not_a_boolean("maybe", "active")),
        (LIST, "shippable=maybe", not_a_boolean("maybe", "shippable")),
        (LIST, "created=abc", not_an_integer("abc", "created")),
        (LIST, "created[gte]=abc", not_an_integer("abc", "created[gte]")),
        (LIST, "created[around]=1", unknown("created[around]")),
        (LIST, "starting_after=prod_nope", no_such("product", "prod_nope", "starting_after")),
        (LIST, "ending_before=prod_nope", no_such("product", "prod_nope", "ending_before")),
        (LIST, "starting_after=<price>", no_such("product", "<price>", "starting_after")),
        (LIST, "starting_after=<plain>&ending_before=<priced>", BOTH_CURSORS),
        (LIST, "starting_after=<plain>&ending_before=prod_nope", no_such("product", "prod_nope", "ending_before")),
        (LIST, "ids[0]=<plain>&starting_after=<priced>", only_one_of("ids", "starting_after", "ids")),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else "",
)
def test_a_fault_is_named_and_nothing_is_changed(raw, ids, request_line, form, expected):
    def filled(text):
        for name, identifier in ids.items():
            text = text.replace(f"<{name}>", identifier)
        return text

    if isinstance(expected.message, str):
        expected = Refusal(filled(expected.message), expected.param, expected.code, expected.status)
    check_refused(raw, filled(request_line), filled(form), expected)


def test_a_later_fault_undoes_what_came_before_it_in_the_form(client, raw, ids):
    check_answer(
        raw.post(f"/v1/products/{ids['plain']}", "name=Renamed&metadata[a]=b&tax_code=txcd_x"),
        no_such("tax code", "txcd_x", "tax_code"),
    )

    plain = client.v1.products.retrieve(ids["plain"])
    assert plain.name == "Plain"
    assert plain.metadata.to_dict() == {}
