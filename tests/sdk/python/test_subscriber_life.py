"""A subscriber's whole life, fourteen months under a test clock: after each step the other dialect is asked what the customer may use."""

import time
from datetime import datetime, timezone

import pytest

from harness import sdk

DAY = 24 * 60 * 60
# How long a clock may take to get somewhere; it takes milliseconds.
PATIENCE_SECONDS = 20


def seconds(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp())


@pytest.fixture
def ask(raw):
    """The PriceOS dialect."""

    def send(method, path, body=None):
        status, answer = raw.priceos(method, path, body)
        assert status == 200, (path, status, answer)
        return answer

    return send


def arrive(stripe, clock_id, to):
    """Waits until a clock is where it was sent."""
    until = time.monotonic() + PATIENCE_SECONDS
    while (clock := stripe.test_helpers.test_clocks.retrieve(clock_id)).status != "ready":
        assert time.monotonic() < until, "the clock does not arrive"
        time.sleep(0.005)
    assert clock.frozen_time == to


class Life:
    """One customer under one clock."""

    def __init__(self, client, ask, customer_id, start):
        self.stripe, self.ask, self.id = client.v1, ask, customer_id
        self.clock = self.stripe.test_helpers.test_clocks.create({"frozen_time": start, "name": "A life"})
        self.customer = self.stripe.customers.create(
            {"name": "Mina", "test_clock": self.clock.id, "metadata": {"priceos_customer_id": customer_id}}
        )

    def advance(self, to):
        answered = self.stripe.test_helpers.test_clocks.advance(self.clock.id, {"frozen_time": to})
        assert answered.status in ("advancing", "ready")
        arrive(self.stripe, self.clock.id, to)

    def access(self):
        return self.ask("GET", f"/v1/feature-access?customerId={self.id}")

    def sees(self, sso, limit, used=0):
        access = self.access()
        assert access["sso"]["hasAccess"] is sso
        exports = access["exports"]
        assert (exports["limit"], exports["usage"]["used"]) == (limit, used), exports
        return exports["usage"]

    def consume(self, amount):
        body = {"customerId": self.id, "featureKey": "exports", "amount": amount}
        return self.ask("POST", "/v1/usage/consume", body)["allowed"]

    def entitlements(self):
        found = self.stripe.entitlements.active_entitlements.list({"customer": self.customer.id})
        return sorted(entitlement.lookup_key for entitlement in found.data)


@pytest.fixture
def prices(client, ask):
    """A free default; Basic with 100 exports, Pro with 500 and single sign-on."""
    ask("POST", "/v1/features", {"featureKey": "sso", "name": "SSO", "type": "boolean"})
    exports = {"featureKey": "exports", "name": "Exports", "type": "limit", "tracksUsage": True}
    ask("POST", "/v1/features", exports | {"usageResetInterval": "month", "usageResetAnchor": "billing_period"})
    free = [{"featureKey": "exports", "hasAccess": True, "limit": 10}]
    ask("POST", "/v1/products", {"key": "free", "name": "Free", "isDefault": True, "featureAccess": free})
    prices = {}
    for name, limit, amount, sso in [("Basic", 100, 1000, False), ("Pro", 500, 5000, True)]:
        recurring = {"interval": "month"}
        product = client.v1.products.create(
            {"name": name, "default_price_data": {"currency": "usd", "unit_amount": amount, "recurring": recurring}}
        )
        access = [{"featureKey": "exports", "hasAccess": True, "limit": limit}]
        access += [{"featureKey": "sso", "hasAccess": True}] if sso else []
        ask("PUT", f"/v1/products/{name.lower()}/feature-access", {"featureAccess": access})
        prices[name] = product.default_price
    return prices


