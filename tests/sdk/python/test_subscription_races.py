"""Many clients subscribe and cancel for one customer at once: what it has in the end is what is subscribed to."""

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.request import ProxyHandler, Request, build_opener

CLIENTS = 6
ROUNDS = 6


def ask(server, method, path, body=None):
    """The other dialect."""
    headers = {"x-api-key": server.test_key, "content-type": "application/json"}
    request = Request(f"{server.base_url}{path}", json.dumps(body).encode() if body else None, headers, method=method)
    # No proxy of the machine's environment may stand between the test and the loopback.
    with build_opener(ProxyHandler({})).open(request) as answer:
        return json.load(answer)


def test_whatever_meets_what_a_customer_has_is_what_its_subscriptions_say(server, client):
    product = client.v1.products.create({"name": "Raced"})
    price = client.v1.prices.create(
        {"product": product.id, "currency": "usd", "unit_amount": 1, "recurring": {"interval": "month"}}
    )
    customer = client.v1.customers.create({})
    ask(server, "POST", "/v1/features", {"featureKey": "seats", "name": "Seats", "type": "limit"})
    access = [{"featureKey": "seats", "hasAccess": True, "limit": 1}]
    ask(server, "PUT", "/v1/products/raced/feature-access", {"featureAccess": access})

    def rounds(number):
        for turn in range(ROUNDS):
            made = client.v1.subscriptions.create(
                {"customer": customer.id, "items": [{"price": price.id, "quantity": number + 1}]}
            )
            item = made["items"].data[0].id
            client.v1.subscriptions.update(made.id, {"items": [{"id": item, "quantity": number + 2}]})
            if turn % 2:
                client.v1.subscriptions.cancel(made.id)

    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(rounds, range(CLIENTS)))

    live = list(client.v1.subscriptions.list({"customer": customer.id, "limit": 100}).auto_paging_iter())
    assert len(live) == CLIENTS * ROUNDS / 2
    wanted = sorted(one["items"].data[0].quantity for one in live)
    shown = ask(server, "GET", f"/v1/customers/{customer.id}")
    assert sorted(price["quantity"] for one in shown["products"] for price in one["prices"]) == wanted
    assert shown["featureAccess"]["seats"]["limit"] == sum(wanted)
