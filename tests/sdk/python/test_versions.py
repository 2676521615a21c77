"""Any well-formed Stripe-Version is served, since SDKs newer than the server will come."""

import re

import pytest

from harness.refusals import Refusal, check_answer, unknown


@pytest.mark.parametrize(
    "version", ["2020-08-27", "2025-03-31.basil", "2026-08-26.dahlia", "2026-10-28.endive", "2031-01-01.zucchini"]
)
def test_a_well_formed_version_is_served_and_echoed(raw, version):
    answer = raw.get("/v1/products", stripe_version=version)

    assert answer.status == 200
    assert answer.headers["stripe-version"] == version


def test_a_preview_tail_is_taken(raw):
    assert raw.get("/v1/products", stripe_version="2026-10-28.preview; feature_beta=v3").status == 200


def test_without_a_version_a_well_formed_one_is_served(raw):
    answer = raw.get("/v1/products")

    assert re.fullmatch(r"\d{4}-\d\d-\d\d(\.[a-z]+)?", answer.headers["stripe-version"])


@pytest.mark.parametrize(
    "version", ["not-a-real-version", "2026", "20261028", "2026-10-28.", "2026-10-28 endive", "v1"]
)
def test_a_malformed_version_is_refused_by_name(raw, version):
    refused = raw.get("/v1/products", stripe_version=version)

    check_answer(refused, Refusal(f"Invalid Stripe API version: {version}"))
    assert "request_log_url" not in refused.error


def test_the_version_is_checked_before_the_parameters(raw):
    malformed = Refusal("Invalid Stripe API version: nonsense")

    check_answer(raw.post("/v1/products", "nope=1", stripe_version="nonsense"), malformed)
    check_answer(raw.get("/v1/products/prod_nope", stripe_version="nonsense"), malformed)
    check_answer(raw.post("/v1/products", "nope=1", stripe_version="2026-10-28.endive"), unknown("nope"))


@pytest.mark.parametrize("version", ["2020-08-27", "2026-10-28.endive"])
def test_all_versions_get_the_same_shape(raw, version):
    product = raw.post("/v1/products", "name=Gold+Plan").json

    assert raw.get(f"/v1/products/{product['id']}", stripe_version=version).json == product