def test_fourteen_months_of_a_subscriber(client, ask, prices):
    life = Life(client, ask, "acct-9", seconds("2027-01-31T09:00"))
    subscriptions = client.v1.subscriptions
    began = time.monotonic()

    # Nobody's customer: the default product applies.
    life.sees(sso=False, limit=10)
    assert life.consume(10) and not life.consume(1)
    assert life.entitlements() == []

    # A trial gives what the product gives; the default steps aside.
    created = subscriptions.create(
        {"customer": life.customer.id, "items": [{"price": prices["Basic"]}], "trial_period_days": 14}
    )
    assert (created.status, created.created) == ("trialing", seconds("2027-01-31T09:00"))
    assert created.trial_end == seconds("2027-01-31T09:00") + 14 * DAY
    # Windows begin with the billing period now; what was used lies in the one that ends with the trial.
    life.sees(sso=False, limit=100, used=10)
    assert life.entitlements() == ["exports"]

    # The trial ends by itself, three days after it was told of.
    life.advance(created.trial_end)
    assert subscriptions.retrieve(created.id).status == "active"
    told = [event.type for event in client.v1.events.list({"limit": 100}).data]
    assert told.count("customer.subscription.trial_will_end") == 1
    item = subscriptions.retrieve(created.id)["items"].data[0]
    assert (item.current_period_start, item.current_period_end) == (created.trial_end, seconds("2027-03-14T09:00"))

    # An upgrade counts at once; what was used stays used.
    assert life.consume(60)
    life.advance(seconds("2027-03-01T00:00"))
    subscriptions.update(created.id, {"items": [{"id": item.id, "price": prices["Pro"]}]})
    usage = life.sees(sso=True, limit=500, used=60)
    assert usage["nextReset"] == seconds("2027-03-14T09:00") * 1000
    assert life.entitlements() == ["exports", "sso"]

    # The quantity multiplies limits.
    subscriptions.update(created.id, {"items": [{"id": item.id, "quantity": 3}]})
    life.sees(sso=True, limit=1500, used=60)
    assert life.consume(1400) and not life.consume(100)

    # Periods renew, and usage starts anew with them.
    life.advance(seconds("2027-04-15T00:00"))
    life.sees(sso=True, limit=1500, used=0)
    renewed = subscriptions.retrieve(created.id)["items"].data[0]
    assert (renewed.current_period_start, renewed.current_period_end) == (
        seconds("2027-04-14T09:00"),
        seconds("2027-05-14T09:00"),
    )

    # Canceled at the end of the period: until then nothing is taken away.
    leaving = subscriptions.update(created.id, {"cancel_at_period_end": True})
    assert (leaving.status, leaving.cancel_at) == ("active", seconds("2027-05-14T09:00"))
    life.advance(seconds("2027-05-14T08:59:59"))
    life.sees(sso=True, limit=1500)
    life.advance(seconds("2027-05-14T09:00"))
    gone = subscriptions.retrieve(created.id)
    assert (gone.status, gone.ended_at) == ("canceled", seconds("2027-05-14T09:00"))
    life.sees(sso=False, limit=10)
    assert life.entitlements() == []

    # And back again, through the rest of fourteen months.
    again = subscriptions.create({"customer": life.customer.id, "items": [{"price": prices["Pro"], "quantity": 2}]})
    assert again.status == "active"
    life.sees(sso=True, limit=1000)
    for month in ["2027-07-14", "2027-09-14", "2027-11-14", "2028-01-14", "2028-03-14"]:
        assert life.consume(7)
        life.advance(seconds(f"{month}T09:00"))
        life.sees(sso=True, limit=1000, used=0)
    last = subscriptions.retrieve(again.id)["items"].data[0]
    assert last.current_period_start == seconds("2028-03-14T09:00")
    told = [event.type for event in client.v1.events.list({"limit": 100}).data]
    assert told.count("entitlements.active_entitlement_summary.updated") == 4
    assert time.monotonic() - began < 10 * PATIENCE_SECONDS

    # The clock takes its customer with it.
    client.v1.test_helpers.test_clocks.delete(life.clock.id)
    assert client.v1.customers.retrieve(life.customer.id).deleted
    assert subscriptions.retrieve(again.id).status == "canceled"


def test_a_clock_goes_forward_only_and_not_too_far(client):
    clock = client.v1.test_helpers.test_clocks.create({"frozen_time": seconds("2027-01-31T09:00")})
    clocks = client.v1.test_helpers.test_clocks
    for to in ["2027-01-31T09:00", "2027-01-01T00:00", "2029-01-31T09:00:01"]:
        with pytest.raises(Exception) as refused:
            clocks.advance(clock.id, {"frozen_time": seconds(to)})
        assert refused.value.param == "frozen_time"
    assert clocks.retrieve(clock.id).frozen_time == seconds("2027-01-31T09:00")
    clocks.delete(clock.id)
    with pytest.raises(Exception) as refused:
        clocks.retrieve(clock.id)
    assert (refused.value.http_status, refused.value.param) == (404, "test_clock")


def test_there_is_no_clock_in_live_mode(live_client):
    with pytest.raises(Exception) as refused:
        live_client.v1.test_helpers.test_clocks.create({"frozen_time": 1_800_000_000})
    assert refused.value.http_status == 400


def test_a_clock_whose_server_is_killed_on_the_way_arrives(own_server):
    stripe = sdk.client(own_server.base_url, own_server.test_key).v1
    start = seconds("2027-01-31T09:00")
    clock = stripe.test_helpers.test_clocks.create({"frozen_time": start})
    price = {"currency": "usd", "unit_amount": 100, "recurring": {"interval": "day"}}
    price = stripe.products.create({"name": "Daily", "default_price_data": price}).default_price
    made = []
    for _ in range(3):
        customer = stripe.customers.create({"test_clock": clock.id})
        made += [stripe.subscriptions.create({"customer": customer.id, "items": [{"price": price}]}) for _ in range(3)]

    for day in range(2, 13, 2):
        to = start + day * DAY
        stripe.test_helpers.test_clocks.advance(clock.id, {"frozen_time": to})
        time.sleep(0.004 * day)
        own_server.kill()
        own_server.start()
        stripe = sdk.client(own_server.base_url, own_server.test_key).v1
        arrive(stripe, clock.id, to)
        for subscription in made:
            item = stripe.subscriptions.retrieve(subscription.id)["items"].data[0]
            assert (item.current_period_start, item.current_period_end) == (to, to + DAY)

    # Each renewal is told of once, however often the server was killed.
    renewals = [event for event in stripe.events.list({"type": "customer.subscription.updated"}).auto_paging_iter()]
    assert len(renewals) == len(made) * 12
