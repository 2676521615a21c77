"""Every change leaves an event that tells what was before."""

import re

import pytest

from harness.refusals import check_answer, no_such
from harness.sdk import as_sent


@pytest.fixture
def events_since(client):
    """The events that a test caused, oldest first, of the types it asks for."""
    newest = client.v1.events.list({"limit": 1}).data

    def events(*types):
        cursor = {"ending_before": newest[0].id} if newest else {}
        listed = as_sent(client.v1.events.list({"limit": 100, "types": list(types)} | cursor))
        return listed["data"][::-1]

    return events


def test_creating_a_product_leaves_an_event_with_the_product_as_it_was_answered(client, events_since):
    product = client.v1.products.create({"name": "Gold Plan", "metadata": {"a": "1"}})

    [event] = events_since("product.created")
    assert re.fullmatch(r"evt_[A-Za-z0-9]{24}", event["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d(\.[a-z]+)?", event["api_version"])
    assert event["created"] == product.created
    assert event["data"] == {"object": as_sent(product)}
    assert event["livemode"] is False
    assert event["pending_webhooks"] == 0
    assert event["request"]["id"] == product.last_response.request_id


def test_an_event_is_retrieved_as_it_was_listed(client, events_since):
    client.v1.products.create({"name": "Gold Plan"})

    [event] = events_since("product.created")
    assert as_sent(client.v1.events.retrieve(event["id"])) == event


def test_an_event_tells_the_idempotency_key_of_its_request(client, events_since):
    client.v1.products.create({"name": "Gold Plan"}, {"idempotency_key": "told-in-the-event"})

    [event] = events_since("product.created")
    assert event["request"]["idempotency_key"] == "told-in-the-event"


def test_a_request_without_an_idempotency_key_leaves_none_in_its_event(raw, events_since):
    raw.post("/v1/products", "name=Gold+Plan")

    [event] = events_since("product.created")
    assert event["request"]["idempotency_key"] is None


def test_a_product_with_a_default_price_leaves_two_events_of_one_request(client, events_since):
    product = client.v1.products.create(
        {"name": "Gold Plan", "default_price_data": {"currency": "usd", "unit_amount": 2000}}
    )

    of_product, of_price = events_since("product.created", "price.created")
    assert (of_product["type"], of_price["type"]) == ("product.created", "price.created")
    assert of_product["data"]["object"]["default_price"] == product.default_price
    assert of_price["data"]["object"]["id"] == product.default_price
    assert of_product["request"] == of_price["request"]


def test_an_update_tells_the_old_values_of_what_changed_and_of_nothing_else(client, events_since):
    product = client.v1.products.create({"name": "Gold Plan", "metadata": {"kept": "1", "changed": "old"}})

    updated = client.v1.products.update(
        product.id,
        {"name": "Gold Plan", "description": "All of it", "metadata": {"changed": "new", "added": "yes"}},
    )

    [event] = events_since("product.updated")
    assert event["data"]["object"] == as_sent(updated)
    assert event["data"]["previous_attributes"] == {
        "description": None,
        "metadata": {"added": None, "changed": "old"},
    }


def test_previous_attributes_hold_whole_arrays_and_what_was_unset(client, events_since):
    product = client.v1.products.create(
        {"name": "Gold Plan", "images": ["https://example.com/a.png"], "metadata": {"a": "1"}, "unit_label": "seat"}
    )

    client.v1.products.update(
        product.id, {"images": ["https://example.com/b.png"], "metadata": "", "unit_label": "", "active": False}
    )

    [event] = events_since("product.updated")
    assert event["data"]["previous_attributes"] == {
        "active": True,
        "images": ["https://example.com/a.png"],
        "metadata": {"a": "1"},
        "unit_label": "seat",
    }


@pytest.mark.parametrize(
    "form", ["", "name=Gold+Plan", "description=", "metadata[nothing]=", "active=true"], ids=lambda form: form or "none"
)
def test_an_update_that_changes_nothing_leaves_no_event(client, raw, events_since, form):
    product = client.v1.products.create({"name": "Gold Plan"})

    assert raw.post(f"/v1/products/{product.id}", form).status == 200

    assert events_since("product.updated") == []


def test_deleting_a_product_leaves_an_event_with_the_whole_product_made_inactive(client, events_since):
    product = client.v1.products.create({"name": "Gold Plan", "description": "All of it"})

    client.v1.products.delete(product.id)

    [event] = events_since("product.deleted")
    deleted = event["data"]["object"]
    assert "deleted" not in deleted
    assert deleted == as_sent(product) | {"active": False, "updated": deleted["updated"]}


def test_a_price_leaves_events_of_its_creation_and_its_change(client, events_since):
    product = client.v1.products.create({"name": "Gold Plan"})
    price = client.v1.prices.create({"product": product.id, "currency": "usd", "unit_amount": 1})

    client.v1.prices.update(price.id, {"nickname": "Once"})

    created, updated = events_since("price.created", "price.updated")
    assert created["data"] == {"object": as_sent(price)}
    assert updated["data"]["previous_attributes"] == {"nickname": None}


def test_a_transferred_lookup_key_changes_its_holder_first(client, events_since):
    product = client.v1.products.create({"name": "Gold Plan"})
    amount = {"product": product.id, "currency": "usd", "unit_amount": 1}
    holder = client.v1.prices.create(amount | {"lookup_key": "handed-on"})
    taker = client.v1.prices.create(amount)

    client.v1.prices.update(taker.id, {"lookup_key": "handed-on", "transfer_lookup_key": True})

    from_holder, to_taker = events_since("price.updated")
    assert from_holder["data"]["object"]["id"] == holder.id
    assert from_holder["data"]["previous_attributes"] == {"lookup_key": "handed-on"}
    assert to_taker["data"]["object"]["id"] == taker.id
    assert to_taker["data"]["previous_attributes"] == {"lookup_key": None}


def test_a_refused_request_leaves_no_event(raw, events_since):
    assert raw.post("/v1/products", "name=").status == 400

    assert events_since("product.created") == []


def test_a_replayed_request_leaves_no_second_event(raw, events_since):
    for _ in range(2):
        raw.post("/v1/products", "name=Gold+Plan", idempotency_key="once-only")

    assert len(events_since("product.created")) == 1


def test_events_are_listed_newest_first_by_type_by_a_star_and_by_time(client, events_since):
    product = client.v1.products.create({"name": "Gold Plan"})
    client.v1.products.update(product.id, {"name": "Platinum Plan"})
    client.v1.prices.create({"product": product.id, "currency": "usd", "unit_amount": 1})
    cursor = {"ending_before": events_since("product.created")[0]["id"]}

    def types(**filters):
        return [event.type for event in client.v1.events.list(filters | cursor).data]

    assert types(type="product.updated") == ["product.updated"]
    assert types(type="product.*") == ["product.updated"]
    assert types(type="price.*") == ["price.created"]
    assert types(types=["price.created", "product.updated"]) == ["price.created", "product.updated"]
    assert types(created={"gt": product.created + 3600}) == []
    assert types(created={"gte": product.created})[-1] == "product.updated"


def test_an_unknown_event_is_not_found(raw):
    check_answer(raw.get("/v1/events/evt_nope"), no_such("event", "evt_nope", "id", status=404))
