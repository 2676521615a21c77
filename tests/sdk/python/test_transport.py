"""Requests that are broken before anyone looks at their parameters: a clear answer, and nothing changes."""

import pytest

from harness import wire
from harness.refusals import Refusal, check_answer

TOO_LARGE_BYTES = 16 * 1024 * 1024


@pytest.fixture(autouse=True)
def nothing_changes(raw):
    before = raw.everything()
    yield
    assert raw.everything() == before


def not_served(method: str, path: str) -> Refusal:
    return Refusal(
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at "
        "https://support.stripe.com/.",
        status=404,
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/nowhere"),
        ("POST", "/v1/nowhere"),
        ("GET", "/v1"),
        ("GET", "/v1/products/prod_x/nowhere"),
        ("GET", "/v1/products/"),
        ("DELETE", "/v1/products"),
        ("PUT", "/v1/products/prod_x"),
        ("PATCH", "/v1/products/prod_x"),
        ("DELETE", "/v1/prices/price_x"),
        ("POST", "/v1/tax_codes"),
        ("POST", "/v1/tax_codes/txcd_99999999"),
        ("DELETE", "/v1/tax_codes/txcd_99999999"),
        ("POST", "/v1/events"),
        ("DELETE", "/v1/events/evt_x"),
    ],
)
def test_an_unknown_url_or_method_is_not_found_and_named(raw, method, path):
    refused = raw.send(method, path)

    check_answer(refused, not_served(method, path))
    assert "request_log_url" not in refused.error


def test_the_query_is_not_part_of_the_named_url(raw):
    check_answer(raw.get("/v1/nowhere?limit=1"), not_served("GET", "/v1/nowhere"))


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
def test_a_json_body_is_refused_with_a_word_about_the_encoding(raw, content_type):
    refused = raw.send("POST", "/v1/products", b'{"name": "Gold Plan"}', content_type=content_type)

    assert refused.status in {400, 415}
    assert refused.error["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    "body", [b"name=%FF%FE", b"name=\xff\xfe", b"name=Gold&metadata[%FF]=x", b"name=Gold&%FF=x"], ids=repr
)
def test_what_is_not_utf_8_is_refused(raw, body):
    refused = raw.send("POST", "/v1/products", body, content_type="application/x-www-form-urlencoded")

    assert refused.status == 400
    assert refused.error["type"] == "invalid_request_error"


def test_what_is_not_utf_8_in_a_query_is_refused(raw):
    assert raw.get("/v1/products?url=%FF").status == 400


def test_an_id_that_is_not_utf_8_is_refused(raw):
    assert raw.get("/v1/products/%FF%FE").status in {400, 404}


@pytest.mark.parametrize("depth", [30, 1000])
def test_brackets_nested_too_deep_are_refused(raw, depth):
    refused = raw.post("/v1/products", "name=Gold&metadata" + "[a]" * depth + "=x")

    assert refused.status == 400
    assert refused.error["type"] == "invalid_request_error"


@pytest.mark.parametrize("form", ["metadata[k{}]=v", "images[]=https://example.com/{}", "unknown{}=x", "name={}"])
def test_too_many_parameters_are_refused(raw, form):
    refused = raw.post("/v1/products", "&".join(form.format(number) for number in range(20_000)))

    assert refused.status in {400, 413}
    assert refused.error["type"] == "invalid_request_error"


@pytest.mark.parametrize("announced", [True, False], ids=["with a length", "in chunks"])
def test_a_body_that_is_too_large_is_refused_however_it_is_sent(server, announced):
    body = b"name=" + b"x" * TOO_LARGE_BYTES
    head = f"POST /v1/products HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {server.test_key}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\n"
    if announced:
        request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    else:
        request = f"{head}Transfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"

    refused = wire.send(server.port, request, "POST", "/v1/products")

    assert refused.status == 413
    assert refused.error["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    "form",
    [
        "=",
        "&&&",
        "[",
        "]",
        "[]=x",
        "[a]=x",
        "%",
        "%zz=x",
        "name[=x",
        "name]=x",
        "name[a]=x",
        "name[]=x",
        "name=x&metadata[]=y",
        "name=x&metadata[a][b]=y",
        "name=x&metadata[a]b=y",
        "name=x&metadata[a]=y&metadata=z&nope",
        "name=x&images[x]=y",
        "name=x&images[-1]=y",
        "name=x&images[99999999999999999999]=not+a+url",
        "name=x&images[0][a]=y",
        "name=x&marketing_features[][]=y",
        "name=x&marketing_features[0]=y",
        "name=x&default_price_data[]=y",
        "name=x&default_price_data[currency_options]=y",
        "name=x&default_price_data[currency]=usd&default_price_data[currency_options][]=y",
        "name=x&expand=y",
        "name=x&expand[][]=y",
        "name=x&id[]=y",
    ],
)
def test_odd_brackets_are_refused_and_never_break_the_server(raw, form):
    refused = raw.post("/v1/products", form)

    assert refused.status == 400
    assert refused.error["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    "query",
    ["limit[]=1", "limit[a]=1", "created[]=1", "created[gte][lt]=1", "ids=x", "ids[a]=x", "starting_after[]=x"],
)
def test_odd_queries_are_refused_and_never_break_the_server(raw, query):
    refused = raw.get(f"/v1/products?{query}")

    assert refused.status == 400
    assert refused.error["type"] == "invalid_request_error"
