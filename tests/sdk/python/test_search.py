"""Searching products and prices in Stripe's query language."""

from urllib.parse import quote

import pytest

from harness.refusals import UNSPECIFIED, Refusal, check_answer, missing, not_an_integer, unknown

UNREADABLE = (
    'We were unable to parse your search query. Try using the format `metadata["key"]:"value"` to query for metadata '
    'or key:"value" to query for other fields.'
)


@pytest.fixture(scope="module")
def products(client):
    made = {
        "gold": {
            "name": "Gold Plan",
            "description": "For growing teams, with support",
            "metadata": {"tier": "3", "owner": "Ada Lovelace"},
            "url": "https://example.com/gold",
        },
        "silver": {
            "name": "Silver Plan",
            "description": "For small teams",
            "metadata": {"tier": "2"},
            "shippable": False,
        },
        "golden": {"name": "Golden Retriever's Bowl", "metadata": {"tier": "3", "odd": 'a "b" c'}, "shippable": True},
        "archived": {"name": "Gold Plan 2019", "active": False},
    }
    return {name: client.v1.products.create(params) for name, params in made.items()}


@pytest.fixture(scope="module")
def prices(client, products):
    made = {
        "monthly": {"currency": "usd", "recurring": {"interval": "month"}, "lookup_key": "gold_monthly"},
        "once": {"currency": "eur", "metadata": {"list": "2026"}},
        "archived": {"currency": "usd", "active": False},
    }
    return {
        name: client.v1.prices.create({"product": products["gold"].id, "unit_amount": 1} | params)
        for name, params in made.items()
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        # Strings: `:` whole words, `~` part of a word, both whatever the case.
        ('name:"Gold Plan"', ["gold", "archived"]),
        ('name:"gold"', ["gold", "archived"]),
        ('name:"GOLD"', ["gold", "archived"]),
        ('name:"gol"', []),
        ('name~"gol"', ["gold", "golden", "archived"]),
        ('name~"OLD"', ["gold", "golden", "archived"]),
        ('description:"teams"', ["gold", "silver"]),
        ('description~"eam"', ["gold", "silver"]),
        ('url:"https://example.com/gold"', ["gold"]),
        # Tokens: `:` and the whole value, whatever the case.
        ('active:"true"', ["gold", "silver", "golden"]),
        ("active:true", ["gold", "silver", "golden"]),
        ("active:'FALSE'", ["archived"]),
        ('shippable:"true"', ["golden"]),
        ('shippable:"false"', ["silver"]),
        ('metadata["tier"]:"3"', ["gold", "golden"]),
        ('metadata["owner"]:"ada lovelace"', ["gold"]),
        ('metadata["owner"]:"ada"', []),
        # Quotes, of either kind, and escapes in them.
        ("name:'gold'", ["gold", "archived"]),
        ("metadata['tier']:'2'", ["silver"]),
        ("name:'Golden Retriever\\'s Bowl'", ["golden"]),
        ('metadata["odd"]:"a \\"b\\" c"', ["golden"]),
        # Absence, and the opposite of a clause.
        ('metadata["tier"]:null', ["archived"]),
        ('-metadata["tier"]:null', ["gold", "silver", "golden"]),
        ('-name:"gold"', ["silver", "golden"]),
        ("url:null", ["silver", "golden", "archived"]),
        # More than one clause.
        ('name:"gold" AND active:"true"', ["gold"]),
        ('name:"gold" and active:"true"', ["gold"]),
        ('name:"gold" active:"true"', ["gold"]),
        ('name:"gold" AND -active:"true"', ["archived"]),
        ('name:"silver" OR metadata["tier"]:"3"', ["gold", "silver", "golden"]),
        ('name:"silver" or name:"bowl"', ["silver", "golden"]),
        (" AND ".join(['active:"true"'] * 10), ["gold", "silver", "golden"]),
    ],
)
def test_a_query_finds_these_products(client, products, query, names):
    found = client.v1.products.search({"query": query, "limit": 100})

    assert {product.id for product in found.data} == {products[name].id for name in names}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ('currency:"usd"', ["monthly", "archived"]),
        ("currency:usd", ["monthly", "archived"]),
        ('active:"true"', ["monthly", "once"]),
        ('type:"recurring"', ["monthly"]),
        ('type:"one_time" AND active:"false"', ["archived"]),
        ('lookup_key:"gold_monthly"', ["monthly"]),
        ('metadata["list"]:"2026"', ["once"]),
        ('product:"<gold>"', ["monthly", "once", "archived"]),
        ('product:"<silver>"', []),
    ],
)
def test_a_query_finds_these_prices(client, products, prices, query, names):
    for name, product in products.items():
        query = query.replace(f"<{name}>", product.id)

    found = client.v1.prices.search({"query": query})

    assert {price.id for price in found.data} == {prices[name].id for name in names}


