"""Webhooks: endpoints, and deliveries that the SDK's own verification takes."""

import random
import threading

import pytest
import stripe

from harness import sdk
from harness.raw import Raw
from harness.receiver import DROP, HANG, Receiver, until
from harness.sdk import as_sent

ENDPOINTS = "/v1/webhook_endpoints"
SEED = 7


@pytest.fixture(scope="module")
def stripe_client(hasty_server):
    return sdk.client(hasty_server.base_url, hasty_server.test_key)


@pytest.fixture(scope="module")
def hand(hasty_server):
    return Raw(hasty_server.port, hasty_server.test_key)


@pytest.fixture
def receive(stripe_client):
    """Starts a receiver with an endpoint of its own, for all events unless the test names some."""
    started = []

    def start(conduct=lambda event, times: 200, events=("*",)):
        receiver = Receiver(conduct).start()
        endpoint = stripe_client.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": list(events)})
        receiver.secret = endpoint.secret
        started.append((receiver, endpoint))
        return receiver, endpoint

    yield start
    for receiver, endpoint in started:
        stripe_client.v1.webhook_endpoints.delete(endpoint.id)
        receiver.stop()
        assert receiver.faults == []


def missed(hand, endpoint, query="") -> list[dict]:
    return hand.get(f"{ENDPOINTS}/{endpoint.id}/deliveries?limit=100&{query}").json["data"]


def test_an_endpoint_is_created_changed_listed_and_deleted(stripe_client):
    endpoints = stripe_client.v1.webhook_endpoints
    made = endpoints.create(
        {
            "url": "https://example.com/hook",
            "enabled_events": ["product.created", "price.created"],
            "description": "Mine",
            "metadata": {"a": "1"},
            "api_version": "2026-08-26.dahlia",
        }
    )
    assert made.secret.startswith("whsec_")
    shown = {key: value for key, value in as_sent(made).items() if key != "secret"}
    assert as_sent(endpoints.retrieve(made.id)) == shown
    assert as_sent(endpoints.list())["data"] == [shown]
    changed = endpoints.update(made.id, {"disabled": True, "enabled_events": ["*"], "metadata": {"b": "2"}})
    expected = {"status": "disabled", "enabled_events": ["*"], "metadata": {"a": "1", "b": "2"}}
    assert as_sent(changed) == shown | expected
    assert as_sent(endpoints.delete(made.id)) == {"id": made.id, "object": "webhook_endpoint", "deleted": True}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        endpoints.retrieve(made.id)
    assert (refused.value.http_status, refused.value.param) == (404, "webhook_endpoint")
    assert endpoints.list().data == []


def test_a_fault_of_a_request_names_its_parameter(hand):
    for form, param, message in [
        ("enabled_events[]=*", "url", "Missing required param: url."),
        ("url=https://example.com", "enabled_events", "Missing required param: enabled_events."),
        ("url=example&enabled_events[]=*", "url", "Not a valid URL"),
    ]:
        error = hand.post(ENDPOINTS, form).error
        assert (error["param"], error["message"]) == (param, message)


def test_a_delivery_is_the_event_as_it_is_listed(stripe_client, hand, receive):
    receiver, endpoint = receive()
    product = stripe_client.v1.products.create({"name": "Gold Plan", "metadata": {"ü": "💥 <&>"}})
    [delivery] = receiver.wait_for(product.id)
    assert delivery.event.type == "product.created"
    assert delivery.headers["content-type"] == "application/json; charset=utf-8"
    assert delivery.headers["user-agent"] == "Stripe/1.0 (+https://stripe.com/docs/webhooks)"
    until(lambda: missed(hand, endpoint) == [], "what is noted")
    event = stripe_client.v1.events.retrieve(delivery.event.id)
    assert as_sent(event) | {"pending_webhooks": 1} == delivery.event.to_dict()
    assert event.pending_webhooks == 0


def test_an_endpoint_gets_the_types_it_asked_for(stripe_client, receive):
    receiver, _ = receive(events=["product.updated", "product.deleted"])
    everything, _ = receive()
    product = stripe_client.v1.products.create({"name": "Gold Plan"})
    stripe_client.v1.products.update(product.id, {"name": "Silver Plan"})
    stripe_client.v1.products.delete(product.id)
    everything.wait_for(product.id, 3)
    types = {delivery.event.type for delivery in receiver.wait_for(product.id, 2)}
    assert types == {"product.updated", "product.deleted"}


def test_both_secrets_verify_while_one_is_rolled(stripe_client, hand, receive):
    receiver, endpoint = receive()
    rolled = hand.post(f"{ENDPOINTS}/{endpoint.id}/roll_secret", "expires_in=600").json
    assert rolled["secret"] != endpoint.secret
    # The receiver has the older one still.
    [delivery] = receiver.wait_for(stripe_client.v1.products.create({"name": "Gold Plan"}).id)
    for secret in (endpoint.secret, rolled["secret"]):
        stripe.Webhook.construct_event(delivery.body, delivery.headers["stripe-signature"], secret)
    rolled = hand.post(f"{ENDPOINTS}/{endpoint.id}/roll_secret", "expires_in=0").json
    receiver.secret = rolled["secret"]
    [delivery] = receiver.wait_for(stripe_client.v1.products.create({"name": "Gold Plan"}).id)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(delivery.body, delivery.headers["stripe-signature"], endpoint.secret)


def test_what_an_endpoint_did_not_take_can_be_seen_and_is_sent_again_by_hand(stripe_client, hand, receive):
    is_up = threading.Event()
    receiver, endpoint = receive(lambda event, times: 200 if is_up.is_set() else 500)
    product = stripe_client.v1.products.create({"name": "Gold Plan"})
    [first, *_] = receiver.wait_for(product.id, 2)
    [left] = missed(hand, endpoint, "status=pending")
    assert left["event"] == first.event.id and left["attempts"] >= 1
    assert left["last_error"]["response_status"] == 500
    assert stripe_client.v1.events.retrieve(first.event.id).pending_webhooks == 1
    failing = stripe_client.v1.events.list({"delivery_success": False})
    assert [event.id for event in failing.data] == [first.event.id]
    is_up.set()
    until(lambda: missed(hand, endpoint) == [], "what was missed")
    assert stripe_client.v1.events.list({"delivery_success": False}).data == []
    count = len(receiver.of(product.id))
    again = hand.post(f"/v1/events/{first.event.id}/retry", f"webhook_endpoint={endpoint.id}")
    assert again.status == 200
    receiver.wait_for(product.id, count + 1)


def test_every_event_arrives_at_a_receiver_that_fails_hangs_drops_and_restarts(stripe_client, hand, receive):
    moods = random.Random(SEED)

    def conduct(event, times):
        return 200 if times > 3 else moods.choice([200, 200, 302, 404, 500, DROP, HANG])

    receiver, endpoint = receive(conduct)
    made = []
    for _ in range(3):
        made += [stripe_client.v1.products.create({"name": "Gold Plan"}).id for _ in range(15)]
        receiver.stop()
        made += [stripe_client.v1.products.create({"name": "Gold Plan"}).id for _ in range(5)]
        receiver.start()
    until(lambda: missed(hand, endpoint) == [], "all of them")
    told = {
        event.id: event.data.object["id"]
        for event in stripe_client.v1.events.list({"limit": 100, "type": "product.created"}).auto_paging_iter()
    }
    # A receiver that remembers the ids of events sees each once.
    assert sorted(told[event] for event in receiver.taken) == sorted(made)
    assert {delivery.event.id for delivery in receiver.deliveries} == set(receiver.taken)
