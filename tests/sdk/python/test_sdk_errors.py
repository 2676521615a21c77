"""What the SDK makes of a refusal: the class, and what a caller can read from it."""

from urllib.parse import quote

import pytest
import stripe

from harness.refusals import check_answer, no_such

CODES_PAGE = "https://stripe.com/docs/error-codes/"


def refusal_of(call, *arguments) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        call(*arguments)
    assert refused.value.request_id.startswith("req_")
    assert refused.value.error.type == "invalid_request_error"
    return refused.value


def test_a_missing_object_of_the_path_is_not_found(client):
    refused = refusal_of(client.v1.products.retrieve, "prod_nope")

    assert refused.http_status == 404
    assert refused.code == "resource_missing"
    assert refused.param == "id"
    assert refused.user_message == "No such product: 'prod_nope'"
    assert refused.error.doc_url == CODES_PAGE + "resource-missing"


def test_a_missing_object_of_a_parameter_is_a_bad_request(client):
    refused = refusal_of(client.v1.prices.create, {"product": "prod_nope", "currency": "usd", "unit_amount": 1})

    assert refused.http_status == 400
    assert refused.code == "resource_missing"
    assert refused.param == "product"
    assert refused.user_message == "No such product: 'prod_nope'"


def test_a_missing_parameter_is_named(client):
    refused = refusal_of(client.v1.products.create, {})

    assert refused.http_status == 400
    assert refused.code == "parameter_missing"
    assert refused.param == "name"
    assert refused.user_message == "Missing required param: name."


def test_an_unknown_parameter_is_named_with_its_path(client):
    refused = refusal_of(client.v1.products.create, {"name": "Gold Plan", "package_dimensions": {"depth": 1}})

    assert refused.code == "parameter_unknown"
    assert refused.param == "package_dimensions[depth]"
    assert refused.user_message == "Received unknown parameter: package_dimensions[depth]"


def test_a_refusal_may_have_a_parameter_without_a_code(client):
    refused = refusal_of(client.v1.products.create, {"name": "Gold Plan", "active": "maybe"})

    assert refused.code is None
    assert refused.param == "active"
    assert refused.user_message == "Invalid boolean: maybe"
    assert refused.error.doc_url is None


def test_an_unknown_url_is_not_found(client):
    refused = refusal_of(lambda: client.raw_request("get", "/v1/nowhere"))

    assert refused.http_status == 404
    assert refused.code is None
    assert refused.param is None


@pytest.mark.parametrize("as_typed", [" prod_nope", "prod_nope ", '"prod_nope"'])
def test_an_id_with_blanks_or_quotes_around_it_comes_with_a_hint(raw, as_typed):
    error = raw.get(f"/v1/products/{quote(as_typed)}").error

    assert error["message"] == (
        f"No such product: '{as_typed}'. Make sure you use the exact id without extra whitespace or quotes"
    )


def test_a_very_long_id_is_shortened_in_the_message(raw):
    shortened = "p" * 490 + "...(truncated)..." + "p" * 490

    check_answer(raw.get("/v1/products/" + "p" * 999), no_such("product", shortened, "id", status=404))
    check_answer(raw.get("/v1/products/" + "p" * 998), no_such("product", "p" * 998, "id", status=404))
