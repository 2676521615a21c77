"""Promotion codes: what customers type in to get a coupon."""

import re
import time

import pytest

from harness.refusals import UNSPECIFIED, Refusal, check_answer, missing, no_such, not_one_of, unknown
from harness.sdk import as_sent

CODES = "/v1/promotion_codes"


@pytest.fixture(scope="module")
def coupon(client):
    return client.v1.coupons.create({"id": "HALF", "percent_off": 50})


@pytest.fixture
def make(client, coupon):
    def make(**params):
        return client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}} | params)

    return make


def codes(page):
    return [code.code for code in page.data]


def test_a_code_is_created_with_every_parameter_and_retrieved(client, make):
    customer = client.v1.customers.create({"name": "Acme"})
    expires_at = int(time.time()) + 3600
    code = make(
        code="Spring-24",
        customer=customer.id,
        active=True,
        expires_at=expires_at,
        max_redemptions=3,
        metadata={"team": "growth"},
        restrictions={
            "first_time_transaction": True,
            "minimum_amount": 1000,
            "minimum_amount_currency": "usd",
            "currency_options": {"eur": {"minimum_amount": 900}},
        },
        expand=["restrictions.currency_options"],
    )

    restrictions = {"first_time_transaction": True, "minimum_amount": 1000, "minimum_amount_currency": "usd"}
    options = {"eur": {"minimum_amount": 900}, "usd": {"minimum_amount": 1000}}
    expected = {
        "id": code.id,
        "object": "promotion_code",
        "active": True,
        "code": "Spring-24",
        "created": code.created,
        "customer": customer.id,
        "customer_account": None,
        "expires_at": expires_at,
        "livemode": False,
        "max_redemptions": 3,
        "metadata": {"team": "growth"},
        "promotion": {"coupon": "HALF", "type": "coupon"},
        "restrictions": restrictions | {"currency_options": options},
        "times_redeemed": 0,
    }
    assert as_sent(code) == expected
    assert re.fullmatch(r"promo_[A-Za-z0-9]{24,}", code.id)
    assert as_sent(client.v1.promotion_codes.retrieve(code.id)) == expected | {"restrictions": restrictions}


def test_the_coupon_and_the_customer_can_be_expanded(client, coupon, make):
    customer = client.v1.customers.create({"name": "Initech"})
    code = make(customer=customer.id)

    whole = client.v1.promotion_codes.retrieve(code.id, {"expand": ["promotion.coupon", "customer"]})

    assert as_sent(whole)["promotion"] == {"coupon": as_sent(coupon), "type": "coupon"}
    assert as_sent(whole)["customer"]["name"] == "Initech"
    listed = client.v1.promotion_codes.list({"customer": customer.id, "expand": ["data.promotion.coupon"]})
    assert as_sent(listed)["data"][0]["promotion"]["coupon"] == as_sent(coupon)


def test_a_code_that_nobody_chose_is_drawn(make):
    assert re.fullmatch(r"[A-Z0-9]{8}", make().code)


def test_an_active_code_is_unique_whatever_the_case(client, make, raw):
    first = make(code="UNIQUE")
    refused = raw.post(CODES, "promotion[type]=coupon&promotion[coupon]=HALF&code=unique")
    check_answer(refused, Refusal("An active promotion code with `code: unique` already exists."))

    client.v1.promotion_codes.update(first.id, {"active": False})
    make(code="unique")

    back = raw.post(f"{CODES}/{first.id}", "active=true")
    check_answer(back, Refusal("An active promotion code with `code: UNIQUE` already exists."))
    assert codes(client.v1.promotion_codes.list({"code": "Unique"})) == ["unique", "UNIQUE"]
    assert codes(client.v1.promotion_codes.list({"code": "Unique", "active": True})) == ["unique"]
    assert codes(client.v1.promotion_codes.list({"code": "Unique", "active": False})) == ["UNIQUE"]


def test_changes_and_events(client, make):
    code = make(code="CHANGED", metadata={"a": "1"})

    changed = client.v1.promotion_codes.update(code.id, {"active": False, "metadata": {"a": "", "b": "2"}})

    assert as_sent(changed) == as_sent(code) | {"active": False, "metadata": {"b": "2"}}
    events = as_sent(client.v1.events.list({"type": "promotion_code.*", "limit": 2}))["data"]
    assert [event["type"] for event in events] == ["promotion_code.updated", "promotion_code.created"]
    assert events[0]["data"]["previous_attributes"] == {"active": True, "metadata": {"a": "1", "b": None}}
    assert events[1]["data"]["object"] == as_sent(code)


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ("", missing("promotion")),
        ("promotion[coupon]=HALF", missing("promotion[type]")),
        (
            "promotion[type]=coupon",
            Refusal("You must pass promotion.coupon when passing promotion", "promotion.coupon"),
        ),
        ("promotion[type]=gift", not_one_of("coupon", "promotion[type]")),
        ("promotion[type]=coupon&promotion[coupon]=nope", no_such("coupon", "nope", "promotion[coupon]")),
        (
            "promotion[type]=coupon&promotion[coupon]=HALF&code=has+spaces!",
            Refusal(
                r"This value must match the regex pattern. (/\A[a-zA-Z0-9\-_]+\z/ does not match for the value has "
                "spaces!).",
                "code",
            ),
        ),
        (
            "promotion[type]=coupon&promotion[coupon]=HALF&customer=cus_nope",
            no_such("customer", "cus_nope", "customer"),
        ),
        ("promotion[type]=coupon&promotion[coupon]=HALF&coupon=HALF", unknown("coupon")),
        (
            "promotion[type]=coupon&promotion[coupon]=HALF&restrictions[minimum_amount]=5",
            Refusal(UNSPECIFIED, "restrictions[minimum_amount_currency]"),
        ),
    ],
)
def test_what_makes_no_code_is_refused_and_changes_nothing(client, coupon, raw, form, refusal):
    before = as_sent(client.v1.promotion_codes.list({"limit": 100}))

    check_answer(raw.post(CODES, form), refusal)

    assert as_sent(client.v1.promotion_codes.list({"limit": 100})) == before


def test_a_code_that_is_not_there(raw):
    for answer in (raw.get(f"{CODES}/promo_nope"), raw.post(f"{CODES}/promo_nope", "active=false")):
        check_answer(answer, no_such("promotion code", "promo_nope", "promotion_code", status=404))


def test_a_code_does_not_outlive_its_coupon(client, raw):
    soon = int(time.time()) + 600
    client.v1.coupons.create({"id": "SOON", "percent_off": 5, "redeem_by": soon, "max_redemptions": 2})
    base = "promotion[type]=coupon&promotion[coupon]=SOON"

    check_answer(raw.post(CODES, f"{base}&expires_at={soon + 1}"), Refusal(UNSPECIFIED, "expires_at"))
    check_answer(raw.post(CODES, f"{base}&max_redemptions=3"), Refusal(UNSPECIFIED, "max_redemptions"))

    code = client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": "SOON"}})
    client.v1.coupons.delete("SOON")
    assert client.v1.promotion_codes.retrieve(code.id).active is False
    assert codes(client.v1.promotion_codes.list({"coupon": "SOON", "active": True})) == []
