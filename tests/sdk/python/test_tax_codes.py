"""Tax codes: the same for everybody, to be listed and retrieved and no more."""

import re

import pytest

from harness.refusals import check_answer, no_such
from harness.sdk import as_sent

KNOWN = {
    "txcd_00000000": "Nontaxable",
    "txcd_99999999": "General - Tangible Goods",
    "txcd_10000000": "General - Electronically Supplied Services",
    "txcd_10103000": None,
    "txcd_10103001": None,
}


@pytest.mark.parametrize(("code", "name"), KNOWN.items(), ids=KNOWN)
def test_a_known_code_is_retrieved(client, code, name):
    tax_code = as_sent(client.v1.tax_codes.retrieve(code))

    assert {"id", "object", "description", "name"} <= set(tax_code)
    assert tax_code["id"] == code
    assert tax_code["object"] == "tax_code"
    if name:
        assert tax_code["name"] == name
    # They belong to neither mode and were not created by anybody.
    assert not {"livemode", "created"} & set(tax_code)


def test_the_list_has_the_known_codes_once_each_and_pages(client):
    codes = [tax_code.id for tax_code in client.v1.tax_codes.list({"limit": 2}).auto_paging_iter()]

    assert len(set(codes)) == len(codes)
    assert set(KNOWN) <= set(codes)
    assert all(re.fullmatch(r"txcd_\d{8}", code) for code in codes)


def test_an_unknown_code_is_not_found(raw):
    check_answer(raw.get("/v1/tax_codes/txcd_x"), no_such("tax code", "txcd_x", "id", status=404))


def test_both_modes_have_the_same_codes(raw, live_raw):
    assert raw.get("/v1/tax_codes?limit=100").json == live_raw.get("/v1/tax_codes?limit=100").json
