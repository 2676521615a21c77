"""Every fault that the specification names for `POST /v1/products`: the answer, and that nothing was created."""

import pytest

from harness.refusals import (
    UNSPECIFIED,
    Refusal,
    bad_url,
    check_refused,
    empty,
    label_too_long,
    missing,
    named,
    no_such,
    not_a_boolean,
    not_a_decimal,
    not_an_array,
    not_an_integer,
    not_an_object,
    too_long,
    too_many,
    too_precise,
    unknown,
)

NO_LETTER = Refusal("The statement descriptor must contain at least one Latin character.", "statement_descriptor")


def forbidden_character(character: str) -> Refusal:
    return Refusal(f"The statement descriptor cannot include {character}.", "statement_descriptor")


def array(name: str, count: int, element: str) -> str:
    return "&".join(f"{name}[{index}]{element}" for index in range(count))


NAME = [
    ("", missing("name")),
    ("description=Nameless", missing("name")),
    ("name=", empty("name")),
    ("name=+%09", empty("name")),
    ("name=" + "n" * 5001, too_long("n", 5000, "name")),
]

UNKNOWN = [
    ("name=Gold&nope=1", unknown("nope")),
    (
        "name=Gold&nope=1&zip=2",
        Refusal("Received unknown parameters: nope, zip", "nope", "parameter_unknown"),
    ),
    # Whether the rest is right is not looked at before.
    ("nope=1", unknown("nope")),
    ("name=&active=maybe&nope=1", unknown("nope")),
    ("name=Gold&package_dimensions[depth]=1", unknown("package_dimensions[depth]")),
    ("name=Gold&marketing_features[0][title]=x", unknown("marketing_features[0][title]")),
    ("name=Gold&tax_details[nope]=x", unknown("tax_details[nope]")),
    # Parameters of old that are gone.
    ("name=Gold&features=x", unknown("features")),
    ("name=Gold&attributes=x", unknown("attributes")),
    ("name=Gold&caption=x", unknown("caption")),
    ("name=Gold&deactivate_on=x", unknown("deactivate_on")),
    # A parameter of updates only.
    ("name=Gold&default_price=price_x", unknown("default_price")),
]

EMPTY = [
    (f"name=Gold&{field}=", empty(field))
    for field in (
        "description",
        "metadata",
        "active",
        "images",
        "shippable",
        "url",
        "package_dimensions",
        "statement_descriptor",
        "unit_label",
        "marketing_features",
        "id",
        "tax_code",
    )
]

KINDS = [
    ("name=Gold&active=maybe", not_a_boolean("maybe", "active")),
    ("name=Gold&shippable=1", not_a_boolean("1", "shippable")),
    ("name=Gold&metadata=x", not_an_object("metadata")),
    ("name=Gold&package_dimensions=x", not_an_object("package_dimensions")),
    ("name=Gold&default_price_data=x", not_an_object("default_price_data")),
    ("name=Gold&marketing_features[0]=x", not_an_object("marketing_features[0]")),
    ("name=Gold&images=https://example.com", not_an_array("images")),
    ("name=Gold&marketing_features=x", not_an_array("marketing_features")),
    ("name=Gold&type=thing", named("type")),
]

LENGTHS = [
    ("name=Gold&description=" + "d" * 40_001, too_long("d", 40_000, "description")),
    ("name=Gold&id=" + "i" * 5001, too_long("i", 5000, "id")),
    ("name=Gold&unit_label=thirteen-char", label_too_long("thirteen-char", "unit_label")),
    ("name=Gold&" + array("images", 9, "=https://example.com"), too_many(8, "images")),
    ("name=Gold&" + array("marketing_features", 16, "[name]=x"), too_many(15, "marketing_features")),
    ("name=Gold&marketing_features[0][name]=" + "f" * 81, too_long("f", 80, "marketing_features[0][name]")),
    ("name=Gold&marketing_features[1][name]=&marketing_features[0][name]=x", empty("marketing_features[1][name]")),
]

METADATA = [
    (
        "name=Gold&metadata[k]=" + "v" * 501,
        Refusal(
            "Metadata values can have up to 500 characters, but you passed in a value that is 501 characters. Invalid "
            "value: …",
            UNSPECIFIED,
        ),
    ),
    (
        "name=Gold&metadata[" + "k" * 41 + "]=v",
        Refusal(
            "Metadata keys can have up to 40 characters, but you passed in a key that is 41 characters. Invalid key: …",
            UNSPECIFIED,
        ),
    ),
    (
        "name=Gold&" + "&".join(f"metadata[k{number}]=v" for number in range(51)),
        Refusal("Metadata can have up to 50 keys, but you've set 51.", "metadata"),
    ),
]

