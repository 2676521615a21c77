"""Lists page by page: the order, the cursors, the limit, and the SDK's own auto-paging over 250 products."""

from concurrent.futures import ThreadPoolExecutor

import pytest

COUNT = 250
ARCHIVED_EVERY = 25


@pytest.fixture(scope="module")
def ids(client):
    """All products of this file's server, oldest first."""
    return [
        client.v1.products.create({"name": f"Product {number}", "active": number % ARCHIVED_EVERY != 0}).id
        for number in range(COUNT)
    ]


def listed(client, **params):
    page = client.v1.products.list(params)
    return [product.id for product in page.data], page.has_more


def test_a_list_is_newest_first_and_ten_long_unless_asked_otherwise(client, ids):
    page = client.v1.products.list()

    assert [product.id for product in page.data] == ids[::-1][:10]
    assert page.has_more is True
    assert page.url == "/v1/products"


@pytest.mark.parametrize(("limit", "length"), [(1, 1), (37, 37), (100, 100), (101, 100), (9999, 100), (0, 1), (-5, 1)])
def test_a_limit_is_clamped_to_between_one_and_a_hundred(client, ids, limit, length):
    assert listed(client, limit=limit) == (ids[::-1][:length], True)


def test_starting_after_gives_the_next_older_ones(client, ids):
    assert listed(client, limit=3, starting_after=ids[100]) == ([ids[99], ids[98], ids[97]], True)


def test_ending_before_gives_the_next_newer_ones_still_newest_first(client, ids):
    assert listed(client, limit=3, ending_before=ids[100]) == ([ids[103], ids[102], ids[101]], True)


def test_has_more_is_about_the_direction_walked(client, ids):
    assert listed(client, limit=2, starting_after=ids[2]) == ([ids[1], ids[0]], False)
    assert listed(client, limit=2, ending_before=ids[-3]) == ([ids[-1], ids[-2]], False)


def test_there_is_nothing_beyond_the_ends(client, ids):
    assert listed(client, starting_after=ids[0]) == ([], False)
    assert listed(client, ending_before=ids[-1]) == ([], False)


@pytest.mark.parametrize("limit", [100, 7])
def test_auto_paging_walks_every_product_once_newest_first(client, ids, limit):
    walked = [product.id for product in client.v1.products.list({"limit": limit}).auto_paging_iter()]

    assert walked == ids[::-1]


def test_auto_paging_backwards_walks_every_newer_product_once_oldest_first(client, ids):
    pages = client.v1.products.list({"limit": 100, "ending_before": ids[0]})

    assert [product.id for product in pages.auto_paging_iter()] == ids[1:]


def test_auto_paging_keeps_the_filter_of_the_first_call(client, ids):
    pages = client.v1.products.list({"limit": 3, "active": False})

    assert [product.id for product in pages.auto_paging_iter()] == ids[::ARCHIVED_EVERY][::-1]


def test_a_cursor_need_not_match_the_filter(client, ids):
    at = 2 * ARCHIVED_EVERY

    assert listed(client, active=True, limit=2, starting_after=ids[at])[0] == [ids[at - 1], ids[at - 2]]
    assert listed(client, active=True, limit=2, ending_before=ids[at])[0] == [ids[at + 2], ids[at + 1]]


def test_products_created_at_once_are_listed_once_each_in_one_steady_order(client):
    before = client.v1.products.list({"limit": 1}).data[0].id

    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(lambda number: client.v1.products.create({"name": f"At once {number}"}).id, range(40)))

    pages = client.v1.products.list({"limit": 7, "ending_before": before})
    walked = [product.id for product in pages.auto_paging_iter()]
    assert len(walked) == 40
    assert set(walked) == made
    assert [product.id for product in client.v1.products.list({"limit": 40}).data] == walked[::-1]
