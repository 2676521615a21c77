"""The same parameters, as each client writes them down."""

import pytest

IMAGES = ["https://example.com/a.png", "https://example.com/b.png"]


def test_an_empty_post_may_leave_out_its_content_type(raw):
    product = raw.post("/v1/products", "name=Gold+Plan").json

    assert raw.send("POST", f"/v1/products/{product['id']}", b"").json["id"] == product["id"]


@pytest.mark.parametrize(
    "form",
    [
        "images[0]=https://example.com/a.png&images[1]=https://example.com/b.png",
        "images%5B0%5D=https%3A%2F%2Fexample.com%2Fa.png&images%5B1%5D=https%3A%2F%2Fexample.com%2Fb.png",
        "images[1]=https://example.com/b.png&images[0]=https://example.com/a.png",
        "images[]=https://example.com/a.png&images[]=https://example.com/b.png",
        "images[3]=https://example.com/a.png&images[10]=https://example.com/b.png",
    ],
    ids=["indexed", "percent-encoded", "out of order", "appended", "with gaps"],
)
def test_an_array_may_be_written_in_many_ways(raw, form):
    assert raw.post("/v1/products", f"name=Gold&{form}").json["images"] == IMAGES


@pytest.mark.parametrize(
    "form",
    [
        "marketing_features[0][name]=One&marketing_features[1][name]=Two",
        "marketing_features[][name]=One&marketing_features[][name]=Two",
    ],
    ids=["indexed", "a repeated key starts a new element"],
)
def test_an_array_of_objects_may_be_written_in_two_ways(raw, form):
    product = raw.post("/v1/products", f"name=Gold&{form}").json

    assert product["marketing_features"] == [{"name": "One"}, {"name": "Two"}]


def test_a_plus_and_an_encoded_blank_are_blanks_and_an_encoded_plus_is_a_plus(raw):
    assert raw.post("/v1/products", "name=Gold+Plan%20%2B%20More").json["name"] == "Gold Plan + More"


def test_of_a_repeated_key_the_last_value_counts(raw):
    assert raw.post("/v1/products", "name=First&name=Last").json["name"] == "Last"


def test_a_metadata_key_may_look_like_an_index(raw):
    product = raw.post("/v1/products", "name=Gold&metadata[0]=zero&metadata[a-b%20c]=letters").json

    assert product["metadata"] == {"0": "zero", "a-b c": "letters"}


def test_a_get_takes_its_parameters_from_the_query_with_or_without_encoded_brackets(raw):
    product = raw.post("/v1/products", "name=Gold").json

    for query in (f"ids[0]={product['id']}", f"ids%5B0%5D={product['id']}", f"ids[]={product['id']}"):
        assert raw.get(f"/v1/products?{query}").json["data"] == [product]


def test_a_get_takes_its_parameters_from_a_form_body_too(raw):
    product = raw.post("/v1/products", "name=Gold").json

    listed = raw.send(
        "GET", "/v1/products", f"ids[0]={product['id']}".encode(), content_type="application/x-www-form-urlencoded"
    )

    assert listed.json["data"] == [product]


def test_messages_escape_what_html_would_read(raw):
    refused = raw.post("/v1/products", "name=Gold&active=%3Cb%3E%26")

    assert refused.error["message"] == "Invalid boolean: <b>&"
    assert r"\u003cb\u003e\u0026" in refused.text.lower()


def test_answers_are_printed_for_people_two_blanks_deep(raw):
    assert raw.post("/v1/products", "name=Gold").text.startswith('{\n  "id": "prod_')
