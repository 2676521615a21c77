"""Which features a product grants."""

import re
import secrets

import pytest

from harness.refusals import check_answer, named, no_such
from harness.sdk import as_sent


@pytest.fixture
def product(client):
    return client.v1.products.create({"name": "Gold Plan"})


@pytest.fixture
def feature(client):
    key = f"key-{secrets.token_hex(4)}"
    return client.v1.entitlements.features.create({"lookup_key": key, "name": "Anything", "metadata": {"a": "1"}})


@pytest.fixture
def features(client):
    return client.v1.products.features


def test_a_feature_is_attached_retrieved_and_listed(features, product, feature):
    attached = features.create(product.id, {"entitlement_feature": feature.id})

    assert as_sent(attached) == {
        "id": attached.id,
        "object": "product_feature",
        "entitlement_feature": as_sent(feature),
        "livemode": False,
    }
    assert re.fullmatch(r"prodft_[A-Za-z0-9]{24,}", attached.id)
    assert as_sent(features.retrieve(product.id, attached.id)) == as_sent(attached)
    assert as_sent(features.list(product.id)) == {
        "object": "list",
        "data": [as_sent(attached)],
        "has_more": False,
        "url": f"/v1/products/{product.id}/features",
    }


def test_the_feature_is_whole_whether_or_not_it_is_expanded(features, product, feature):
    attached = features.create(product.id, {"entitlement_feature": feature.id, "expand": ["entitlement_feature"]})

    assert as_sent(features.retrieve(product.id, attached.id)) == as_sent(attached)
    listed = features.list(product.id, {"expand": ["data.entitlement_feature"]})
    assert as_sent(listed)["data"] == [as_sent(attached)]


def test_a_change_of_the_feature_is_seen_through_its_products(client, features, product, feature):
    attached = features.create(product.id, {"entitlement_feature": feature.id})

    client.v1.entitlements.features.update(feature.id, {"name": "Renamed", "active": False})

    shown = features.retrieve(product.id, attached.id).entitlement_feature
    assert (shown.name, shown.active) == ("Renamed", False)
    assert [item.id for item in features.list(product.id).data] == [attached.id]


def test_detaching_answers_a_stub_and_the_feature_stays(client, raw, features, product, feature):
    attached = features.create(product.id, {"entitlement_feature": feature.id})

    deleted = features.delete(product.id, attached.id)

    assert as_sent(deleted) == {"id": attached.id, "object": "product_feature", "deleted": True}
    assert features.list(product.id).data == []
    path = f"/v1/products/{product.id}/features/{attached.id}"
    gone = no_such("product feature", attached.id, "id", status=404)
    check_answer(raw.get(path), gone)
    check_answer(raw.delete(path), gone)
    assert as_sent(client.v1.entitlements.features.retrieve(feature.id)) == as_sent(feature)


def test_a_detached_feature_may_be_attached_again(features, product, feature):
    first = features.create(product.id, {"entitlement_feature": feature.id})
    features.delete(product.id, first.id)

    second = features.create(product.id, {"entitlement_feature": feature.id})

    assert second.id != first.id
    assert [item.id for item in features.list(product.id).data] == [second.id]


def test_many_products_have_the_same_feature_each_in_its_own_way(client, raw, features, product, feature):
    other = client.v1.products.create({"name": "Silver Plan"})
    of_gold = features.create(product.id, {"entitlement_feature": feature.id})
    of_silver = features.create(other.id, {"entitlement_feature": feature.id})

    features.delete(product.id, of_gold.id)

    assert [item.id for item in features.list(other.id).data] == [of_silver.id]
    path = f"/v1/products/{product.id}/features/{of_silver.id}"
    for answer in (raw.get(path), raw.delete(path)):
        check_answer(answer, no_such("product feature", of_silver.id, "id", status=404))


def test_a_deleted_product_has_no_features_left_if_its_id_is_used_again(client, raw, features, feature):
    for _ in range(2):
        client.v1.products.create({"id": "phoenix", "name": "Phoenix"})
        assert features.list("phoenix").data == []
        features.create("phoenix", {"entitlement_feature": feature.id})
        client.v1.products.delete("phoenix")
        check_answer(raw.get("/v1/products/phoenix/features"), no_such("product", "phoenix", "id", status=404))


def test_attaching_and_detaching_leave_no_event_and_the_product_as_it_was(client, features, product, feature):
    before = as_sent(client.v1.events.list({"limit": 100}))

    features.delete(product.id, features.create(product.id, {"entitlement_feature": feature.id}).id)

    assert as_sent(client.v1.events.list({"limit": 100})) == before
    assert as_sent(client.v1.products.retrieve(product.id)) == as_sent(product)


def test_an_attachment_sent_twice_under_one_idempotency_key_is_made_once(features, product, feature):
    params, options = {"entitlement_feature": feature.id}, {"idempotency_key": f"once-{feature.id}"}

    first, again = features.create(product.id, params, options), features.create(product.id, params, options)

    assert as_sent(again) == as_sent(first)
    assert len(features.list(product.id).data) == 1


def test_a_feature_of_the_other_mode_cannot_be_attached(raw, live_client, product):
    feature = live_client.v1.entitlements.features.create({"lookup_key": "sealed", "name": "Sealed"})

    refused = raw.post(f"/v1/products/{product.id}/features", f"entitlement_feature={feature.id}")

    assert refused.status == 400
    assert refused.error["param"] == "entitlement_feature"
    assert refused.error["message"].startswith(f"No such feature: '{feature.id}'; a similar object exists in live mode")


def test_the_same_feature_is_not_attached_twice(raw, features, product, feature):
    features.create(product.id, {"entitlement_feature": feature.id})

    check_answer(
        raw.post(f"/v1/products/{product.id}/features", f"entitlement_feature={feature.id}"),
        named("entitlement_feature"),
    )
