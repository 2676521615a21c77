"""Faults of features and of the features of a product."""

import pytest

from harness.refusals import (
    UNSPECIFIED,
    Refusal,
    check_refused,
    empty,
    missing,
    named,
    no_such,
    not_a_boolean,
    not_an_integer,
    not_an_object,
    too_long,
    unknown,
)

CREATE = "POST /v1/entitlements/features"
UPDATE = "POST /v1/entitlements/features/<feature>"
RETRIEVE = "GET /v1/entitlements/features/<feature>"
LIST = "GET /v1/entitlements/features"
ATTACH = "POST /v1/products/<product>/features"
ATTACHED = "GET /v1/products/<product>/features"
NO_PRODUCT = no_such("product", "prod_nope", "id", status=404)
NO_FEATURE = no_such("feature", "feat_nope", "id", status=404)
NO_ATTACHMENT = no_such("product feature", "prodft_nope", "id", status=404)
BOTH_CURSORS = Refusal("Received both starting_after and ending_before parameters. Please pass in only one.")


@pytest.fixture(scope="module")
def ids(client):
    """What the requests below stand in angle brackets for."""
    create = client.v1.entitlements.features.create
    feature = create({"lookup_key": "plain", "name": "Plain"})
    spare = create({"lookup_key": "spare", "name": "Spare"})
    archived = create({"lookup_key": "archived", "name": "Archived"})
    client.v1.entitlements.features.update(archived.id, {"active": False})
    tagged = create({"lookup_key": "tagged", "name": "Tagged", "metadata": {f"k{number}": "v" for number in range(50)}})
    product = client.v1.products.create({"name": "Gold Plan"})
    attachment = client.v1.products.features.create(product.id, {"entitlement_feature": feature.id})
    return {
        "feature": feature.id,
        "spare": spare.id,
        "archived": archived.id,
        "tagged": tagged.id,
        "product": product.id,
        "attachment": attachment.id,
    }


