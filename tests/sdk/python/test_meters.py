"""Meters, what is reported to them, and what that comes to in both dialects."""

import re
import secrets
import time

import pytest

from harness import sdk
from harness.refusals import UNSPECIFIED, Refusal, check_answer, missing, no_such, not_an_integer, not_one_of
from harness.sdk import as_sent

METERS = "/v1/billing/meters"
EVENTS = "/v1/billing/meter_events"
ADJUSTMENTS = "/v1/billing/meter_event_adjustments"
HOUR = 3600


@pytest.fixture
def name():
    return f"calls-{secrets.token_hex(4)}"


@pytest.fixture
def customer(client):
    return client.v1.customers.create({"name": "Acme"})


@pytest.fixture
def meter(client, name):
    return make(client, name)


def make(client, name, formula="sum", **params):
    return client.v1.billing.meters.create(
        {"display_name": "Calls", "event_name": name, "default_aggregation": {"formula": formula}} | params
    )


def report(client, name, customer, value, **params):
    payload = {"stripe_customer_id": customer.id, "value": str(value)}
    return client.v1.billing.meter_events.create({"event_name": name, "payload": payload} | params)


def full_hour():
    return int(time.time()) // HOUR * HOUR


def values(client, meter, customer, start, end, **params):
    query = {"customer": customer.id, "start_time": start, "end_time": end} | params
    page = client.v1.billing.meters.event_summaries.list(meter.id, query)
    return [summary.aggregated_value for summary in page.data]


def test_a_meter_is_created_with_every_parameter_renamed_and_switched(client, name):
    meter = make(
        client,
        name,
        customer_mapping={"type": "by_id", "event_payload_key": "who"},
        value_settings={"event_payload_key": "much"},
        event_time_window="hour",
    )

    expected = {
        "id": meter.id,
        "object": "billing.meter",
        "created": meter.created,
        "customer_mapping": {"event_payload_key": "who", "type": "by_id"},
        "default_aggregation": {"formula": "sum"},
        "display_name": "Calls",
        "event_name": name,
        "event_time_window": "hour",
        "livemode": False,
        "status": "active",
        "status_transitions": {"deactivated_at": None},
        "updated": meter.updated,
        "value_settings": {"event_payload_key": "much"},
    }
    assert as_sent(meter) == expected
    assert re.fullmatch(r"mtr_[A-Za-z0-9]{24,}", meter.id)
    meters = client.v1.billing.meters
    assert as_sent(meters.retrieve(meter.id)) == expected
    assert meters.update(meter.id, {"display_name": "All calls"}).display_name == "All calls"
    off = meters.deactivate(meter.id)
    assert (off.status, off.status_transitions.deactivated_at) == ("inactive", off.updated)
    assert meters.reactivate(meter.id).status == "active"
    types = [event.type for event in client.v1.events.list({"type": "billing.meter.*", "limit": 4}).data]
    assert types == [f"billing.meter.{action}" for action in ("reactivated", "deactivated", "updated", "created")]


def test_an_event_name_has_one_active_meter(client, name, meter, raw):
    taken = Refusal(
        f"An active meter already exists for event name '{name}'. To create a new meter with the same event name, first "
        "deactivate the currently active meter."
    )
    form = f"display_name=x&event_name={name}&default_aggregation[formula]=count"
    check_answer(raw.post(METERS, form), taken)

    client.v1.billing.meters.deactivate(meter.id)
    check_answer(raw.post(EVENTS, f"event_name={name}&payload[a]=1"), Refusal(UNSPECIFIED, "event_name", UNSPECIFIED))
    again = make(client, name, "count")

    check_answer(raw.post(f"{METERS}/{meter.id}/reactivate", ""), taken)
    assert again.id in [found.id for found in client.v1.billing.meters.list({"status": "active"}).data]
    inactive = client.v1.billing.meters.list({"status": "inactive", "limit": 1}).auto_paging_iter()
    assert meter.id in [found.id for found in inactive]


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ("", missing("display_name")),
        ("display_name=a", missing("event_name")),
        ("display_name=a&event_name=b", missing("default_aggregation")),
        ("display_name=a&event_name=b&default_aggregation[x]=y", UNSPECIFIED),
        (
            "display_name=a&event_name=b&default_aggregation[formula]=max",
            not_one_of("count, last, or sum", "default_aggregation[formula]"),
        ),
        (
            "display_name=a&event_name=b&default_aggregation[formula]=sum&customer_mapping[type]=by_id",
            missing("customer_mapping[event_payload_key]"),
        ),
    ],
)
def test_what_makes_no_meter_is_refused_and_changes_nothing(client, raw, form, refusal):
    before = as_sent(client.v1.billing.meters.list({"limit": 100}))

    answer = raw.post(METERS, form)

    if refusal is UNSPECIFIED:
        assert answer.status == 400
    else:
        check_answer(answer, refusal)
    assert as_sent(client.v1.billing.meters.list({"limit": 100})) == before


def test_a_report_is_answered_as_it_was_taken(client, name, meter, customer, raw):
    ago = int(time.time()) - 60
    event = report(client, name, customer, "2.50", identifier=f"{name}-1", timestamp=ago)

    assert as_sent(event) == {
        "object": "billing.meter_event",
        "created": event.created,
        "event_name": name,
        "identifier": f"{name}-1",
        "livemode": False,
        "payload": {"stripe_customer_id": customer.id, "value": "2.50"},
        "timestamp": ago,
    }
    assert report(client, name, customer, 1).identifier
    again = raw.post(EVENTS, f"event_name={name}&payload[value]=1&identifier={name}-1")
    check_answer(again, Refusal(UNSPECIFIED, "identifier", UNSPECIFIED))


