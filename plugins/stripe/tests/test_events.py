"""Following the events as a pure state machine: what is read again, what is gone, what the next pass knows."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from plugins.stripe.tests.conversation import (
    AFTER_LISTING,
    NOON,
    NOON_S,
    START,
    answer,
    asked,
    event,
    ids,
    missing,
    reading,
)
from plugins.stripe.tests.objects import (
    DAY_S,
    connector,
    customer,
    discount,
    invoice,
    line,
    listed,
    subscription,
)


def test_only_what_changed_is_asked_for_with_a_look_back():
    begun = reading("products").begin(AFTER_LISTING, START)

    assert begun.ask is not None
    assert begun.ask.path == "/v1/events"
    assert asked(begun.ask, "created[gte]") == [str(NOON_S - 600)]
    assert asked(begun.ask, "types[]") == ["product.created", "product.updated", "product.deleted"]


@pytest.mark.parametrize("stream", connector().streams(), ids=lambda stream: stream.name)
def test_the_event_types_of_a_stream_fit_in_one_question(stream):
    begun = stream.reading.begin(AFTER_LISTING, START)

    assert 0 < len(asked(begun.ask, "types[]")) <= 20


def test_an_object_is_read_again_once_however_many_events_name_it():
    customers = reading("customers")
    begun = customers.begin(AFTER_LISTING, START)
    events = [
        event(3, "customer.updated", customer(), NOON_S - 30),
        event(2, "customer.created", customer(), NOON_S - 60),
    ]

    turn = customers.turn(begun.state, begun.ask, answer(listed(*events)))
    last = customers.turn(turn.state, turn.ask, answer(customer(name="New name")))

    assert turn.ask is not None
    assert turn.ask.path == "/v1/customers/cus_1"
    assert asked(turn.ask, "expand[]") == ["tax_ids", "discount.source.coupon.applies_to"]
    assert turn.records == ()
    assert msgspec.json.decode(last.records[0].raw)["name"] == "New name"
    assert last.records[0].version == NOON - timedelta(seconds=30)
    assert last.ask is None
    assert last.bookmark == {"phase": "events", "since": NOON_S, "known": ["evt_3", "evt_2"]}


def test_what_is_gone_is_dated_no_earlier_than_what_was_listed():
    customers = reading("customers")
    begun = customers.begin(AFTER_LISTING, START)
    early = event(1, "customer.updated", customer(), NOON_S - 500)
    turn = customers.turn(begun.state, begun.ask, answer(listed(early)))

    last = customers.turn(turn.state, turn.ask, missing())

    assert [record.version for record in last.records] == [NOON - timedelta(minutes=1)]


def test_the_newest_event_of_an_object_decides_across_pages():
    customers = reading("customers")
    begun = customers.begin(AFTER_LISTING, START)

    first = customers.turn(
        begun.state, begun.ask, answer(listed(event(9, "customer.deleted", customer()), has_more=True))
    )
    last = customers.turn(first.state, first.ask, answer(listed(event(8, "customer.updated", customer()))))

    assert [(record.id, record.deleted) for record in first.records] == [("cus_1", "deleted")]
    assert (last.records, last.ask) == ((), None)


def test_events_out_of_order_are_judged_by_their_time():
    customers = reading("customers")
    begun = customers.begin(AFTER_LISTING, START)
    events = [
        event(1, "customer.updated", customer(), NOON_S - 60),
        event(2, "customer.deleted", customer(), NOON_S - 30),
    ]

    turn = customers.turn(begun.state, begun.ask, answer(listed(*events)))

    assert [(record.id, record.version) for record in turn.records] == [("cus_1", NOON - timedelta(seconds=30))]


def test_events_known_from_the_pass_before_are_not_followed_again():
    customers = reading("customers")
    begun = customers.begin({"phase": "events", "since": NOON_S, "known": ["evt_1"]}, START)

    late = event(2, "customer.updated", customer(id="cus_late"), NOON_S - 300)
    turn = customers.turn(begun.state, begun.ask, answer(listed(event(1, "customer.updated", customer()), late)))

    assert turn.ask is not None
    assert turn.ask.path == "/v1/customers/cus_late"


def test_a_pass_goes_on_from_its_bookmark():
    customers = reading("customers")
    begun = customers.begin(AFTER_LISTING, START)
    newest = event(5, "customer.deleted", customer(), NOON_S + 50)
    first = customers.turn(
        begun.state, begun.ask, answer(listed(newest, has_more=True), at=NOON + timedelta(seconds=60))
    )

    resumed = customers.begin(first.bookmark, START)
    last = customers.turn(resumed.state, resumed.ask, answer(listed(), at=NOON + timedelta(hours=5)))

    assert asked(resumed.ask, "starting_after") == ["evt_5"]
    assert last.bookmark == {"phase": "events", "since": NOON_S + 60, "known": ["evt_5"]}


def test_a_pass_whose_cursor_is_gone_begins_again():
    customers = reading("customers")
    mark = {**AFTER_LISTING, "until": NOON_S + 60, "after": "evt_5", "noted": []}
    resumed = customers.begin(mark, START)

    turn = customers.turn(resumed.state, resumed.ask, missing("starting_after"))

    assert asked(turn.ask, "starting_after") == []
    assert asked(turn.ask, "created[gte]") == [str(NOON_S - 600)]


def test_a_quiet_feed_moves_the_mark_to_stripes_own_clock():
    customers = reading("customers")
    begun = customers.begin(AFTER_LISTING, START)

    turn = customers.turn(begun.state, begun.ask, answer(listed(), at=NOON + timedelta(days=3)))

    assert turn.bookmark == {"phase": "events", "since": NOON_S + 3 * DAY_S, "known": []}
    assert not turn.whole


@pytest.mark.parametrize("phase", [{"phase": "events", "known": []}, {"phase": "listing", "after": "x", "at": 1}])
def test_a_mark_older_than_the_feed_leads_to_a_new_listing(phase):
    customers = reading("customers")
    begun = customers.begin({**phase, "since": NOON_S - 30 * DAY_S}, START)

    turn = customers.turn(begun.state, begun.ask, answer(listed()))

    assert turn.ask is not None
    assert turn.ask.path == "/v1/customers"
    assert asked(turn.ask, "starting_after") == []
    assert turn.bookmark is None


def test_after_a_gap_the_next_pass_lists_once_more_so_that_deletions_nobody_heard_of_are_noticed():
    customers = reading("customers")
    begun = customers.begin({"phase": "events", "known": [], "since": NOON_S - 30 * DAY_S}, START)
    relisted = customers.turn(begun.state, begun.ask, answer(listed()))
    first = customers.turn(relisted.state, relisted.ask, answer(listed(customer(), has_more=True)))
    resumed = customers.begin(first.bookmark, START)

    newer = customers.turn(resumed.state, resumed.ask, answer(listed(customer(id="cus_0"))))
    closed = customers.turn(newer.state, newer.ask, answer(listed()))
    again = customers.begin(closed.bookmark, START)

    assert (closed.ask, closed.bookmark) == (None, {})
    assert again.ask is not None
    assert again.ask.path == "/v1/customers"


def test_an_object_that_is_missing_by_now_is_gone():
    customers = reading("customers")
    begun = customers.begin(AFTER_LISTING, START)
    turn = customers.turn(begun.state, begun.ask, answer(listed(event(1, "customer.updated", customer()))))

    last = customers.turn(turn.state, turn.ask, missing())

    assert [(record.id, record.deleted) for record in last.records] == [("cus_1", "deleted")]


def test_an_object_that_says_it_is_deleted_is_gone():
    customers = reading("customers")
    begun = customers.begin(AFTER_LISTING, START)
    turn = customers.turn(begun.state, begun.ask, answer(listed(event(1, "customer.updated", customer()))))

    last = customers.turn(turn.state, turn.ask, answer({"id": "cus_1", "object": "customer", "deleted": True}))

    assert [(record.id, record.deleted) for record in last.records] == [("cus_1", "deleted")]


def test_the_end_of_a_subscription_is_no_deletion():
    subscriptions = reading("subscriptions")
    begun = subscriptions.begin(AFTER_LISTING, START)
    ended = event(1, "customer.subscription.deleted", subscription(status="canceled"))

    turn = subscriptions.turn(begun.state, begun.ask, answer(listed(ended)))
    last = subscriptions.turn(turn.state, turn.ask, answer(subscription(status="canceled")))

    assert turn.ask is not None
    assert turn.ask.path == "/v1/subscriptions/sub_1"
    assert [record.deleted for record in last.records] == [None]


def test_a_discount_says_which_subscription_to_read_again():
    subscriptions = reading("subscriptions")
    begun = subscriptions.begin(AFTER_LISTING, START)

    turn = subscriptions.turn(
        begun.state,
        begun.ask,
        answer(
            listed(
                event(2, "customer.discount.created", discount(subscription=None)),
                event(1, "customer.discount.created", discount(subscription="sub_7")),
            )
        ),
    )

    assert turn.ask is not None
    assert turn.ask.path == "/v1/subscriptions/sub_7"


def test_an_interrupted_pass_reads_only_what_was_left_and_nothing_that_changed_meanwhile_is_lost():
    customers = reading("customers")
    begun = customers.begin(AFTER_LISTING, START)
    events = [event(2, "customer.updated", customer(id="cus_2")), event(1, "customer.updated", customer())]
    first = customers.turn(begun.state, begun.ask, answer(listed(*events)))
    second = customers.turn(first.state, first.ask, answer(customer(id="cus_2")))
    later = event(3, "customer.updated", customer(id="cus_2"), NOON_S + 60)

    resumed = customers.begin(second.bookmark, START)
    left = customers.turn(resumed.state, resumed.ask, answer(listed(later, *events), at=NOON + timedelta(minutes=2)))
    last = customers.turn(left.state, left.ask, answer(customer()))

    assert ids(second) == ["cus_2"]
    assert left.ask is not None
    assert left.ask.path == "/v1/customers/cus_1"
    assert last.bookmark == {"phase": "events", "since": NOON_S, "known": ["evt_2", "evt_1"]}


def test_an_object_read_again_has_its_cut_list_completed_too():
    invoices = reading("invoices")
    begun = invoices.begin(AFTER_LISTING, START)
    again = invoices.turn(begun.state, begun.ask, answer(listed(event(1, "invoice.updated", invoice()))))

    turn = invoices.turn(again.state, again.ask, answer(invoice(lines=listed(line(), has_more=True))))
    last = invoices.turn(turn.state, turn.ask, answer(listed(line(), line(id="il_2"))))

    assert [len(msgspec.json.decode(record.raw)["lines"]["data"]) for record in last.records] == [2]
    assert last.bookmark is not None


def test_an_answer_may_be_taken_twice_with_the_same_outcome():
    customers = reading("customers")
    begun = customers.begin(AFTER_LISTING, START)
    page = answer(listed(event(2, "customer.updated", customer()), event(1, "customer.deleted", customer(id="cus_0"))))

    once = customers.turn(begun.state, begun.ask, page)
    again = customers.turn(begun.state, begun.ask, page)

    assert once == again


def test_objects_to_read_again_are_asked_ahead_and_the_next_page_after_them():
    customers = reading("customers")
    begun = customers.begin(AFTER_LISTING, START)
    events = [event(n, "customer.updated", customer(id=f"cus_{n}"), NOON_S - n) for n in range(1, 4)]

    turn = customers.turn(begun.state, begun.ask, answer(listed(*events, has_more=True)))
    second = customers.turn(turn.state, turn.ask, answer(customer(id="cus_1")))

    assert [ask.path for ask in (turn.ask, *turn.ahead)] == [
        "/v1/customers/cus_1",
        "/v1/customers/cus_2",
        "/v1/customers/cus_3",
        "/v1/events",
    ]
    assert (second.ask, *second.ahead) == turn.ahead
    assert asked(turn.ahead[-1], "starting_after") == ["evt_3"]


def test_no_more_than_sixteen_objects_are_named_ahead_of_the_next_page():
    customers = reading("customers")
    begun = customers.begin(AFTER_LISTING, START)
    events = [event(n, "customer.updated", customer(id=f"cus_{n}"), NOON_S - n) for n in range(1, 100)]

    turn = customers.turn(begun.state, begun.ask, answer(listed(*events, has_more=True)))

    assert [ask.path for ask in turn.ahead] == [*(f"/v1/customers/cus_{n}" for n in range(2, 17)), "/v1/events"]


def test_lists_that_stripe_cut_are_asked_ahead_together():
    invoices = reading("invoices")
    begun = invoices.begin(None, START)
    page = answer(listed(*(invoice(id=f"in_{n}", lines=listed(line(), has_more=True)) for n in (3, 2, 1))))

    turn = invoices.turn(begun.state, begun.ask, page)
    more = invoices.turn(turn.state, turn.ask, answer(listed(line(), has_more=True)))

    assert [ask.path for ask in (turn.ask, *turn.ahead)] == [f"/v1/invoices/in_{n}/lines" for n in (3, 2, 1)]
    assert more.ask == turn.ask.having(starting_after="il_1")
    assert more.ahead == turn.ahead