def test_an_answer_has_the_keys_of_a_search_result(raw, products):
    assert raw.get("/v1/products/search?query=name:'bowl'").json == {
        "object": "search_result",
        "data": [raw.get(f"/v1/products/{products['golden'].id}").json],
        "has_more": False,
        "next_page": None,
        "url": "/v1/products/search",
    }


def test_the_total_count_is_given_when_expanded_and_is_not_of_the_page_alone(client, products):
    found = client.v1.products.search({"query": "active:'true'", "limit": 1, "expand": ["total_count"]})

    assert found.total_count == 3
    assert len(found.data) == 1


def test_pages_follow_each_other_without_a_gap_or_a_repeat(client, products):
    first = client.v1.products.search({"query": "name~'plan'", "limit": 2})
    second = client.v1.products.search({"query": "name~'plan'", "limit": 2, "page": first.next_page})

    assert (first.has_more, len(first.data)) == (True, 2)
    assert (second.has_more, second.next_page, len(second.data)) == (False, None, 1)
    assert {product.id for product in first.data + second.data} == {
        products[name].id for name in ("gold", "silver", "archived")
    }


def test_auto_paging_finds_every_match_once(client, products):
    pages = client.v1.products.search({"query": "-name:'nothing'", "limit": 1})

    found = [product.id for product in pages.auto_paging_iter()]

    assert len(found) == 4
    assert set(found) == {product.id for product in products.values()}


def test_what_was_just_written_is_found_at_once(client):
    product = client.v1.products.create({"name": "Ephemeral"})
    assert [found.id for found in client.v1.products.search({"query": "name:'ephemeral'"}).data] == [product.id]

    client.v1.products.update(product.id, {"name": "Renamed"})
    assert client.v1.products.search({"query": "name:'ephemeral'"}).data == []
    client.v1.products.delete(product.id)
    assert client.v1.products.search({"query": "name:'renamed'"}).data == []


@pytest.mark.parametrize(
    "query",
    [
        "gold",
        'name:"gold',
        "name:",
        ':"gold"',
        'name:"gold" AND',
        '(name:"gold")',
        'metadata[tier:"3"',
        'name:"gold" AND active:"true" OR shippable:"true"',
        'name>"gold"',
        'active~"tru"',
        'name~"go"',
        " AND ".join(['active:"true"'] * 11),
    ],
)
def test_a_query_that_cannot_be_read_is_refused(raw, query):
    refused = raw.get(f"/v1/products/search?query={quote(query)}")

    check_answer(refused, Refusal(UNSPECIFIED, param="query"))


def test_nonsense_is_answered_with_how_a_query_looks(raw):
    check_answer(raw.get("/v1/products/search?query=gold"), Refusal(UNREADABLE, param="query"))


@pytest.mark.parametrize("resource", ["products", "prices"])
def test_an_unknown_field_is_refused_by_name(raw, resource):
    refused = raw.get(f"/v1/{resource}/search?query=foo:'bar'")

    message = (
        f"Field `foo` is an unsupported search field for resource `{resource}`. See "
        f"http://stripe.com/docs/search#query-fields-for-{resource} for a list of supported fields."
    )
    check_answer(refused, Refusal(message, param=UNSPECIFIED))


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("", missing("query")),
        ("query=active:true&starting_after=prod_x", unknown("starting_after")),
        ("query=active:true&limit=abc", not_an_integer("abc", "limit")),
        ("query=active:true&page=nonsense", Refusal(UNSPECIFIED, "page", UNSPECIFIED)),
    ],
)
def test_other_faults_of_a_search_are_refused_as_everywhere(raw, form, expected):
    check_answer(raw.get(f"/v1/products/search?{form}"), expected)
