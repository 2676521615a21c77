"""Lists of features page by page. Their ids sort by creation, so newest first is backwards by id."""

import pytest

COUNT = 25
FEATURES = "/v1/entitlements/features"


@pytest.fixture(scope="module")
def features(client):
    return client.v1.entitlements.features


@pytest.fixture(scope="module")
def ids(features):
    """All features of this file's server, oldest first."""
    return sorted(features.create({"lookup_key": f"f{number}", "name": str(number)}).id for number in range(COUNT))


def listed(features, **params):
    page = features.list(params)
    return [feature.id for feature in page.data], page.has_more


def test_a_list_is_newest_first_and_ten_long_unless_asked_otherwise(features, ids):
    page = features.list()

    assert [feature.id for feature in page.data] == ids[::-1][:10]
    assert page.has_more is True
    assert page.url == FEATURES


@pytest.mark.parametrize(("limit", "length"), [(1, 1), (24, 24), (25, 25), (101, 25), (0, 1), (-5, 1)])
def test_a_limit_is_clamped_to_between_one_and_a_hundred(features, ids, limit, length):
    assert listed(features, limit=limit) == (ids[::-1][:length], length < COUNT)


def test_auto_paging_walks_every_feature_once_in_both_directions(features, ids):
    assert [feature.id for feature in features.list({"limit": 7}).auto_paging_iter()] == ids[::-1]
    backwards = features.list({"limit": 7, "ending_before": ids[0]})
    assert [feature.id for feature in backwards.auto_paging_iter()] == ids[1:]


def test_has_more_is_about_the_direction_walked(features, ids):
    assert listed(features, limit=2, starting_after=ids[2]) == ([ids[1], ids[0]], False)
    assert listed(features, limit=2, starting_after=ids[3]) == ([ids[2], ids[1]], True)
    assert listed(features, limit=2, ending_before=ids[-3]) == ([ids[-1], ids[-2]], False)
    assert listed(features, limit=2, ending_before=ids[-4]) == ([ids[-2], ids[-3]], True)


def test_there_is_nothing_beyond_the_ends(features, ids):
    assert listed(features, starting_after=ids[0]) == ([], False)
    assert listed(features, ending_before=ids[-1]) == ([], False)


def test_a_cursor_need_not_match_the_filter(features, ids):
    oldest = features.retrieve(ids[0]).lookup_key

    assert listed(features, lookup_key=oldest, starting_after=ids[10]) == ([ids[0]], False)
    assert listed(features, lookup_key=oldest, ending_before=ids[10]) == ([], False)


def test_the_features_of_a_product_are_paged_alike(client, ids):
    client.v1.products.create({"id": "gold&plan", "name": "Gold Plan"})
    of_product = client.v1.products.features
    attached = sorted(of_product.create("gold&plan", {"entitlement_feature": feature}).id for feature in ids)

    page = of_product.list("gold&plan", {"limit": 10})

    assert [item.id for item in page.data] == attached[::-1][:10]
    assert page.has_more is True
    assert page.url == "/v1/products/gold%26plan/features"
    assert [item.id for item in page.auto_paging_iter()] == attached[::-1]
    backwards = of_product.list("gold&plan", {"limit": 4, "ending_before": attached[0]})
    assert [item.id for item in backwards.auto_paging_iter()] == attached[1:]
