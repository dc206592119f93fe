"""When an event's own object is taken as it stands, and when the object is read again instead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from kizuna import sdk
from plugins.stripe.tests.conversation import (
    AFTER_LISTING,
    NOON,
    NOON_S,
    PINNED,
    START,
    answer,
    asked,
    event,
    ids,
    reading,
)
from plugins.stripe.tests.objects import charge, customer, discount, invoice, item, line, listed, price, subscription

LATER_S = NOON_S + 100


def heard(stream: str, *events: dict, known: tuple[str, ...] = (), has_more: bool = False) -> sdk.Turn:
    found = reading(stream)
    begun = found.begin({**AFTER_LISTING, "known": list(known)}, START)
    page = answer(listed(*events, has_more=has_more), at=NOON + timedelta(minutes=5))
    return found.turn(begun.state, begun.ask, page)


def told(number: int, kind: str, held: dict, created: int = LATER_S, **fields: Any) -> dict:
    return event(number, kind, held, created, **{"api_version": PINNED, **fields})


@pytest.mark.parametrize(
    ("stream", "kind", "held"),
    [
        ("charges", "charge.refunded", charge(amount_refunded=5)),
        ("invoices", "invoice.paid", invoice()),
        ("prices", "price.updated", price()),
        ("subscriptions", "customer.subscription.updated", subscription()),
    ],
)
def test_an_event_of_the_pinned_version_is_the_object_and_costs_no_request(stream, kind, held):
    turn = heard(stream, told(1, kind, held))

    assert turn.ask is None
    assert [msgspec.json.decode(record.raw) for record in turn.records] == [held]
    assert [record.version for record in turn.records] == [NOON + timedelta(seconds=100)]


@pytest.mark.parametrize(
    ("stream", "kind", "held"),
    [
        ("customers", "customer.updated", customer()),  # its tax ids show only when asked for
        ("invoices", "invoice.paid", invoice(lines=listed(line(), has_more=True))),
        ("prices", "price.updated", price(billing_scheme="tiered", unit_amount=None)),
        ("prices", "plan.updated", {"id": "price_1", "object": "plan"}),
        ("subscriptions", "customer.subscription.updated", subscription(discounts=["di_1"])),
        ("subscriptions", "customer.subscription.updated", subscription(items=listed(item(), has_more=True))),
        (
            "subscriptions",
            "customer.subscription.updated",
            subscription(items=listed(item(price=price(billing_scheme="tiered")))),
        ),
        ("subscriptions", "customer.discount.created", discount()),
        ("charges", "charge.captured", charge(amount_captured=4000, amount_refunded=2600)),
        ("refunds", "refund.created", {"id": "re_1", "object": "refund", "charge": "ch_1"}),
        ("charges", "charge.dispute.created", {"id": "dp_1", "object": "dispute", "charge": "ch_1"}),
    ],
)
def test_an_event_that_does_not_show_all_of_the_object_leads_to_reading_it(stream, kind, held):
    turn = heard(stream, told(1, kind, held))

    assert turn.ask is not None
    assert turn.ask.path.startswith(f"/v1/{stream}/")
    assert turn.records == ()


@pytest.mark.parametrize("version", ["2024-06-20", "2025-09-30.clover", None])
def test_an_event_of_another_version_leads_to_reading_the_object(version):
    turn = heard("charges", told(1, "charge.succeeded", charge(), api_version=version))

    assert turn.ask is not None
    assert turn.ask.path == "/v1/charges/ch_1"


def test_an_event_that_surfaced_late_leads_to_reading_the_object():
    turn = heard("charges", told(1, "charge.succeeded", charge(), NOON_S))

    assert turn.ask is not None


def test_of_several_events_the_newest_shows_the_object():
    newest = told(2, "charge.refunded", charge(amount_refunded=5), LATER_S + 1)

    turn = heard("charges", told(1, "charge.succeeded", charge()), newest)

    assert turn.ask is None
    assert [msgspec.json.decode(record.raw)["amount_refunded"] for record in turn.records] == [5]


def test_events_of_one_second_that_differ_lead_to_reading_the_object():
    turn = heard(
        "invoices",
        told(1, "invoice.paid", invoice()),
        told(2, "invoice.finalized", invoice(status="open")),
    )

    assert turn.ask is not None
    assert turn.ask.path == "/v1/invoices/in_1"


def test_events_of_one_second_that_agree_show_the_object():
    turn = heard("invoices", told(1, "invoice.paid", invoice()), told(2, "invoice.updated", invoice()))

    assert (turn.ask, ids(turn)) == (None, ["in_1"])


def test_a_known_event_that_is_newer_leads_to_reading_the_object():
    turn = heard(
        "charges",
        told(2, "charge.refunded", charge(amount_refunded=5), LATER_S + 1),
        told(1, "charge.succeeded", charge()),
        known=("evt_2",),
    )

    assert turn.ask is not None
    assert turn.ask.path == "/v1/charges/ch_1"


def test_the_last_second_of_a_page_may_go_on_after_it_so_its_objects_are_read():
    turn = heard(
        "charges",
        told(2, "charge.succeeded", charge(id="ch_2"), LATER_S + 1),
        told(1, "charge.succeeded", charge()),
        has_more=True,
    )

    assert ids(turn) == ["ch_2"]
    assert turn.ask is not None
    assert turn.ask.path == "/v1/charges/ch_1"


def test_a_page_of_events_that_show_all_leads_to_the_next_page():
    turn = heard(
        "charges",
        told(3, "charge.succeeded", charge(id="ch_3"), LATER_S + 9),
        told(2, "charge.pending", charge(id="ch_3"), LATER_S),
        has_more=True,
    )

    assert ids(turn) == ["ch_3"]
    assert asked(turn.ask, "starting_after") == ["evt_2"]


def test_an_object_is_the_same_bytes_wherever_it_stands():
    charges = reading("charges")
    begun = charges.begin(None, START)
    pretty = msgspec.json.format(msgspec.json.encode(listed(charge(description="two\nlines"))), indent=2)

    turn = charges.turn(begun.state, begun.ask, answer(pretty))

    assert bytes(turn.records[0].raw) == msgspec.json.encode(charge(description="two\nlines"))
