"""The life of a subscription: made, changed, canceled, listed and searched, through the official SDK."""

import re
import time

import pytest

from harness.refusals import Refusal, check_answer, missing, no_such, not_one_of, unknown
from harness.sdk import as_sent

SUBSCRIPTIONS = "/v1/subscriptions"


@pytest.fixture
def subscriptions(client):
    return client.v1.subscriptions


@pytest.fixture(scope="module")
def product(client):
    return client.v1.products.create({"name": "Gold"})


@pytest.fixture(scope="module")
def prices(client, product):
    def price(interval):
        return client.v1.prices.create(
            {"product": product.id, "currency": "usd", "unit_amount": 900, "recurring": {"interval": interval}}
        )

    return {interval: price(interval).id for interval in ("week", "month", "year")}


@pytest.fixture
def customer(client):
    return client.v1.customers.create({"email": "ann@example.com"})


@pytest.fixture
def subscribe(subscriptions, customer, prices):
    def make(**more):
        return subscriptions.create({"customer": customer.id, "items": [{"price": prices["month"]}]} | more)

    return make


def ids(page):
    return [one.id for one in page.data]


def told(client, subscription):
    events = client.v1.events.list({"limit": 100, "type": "customer.subscription.*"})
    return [event.type.rpartition(".")[2] for event in reversed(events.data) if event.data.object["id"] == subscription]


def test_a_subscription_is_active_at_once_and_billed_by_the_month(client, subscribe, prices):
    subscription = subscribe(metadata={"team": "core"}, description="Ours")

    assert re.fullmatch(r"sub_[A-Za-z0-9]{24}", subscription.id)
    assert (subscription.status, subscription.collection_method) == ("active", "charge_automatically")
    assert subscription.metadata.to_dict() == {"team": "core"}
    item = subscription["items"].data[0]
    assert re.fullmatch(r"si_[A-Za-z0-9]{14}", item.id)
    assert (item.quantity, item.price.id, item["plan"]["id"]) == (1, prices["month"], prices["month"])
    assert item.current_period_start == subscription.start_date == subscription.billing_cycle_anchor
    assert 28 * 86400 <= item.current_period_end - item.current_period_start <= 31 * 86400
    assert subscription["items"].total_count == 1
    assert as_sent(client.v1.subscriptions.retrieve(subscription.id)) == as_sent(subscription)
    assert told(client, subscription.id) == ["created"]


def test_a_trial_makes_it_trialing_until_it_is_ended(client, subscriptions, subscribe):
    subscription = subscribe(trial_period_days=14)

    assert subscription.status == "trialing"
    assert subscription.trial_end - subscription.trial_start == 14 * 86400
    assert subscription["items"].data[0].current_period_end == subscription.trial_end
    ended = subscriptions.update(subscription.id, {"trial_end": "now"})
    assert ended.status == "active"
    assert ended["items"].data[0].current_period_end > time.time() + 27 * 86400
    assert told(client, subscription.id) == ["created", "trial_will_end", "updated"]


def test_items_change_by_their_ids_and_others_join(subscriptions, subscribe, prices):
    subscription = subscribe()
    item = subscription["items"].data[0].id

    changed = subscriptions.update(
        subscription.id,
        {"items": [{"id": item, "quantity": 3}, {"price": prices["year"]}], "proration_behavior": "none"},
    )

    assert [(one.price.id, one.quantity) for one in changed["items"].data] == [(prices["month"], 3), (prices["year"], 1)]
    assert changed["quantity"] is None
    left = subscriptions.update(subscription.id, {"items": [{"id": item, "deleted": True}]})
    assert [one.price.id for one in left["items"].data] == [prices["year"]]


def test_items_have_an_address_of_their_own(client, subscribe, prices):
    subscription = subscribe()
    items = client.v1.subscription_items

    item = items.create({"subscription": subscription.id, "price": prices["week"], "quantity": 2})

    assert (item.subscription, item.quantity) == (subscription.id, 2)
    assert as_sent(items.retrieve(item.id)) == as_sent(item)
    assert items.update(item.id, {"quantity": 5}).quantity == 5
    listed = [one.id for one in items.list({"subscription": subscription.id, "limit": 1}).auto_paging_iter()]
    assert listed == [subscription["items"].data[0].id, item.id], "oldest first"
    assert as_sent(items.delete(item.id)) == {"id": item.id, "object": "subscription_item", "deleted": True}
    assert told(client, subscription.id) == ["created", "updated", "updated", "updated"]