URLS = [
    ("name=Gold&url=not+a+url", bad_url("Not a valid URL", "url")),
    ("name=Gold&url=ftp://example.com", bad_url("Not a valid URL", "url")),
    ("name=Gold&images[0]=not+a+url", bad_url("Not a valid URL", "images[0]")),
    ("name=Gold&images[0]=https://example.com&images[1]=not+a+url", bad_url("Not a valid URL", "images[1]")),
    (
        "name=Gold&images[0]=https://example.com/" + "u" * 2048,
        bad_url("Invalid URL: URL must be 2048 characters or less.", "images[0]"),
    ),
    (
        "name=Gold&images[0]=https://example.com/caf%C3%A9",
        bad_url(
            "Invalid URL: Non-ASCII characters in URLs must be percent-encoded in order for the URL to be valid.",
            "images[0]",
        ),
    ),
    (
        "name=Gold&url=https://example.com/" + "u" * 800,
        Refusal("Invalid string length: please limit to 799 characters", "url", UNSPECIFIED),
    ),
    # Whether the url is one is looked at last of all.
    ("name=Gold&url=not+a+url&unit_label=thirteen-char", label_too_long("thirteen-char", "unit_label")),
    (
        "name=Gold&url=not+a+url&default_price_data[currency]=usd&default_price_data[unit_amount]=x",
        not_an_integer("x", "default_price_data[unit_amount]"),
    ),
]

PACKAGE = "name=Gold&package_dimensions[height]=1&package_dimensions[length]=1&package_dimensions[weight]=1"
PACKAGES = [
    (PACKAGE, missing("package_dimensions[width]")),
    ("name=Gold&package_dimensions[width]=1", missing("package_dimensions[height]")),
    (PACKAGE + "&package_dimensions[width]=x", not_a_decimal("x", "package_dimensions[width]")),
    (PACKAGE + "&package_dimensions[width]=1.234", too_precise("0.1234e1", 2, "package_dimensions[width]")),
    (PACKAGE + "&package_dimensions[width]=-1", named("package_dimensions[width]")),
]

STATEMENT_DESCRIPTORS = [
    (
        "name=Gold&statement_descriptor=TWENTY+THREE+CHARACTERS",
        Refusal(
            "The statement descriptor must be at most 22 characters. TWENTY THREE CHARACTERS is 23 characters long.",
            "statement_descriptor",
        ),
    ),
    ("name=Gold&statement_descriptor=a%3Cb", forbidden_character("<")),
    ("name=Gold&statement_descriptor=a%3Eb", forbidden_character(">")),
    ("name=Gold&statement_descriptor=a%5Cb", forbidden_character("\\")),
    ("name=Gold&statement_descriptor=a%22b", forbidden_character('"')),
    ("name=Gold&statement_descriptor=a%27b", forbidden_character("'")),
    # A forbidden character is named before the lack of a letter.
    ("name=Gold&statement_descriptor=1%3C2", forbidden_character("<")),
    ("name=Gold&statement_descriptor=2026", NO_LETTER),
    ("name=Gold&statement_descriptor=%C3%A9+12", NO_LETTER),
]

IDS = [
    ("name=Gold&id=<existing>", Refusal("Product already exists.", UNSPECIFIED, "resource_already_exists")),
    ("name=Gold&id=a/b", named("id")),
    ("name=Gold&id=a%00b", named("id")),
    ("name=Gold&id=a%0Ab", named("id")),
]

REFERENCES = [
    ("name=Gold&tax_code=txcd_x", no_such("tax code", "txcd_x", "tax_code")),
    # What is referred to is looked for after all else.
    ("name=Gold&tax_code=txcd_x&unit_label=thirteen-char", label_too_long("thirteen-char", "unit_label")),
    ("name=Gold&expand[0]=nope", Refusal("This property cannot be expanded (nope).")),
]


@pytest.fixture(scope="module")
def existing(client):
    return client.v1.products.create({"name": "Existing"}).id


@pytest.mark.parametrize(
    ("form", "expected"),
    NAME + UNKNOWN + EMPTY + KINDS + LENGTHS + METADATA + URLS + PACKAGES + STATEMENT_DESCRIPTORS + IDS + REFERENCES,
    ids=lambda value: value[:70] or "nothing" if isinstance(value, str) else "",
)
def test_a_fault_of_a_new_product_is_named_and_nothing_is_created(raw, existing, form, expected):
    check_refused(raw, "POST /v1/products", form.replace("<existing>", existing), expected)
