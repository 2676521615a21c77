"""Coupons: made, read, changed, listed and deleted."""

import re
import time

import pytest

from harness import sdk
from harness.refusals import UNSPECIFIED, Refusal, check_answer, no_such, not_one_of, unknown
from harness.sdk import as_sent

COUPONS = "/v1/coupons"


@pytest.fixture
def coupons(client):
    return client.v1.coupons


def types(client, prefix):
    return [event.type for event in client.v1.events.list({"type": f"{prefix}.*", "limit": 3}).data]


def test_a_coupon_of_percents_is_created_with_every_parameter_and_retrieved(client, coupons):
    client.v1.products.create({"id": "gold", "name": "Gold"})
    redeem_by = int(time.time()) + 3600
    coupon = coupons.create(
        {
            "id": "QUARTER",
            "percent_off": 25.5,
            "duration": "repeating",
            "duration_in_months": 3,
            "max_redemptions": 10,
            "redeem_by": redeem_by,
            "name": "A quarter",
            "metadata": {"team": "growth"},
            "applies_to": {"products": ["gold"]},
            "expand": ["applies_to"],
        }
    )

    expected = {
        "id": "QUARTER",
        "object": "coupon",
        "amount_off": None,
        "applies_to": {"products": ["gold"]},
        "created": coupon.created,
        "currency": None,
        "duration": "repeating",
        "duration_in_months": 3,
        "livemode": False,
        "max_redemptions": 10,
        "metadata": {"team": "growth"},
        "name": "A quarter",
        "percent_off": 25.5,
        "redeem_by": redeem_by,
        "times_redeemed": 0,
        "valid": True,
    }
    assert as_sent(coupon) == expected
    del expected["applies_to"]
    assert as_sent(coupons.retrieve("QUARTER")) == expected


def test_a_coupon_of_an_amount_has_currencies_that_are_shown_when_they_are_expanded(coupons):
    coupon = coupons.create(
        {"amount_off": 500, "currency": "usd", "currency_options": {"eur": {"amount_off": 450}}, "duration": "forever"}
    )

    assert re.fullmatch(r"[A-Za-z0-9]{8}", coupon.id)
    assert "currency_options" not in as_sent(coupon)
    changed = coupons.update(
        coupon.id, {"currency_options": {"gbp": {"amount_off": 400}}, "expand": ["currency_options"]}
    )
    assert as_sent(changed)["currency_options"] == {
        "eur": {"amount_off": 450},
        "gbp": {"amount_off": 400},
        "usd": {"amount_off": 500},
    }


def test_an_update_changes_the_name_and_merges_metadata(coupons):
    coupon = coupons.create({"percent_off": 5, "metadata": {"kept": "1", "dropped": "2"}})

    changed = coupons.update(coupon.id, {"name": "Five", "metadata": {"dropped": "", "added": "3"}})

    assert as_sent(changed) == as_sent(coupon) | {"name": "Five", "metadata": {"kept": "1", "added": "3"}}
    assert coupons.update(coupon.id, {"metadata": ""}).metadata.to_dict() == {}


