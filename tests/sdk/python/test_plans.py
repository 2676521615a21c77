"""Plans: recurring prices as old clients make, change, list and delete them."""

import pytest

from harness.refusals import UNSPECIFIED, Refusal, check_answer, missing, no_such, unknown
from harness.sdk import as_sent

PLANS = "/v1/plans"


@pytest.fixture(scope="module")
def product(client):
    return client.v1.products.create({"id": "gold", "name": "Gold"})


@pytest.fixture
def plans(client, product):
    return client.v1.plans


def test_a_plan_is_created_and_is_a_price_with_the_same_id(client, plans):
    plan = plans.create(
        {
            "id": "gold-monthly",
            "product": "gold",
            "currency": "usd",
            "interval": "month",
            "interval_count": 2,
            "amount": 1500,
            "nickname": "Monthly",
            "metadata": {"a": "1"},
            "trial_period_days": 7,
            "transform_usage": {"divide_by": 10, "round": "up"},
        }
    )

    assert as_sent(plan) == {
        "id": "gold-monthly",
        "object": "plan",
        "active": True,
        "amount": 1500,
        "amount_decimal": "1500",
        "billing_scheme": "per_unit",
        "created": plan.created,
        "currency": "usd",
        "interval": "month",
        "interval_count": 2,
        "livemode": False,
        "metadata": {"a": "1"},
        "meter": None,
        "nickname": "Monthly",
        "product": "gold",
        "tiers_mode": None,
        "transform_usage": {"divide_by": 10, "round": "up"},
        "trial_period_days": 7,
        "usage_type": "licensed",
    }
    assert as_sent(plans.retrieve(plan.id)) == as_sent(plan)
    assert client.v1.prices.retrieve(plan.id).unit_amount == 1500
    events = as_sent(client.v1.events.list({"types": ["plan.created", "price.created"], "limit": 2}))["data"]
    assert [event["type"] for event in events] == ["plan.created", "price.created"]
    assert events[0]["data"]["object"] == as_sent(plan)


def test_a_plan_can_bring_its_product_and_have_tiers(client, plans):
    plan = plans.create(
        {
            "product": {"name": "Bronze"},
            "currency": "eur",
            "interval": "year",
            "billing_scheme": "tiered",
            "tiers_mode": "graduated",
            "tiers": [{"up_to": 5, "unit_amount": 100}, {"up_to": "inf", "unit_amount_decimal": "0.5"}],
            "expand": ["product", "tiers"],
        }
    )

    shown = as_sent(plan)
    assert shown["product"]["name"] == "Bronze"
    assert [tier["up_to"] for tier in shown["tiers"]] == [5, None]
    assert (shown["amount"], shown["tiers_mode"]) == (None, "graduated")
    assert "tiers" not in as_sent(plans.retrieve(plan.id))


def test_prices_that_recur_are_listed_as_plans(client, product, plans):
    recurring = client.v1.prices.create(
        {"product": "gold", "currency": "usd", "unit_amount": 1, "recurring": {"interval": "week"}}
    )
    once = client.v1.prices.create({"product": "gold", "currency": "usd", "unit_amount": 1})

    ids = [plan.id for plan in plans.list({"product": "gold", "limit": 1}).auto_paging_iter()]

    assert recurring.id in ids and once.id not in ids
    plans.update(recurring.id, {"active": False})
    assert recurring.id in [plan.id for plan in plans.list({"active": False}).data]


def test_a_plan_is_changed_and_deleted(client, plans, raw):
    client.v1.products.create({"id": "silver", "name": "Silver"})
    plan = plans.create({"id": "p", "product": "gold", "currency": "usd", "interval": "day", "amount": 0})

    changed = plans.update("p", {"nickname": "Daily", "product": "silver", "trial_period_days": 3})
    assert as_sent(changed) == as_sent(plan) | {"nickname": "Daily", "product": "silver", "trial_period_days": 3}

    assert as_sent(plans.delete("p")) == {"id": "p", "object": "plan", "deleted": True}
    for answer in (raw.get(f"{PLANS}/p"), raw.post(f"{PLANS}/p", "nickname=x"), raw.delete(f"{PLANS}/p")):
        check_answer(answer, no_such("plan", "p", "plan", status=404))
    check_answer(raw.get("/v1/prices/p"), no_such("price", "p", "price", status=404))
    types = [event.type for event in client.v1.events.list({"limit": 2}).data]
    assert types == ["plan.deleted", "price.deleted"]


def test_a_plan_that_somebody_rests_on_stays(client, plans, raw):
    plan = plans.create({"product": "gold", "currency": "usd", "interval": "month", "amount": 100})
    customer = client.v1.customers.create({"name": "Acme"})
    client.v1.subscriptions.create({"customer": customer.id, "items": [{"price": plan.id}]})

    check_answer(raw.delete(f"{PLANS}/{plan.id}"), Refusal(UNSPECIFIED))

    assert plans.retrieve(plan.id).active is True


BASE = "currency=usd&interval=month"


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ("interval=month&product=gold&amount=1", missing("currency")),
        ("currency=usd&product=gold&amount=1", missing("interval")),
        (f"{BASE}&amount=1", missing("product")),
        (f"{BASE}&product=gold", Refusal("Plans require an `amount` parameter to be set.")),
        (f"{BASE}&product=nope&amount=1", no_such("product", "nope", "product")),
        (f"{BASE}&product[name]=x&product[nope]=y&amount=1", unknown("product[nope]")),
        (f"{BASE}&product=gold&amount=1&lookup_key=x", unknown("lookup_key")),
    ],
)
def test_what_makes_no_plan_is_refused_and_changes_nothing(plans, raw, form, refusal):
    before = as_sent(plans.list({"limit": 100}))

    check_answer(raw.post(PLANS, form), refusal)

    assert as_sent(plans.list({"limit": 100})) == before


def test_an_id_is_taken_once(plans, raw):
    plans.create({"id": "taken", "product": "gold", "currency": "usd", "interval": "month", "amount": 1})

    check_answer(
        raw.post(PLANS, f"{BASE}&id=taken&product=gold&amount=1"),
        Refusal("Plan already exists.", None, "resource_already_exists"),
    )
