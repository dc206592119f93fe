"""Objects that a webhook names are read by themselves: as they are now, whole, and without a bookmark."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from kizuna import sdk
from plugins.stripe.tests.conversation import AFTER_LISTING, NOON, START, answer, asked, ids, missing
from plugins.stripe.tests.objects import connector, customer, invoice, line, listed


def only(name: str, *named: sdk.Named) -> sdk.Reading:
    stream = next(stream for stream in connector(ledger=True).streams() if stream.name == name)
    assert stream.only is not None
    return stream.only(named)


def test_each_object_is_retrieved_by_its_id_and_the_others_ahead():
    named = [sdk.Named(id=f"cus_{number}") for number in (1, 2, 3)]

    begun = only("customers", *named).begin(AFTER_LISTING, START)

    assert [ask.path for ask in (begun.ask, *begun.ahead)] == [f"/v1/customers/cus_{number}" for number in (1, 2, 3)]
    assert asked(begun.ask, "expand[]") == ["tax_ids", "discount.source.coupon.applies_to"]


def test_an_id_is_written_so_that_it_stays_one_step_of_the_path():
    begun = only("prices", sdk.Named(id="gold/2024?plan#1")).begin(None, START)

    assert begun.ask.path == "/v1/prices/gold%2F2024%3Fplan%231"


def test_they_are_handed_over_one_by_one_without_a_bookmark_and_prove_nothing_of_others():
    reading = only("customers", sdk.Named(id="cus_1"), sdk.Named(id="cus_2"))
    begun = reading.begin(None, START)

    first = reading.turn(begun.state, begun.ask, answer(customer()))
    last = reading.turn(first.state, first.ask, answer(customer(id="cus_2")))

    assert (ids(first), ids(last)) == (["cus_1"], ["cus_2"])
    assert (first.bookmark, last.bookmark, last.whole, last.ask) == (None, None, False, None)


def test_an_object_named_twice_is_read_once():
    begun = only("customers", sdk.Named(id="cus_1"), sdk.Named(id="cus_1")).begin(None, START)

    assert begun.ahead == ()


def test_no_object_needs_no_question():
    begun = only("customers").begin(None, START)

    assert (begun.ask, begun.records) == (None, ())


@pytest.mark.parametrize("gone", [missing(), answer({"id": "cus_1", "object": "customer", "deleted": True})])
def test_what_is_gone_is_a_tombstone(gone):
    reading = only("customers", sdk.Named(id="cus_1", deleted=True))
    begun = reading.begin(None, START)

    turn = reading.turn(begun.state, begun.ask, gone)

    assert [(record.id, record.deleted) for record in turn.records] == [("cus_1", "deleted")]


def test_what_is_missing_though_nobody_said_that_it_is_deleted_may_only_not_be_shown_yet():
    reading = only("customers", sdk.Named(id="cus_1"), sdk.Named(id="cus_2"))
    begun = reading.begin(None, START)

    first = reading.turn(begun.state, begun.ask, missing())
    last = reading.turn(first.state, first.ask, answer(customer(id="cus_2")))

    assert (ids(first), ids(last)) == ([], ["cus_2"])


def test_a_record_is_dated_by_its_event_or_else_no_later_than_it_was_shown():
    at = NOON - timedelta(seconds=5)
    reading = only("customers", sdk.Named(id="cus_1", at=at), sdk.Named(id="cus_2"))
    begun = reading.begin(None, START)

    first = reading.turn(begun.state, begun.ask, answer(customer()))
    last = reading.turn(first.state, first.ask, answer(customer(id="cus_2")))

    assert first.records[0].version == at
    assert last.records[0].version == NOON - timedelta(minutes=1)


def test_a_list_that_stripe_cut_is_completed():
    reading = only("invoices", sdk.Named(id="in_1"))
    begun = reading.begin(None, START)

    asks_lines = reading.turn(begun.state, begun.ask, answer(invoice(lines=listed(line(), has_more=True))))
    turn = reading.turn(asks_lines.state, asks_lines.ask, answer(listed(line(), line(id="il_2"))))

    assert asks_lines.ask.path == "/v1/invoices/in_1/lines"
    assert [len(msgspec.json.decode(record.raw)["lines"]["data"]) for record in turn.records] == [2]
    assert (turn.ask, turn.bookmark) == (None, None)


def test_every_collection_that_tells_of_changes_can_be_read_so():
    found = [stream.name for stream in connector(ledger=True).streams() if stream.only is None]

    assert found == ["balance_transactions"]
