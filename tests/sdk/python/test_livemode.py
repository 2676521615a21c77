"""Test mode and live mode never see each other's objects."""

import pytest

from harness.refusals import Refusal, check_answer
from harness.sdk import as_sent


@pytest.fixture(scope="module", params=["test", "live"])
def modes(request, client, raw, live_client, live_raw):
    """A client of the mode that owns an object and the raw access of the other one, both ways round."""
    if request.param == "test":
        return client, live_raw, "test", "live"
    return live_client, raw, "live", "test"


@pytest.fixture(scope="module")
def product(modes):
    owner, *_ = modes
    return owner.v1.products.create(
        {"name": "Sealed", "default_price_data": {"currency": "usd", "unit_amount": 1}, "expand": ["default_price"]}
    )


def elsewhere(noun, identifier, owning_mode, asking_mode, param, status):
    return Refusal(
        f"No such {noun}: '{identifier}'; a similar object exists in {owning_mode} mode, but a {asking_mode} mode key "
        "was used to make this request.",
        param,
        "resource_missing",
        status,
    )


def test_the_key_decides_the_mode_of_what_it_creates(modes, product):
    _, _, owning_mode, _ = modes

    assert product.livemode is (owning_mode == "live")
    assert product.default_price.livemode is (owning_mode == "live")


def test_what_is_asked_for_by_path_in_the_other_mode_is_said_to_exist_elsewhere(modes, product):
    _, other, owning_mode, asking_mode = modes

    def expected(noun, identifier, param):
        return elsewhere(noun, identifier, owning_mode, asking_mode, param, 404)

    for answer in (
        other.get(f"/v1/products/{product.id}"),
        other.post(f"/v1/products/{product.id}", "name=Taken+over"),
        other.delete(f"/v1/products/{product.id}"),
    ):
        check_answer(answer, expected("product", product.id, "id"))
    price = product.default_price.id
    check_answer(other.get(f"/v1/prices/{price}"), expected("price", price, "price"))


def test_what_is_named_by_a_parameter_in_the_other_mode_is_a_fault_of_the_parameter(modes, product):
    _, other, owning_mode, asking_mode = modes

    refused = other.post("/v1/prices", f"product={product.id}&currency=usd&unit_amount=1")

    check_answer(refused, elsewhere("product", product.id, owning_mode, asking_mode, "product", 400))


def test_lists_searches_and_events_hold_only_their_own_mode(modes, product):
    _, other, *_ = modes

    for path in ("/v1/products?limit=100", "/v1/prices?limit=100", "/v1/products/search?query=name:'sealed'"):
        found = other.get(path).json["data"]
        assert product.id not in {item["id"] for item in found}
        assert product.default_price.id not in {item["id"] for item in found}
    caused = {event["data"]["object"]["id"] for event in other.get("/v1/events?limit=100").json["data"]}
    assert not {product.id, product.default_price.id} & caused


def test_both_modes_may_use_the_same_id_and_lookup_key(client, live_client):
    for mode in (client, live_client):
        mode.v1.products.create({"id": "gold", "name": "Gold Plan"})
        mode.v1.prices.create({"product": "gold", "currency": "usd", "unit_amount": 1, "lookup_key": "gold"})

    live_client.v1.products.update("gold", {"name": "Live Gold"})

    assert client.v1.products.retrieve("gold").name == "Gold Plan"
    assert live_client.v1.products.retrieve("gold").name == "Live Gold"


def test_events_carry_the_mode_of_what_they_tell(live_client):
    live_client.v1.products.create({"name": "Told"})

    events = as_sent(live_client.v1.events.list({"type": "product.created"}))["data"]
    assert all(event["livemode"] and event["data"]["object"]["livemode"] for event in events)