def test_a_cancellation_is_planned_taken_back_and_made(client, subscriptions, subscribe):
    subscription = subscribe()
    end = subscription["items"].data[0].current_period_end

    planned = subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    assert (planned.status, planned.cancel_at, planned.cancellation_details.reason) == (
        "active",
        end,
        "cancellation_requested",
    )
    back = subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    assert (back.cancel_at, back.canceled_at, back.cancellation_details.reason) == (None, None, None)
    canceled = subscriptions.cancel(subscription.id, {"cancellation_details": {"comment": "bye", "feedback": "unused"}})
    assert (canceled.status, canceled.cancellation_details.feedback) == ("canceled", "unused")
    assert canceled.ended_at == canceled.canceled_at
    assert as_sent(subscriptions.retrieve(subscription.id)) == as_sent(canceled)
    assert told(client, subscription.id) == ["created", "updated", "updated", "deleted"]


def test_lists_leave_out_what_was_canceled_unless_asked(subscriptions, subscribe, customer, prices):
    kept, gone, trying = subscribe().id, subscribe().id, subscribe(trial_period_days=3).id
    subscriptions.cancel(gone)

    def listed(**filters):
        return ids(subscriptions.list({"customer": customer.id} | filters))

    assert listed() == [trying, kept]
    assert listed(status="all") == [trying, gone, kept]
    assert listed(status="ended") == [gone]
    assert listed(status="trialing") == [trying]
    assert listed(price=prices["month"], limit=1) == [trying]
    assert listed(price=prices["year"]) == []
    pages = subscriptions.list({"customer": customer.id, "status": "all", "limit": 1}).auto_paging_iter()
    assert [one.id for one in pages] == [trying, gone, kept]


def test_a_search_finds_by_status_and_metadata(subscriptions, subscribe):
    wanted = subscribe(metadata={"order": "42"}).id
    subscribe(metadata={"order": "43"})

    assert ids(subscriptions.search({"query": "metadata['order']:'42' AND status:'active'"})) == [wanted]
    assert ids(subscriptions.search({"query": "metadata['order']:'42' AND status:'canceled'"})) == []


def test_customer_and_product_are_shown_whole_on_demand(subscriptions, subscribe, customer, product):
    subscription = subscribe(expand=["customer", "items.data.price.product", "default_payment_method"])

    assert as_sent(subscription)["customer"]["email"] == "ann@example.com"
    assert as_sent(subscription)["items"]["data"][0]["price"]["product"]["id"] == product.id
    assert as_sent(subscription)["default_payment_method"] is None
    assert subscriptions.retrieve(subscription.id).customer == customer.id


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("items[0][price]=x", missing("customer")),
        ("customer=cus_x", missing("items")),
        ("customer=cus_x&items[0][price]=x", no_such("customer", "cus_x", "customer", 404)),
        ("customer=CUS&items[0][price]=x", no_such("price", "x", "items[0][price]")),
        ("customer=CUS&items[0][price]=MONTH&items[1][price]=MONTH", Refusal(
            "Cannot create a Subscription with multiple Subscription Items with the same Price: MONTH", "plan")),
        ("customer=CUS&items[0][price]=MONTH&nope=1", unknown("nope")),
        ("customer=CUS&items[0][price]=MONTH&collection_method=send_invoice", Refusal(
            "If invoice collection method is 'send_invoice', you must specify 'days_until_due'.")),
        ("customer=CUS&items[0][price]=MONTH&payment_behavior=maybe", not_one_of(
            "allow_incomplete, default_incomplete, error_if_incomplete, or pending_if_incomplete", "payment_behavior")),
        ("customer=CUS&items[0][price]=MONTH&default_payment_method=pm_x", no_such(
            "PaymentMethod", "pm_x", "default_payment_method")),
    ],
)
def test_a_faulty_creation_names_what_is_wrong(raw, customer, prices, form, expected):
    known = {"CUS": customer.id, "MONTH": prices["month"]}
    message = expected.message
    for word, identifier in known.items():
        form, message = form.replace(word, identifier), message.replace(word, identifier)

    check_answer(raw.post(SUBSCRIPTIONS, form), Refusal(message, expected.param, expected.code, expected.status))


def test_unknown_subscriptions_are_not_found(raw):
    for method in ("GET", "POST", "DELETE"):
        check_answer(raw.send(method, f"{SUBSCRIPTIONS}/sub_x"), no_such("subscription", "sub_x", "id", 404))
