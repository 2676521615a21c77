"""The account, and what there is none of: what tools that mirror Stripe's data ask for."""

import re

from harness import sdk
from harness.refusals import check_answer, no_such
from harness.sdk import as_sent


def test_the_account_is_one_and_the_same(client, live_client):
    account = client.v1.accounts.retrieve_current()

    assert re.fullmatch(r"acct_[A-Za-z0-9]{16}", account.id)
    assert account.object == "account"
    assert account.charges_enabled is False
    assert as_sent(client.v1.accounts.retrieve_current()) == as_sent(account)
    assert as_sent(live_client.v1.accounts.retrieve_current()) == as_sent(account)


def test_the_account_outlives_a_kill_and_further_keys(own_server):
    account = as_sent(sdk.client(own_server.base_url, own_server.test_key).v1.accounts.retrieve_current())
    own_server.create_key("live")
    own_server.kill()
    own_server.start()

    assert as_sent(sdk.client(own_server.base_url, own_server.test_key).v1.accounts.retrieve_current()) == account


def test_no_accounts_are_connected(client):
    assert as_sent(client.v1.accounts.list({"limit": 3})) == {
        "object": "list",
        "data": [],
        "has_more": False,
        "url": "/v1/accounts",
    }


def test_a_customer_has_no_sources(client, raw):
    customer = client.v1.customers.create({"name": "Acme"})
    path = f"/v1/customers/{customer.id}/sources"

    assert raw.get(path).json == {"object": "list", "data": [], "has_more": False, "url": path}
    assert raw.get(f"{path}?object=card").json["data"] == []

    check_answer(raw.get("/v1/customers/cus_nope/sources"), no_such("customer", "cus_nope", "id", status=404))
