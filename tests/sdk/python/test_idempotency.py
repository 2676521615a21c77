"""A request sent twice under one Idempotency-Key is carried out once."""

import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from harness import sdk
from harness.proxy import AnswerCuttingProxy
from harness.raw import Raw
from harness.refusals import UNSPECIFIED, Refusal, check_answer, empty

OTHER_PARAMETERS = (
    "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a "
    "key other than '{key}' if you meant to execute a different request."
)
OTHER_ENDPOINT = (
    "Keys for idempotent requests can only be used for the same endpoint they were first used for ('{now}' vs "
    "'{first}'). Try using a key other than '{key}' if you meant to execute a different request."
)


@pytest.fixture
def key():
    return f"key-{secrets.token_hex(8)}"


def products_named(client, name):
    return [product.id for product in client.v1.products.search({"query": f"name:'{name}'", "limit": 100}).data]


def test_a_repeated_request_is_answered_again_with_the_first_answer(raw, key):
    first = raw.post("/v1/products", "name=Gold+Plan", idempotency_key=key)
    again = raw.post("/v1/products", "name=Gold+Plan", idempotency_key=key)

    assert again.status == 200
    assert again.text == first.text
    assert first.headers["idempotency-key"] == key
    assert first.headers["original-request"] == first.request_id
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotency-key"] == key
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-request"] == first.request_id
    assert again.request_id != first.request_id


def test_order_and_encoding_of_the_parameters_do_not_matter(raw, key):
    first = raw.post("/v1/products", "name=Gold+Plan&metadata[a]=1&images[]=https://example.com", idempotency_key=key)
    again = raw.post(
        "/v1/products",
        "images%5B0%5D=https%3A%2F%2Fexample.com&metadata%5Ba%5D=1&name=Gold%20Plan",
        idempotency_key=key,
    )

    assert again.json == first.json
    assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize("form", ["name=Silver+Plan", "name=Gold+Plan&active=true", "name=Gold+Plan&expand[]=tax_code"])
def test_other_parameters_under_the_same_key_are_refused(raw, key, form):
    raw.post("/v1/products", "name=Gold+Plan", idempotency_key=key)
    before = raw.everything()

    refused = raw.post("/v1/products", form, idempotency_key=key)

    assert refused.status == 400
    assert refused.error["type"] == "idempotency_error"
    assert refused.error["message"] == OTHER_PARAMETERS.format(key=key)
    assert not {"code", "param"} & refused.error.keys()
    assert raw.everything() == before


def test_another_endpoint_under_the_same_key_is_refused(raw, key):
    product = raw.post("/v1/products", "name=Gold+Plan", idempotency_key=key).json
    endpoint = f"/v1/products/{product['id']}"

    refused = raw.post(endpoint, "name=Gold+Plan", idempotency_key=key)

    assert refused.status == 400
    assert refused.error["type"] == "idempotency_error"
    assert refused.error["message"] == OTHER_ENDPOINT.format(key=key, now=endpoint, first="/v1/products")


def test_the_sdk_raises_an_idempotency_error(client, key):
    client.v1.products.create({"name": "Gold Plan"}, {"idempotency_key": key})

    with pytest.raises(stripe.IdempotencyError) as refused:
        client.v1.products.create({"name": "Silver Plan"}, {"idempotency_key": key})

    assert refused.value.http_status == 400
    assert refused.value.user_message == OTHER_PARAMETERS.format(key=key)


def test_a_key_is_free_after_a_fault_of_the_parameters(raw, key):
    check_answer(raw.post("/v1/products", "name=", idempotency_key=key), empty("name"))

    corrected = raw.post("/v1/products", "name=Gold+Plan", idempotency_key=key)

    assert corrected.status == 200
    assert "idempotent-replayed" not in corrected.headers


def test_a_refusal_of_the_execution_is_kept_and_answered_again(raw, key):
    taken = raw.post("/v1/products", "name=Holder&id=kept-refusal").json["id"]
    first = raw.post("/v1/products", f"name=Gold+Plan&id={taken}", idempotency_key=key)
    raw.delete(f"/v1/products/{taken}")

    again = raw.post("/v1/products", f"name=Gold+Plan&id={taken}", idempotency_key=key)

    assert first.status == 400
    assert again.status == 400
    assert again.text == first.text
    assert again.headers["idempotent-replayed"] == "true"


