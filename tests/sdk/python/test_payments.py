"""A server that is told that no customer has a payment method, and told otherwise later."""

import time

import pytest
import stripe

from harness import sdk
from harness.raw import Raw

START = 1_801_386_000
DAY = 24 * 60 * 60
# How long a clock may take to get somewhere; it takes milliseconds.
PATIENCE_SECONDS = 20


class Shop:
    """A customer under a clock, and a product that grants single sign-on for 10 dollars a month."""

    def __init__(self, server):
        self.connect(server)
        self.ask("POST", "/v1/features", {"featureKey": "sso", "name": "SSO", "type": "boolean"})
        product = self.stripe.products.create(
            {
                "name": "Pro",
                "default_price_data": {"currency": "usd", "unit_amount": 1000, "recurring": {"interval": "month"}},
            }
        )
        access = {"featureAccess": [{"featureKey": "sso", "hasAccess": True}]}
        self.ask("PUT", "/v1/products/pro/feature-access", access)
        self.price = product.default_price
        self.clock = self.stripe.test_helpers.test_clocks.create({"frozen_time": START})
        self.customer = self.stripe.customers.create({"test_clock": self.clock.id})

    def connect(self, server):
        self.stripe = sdk.client(server.base_url, server.test_key).v1
        self.raw = Raw(server.port, server.test_key)

    def ask(self, method, path, body=None):
        """The PriceOS dialect."""
        status, answer = self.raw.priceos(method, path, body)
        assert status == 200, (path, status, answer)
        return answer

    def subscribe(self, **more):
        order = {"customer": self.customer.id, "items": [{"price": self.price}]}
        return self.stripe.subscriptions.create(order | more)

    def status(self, subscription):
        return self.stripe.subscriptions.retrieve(subscription.id).status

    def has_access(self):
        return self.ask("GET", f"/v1/feature-access?customerId={self.customer.id}")["sso"]["hasAccess"]

    def advance(self, to):
        self.stripe.test_helpers.test_clocks.advance(self.clock.id, {"frozen_time": to})
        until = time.monotonic() + PATIENCE_SECONDS
        while self.stripe.test_helpers.test_clocks.retrieve(self.clock.id).status != "ready":
            assert time.monotonic() < until, "the clock does not arrive"
            time.sleep(0.005)

    def told(self, name):
        events = self.stripe.events.list({"type": f"customer.subscription.{name}"}).data
        return [event.data.object for event in events]


def restart(server, shop, payments):
    assert server.stop() == 0
    server.flags = ["--payments", payments]
    shop.connect(server.start())


def refused(call):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        call()
    error = refusal.value
    assert (error.http_status, error.code, error.param) == (400, "resource_missing", None)
    assert error.user_message.startswith("This customer has no attached payment source or default payment method.")


def test_what_was_paused_resumes_once_somebody_pays(unpaid_server):
    shop = Shop(unpaid_server)
    refused(shop.subscribe)

    pause = {"end_behavior": {"missing_payment_method": "pause"}}
    trial = shop.subscribe(trial_period_days=14, trial_settings=pause)
    assert (trial.status, shop.has_access()) == ("trialing", True)
    shop.advance(trial.trial_end)
    assert (shop.status(trial), shop.has_access()) == ("paused", False)
    assert [paused.id for paused in shop.told("paused")] == [trial.id]
    refused(lambda: shop.stripe.subscriptions.resume(trial.id))

    # Paused, it stands still.
    shop.advance(trial.trial_end + 40 * DAY)
    assert (shop.status(trial), shop.told("resumed")) == ("paused", [])

    restart(unpaid_server, shop, "assumed")
    assert (shop.status(trial), shop.has_access()) == ("paused", False)
    resumed = shop.stripe.subscriptions.resume(trial.id)
    now = trial.trial_end + 40 * DAY
    assert (resumed.status, resumed.billing_cycle_anchor) == ("active", now)
    assert resumed["items"].data[0].current_period_start == now
    assert [told.status for told in shop.told("resumed")] == ["active"]
    assert shop.has_access()


def test_what_is_past_due_is_paid_at_the_next_renewal(unpaid_server):
    shop = Shop(unpaid_server)
    trial = shop.subscribe(trial_period_days=14)
    shop.advance(trial.trial_end)
    assert (shop.status(trial), shop.has_access()) == ("past_due", True)
    restart(unpaid_server, shop, "assumed")
    assert shop.status(trial) == "past_due"
    shop.advance(trial.trial_end + 32 * DAY)
    assert (shop.status(trial), shop.has_access()) == ("active", True)


def test_what_waits_for_its_first_payment_expires(unpaid_server):
    shop = Shop(unpaid_server)
    waiting = shop.subscribe(payment_behavior="default_incomplete")
    assert (waiting.status, shop.has_access()) == ("incomplete", False)
    shop.advance(START + 23 * 60 * 60 - 1)
    assert shop.status(waiting) == "incomplete"
    shop.advance(START + DAY)
    [over] = shop.told("updated")
    assert (over.status, over.ended_at) == ("incomplete_expired", START + 23 * 60 * 60)
    assert shop.stripe.subscriptions.list({"customer": shop.customer.id, "status": "ended"}).data[0].id == waiting.id
