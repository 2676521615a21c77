"""Features: made, read, changed, archived, and listed page by page."""

import re

import pytest

from harness import sdk
from harness.refusals import UNSPECIFIED, Refusal, check_answer, no_such
from harness.sdk import as_sent

FEATURES = "/v1/entitlements/features"


@pytest.fixture
def features(client):
    return client.v1.entitlements.features


def keys(page):
    return [feature.lookup_key for feature in page.data]


def test_a_feature_is_created_with_every_parameter_and_retrieved(features):
    feature = features.create({"lookup_key": "sso", "name": "Single sign-on", "metadata": {"team": "core"}})

    assert as_sent(feature) == {
        "id": feature.id,
        "object": "entitlements.feature",
        "active": True,
        "livemode": False,
        "lookup_key": "sso",
        "metadata": {"team": "core"},
        "name": "Single sign-on",
    }
    assert re.fullmatch(r"feat_[A-Za-z0-9]{24,}", feature.id)
    assert as_sent(features.retrieve(feature.id)) == as_sent(feature)


def test_an_update_changes_what_it_names_and_keeps_the_rest(features):
    feature = features.create({"lookup_key": "audit", "name": "Audit", "metadata": {"kept": "1", "dropped": "2"}})

    assert as_sent(features.update(feature.id)) == as_sent(feature)
    renamed = features.update(feature.id, {"name": "Audit log", "metadata": {"dropped": "", "added": "3"}})

    assert as_sent(renamed) == as_sent(feature) | {"name": "Audit log", "metadata": {"kept": "1", "added": "3"}}
    assert features.update(feature.id, {"metadata": ""}).metadata.to_dict() == {}
    assert as_sent(features.retrieve(feature.id)) == as_sent(feature) | {"name": "Audit log", "metadata": {}}


def test_an_archived_feature_is_left_out_of_lists_until_it_is_taken_back(features):
    feature = features.create({"lookup_key": "fax", "name": "Fax"})

    assert features.update(feature.id, {"active": False}).active is False

    assert features.retrieve(feature.id).active is False
    assert "fax" not in keys(features.list({"limit": 100}))
    assert keys(features.list({"lookup_key": "fax"})) == []
    assert "fax" not in keys(features.list({"limit": 100, "archived": False}))
    assert keys(features.list({"archived": True, "lookup_key": "fax"})) == ["fax"]
    assert all(not archived.active for archived in features.list({"archived": True}).data)

    assert features.update(feature.id, {"active": True}).active is True
    assert keys(features.list({"lookup_key": "fax"})) == ["fax"]
    assert "fax" not in keys(features.list({"archived": True}))


@pytest.mark.parametrize("active", [True, False], ids=["active", "archived"])
def test_a_lookup_key_belongs_to_one_feature_for_good(features, raw, active):
    feature = features.create({"lookup_key": f"taken-{active}", "name": "First"})
    features.update(feature.id, {"active": active})

    refused = raw.post(FEATURES, f"lookup_key=taken-{active}&name=Second")

    # No source has the words.
    check_answer(refused, Refusal(UNSPECIFIED, "lookup_key", UNSPECIFIED))
    assert feature.id in refused.error["message"]


def test_creation_and_update_leave_no_event(client, features):
    before = as_sent(client.v1.events.list({"limit": 100}))

    feature = features.create({"lookup_key": "quiet", "name": "Quiet"})
    features.update(feature.id, {"name": "Silent"})

    assert as_sent(client.v1.events.list({"limit": 100})) == before


def test_both_modes_have_features_of_their_own(features, raw, live_client, live_raw):
    ours = features.create({"lookup_key": "both", "name": "Test"})
    theirs = live_client.v1.entitlements.features.create({"lookup_key": "both", "name": "Live"})

    assert theirs.livemode is True
    assert keys(live_client.v1.entitlements.features.list()) == ["both"]
    answer = live_raw.get(f"{FEATURES}/{ours.id}")
    check_answer(
        answer,
        Refusal(
            f"No such feature: '{ours.id}'; a similar object exists in test mode, but a live mode key was used to make "
            "this request.",
            "id",
            "resource_missing",
            404,
        ),
    )
    check_answer(raw.get(f"{FEATURES}/feat_nope"), no_such("feature", "feat_nope", "id", status=404))


def test_a_creation_sent_twice_under_one_idempotency_key_makes_one_feature(features):
    params, options = {"lookup_key": "once", "name": "Once"}, {"idempotency_key": "features-once"}

    first, again = features.create(params, options), features.create(params, options)

    assert as_sent(again) == as_sent(first)
    assert len(features.list({"lookup_key": "once"}).data) == 1


def test_features_and_what_products_grant_outlive_a_kill(own_server):
    client = sdk.client(own_server.base_url, own_server.test_key)
    feature = client.v1.entitlements.features.create({"lookup_key": "sso", "name": "SSO", "metadata": {"a": "1"}})
    client.v1.products.create({"id": "gold", "name": "Gold Plan"})
    attached = client.v1.products.features.create("gold", {"entitlement_feature": feature.id})
    archived = client.v1.entitlements.features.update(feature.id, {"active": False})

    own_server.kill()
    own_server.start()

    client = sdk.client(own_server.base_url, own_server.test_key)
    assert as_sent(client.v1.entitlements.features.retrieve(feature.id)) == as_sent(archived)
    assert keys(client.v1.entitlements.features.list({"archived": True})) == ["sso"]
    assert [item.id for item in client.v1.products.features.list("gold").data] == [attached.id]