@pytest.mark.parametrize(
    ("request_line", "form", "expected"),
    [
        # Creating a feature.
        (CREATE, "", missing("lookup_key")),
        (CREATE, "lookup_key=new", missing("name")),
        (CREATE, "name=New", missing("lookup_key")),
        (CREATE, "lookup_key=&name=New", empty("lookup_key")),
        (CREATE, "lookup_key=new&name=", empty("name")),
        (CREATE, "lookup_key=new&name=New&metadata=", empty("metadata")),
        (CREATE, "lookup_key=new&name=New&metadata=x", not_an_object("metadata")),
        (CREATE, "lookup_key=new&name=New&active=true", unknown("active")),
        (CREATE, "lookup_key=new&name=New&id=feat_own", unknown("id")),
        (CREATE, f"lookup_key={'k' * 81}&name=New", too_long("k", 80, "lookup_key")),
        (CREATE, f"lookup_key=new&name={'n' * 81}", too_long("n", 80, "name")),
        (CREATE, "lookup_key=plain&name=New", Refusal(UNSPECIFIED, "lookup_key", UNSPECIFIED)),
        (CREATE, "lookup_key=archived&name=New", Refusal(UNSPECIFIED, "lookup_key", UNSPECIFIED)),
        (
            CREATE,
            "lookup_key=new&name=New&" + "&".join(f"metadata[k{number}]=v" for number in range(51)),
            Refusal("Metadata can have up to 50 keys, but you've set 51.", "metadata"),
        ),
        (CREATE, "lookup_key=new&name=New&expand[]=name", Refusal("This property cannot be expanded (name).")),
        # Changing one.
        (UPDATE, "lookup_key=other", unknown("lookup_key")),
        (UPDATE, "name=", empty("name")),
        (UPDATE, "active=", empty("active")),
        (UPDATE, "active=maybe", not_a_boolean("maybe", "active")),
        (UPDATE, f"name={'n' * 81}", too_long("n", 80, "name")),
        (
            "POST /v1/entitlements/features/<tagged>",
            "name=Renamed&metadata[one-more]=v",
            Refusal("Metadata can have up to 50 keys, but you've set 51.", "metadata"),
        ),
        # A feature that is not there is noticed before any fault of the form.
        ("POST /v1/entitlements/features/feat_nope", "name=New", NO_FEATURE),
        ("POST /v1/entitlements/features/feat_nope", "nope=1&name=", NO_FEATURE),
        ("GET /v1/entitlements/features/feat_nope", "", NO_FEATURE),
        ("GET /v1/entitlements/features/feat_nope", "nope=1", NO_FEATURE),
        (RETRIEVE, "nope=1", unknown("nope")),
        # Lists of features.
        (LIST, "nope=1", unknown("nope")),
        (LIST, "active=true", unknown("active")),
        (LIST, "archived=maybe", not_a_boolean("maybe", "archived")),
        (LIST, "lookup_key=", empty("lookup_key")),
        (LIST, "limit=abc", not_an_integer("abc", "limit")),
        (LIST, "starting_after=feat_nope", no_such("feature", "feat_nope", "starting_after")),
        (LIST, "ending_before=<product>", no_such("feature", "<product>", "ending_before")),
        (LIST, "starting_after=<feature>&ending_before=<spare>", BOTH_CURSORS),
        (LIST, "starting_after=<feature>&ending_before=feat_nope", no_such("feature", "feat_nope", "ending_before")),
        # Attaching to a product.
        (ATTACH, "", missing("entitlement_feature")),
        (ATTACH, "entitlement_feature=", empty("entitlement_feature")),
        (ATTACH, "entitlement_feature=<spare>&name=New", unknown("name")),
        (ATTACH, "entitlement_feature=feat_nope", no_such("feature", "feat_nope", "entitlement_feature")),
        (ATTACH, "entitlement_feature=spare", no_such("feature", "spare", "entitlement_feature")),
        (ATTACH, "entitlement_feature=<feature>", named("entitlement_feature")),
        (ATTACH, "entitlement_feature=<archived>", named("entitlement_feature")),
        (
            ATTACH,
            "entitlement_feature=<spare>&expand[]=product",
            Refusal("This property cannot be expanded (product)."),
        ),
        ("POST /v1/products/prod_nope/features", "entitlement_feature=<spare>", NO_PRODUCT),
        ("POST /v1/products/prod_nope/features", "entitlement_feature=feat_nope", NO_PRODUCT),
        ("POST /v1/products/prod_nope/features", "", NO_PRODUCT),
        # What is attached.
        ("GET /v1/products/prod_nope/features", "", NO_PRODUCT),
        ("GET /v1/products/prod_nope/features", "nope=1", NO_PRODUCT),
        ("GET /v1/products/prod_nope/features/<attachment>", "", NO_PRODUCT),
        ("DELETE /v1/products/prod_nope/features/<attachment>", "", NO_PRODUCT),
        ("GET /v1/products/<product>/features/prodft_nope", "", NO_ATTACHMENT),
        ("DELETE /v1/products/<product>/features/prodft_nope", "", NO_ATTACHMENT),
        ("GET /v1/products/<product>/features/<attachment>", "nope=1", unknown("nope")),
        ("DELETE /v1/products/<product>/features/<attachment>", "nope=1", unknown("nope")),
        (ATTACHED, "nope=1", unknown("nope")),
        (ATTACHED, "archived=true", unknown("archived")),
        (ATTACHED, "limit=abc", not_an_integer("abc", "limit")),
        (ATTACHED, "starting_after=prodft_nope", no_such("product feature", "prodft_nope", "starting_after")),
        (ATTACHED, "starting_after=<feature>", no_such("product feature", "<feature>", "starting_after")),
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
    attached = raw.get(filled("/v1/products/<product>/features")).json
    check_refused(raw, filled(request_line), filled(form), expected)
    assert raw.get(filled("/v1/products/<product>/features")).json == attached
