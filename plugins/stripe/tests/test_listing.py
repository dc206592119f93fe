"""The listing as a pure state machine: every question, every bookmark, nothing lost between them."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from kizuna import sdk
from kizuna_stripe.errands import BEGUN_MOST
from kizuna_stripe.ranges import BEGINNING
from plugins.stripe.tests.conversation import (
    AFTER_LISTING,
    NOON,
    NOON_S,
    START,
    answer,
    asked,
    ids,
    missing,
    reading,
)
from plugins.stripe.tests.objects import (
    CREATED,
    charge,
    customer,
    discount,
    invoice,
    item,
    line,
    listed,
    price,
    subscription,
)

LISTING_FROM_CUS_1 = {"phase": "listing", "since": NOON_S, "ranges": [[None, None, "cus_1", CREATED, 1.0]]}
LISTING_BEGUN = {"phase": "listing", "since": NOON_S, "ranges": [[None, None, None, None, 1.0]]}


def goes_on_in_halves_after(last_id):
    """What a bookmark holds when all after this object is left: the newer half of the time before it, and the older."""
    middle = (BEGINNING + CREATED + 1) // 2
    covered = NOON_S - CREATED
    pages = round(round((CREATED - BEGINNING) / covered, 1) / 2, 1)
    ranges = [[middle, None, last_id, CREATED, pages], [None, middle, None, None, pages]]
    return {"phase": "listing", "since": NOON_S, "ranges": ranges}


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
    assert turn.bookmark == goes_on_in_halves_after("cus_1")
    assert not turn.whole


def test_a_listed_object_counts_as_older_than_any_change_made_while_it_was_listed():
    customers = reading("customers")
    begun = customers.begin(None, START)

    turn = customers.turn(begun.state, begun.ask, answer(listed(customer())))

    assert [record.version for record in turn.records] == [NOON - timedelta(minutes=1)]


def test_the_last_page_ends_the_listing_and_sets_the_mark_to_the_time_before_its_start():
    customers = reading("customers")
    begun = customers.begin(None, START)
    first = customers.turn(begun.state, begun.ask, answer(listed(customer(), has_more=True)))

    newer = customers.turn(first.state, first.ask, answer(listed(customer(id="cus_0")), at=NOON + timedelta(hours=1)))
    last = customers.turn(newer.state, newer.ask, answer(listed(), at=NOON + timedelta(hours=1)))

    assert (last.ask, last.whole) == (None, True)
    assert last.bookmark == AFTER_LISTING


def test_a_listing_goes_on_from_its_bookmark():
    resumed = reading("customers").begin(LISTING_FROM_CUS_1, START)

    assert resumed.ask is not None
    assert resumed.ask.path == "/v1/customers"
    assert asked(resumed.ask, "starting_after") == ["cus_1"]


def test_a_full_load_forgets_the_bookmark():
    begun = reading("customers").begin(AFTER_LISTING, sdk.Start(now=NOON, full=True))

    assert begun.ask is not None
    assert begun.ask.path == "/v1/customers"


def test_a_listing_whose_cursor_was_deleted_goes_on_from_its_time():
    customers = reading("customers")
    resumed = customers.begin(LISTING_FROM_CUS_1, START)

    turn = customers.turn(resumed.state, resumed.ask, missing("starting_after"))

    assert asked(turn.ask, "starting_after") == []
    assert asked(turn.ask, "created[lt]") == [str(CREATED + 1)]


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
    assert done.bookmark == goes_on_in_halves_after("in_1")


def test_an_interrupted_page_completes_only_what_was_left():
    invoices = reading("invoices")
    begun = invoices.begin(None, START)
    page = answer(listed(*(invoice(id=f"in_{n}", lines=listed(line(), has_more=True)) for n in (3, 2)), has_more=True))
    first = invoices.turn(begun.state, begun.ask, page)
    second = invoices.turn(first.state, first.ask, answer(listed(line())))

    resumed = invoices.begin(second.bookmark, START)
    left = invoices.turn(resumed.state, resumed.ask, page)

    assert second.bookmark == {**LISTING_BEGUN, "read": ["in_3"]}
    assert left.ask is not None
    assert left.ask.path == "/v1/invoices/in_2/lines"


@pytest.mark.parametrize(
    "deep",
    [
        item(discounts=["di_1"]),
        item(price=price(billing_scheme="tiered", unit_amount=None)),
        item(price=price(currency="eur")),  # the subscription is in dollars
    ],
)
def test_items_whose_terms_lie_too_deep_are_asked_for_by_themselves(deep):
    subscriptions = reading("subscriptions")
    begun = subscriptions.begin(None, START)

    turn = subscriptions.turn(begun.state, begun.ask, answer(listed(subscription(items=listed(deep)))))

    assert turn.ask is not None
    assert turn.ask.path == "/v1/subscription_items"
    assert asked(turn.ask, "subscription") == ["sub_1"]
    assert asked(turn.ask, "expand[]") == [
        "data.price.tiers",
        "data.price.currency_options",
        "data.discounts.source.coupon",
    ]


@pytest.mark.parametrize(
    ("stream", "held", "path"),
    [
        ("subscriptions", subscription(discounts=[discount()]), "discounts.source.coupon.applies_to"),
        ("customers", customer(discount=discount(subscription=None)), "discount.source.coupon.applies_to"),
    ],
)
def test_what_has_a_discount_is_read_by_itself_for_the_products_of_its_coupon_lie_too_deep(stream, held, path):
    listing = reading(stream)
    begun = listing.begin(None, START)
    other = {**held, "id": "other", "discounts": [], "discount": None}

    turn = listing.turn(begun.state, begun.ask, answer(listed(held, other)))
    last = listing.turn(turn.state, turn.ask, answer(held))

    assert turn.ask is not None
    assert turn.ask.path == f"/v1/{stream}/{held['id']}"
    assert path in asked(turn.ask, "expand[]")
    assert (ids(turn), ids(last), last.ask, last.whole) == (["other"], [held["id"]], None, True)


def test_a_break_between_discounts_goes_on_after_what_was_read():
    subscriptions = reading("subscriptions")
    begun = subscriptions.begin(None, START)
    page = answer(listed(subscription(discounts=[discount()]), subscription(id="sub_2", discounts=[discount()])))
    first = subscriptions.turn(begun.state, begun.ask, page)
    second = subscriptions.turn(first.state, first.ask, answer(subscription(discounts=[discount()])))

    resumed = subscriptions.begin(second.bookmark, START)
    left = subscriptions.turn(resumed.state, resumed.ask, page)

    assert left.ask is not None
    assert left.ask.path == "/v1/subscriptions/sub_2"


def test_lines_whose_cursor_was_deleted_are_read_from_their_beginning():
    invoices = reading("invoices")
    begun = invoices.begin(None, START)
    cut = invoice(id="in_cut", lines=listed(line(), has_more=True))

    asks_lines = invoices.turn(begun.state, begun.ask, answer(listed(cut)))
    asks_more = invoices.turn(asks_lines.state, asks_lines.ask, answer(listed(line(), line(id="il_2"), has_more=True)))
    again = invoices.turn(asks_more.state, asks_more.ask, missing("starting_after"))
    done = invoices.turn(again.state, again.ask, answer(listed(line(), line(id="il_3"))))

    assert (again.ask, again.records) == (asks_lines.ask, ())
    assert [[one["id"] for one in msgspec.json.decode(record.raw)["lines"]["data"]] for record in done.records] == [
        ["il_1", "il_3"]
    ]


def test_lines_whose_cursor_is_never_found_end_the_reading_and_not_the_invoice():
    invoices = reading("invoices")
    begun = invoices.begin(None, START)
    turn = invoices.turn(begun.state, begun.ask, answer(listed(invoice(lines=listed(line(), has_more=True)))))

    for _ in range(BEGUN_MOST - 1):
        more = invoices.turn(turn.state, turn.ask, answer(listed(line(id="il_2"), has_more=True)))
        turn = invoices.turn(more.state, more.ask, missing("starting_after"))
    more = invoices.turn(turn.state, turn.ask, answer(listed(line(id="il_2"), has_more=True)))

    with pytest.raises(sdk.PageError):
        invoices.turn(more.state, more.ask, missing("starting_after"))


def test_a_charge_whose_release_may_count_as_refunded_is_handed_over_with_its_refunds():
    charges = reading("charges")
    begun = charges.begin(None, START)
    partly = charge(id="ch_2", amount_captured=4000, amount_refunded=2600)

    asks = charges.turn(begun.state, begun.ask, answer(listed(charge(), partly)))
    done = charges.turn(asks.state, asks.ask, answer(listed({"id": "re_1", "object": "refund", "amount": 2600})))

    assert asks.ask is not None
    assert (asks.ask.path, asked(asks.ask, "charge")) == ("/v1/refunds", ["ch_2"])
    assert (ids(asks), ids(done)) == (["ch_1"], ["ch_2"])
    assert [one["id"] for one in msgspec.json.decode(done.records[0].raw)["refunds"]["data"]] == ["re_1"]


def test_a_refund_is_listed_with_its_charge():
    begun = reading("refunds").begin(None, START)

    assert asked(begun.ask, "expand[]") == ["data.charge.refunds"]


def test_lines_that_are_refused_for_another_reason_are_no_whole_invoice():
    invoices = reading("invoices")
    begun = invoices.begin(None, START)
    turn = invoices.turn(begun.state, begun.ask, answer(listed(invoice(lines=listed(line(), has_more=True)))))

    with pytest.raises(sdk.PageError):
        invoices.turn(turn.state, turn.ask, missing("account"))


def test_an_invoice_that_went_while_its_lines_were_read_is_never_handed_over_in_part():
    invoices = reading("invoices")
    begun = invoices.begin(None, START)
    turn = invoices.turn(begun.state, begun.ask, answer(listed(invoice(lines=listed(line(), has_more=True)))))

    last = invoices.turn(turn.state, turn.ask, missing("invoice"))

    assert ids(last) == []
    assert last.bookmark is not None


def test_a_subscription_that_went_while_terms_of_its_items_were_read_is_handed_over_as_it_was():
    subscriptions = reading("subscriptions")
    begun = subscriptions.begin(None, START)
    page = answer(listed(subscription(items=listed(item(discounts=["di_1"])))))
    turn = subscriptions.turn(begun.state, begun.ask, page)

    last = subscriptions.turn(turn.state, turn.ask, missing("subscription"))

    assert ids(last) == ["sub_1"]


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
    begun = customers.begin(LISTING_FROM_CUS_1, START)

    with pytest.raises(sdk.PageError):
        customers.turn(begun.state, begun.ask, answer(listed(customer(), has_more=True)))


def test_an_empty_account_is_read_at_once():
    customers = reading("customers")
    begun = customers.begin(None, START)

    turn = customers.turn(begun.state, begun.ask, answer(listed()))

    assert (turn.records, turn.ask, turn.whole) == ((), None, True)


def test_a_page_goes_on_behind_a_last_record_whose_time_is_malformed():
    customers = reading("customers")
    begun = customers.begin(None, START)

    turn = customers.turn(
        begun.state, begun.ask, answer(listed(customer(id="cus_2"), customer(created=["never"]), has_more=True))
    )

    assert len(turn.records) == 2
    assert asked(turn.ask, "starting_after") == ["cus_1"]
