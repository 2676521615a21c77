"""Two nodes over one database, as people have them: each answers from memory what it read lately.

Only where `TOLLGATE_TEST_NODES` is set; all other files then run over such nodes too."""

import time

import pytest

from harness import sdk
from harness.raw import Raw
from harness.sdk import as_sent

# The default of --catalog-max-age-ms.
MAX_AGE_SECONDS = 1.0


@pytest.fixture(scope="module")
def clients(usual_nodes):
    return [sdk.client(f"http://127.0.0.1:{port}", usual_nodes.test_key) for port in usual_nodes.ports]


def names(client, product):
    """As read by key, in the list, and by search."""
    listed = {found.id: found.name for found in client.v1.products.list({"limit": 100}).data}
    found = client.v1.products.search({"query": f"metadata['of']:'{product.metadata['of']}'"}).data
    return [client.v1.products.retrieve(product.id).name, listed[product.id], *(each.name for each in found)]


@pytest.mark.parametrize("writer", [0, 1])
def test_who_writes_reads_it_at_once_on_the_same_node(clients, writer):
    client = clients[writer]
    product = client.v1.products.create({"name": "Gold", "metadata": {"of": f"writer-{writer}"}})
    assert names(client, product) == ["Gold"] * 3

    for number in range(20):
        client.v1.products.update(product.id, {"name": f"Gold {number}"})
        assert names(client, product) == [f"Gold {number}"] * 3


def test_the_other_node_knows_once_memory_is_too_old(clients):
    here, there = clients
    product = here.v1.products.create({"name": "Gold", "metadata": {"of": "both"}})
    assert names(there, product) == ["Gold"] * 3

    for number in range(3):
        here.v1.products.update(product.id, {"name": f"Gold {number}"})
        time.sleep(MAX_AGE_SECONDS)
        assert names(there, product) == [f"Gold {number}"] * 3


def test_a_change_is_made_of_what_the_other_node_wrote_and_not_of_memory(clients):
    here, there = clients
    product = here.v1.products.create({"name": "Gold", "metadata": {"of": "change"}})
    for client in clients:
        assert client.v1.products.retrieve(product.id).name == "Gold"

    for number in range(10):
        here.v1.products.update(product.id, {"metadata": {f"here-{number}": "yes"}})
        there.v1.products.update(product.id, {"metadata": {f"there-{number}": "yes"}})

    # An update answers what it has decided over, so no age counts.
    after = here.v1.products.update(product.id, {"name": "Silver"})
    assert len(as_sent(after)["metadata"]) == 21


def test_a_key_of_one_node_is_known_to_the_other(usual_nodes):
    here, there = (Raw(port, usual_nodes.test_key) for port in usual_nodes.ports)

    first = here.post("/v1/products", "name=Once", idempotency_key="of-two-nodes")
    again = there.post("/v1/products", "name=Once", idempotency_key="of-two-nodes")

    assert again.text == first.text
    assert again.headers["idempotent-replayed"] == "true"