def test_a_replay_survives_the_object_it_created(raw, key):
    first = raw.post("/v1/products", "name=Gold+Plan", idempotency_key=key)
    raw.delete(f"/v1/products/{first.json['id']}")

    assert raw.post("/v1/products", "name=Gold+Plan", idempotency_key=key).text == first.text


def test_a_key_has_no_effect_on_reading_and_deleting(raw, key):
    product, other = (raw.post("/v1/products", "name=Gold+Plan").json["id"] for _ in range(2))

    for identifier in (product, other):
        answer = raw.get(f"/v1/products/{identifier}", idempotency_key=key)
        assert answer.json["id"] == identifier
        assert "idempotent-replayed" not in answer.headers
    for identifier in (product, other):
        assert raw.delete(f"/v1/products/{identifier}", idempotency_key=key).json["id"] == identifier


def test_a_key_of_255_characters_is_taken_and_a_longer_one_refused(raw):
    longest = secrets.token_hex(128)[:255]

    assert raw.post("/v1/products", "name=Gold+Plan", idempotency_key=longest).status == 200
    check_answer(
        raw.post("/v1/products", "name=Gold+Plan", idempotency_key=longest + "x"),
        Refusal(UNSPECIFIED, UNSPECIFIED, UNSPECIFIED),
    )


def test_the_two_modes_have_keys_of_their_own(raw, live_raw, key):
    in_test = raw.post("/v1/products", "name=Gold+Plan", idempotency_key=key)
    in_live = live_raw.post("/v1/products", "name=Silver+Plan", idempotency_key=key)

    assert in_live.status == 200
    assert in_live.json["id"] != in_test.json["id"]


def test_requests_of_one_key_at_once_create_one_product(client, raw, key):
    name = f"Racing {key}"
    form = f"name={name.replace(' ', '+')}"

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: raw.post("/v1/products", form, idempotency_key=key), range(8)))

    [created] = products_named(client, name)
    for answer in answers:
        if answer.status == 409:
            assert answer.error["type"] == "idempotency_error"
            assert answer.error["code"] == "idempotency_key_in_use"
        else:
            assert answer.json["id"] == created
    assert any(answer.status == 200 for answer in answers)


def test_an_sdk_that_lost_the_answer_tries_again_and_the_product_is_there_once(server, client, key):
    name = f"Lost {key}"

    with AnswerCuttingProxy(server.port, cuts=2) as proxy:
        behind_proxy = sdk.client(proxy.base_url, server.test_key, max_network_retries=2)
        product = behind_proxy.v1.products.create({"name": name})

    assert proxy.answers_cut == 2
    assert product.last_response.headers["idempotent-replayed"] == "true"
    assert products_named(client, name) == [product.id]


def test_an_sdk_that_may_not_try_again_reports_the_lost_connection(server, client, key):
    name = f"Lost {key}"

    with AnswerCuttingProxy(server.port, cuts=1) as proxy:
        behind_proxy = sdk.client(proxy.base_url, server.test_key, max_network_retries=0)
        with pytest.raises(stripe.APIConnectionError):
            behind_proxy.v1.products.create({"name": name}, {"idempotency_key": key})

    # The answer was lost, not the work; the same key tells what came of it.
    [created] = products_named(client, name)
    assert client.v1.products.create({"name": name}, {"idempotency_key": key}).id == created


def test_a_key_is_remembered_across_a_crash(own_server, key):
    before = Raw(own_server.port, own_server.test_key).post("/v1/products", "name=Gold+Plan", idempotency_key=key)
    own_server.kill()
    own_server.start()

    after = Raw(own_server.port, own_server.test_key).post("/v1/products", "name=Gold+Plan", idempotency_key=key)

    assert after.text == before.text
    assert after.headers["idempotent-replayed"] == "true"
