"""An acknowledged write is on disk: after kill -9 at any moment it is there, once."""

import threading

import stripe

from harness import sdk
from harness.sdk import as_sent

WRITERS = 4
ACKNOWLEDGED_BEFORE_THE_KILL = 100


def test_a_product_and_its_events_are_there_after_a_kill(own_server):
    client = sdk.client(own_server.base_url, own_server.test_key)
    product = client.v1.products.create(
        {"name": "Gold Plan", "default_price_data": {"currency": "usd", "unit_amount": 2000}}
    )
    product = client.v1.products.update(product.id, {"metadata": {"a": "1"}})
    price = client.v1.prices.retrieve(product.default_price)
    events = as_sent(client.v1.events.list())

    own_server.kill()
    own_server.start()

    client = sdk.client(own_server.base_url, own_server.test_key)
    assert as_sent(client.v1.products.retrieve(product.id)) == as_sent(product)
    assert as_sent(client.v1.prices.retrieve(price.id)) == as_sent(price)
    assert as_sent(client.v1.events.list()) == events


def test_every_acknowledged_product_of_a_killed_server_is_there_once(own_server):
    acknowledged, all_there = _write_until_killed(own_server)
    own_server.start()

    client = sdk.client(own_server.base_url, own_server.test_key)
    listed = [product.name for product in client.v1.products.list({"limit": 100}).auto_paging_iter()]

    assert len(acknowledged) >= ACKNOWLEDGED_BEFORE_THE_KILL
    assert len(set(listed)) == len(listed), "a product is there twice"
    assert acknowledged <= set(listed), "an acknowledged product is lost"
    assert set(listed) <= all_there, "a product is there that nobody asked for"


def test_a_live_key_made_while_the_server_runs_is_good_at_once_and_after_a_kill(own_server):
    key = own_server.create_key("live")
    product = sdk.client(own_server.base_url, key).v1.products.create({"name": "Gold Plan"})

    own_server.kill()
    own_server.start()

    assert sdk.client(own_server.base_url, key).v1.products.retrieve(product.id).livemode is True


def _write_until_killed(server) -> tuple[set[str], set[str]]:
    """The names of the products that were acknowledged, and of all that were asked for."""
    acknowledged: set[str] = set()
    asked: set[str] = set()
    enough = threading.Event()

    def write(writer: int) -> None:
        client = sdk.client(server.base_url, server.test_key, max_network_retries=0)
        number = 0
        while True:
            name = f"{writer}-{number}"
            asked.add(name)
            try:
                client.v1.products.create({"name": name})
            except stripe.APIConnectionError:
                return
            acknowledged.add(name)
            number += 1
            if len(acknowledged) >= ACKNOWLEDGED_BEFORE_THE_KILL:
                enough.set()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    assert enough.wait(60), "the server was too slow"
    server.kill()
    for writer in writers:
        writer.join()
    return acknowledged, asked
