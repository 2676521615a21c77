"""Customers: made, read, changed, deleted, listed, searched, and told of in events."""

import re

import pytest
import stripe

from harness.sdk import as_sent


@pytest.fixture
def customers(client):
    return client.v1.customers


def ids(page):
    return [customer.id for customer in page.data]


def test_a_customer_is_created_with_everything_and_retrieved(customers):
    customer = customers.create(
        {
            "name": "Ann Smith",
            "email": "ann@example.com",
            "phone": "+49 731 1",
            "description": "A friend",
            "address": {"city": "Ulm", "country": "DE", "line1": "1 Way", "postal_code": "89073"},
            "shipping": {"name": "Bo", "address": {"city": "Bonn"}},
            "balance": -500,
            "tax_exempt": "reverse",
            "preferred_locales": ["de", "en"],
            "invoice_settings": {"footer": "Thanks", "custom_fields": [{"name": "PO", "value": "7"}]},
            "metadata": {"tier": "gold"},
        }
    )

    sent = as_sent(customer)
    assert re.fullmatch(r"cus_[A-Za-z0-9]{14}", customer.id)
    assert re.fullmatch(r"[A-Z0-9]{8}", customer.invoice_prefix)
    assert sent["address"] == {
        "city": "Ulm",
        "country": "DE",
        "line1": "1 Way",
        "line2": None,
        "postal_code": "89073",
        "state": None,
    }
    assert sent["invoice_settings"]["custom_fields"] == [{"name": "PO", "value": "7"}]
    assert (customer.balance, customer.tax_exempt, customer.livemode) == (-500, "reverse", False)
    assert as_sent(customers.retrieve(customer.id)) == sent


def test_an_update_changes_what_it_names_and_keeps_the_rest(customers):
    customer = customers.create({"name": "Bob", "address": {"city": "Rome"}, "metadata": {"a": "1", "b": "2"}})

    assert as_sent(customers.update(customer.id)) == as_sent(customer)
    changed = customers.update(customer.id, {"email": "b@example.com", "address": {"line1": "x"}, "metadata": {"a": ""}})

    address = as_sent(customer)["address"] | {"line1": "x"}
    expected = as_sent(customer) | {"email": "b@example.com", "address": address, "metadata": {"b": "2"}}
    assert as_sent(changed) == expected
    assert as_sent(customers.update(customer.id, {"address": "", "name": ""})) == expected | {"address": None, "name": None}


def test_a_deleted_customer_is_a_stub_and_nothing_else(customers):
    customer = customers.create({"email": "gone@example.com"})

    deleted = customers.delete(customer.id)

    stub = {"id": customer.id, "object": "customer", "deleted": True}
    assert as_sent(deleted) == stub
    assert as_sent(customers.retrieve(customer.id)) == stub
    assert customers.list({"email": "gone@example.com"}).data == []
    with pytest.raises(stripe.InvalidRequestError) as again:
        customers.delete(customer.id)
    assert (again.value.http_status, again.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError) as changed:
        customers.update(customer.id, {"name": "Back"})
    assert (changed.value.http_status, changed.value.param) == (400, "id")
    with pytest.raises(stripe.InvalidRequestError) as listed:
        customers.list({"starting_after": customer.id})
    assert (listed.value.http_status, listed.value.param) == (400, "starting_after")


def test_lists_walk_by_pages_and_filter(own_server):
    from harness import sdk

    customers = sdk.client(own_server.base_url, own_server.test_key).v1.customers
    made = [customers.create({"email": f"{number % 2}@example.com"}).id for number in range(5)]

    assert ids(customers.list()) == made[::-1]
    assert [customer.id for customer in customers.list({"limit": 2}).auto_paging_iter()] == made[::-1]
    assert ids(customers.list({"email": "1@example.com"})) == [made[3], made[1]]
    assert ids(customers.list({"limit": 2, "ending_before": made[1]})) == [made[3], made[2]]
    assert customers.list({"created": {"gt": 4_000_000_000}}).data == []


def test_searches_find_customers_by_every_field(customers):
    customer = customers.create({"name": "Zoë Zebra", "email": "zoe@zoo.example", "phone": "90125", "metadata": {"k": "Vz"}})

    for query in ('name:"zebra"', 'email:"zoe@zoo.example"', 'phone:"90125"', 'metadata["k"]:"vz"', 'name~"zeb"'):
        assert ids(customers.search({"query": query})) == [customer.id], query
    customers.delete(customer.id)
    assert customers.search({"query": 'name:"zebra"'}).data == []


def test_lists_of_a_customer_are_there_when_they_are_asked_for(customers):
    customer = customers.create({})

    expanded = customers.retrieve(customer.id, {"expand": ["sources", "subscriptions", "tax_ids", "tax", "test_clock"]})

    for name in ("sources", "subscriptions", "tax_ids"):
        assert as_sent(expanded)[name]["data"] == []
    assert "sources" not in as_sent(customers.retrieve(customer.id))


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"email": "nope"}, "email", "email_invalid"),
        ({"name": "x" * 257}, "name", None),
        ({"shipping": {"name": "x"}}, "shipping[address]", "parameter_missing"),
        ({"tax_exempt": "maybe"}, "tax_exempt", None),
        ({"test_clock": "clock_nope"}, "test_clock", "resource_missing"),
        ({"payment_method": "pm_nope"}, "payment_method", "resource_missing"),
        ({"nope": "1"}, "nope", "parameter_unknown"),
    ],
)
def test_a_fault_names_its_parameter(customers, params, param, code):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        customers.create(params)
    assert (refused.value.http_status, refused.value.param, refused.value.code) == (400, param, code)


def test_every_change_is_told_of(client, customers):
    customer = customers.create({"name": "Told"})
    customers.update(customer.id, {"name": "Again"})
    customers.delete(customer.id)

    events = [event for event in client.v1.events.list({"limit": 10}).data if event.data.object.id == customer.id]
    assert [event.type for event in events] == ["customer.deleted", "customer.updated", "customer.created"]
    assert events[0].data.object.name == "Again"
    assert events[1].data.previous_attributes.to_dict() == {"name": "Told"}


def test_customers_of_the_environments_are_apart(customers, live_client):
    customer = customers.create({})
    with pytest.raises(stripe.InvalidRequestError) as missing:
        live_client.v1.customers.retrieve(customer.id)
    assert "a similar object exists in test mode" in missing.value.user_message