def test_a_deleted_coupon_is_gone_and_its_event_says_that_it_is_not_valid(client, coupons, raw):
    coupon = coupons.create({"id": "GONE", "percent_off": 5})

    assert as_sent(coupons.delete(coupon.id)) == {"id": "GONE", "object": "coupon", "deleted": True}

    for answer in (raw.get(f"{COUPONS}/GONE"), raw.post(f"{COUPONS}/GONE", "name=x"), raw.delete(f"{COUPONS}/GONE")):
        check_answer(answer, no_such("coupon", "GONE", "coupon", status=404))
    assert types(client, "coupon")[:2] == ["coupon.deleted", "coupon.created"]
    deleted = as_sent(client.v1.events.list({"type": "coupon.deleted", "limit": 1}))["data"][0]
    assert deleted["data"]["object"] == as_sent(coupon) | {"valid": False}
    coupons.create({"id": "GONE", "percent_off": 7})


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ("", Refusal("Must provide percent_off or amount_off.", None, "parameter_missing")),
        (
            "percent_off=5&amount_off=5&currency=usd",
            Refusal("Received both percent_off and amount_off parameters. Please pass in only one."),
        ),
        ("amount_off=5", Refusal("You must pass currency when passing amount_off", "currency")),
        (
            "percent_off=5&duration=repeating",
            Refusal(
                "The duration_in_months param must be set when creating a coupon with a repeating duration", "duration"
            ),
        ),
        (
            "percent_off=0",
            Refusal(
                "This value must be greater than or equal to 0.01 (it currently is '0.0').", "percent_off"
            ),
        ),
        ("percent_off=101", Refusal(UNSPECIFIED, "percent_off")),
        (
            "percent_off=5&redeem_by=1000",
            Refusal(
                "The parameter `redeem_by` expects a unix timestamp representing a date and time in the future. You "
                "specified the value `1000` which is in the past.",
                "redeem_by",
            ),
        ),
        (
            "percent_off=5&redeem_by=9999999999",
            Refusal("Invalid timestamp: can be no more than five years in the future.", "redeem_by"),
        ),
        ("percent_off=5&duration=twice", not_one_of("forever, once, or repeating", "duration")),
        ("percent_off=5&applies_to[product]=x", unknown("applies_to[product]")),
        (
            "percent_off=5&applies_to[products][0]=nope",
            no_such("product", "nope", "applies_to[products][0]"),
        ),
        ("amount_off=5&currency=usd&currency_options[eur][x]=1", unknown("currency_options[eur][x]")),
        ("amount_off=5&currency=usd&currency_options[eur]=", UNSPECIFIED),
        ("percent_off=5&name=" + "n" * 41, Refusal("Invalid string: nnnn...nnnn; must be at most 40 characters", "name")),
    ],
)
def test_what_makes_no_coupon_is_refused_and_changes_nothing(client, coupons, raw, form, refusal):
    before = as_sent(coupons.list({"limit": 100}))

    answer = raw.post(COUPONS, form)

    if refusal is UNSPECIFIED:
        assert answer.status == 400 and answer.error["param"].startswith("currency_options")
    else:
        check_answer(answer, refusal)
    assert as_sent(coupons.list({"limit": 100})) == before


def test_an_id_is_taken_once(coupons, raw):
    coupons.create({"id": "TAKEN", "percent_off": 5})

    check_answer(
        raw.post(COUPONS, "id=TAKEN&percent_off=6"), Refusal("Coupon already exists.", None, "resource_already_exists")
    )
    check_answer(raw.post(f"{COUPONS}/TAKEN", "percent_off=6"), unknown("percent_off"))


def test_lists_are_newest_first_and_sealed_by_mode(own_server):
    client = sdk.client(own_server.base_url, own_server.test_key)
    ids = [client.v1.coupons.create({"percent_off": 5}).id for _ in range(12)]

    assert [coupon.id for coupon in client.v1.coupons.list({"limit": 5}).auto_paging_iter()] == ids[::-1]
    live = sdk.client(own_server.base_url, own_server.create_key("live"))
    assert as_sent(live.v1.coupons.list())["data"] == []
    assert live.v1.coupons.create({"percent_off": 5}).livemode is True


def test_coupons_and_their_codes_outlive_a_kill(own_server):
    client = sdk.client(own_server.base_url, own_server.test_key)
    coupon = client.v1.coupons.create({"amount_off": 5, "currency": "jpy"})
    code = client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "KEPT"})

    own_server.kill()
    own_server.start()

    client = sdk.client(own_server.base_url, own_server.test_key)
    assert as_sent(client.v1.coupons.retrieve(coupon.id)) == as_sent(coupon)
    assert as_sent(client.v1.promotion_codes.retrieve(code.id)) == as_sent(code)