@pytest.mark.parametrize("payload", ["payload[stripe_customer_id]=cus_nope&payload[value]=1", "payload[value]=1", "payload[a]=b"])
def test_a_report_of_nobody_is_no_error(name, meter, raw, payload):
    assert raw.post(EVENTS, f"event_name={name}&{payload}").status == 200


def test_what_is_no_report_is_refused(client, name, meter, raw):
    now = int(time.time())
    for form, refusal in [
        ("", missing("event_name")),
        (f"event_name={name}", missing("payload")),
        (f"event_name={name}&payload[a]=1&timestamp=x", not_an_integer("x", "timestamp")),
        (f"event_name={name}&payload[a]=1&timestamp={now - 36 * 24 * HOUR}", Refusal(UNSPECIFIED, "timestamp")),
        (f"event_name={name}&payload[a]=1&timestamp={now + 600}", Refusal(UNSPECIFIED, "timestamp")),
    ]:
        check_answer(raw.post(EVENTS, form), refusal)


def test_formulas_and_windows(client, name, customer):
    hour = full_hour()
    expected = {"sum": [0, 7.25, 0, 3], "count": [0, 3, 0, 1], "last": [0, 4, 0, 3]}
    for formula, summed in expected.items():
        meter = make(client, f"{name}-{formula}", formula)
        # Told out of order: what is last is so by its time.
        for value, ago in [("4", 1 * HOUR + 1), ("2.25", 1 * HOUR + 30), ("1", 2 * HOUR), ("3", 4 * HOUR)]:
            report(client, f"{name}-{formula}", customer, value, timestamp=hour - ago)
        windows = values(client, meter, customer, hour - 4 * HOUR, hour, value_grouping_window="hour")
        assert windows == summed, formula
        whole = {"sum": 10.25, "count": 4, "last": 4}[formula]
        assert values(client, meter, customer, hour - 4 * HOUR, hour) == [whole], formula
        assert values(client, meter, customer, hour - HOUR - 60, hour - HOUR) == [
            {"sum": 6.25, "count": 2, "last": 4}[formula]
        ]


def test_summaries_are_paged_and_aligned(client, meter, customer, raw):
    hour = full_hour()
    query = {"customer": customer.id, "start_time": hour - 30 * HOUR, "end_time": hour, "value_grouping_window": "hour"}
    page = client.v1.billing.meters.event_summaries.list(meter.id, query | {"limit": 7})

    starts = [summary.start_time for summary in page.auto_paging_iter()]

    assert starts == [hour - number * HOUR for number in range(1, 31)]
    path = f"{METERS}/{meter.id}/event_summaries?customer={customer.id}"
    for query, param in [
        (f"start_time={hour + 1}&end_time={hour + 60}", "start_time"),
        (f"start_time={hour}&end_time={hour + 61}", "end_time"),
        (f"start_time={hour + 60}&end_time={hour + HOUR}&value_grouping_window=hour", "start_time"),
        (f"start_time={hour}&end_time={hour}", "end_time"),
    ]:
        check_answer(raw.get(f"{path}&{query}"), Refusal(UNSPECIFIED, param))
    check_answer(raw.get(f"{METERS}/{meter.id}/event_summaries?start_time=0&end_time=60"), missing("customer"))
    unknown = raw.get(f"{METERS}/{meter.id}/event_summaries?customer=cus_nope&start_time=0&end_time=60")
    check_answer(unknown, no_such("customer", "cus_nope", "customer"))
    check_answer(raw.get(f"{METERS}/mtr_nope"), no_such("meter", "mtr_nope", "id", status=404))


def test_a_report_feeds_the_tracked_limit_of_its_name_until_it_is_cancelled(client, name, meter, customer, raw):
    key = name.replace("-", "_")
    fed = make(client, key)
    feature = {"name": "Calls", "featureKey": key, "type": "limit", "tracksUsage": True}
    status, made = raw.priceos("POST", "/v1/features", feature)
    assert status < 300, made

    def used():
        return raw.priceos("GET", f"/v1/feature-access?customerId={customer.id}")[1][key]["usage"]["used"]

    report(client, key, customer, 3, identifier=f"{key}-a")
    report(client, key, customer, "0.5", identifier=f"{key}-b")
    assert used() == 3.5

    cancelled = client.v1.billing.meter_event_adjustments.create(
        {"event_name": key, "type": "cancel", "cancel": {"identifier": f"{key}-a"}}
    )

    assert as_sent(cancelled) == {
        "object": "billing.meter_event_adjustment",
        "cancel": {"identifier": f"{key}-a"},
        "event_name": key,
        "livemode": False,
        "status": "complete",
        "type": "cancel",
    }
    assert used() == 0.5
    hour = full_hour()
    assert values(client, fed, customer, hour, hour + HOUR)[0] <= 0.5
    nothing = raw.post(ADJUSTMENTS, f"event_name={key}&type=cancel&cancel[identifier]=nope")
    check_answer(nothing, Refusal(UNSPECIFIED, "cancel[identifier]", UNSPECIFIED))
    check_answer(raw.post(ADJUSTMENTS, f"event_name={key}&type=cancel"), missing("cancel[identifier]"))


def test_reports_outlive_a_kill(own_server):
    client = sdk.client(own_server.base_url, own_server.test_key)
    customer = client.v1.customers.create({"name": "Acme"})
    meter = make(client, "calls")
    hour = full_hour()
    for value in range(1, 6):
        report(client, "calls", customer, value, timestamp=hour - 60 * value)

    own_server.kill()
    own_server.start()

    client = sdk.client(own_server.base_url, own_server.test_key)
    assert values(client, meter, customer, hour - HOUR, hour) == [15]
    assert values(client, meter, customer, hour - 120, hour) == [3]
