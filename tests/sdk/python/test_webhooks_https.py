"""Webhooks over HTTPS: sent to whoever has a certificate that the system believes, and to nobody else."""

import ssl

import pytest
import trustme

from harness import sdk
from harness.raw import Raw
from harness.receiver import Receiver, until

ENDPOINTS = "/v1/webhook_endpoints"


@pytest.fixture(scope="module")
def stripe_client(trusting_server):
    return sdk.client(trusting_server.base_url, trusting_server.test_key)


@pytest.fixture
def receive(stripe_client):
    """Starts a receiver that shows a certificate, with an endpoint of its own."""
    started = []

    def start(certificate: trustme.LeafCert):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certificate.configure_cert(context)
        receiver = Receiver(tls=context).start()
        endpoint = stripe_client.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["*"]})
        receiver.secret = endpoint.secret
        started.append((receiver, endpoint))
        return receiver, endpoint

    yield start
    for receiver, endpoint in started:
        stripe_client.v1.webhook_endpoints.delete(endpoint.id)
        receiver.stop()
        assert receiver.faults == []


def test_a_delivery_arrives_encrypted(stripe_client, authority, receive):
    receiver, _ = receive(authority.issue_cert("127.0.0.1"))
    products = [stripe_client.v1.products.create({"name": "Gold Plan"}) for _ in range(3)]
    for product in products:
        [delivery] = receiver.wait_for(product.id)
        assert delivery.event.type == "product.created"


@pytest.mark.parametrize("whose", ["of nobody known", "of another name"])
def test_nothing_is_sent_to_whoever_cannot_show_that_it_is_them(
    trusting_server, stripe_client, authority, receive, whose
):
    certificate = {
        "of nobody known": lambda: trustme.CA().issue_cert("127.0.0.1"),
        "of another name": lambda: authority.issue_cert("receiver.example"),
    }[whose]()
    receiver, endpoint = receive(certificate)
    raw = Raw(trusting_server.port, trusting_server.test_key)
    stripe_client.v1.products.create({"name": "Gold Plan"})

    def told() -> list[str]:
        missed = raw.get(f"{ENDPOINTS}/{endpoint.id}/deliveries?status=pending").json["data"]
        return [each["last_error"]["message"] for each in missed if each.get("last_error")]

    until(lambda: told() != [], "what went wrong")
    assert "certificate" in told()[0]
    assert receiver.deliveries == []
