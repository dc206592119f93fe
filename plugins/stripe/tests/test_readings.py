"""The reading as a pure state machine: every question, every bookmark, nothing lost between them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
import pytest

from kizuna import sdk
from plugins.stripe.tests.objects import (
    CREATED,
    DAY_S,
    connector,
    customer,
    discount,
    invoice,
    item,
    line,
    listed,
    price,
    subscription,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOON_S = int(NOON.timestamp())
START = sdk.Start(now=NOON)
AFTER_LISTING = {"phase": "events", "since": NOON_S, "known": []}


def reading(name: str) -> sdk.Reading:
    return next(stream.reading for stream in connector().streams() if stream.name == name)


def answer(body: object, status: int = 200, at: datetime = NOON) -> sdk.Answer:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return sdk.Answer(status=status, body=raw, headers={"date": format_datetime(at, usegmt=True)}, asked_at=at)


def missing(param: str = "id") -> sdk.Answer:
    return answer({"error": {"type": "invalid_request_error", "code": "resource_missing", "param": param}}, 404)


def event(number: int, kind: str, held: dict, created: int = NOON_S) -> dict:
    return {"id": f"evt_{number}", "object": "event", "type": kind, "created": created, "data": {"object": held}}


def asked(ask: sdk.Ask | None, name: str) -> list[str]:
    assert ask is not None
    return [value for found, value in ask.params if found == name]


def ids(turn: sdk.Turn) -> list[str]:
    return [record.id or msgspec.json.decode(record.raw)["id"] for record in turn.records]


def test_a_first_load_lists_everything_newest_first():
    begun = reading("subscriptions").begin(None, START)

    assert begun.ask is not None
    assert begun.ask.path == "/v1/subscriptions"
    assert dict(begun.ask.params) == {"limit": "100", "status": "all", "expand[]": "data.discounts.source.coupon"}


def test_a_page_is_handed_over_with_the_next_question_and_a_bookmark():
    customers = reading("customers")
    begun = customers.begin(None, START)

    turn = customers.turn(begun.state, begun.ask, answer(listed(customer(id="cus_2"), customer(), has_more=True)))

    assert ids(turn) == ["cus_2", "cus_1"]
    assert asked(turn.ask, "starting_after") == ["cus_1"]
    assert turn.bookmark == {"phase": "listing", "since": NOON_S, "after": "cus_1", "at": CREATED}
    assert not turn.whole


def test_the_last_page_ends_the_listing_and_sets_the_mark_to_the_time_before_its_start():
    customers = reading("customers")
    begun = customers.begin(None, START)
    first = customers.turn(begun.state, begun.ask, answer(listed(customer(), has_more=True)))

    last = customers.turn(first.state, first.ask, answer(listed(customer(id="cus_0")), at=NOON + timedelta(hours=1)))

    assert (last.ask, last.whole) == (None, True)
    assert last.bookmark == AFTER_LISTING


def test_a_listing_goes_on_from_its_bookmark():
    mark = {"phase": "listing", "since": NOON_S, "after": "cus_1", "at": CREATED}

    resumed = reading("customers").begin(mark, START)

    assert resumed.ask is not None
    assert resumed.ask.path == "/v1/customers"
    assert asked(resumed.ask, "starting_after") == ["cus_1"]


def test_a_full_load_forgets_the_bookmark():
    begun = reading("customers").begin(AFTER_LISTING, sdk.Start(now=NOON, full=True))

    assert begun.ask is not None
    assert begun.ask.path == "/v1/customers"


def test_a_listing_whose_cursor_was_deleted_goes_on_from_its_time():
    customers = reading("customers")
    resumed = customers.begin({"phase": "listing", "since": NOON_S, "after": "cus_1", "at": CREATED}, START)

    turn = customers.turn(resumed.state, resumed.ask, missing("starting_after"))

    assert asked(turn.ask, "starting_after") == []
    assert asked(turn.ask, "created[lte]") == [str(CREATED)]


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
    events = [event(3, "customer.updated", customer()), event(2, "customer.created", customer())]

    turn = customers.turn(begun.state, begun.ask, answer(listed(*events)))
    last = customers.turn(turn.state, turn.ask, answer(customer(name="New name")))

    assert turn.ask is not None
    assert turn.ask.path == "/v1/customers/cus_1"
    assert dict(turn.ask.params) == {"expand[]": "tax_ids"}
    assert turn.records == ()
    assert msgspec.json.decode(last.records[0].raw)["name"] == "New name"
    assert last.records[0].version == NOON
    assert last.ask is None
    assert last.bookmark == {"phase": "events", "since": NOON_S, "known": ["evt_3", "evt_2"]}


def test_the_newest_event_of_an_object_decides_across_pages():
    customers = reading("customers")
    begun = customers.begin(AFTER_LISTING, START)

    first = customers.turn(
        begun.state, begun.ask, answer(listed(event(9, "customer.deleted", customer()), has_more=True))
    )
    last = customers.turn(first.state, first.ask, answer(listed(event(8, "customer.updated", customer()))))

    assert [(record.id, record.deleted) for record in first.records] == [("cus_1", "deleted")]
    assert (last.records, last.ask) == ((), None)


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


def test_the_lines_that_stripe_cut_are_fetched_before_the_page_is_done_with():
    invoices = reading("invoices")
    begun = invoices.begin(None, START)
    cut = invoice(id="in_cut", lines=listed(line(), has_more=True))

    asks_lines = invoices.turn(begun.state, begun.ask, answer(listed(cut, invoice(), has_more=True)))
    asks_more = invoices.turn(asks_lines.state, asks_lines.ask, answer(listed(line(), line(id="il_2"), has_more=True)))
    done = invoices.turn(asks_more.state, asks_more.ask, answer(listed(line(id="il_3"))))

    assert asks_lines.ask is not None
    assert asks_lines.ask.path == "/v1/invoices/in_cut/lines"
    assert (ids(asks_lines), asks_lines.bookmark) == (["in_1"], None)
    assert asked(asks_more.ask, "starting_after") == ["il_2"]
    whole = msgspec.json.decode(done.records[0].raw)
    assert [found["id"] for found in whole["lines"]["data"]] == ["il_1", "il_2", "il_3"]
    assert whole["lines"]["has_more"] is False
    assert asked(done.ask, "starting_after") == ["in_1"]
    assert done.bookmark == {"phase": "listing", "since": NOON_S, "after": "in_1", "at": CREATED}


def test_an_interrupted_page_completes_only_what_was_left():
    invoices = reading("invoices")
    begun = invoices.begin(None, START)
    page = answer(listed(*(invoice(id=f"in_{n}", lines=listed(line(), has_more=True)) for n in (3, 2)), has_more=True))
    first = invoices.turn(begun.state, begun.ask, page)
    second = invoices.turn(first.state, first.ask, answer(listed(line())))

    resumed = invoices.begin(second.bookmark, START)
    left = invoices.turn(resumed.state, resumed.ask, page)

    assert second.bookmark == {"phase": "listing", "since": NOON_S, "after": None, "at": None, "read": ["in_3"]}
    assert left.ask is not None
    assert left.ask.path == "/v1/invoices/in_2/lines"


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


@pytest.mark.parametrize(
    "deep", [item(discounts=["di_1"]), item(price=price(billing_scheme="tiered", unit_amount=None))]
)
def test_items_whose_terms_lie_too_deep_are_asked_for_by_themselves(deep):
    subscriptions = reading("subscriptions")
    begun = subscriptions.begin(None, START)

    turn = subscriptions.turn(begun.state, begun.ask, answer(listed(subscription(items=listed(deep)))))

    assert turn.ask is not None
    assert turn.ask.path == "/v1/subscription_items"
    assert asked(turn.ask, "subscription") == ["sub_1"]
    assert asked(turn.ask, "expand[]") == ["data.price.tiers", "data.discounts.source.coupon"]


def test_an_object_read_again_has_its_cut_list_completed_too():
    invoices = reading("invoices")
    begun = invoices.begin(AFTER_LISTING, START)
    again = invoices.turn(begun.state, begun.ask, answer(listed(event(1, "invoice.updated", invoice()))))

    turn = invoices.turn(again.state, again.ask, answer(invoice(lines=listed(line(), has_more=True))))
    last = invoices.turn(turn.state, turn.ask, answer(listed(line(), line(id="il_2"))))

    assert [len(msgspec.json.decode(record.raw)["lines"]["data"]) for record in last.records] == [2]
    assert last.bookmark is not None


def test_an_invoice_that_went_while_its_lines_were_read_is_handed_over_as_it_was():
    invoices = reading("invoices")
    begun = invoices.begin(None, START)
    turn = invoices.turn(begun.state, begun.ask, answer(listed(invoice(lines=listed(line(), has_more=True)))))

    last = invoices.turn(turn.state, turn.ask, missing("invoice"))

    assert ids(last) == ["in_1"]


def test_an_answer_may_be_taken_twice_with_the_same_outcome():
    customers = reading("customers")
    begun = customers.begin(AFTER_LISTING, START)
    page = answer(listed(event(2, "customer.updated", customer()), event(1, "customer.deleted", customer(id="cus_0"))))

    once = customers.turn(begun.state, begun.ask, page)
    again = customers.turn(begun.state, begun.ask, page)

    assert once == again


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b'{"object":"list"}', b'{"data":[],"has_more":true}', b'{"data":[1],"has_more":true}']
)
@pytest.mark.parametrize("mark", [None, AFTER_LISTING])
def test_a_page_that_is_no_list_is_refused_whole(body, mark):
    customers = reading("customers")
    begun = customers.begin(mark, START)

    with pytest.raises(sdk.PageError):
        customers.turn(begun.state, begun.ask, answer(body))


def test_a_list_that_does_not_advance_is_refused():
    customers = reading("customers")
    begun = customers.begin({"phase": "listing", "since": NOON_S, "after": "cus_1", "at": CREATED}, START)

    with pytest.raises(sdk.PageError):
        customers.turn(begun.state, begun.ask, answer(listed(customer(), has_more=True)))


def test_an_empty_account_is_read_at_once():
    customers = reading("customers")
    begun = customers.begin(None, START)

    turn = customers.turn(begun.state, begun.ask, answer(listed()))

    assert (turn.records, turn.ask, turn.whole) == ((), None, True)
