"""The connector against the sandbox over real HTTP: everything once, then exactly what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from kizuna import sdk
from kizuna.sandbox import Native
from plugins.stripe.tests.objects import connector, said
from plugins.stripe.tests.served import Account, account, gone, ids, living

STREAMS = [stream.name for stream in connector().streams()]


@pytest.fixture
def stripe() -> Iterator[Account]:
    with account() as served:
        yield served


def loaded(stripe: Account, stream: str) -> None:
    """The stream read once, and some time passed since."""
    stripe.read(stream)
    stripe.served.clock.advance(timedelta(hours=1))


def test_a_first_load_sees_every_record_once():
    with account() as stripe:
        counted = {stream: Counter(ids(stripe.read(stream))) for stream in STREAMS}

        for stream in STREAMS:
            expected = {record.id for record in stripe.state.live(stream)}
            assert counted[stream] == Counter(expected), stream
            assert expected, stream


def test_what_a_first_load_hands_over_maps_without_loss():
    with account() as stripe:
        facts = [
            fact
            for stream in STREAMS
            for payload in living(stripe.read(stream)).values()
            for fact in said(stream, dict(payload))
        ]

        kinds = Counter(type(fact) for fact in facts)
        assert sdk.Unmapped not in kinds
        assert kinds[sdk.Account] == len(stripe.state.live("customers"))
        assert kinds[sdk.Subscription] == len(stripe.state.live("subscriptions"))
        assert kinds[sdk.InvoiceLine] >= kinds[sdk.Invoice] > 0
        assert any(fact.corporate_number for fact in facts if isinstance(fact, sdk.Account))
        discounts = [fact for fact in facts if isinstance(fact, sdk.Discount)]
        assert discounts
        assert all(fact.percent_off is not None or fact.amount_off is not None for fact in discounts)


def test_a_quiet_account_has_nothing_more_to_say(stripe):
    for stream in STREAMS:
        loaded(stripe, stream)

    assert {stream: ids(stripe.read(stream)) for stream in STREAMS} == {stream: [] for stream in STREAMS}


def test_what_the_events_show_whole_costs_no_request_of_its_own(stripe):
    loaded(stripe, "charges")
    changed = {record.id for record in stripe.state.live("charges")[:40]}
    for charge_id in changed:
        stripe.state.rewrite("charges", charge_id, description="Second reminder")
    before = stripe.state.requests["requests"]

    records = living(stripe.read("charges"))

    assert {charge_id: held["description"] for charge_id, held in records.items()} == dict.fromkeys(
        changed, "Second reminder"
    )
    assert stripe.state.requests["requests"] - before == 1


def test_changed_created_and_deleted_customers_are_seen_and_no_others(stripe):
    loaded(stripe, "customers")
    changed, deleted = [record.id for record in stripe.state.live("customers")[:2]]
    stripe.state.change("account", changed, phone="+81 3 0000 0000")
    stripe.state.delete("account", deleted)
    created = stripe.http.post("/v1/customers", data={"name": "New K.K."}).json()["id"]

    records = stripe.read("customers")

    assert set(living(records)) == {changed, created}
    assert living(records)[changed]["phone"] == "+81 3 0000 0000"
    assert gone(records) == {deleted}
    assert ids(stripe.read("customers")) == []


def test_the_subscriptions_of_a_deleted_customer_are_seen_to_end(stripe):
    loaded(stripe, "subscriptions")
    running = next(record for record in stripe.state.live("subscriptions") if record.payload["status"] == "active")
    stripe.state.delete("account", running.payload["customer"])

    records = stripe.read("subscriptions")

    assert gone(records) == set()
    assert living(records)[running.id]["status"] == "canceled"


def test_a_merge_of_two_customers_is_a_deletion_and_a_move(stripe):
    second_id = stripe.state.live("subscriptions")[-1].payload["customer"]
    first_id = next(record.id for record in stripe.state.live("customers") if record.id != second_id)
    held = [s.id for s in stripe.state.live("subscriptions") if s.payload["customer"] == second_id]
    loaded(stripe, "customers")
    loaded(stripe, "subscriptions")
    stripe.state.merge("account", first_id, second_id)

    customers, subscriptions = stripe.read("customers"), stripe.read("subscriptions")

    assert gone(customers) == {second_id}
    assert {living(subscriptions)[held_id]["customer"] for held_id in held} == {first_id}


def test_many_changes_of_one_object_within_a_second_are_read_as_its_last_state(stripe):
    loaded(stripe, "customers")
    customer_id = stripe.state.live("customers")[0].id
    for number in range(250):
        stripe.state.change("account", customer_id, description=f"edit {number}")

    records = stripe.read("customers")

    assert ids(records) == [customer_id]
    assert living(records)[customer_id]["description"] == "edit 249"


def test_an_event_that_surfaces_late_is_not_lost(stripe):
    loaded(stripe, "customers")
    early, late = [record.id for record in stripe.state.live("customers")[:2]]
    stripe.state.lateness = timedelta(minutes=5)
    stripe.state.change("account", late, phone="1")
    stripe.state.lateness = timedelta(0)
    stripe.state.change("account", early, phone="2")

    first = ids(stripe.read("customers"))
    stripe.served.clock.advance(timedelta(minutes=6))
    second = ids(stripe.read("customers"))

    assert (first, second) == ([early], [late])


def test_a_bookmark_older_than_the_feed_leads_to_a_new_listing(stripe):
    stripe.read("customers")
    stripe.served.clock.advance(timedelta(days=45))
    stripe.state.change("account", stripe.state.live("customers")[0].id, phone="3")
    stripe.served.clock.advance(timedelta(days=5))

    again = stripe.read("customers")

    assert len(again) == len(stripe.state.live("customers"))


def test_a_quiet_month_needs_no_new_listing_when_it_was_read_in_between(stripe):
    stripe.read("customers")
    for _ in range(4):
        stripe.served.clock.advance(timedelta(days=20))
        assert stripe.read("customers") == []


def test_a_page_whose_cursor_was_deleted_goes_on_without_loss(stripe):
    living_ids = {record.id for record in stripe.state.live("invoices")}
    newest = stripe.get("/v1/invoices", limit=100)["data"][-1]
    stripe.bookmarks["invoices"] = {
        "phase": "listing",
        "since": int(stripe.state.now().timestamp()),
        "after": newest["id"],
        "at": newest["created"],
    }
    stripe.state.remove("invoices", newest["id"])

    records = stripe.read("invoices")

    unread = {held["id"] for held in stripe.get("/v1/invoices", limit=100)["data"]}
    assert living_ids - set(ids(records)) <= unread | {newest["id"]}


def test_lists_that_stripe_cuts_are_read_whole(stripe):
    prices = [record.id for record in stripe.state.live("prices") if record.payload["recurring"]]
    customer_id = stripe.state.live("customers")[0].id
    wanted = {f"items[{place}][price]": prices[place % 3] for place in range(25)}
    made = stripe.http.post("/v1/subscriptions", data={"customer": customer_id, **wanted}).json()

    records = stripe.read("subscriptions")

    assert (len(made["items"]["data"]), made["items"]["has_more"]) == (10, True)
    held = living(records)[made["id"]]
    assert (len(held["items"]["data"]), held["items"]["has_more"]) == (25, False)
    assert (
        len({fact.part for fact in said("subscriptions", dict(held)) if isinstance(fact, sdk.SubscriptionItem)}) == 25
    )


def test_an_invoice_of_a_thousand_lines_is_read_whole(stripe):
    template = stripe.state.live("invoices")[0]
    line = template.payload["lines"]["data"][0]
    lines = [{**line, "id": f"il_{number}"} for number in range(1_000)]
    cut = {"object": "list", "data": lines[:10], "has_more": True, "url": f"/v1/invoices/{template.id}/lines"}
    now = stripe.state.now()
    whole = Native(stream="invoice_lines", id=template.id, payload={"data": lines}, created_at=now, updated_at=now)
    stripe.state.put(whole)
    stripe.state.rewrite("invoices", template.id, lines=cut)

    held = living(stripe.read("invoices"))[template.id]

    assert [found["id"] for found in held["lines"]["data"]] == [found["id"] for found in lines]


def test_a_discount_comes_with_its_coupon(stripe):
    customer_id = stripe.state.live("customers")[0].id
    price_id = next(record.id for record in stripe.state.live("prices") if record.payload["recurring"])
    coupon = next(record for record in stripe.state.live("coupons") if record.payload["percent_off"])
    loaded(stripe, "subscriptions")
    data = {"customer": customer_id, "items[0][price]": price_id, "discounts[0][coupon]": coupon.id}
    made = stripe.http.post("/v1/subscriptions", data=data).json()

    held = living(stripe.read("subscriptions"))[made["id"]]

    facts = [fact for fact in said("subscriptions", dict(held)) if isinstance(fact, sdk.Discount)]
    assert [(fact.coupon, float(fact.percent_off or 0)) for fact in facts] == [
        (coupon.id, coupon.payload["percent_off"])
    ]


@pytest.mark.parametrize("full", [False, True])
def test_a_discount_of_a_coupon_for_certain_products_is_on_their_items(stripe, full):
    customer_id = stripe.state.live("customers")[0].id
    prices = [record.payload for record in stripe.state.live("prices") if record.payload["recurring"]]
    first = prices[0]
    second = next(one for one in prices if one["product"] != first["product"] and one["currency"] == first["currency"])
    coupon = next(record for record in stripe.state.live("coupons") if record.payload["percent_off"])
    stripe.state.memory["coupon products"] = {coupon.id: [second["product"]]}
    loaded(stripe, "subscriptions")
    data = {"customer": customer_id, "items[0][price]": first["id"], "items[1][price]": second["id"]}
    made = stripe.http.post("/v1/subscriptions", data={**data, "discounts[0][coupon]": coupon.id}).json()

    held = living(stripe.read("subscriptions", full=full))[made["id"]]

    facts = [fact for fact in said("subscriptions", dict(held)) if isinstance(fact, sdk.Discount)]
    assert [fact.item for fact in facts] == [made["items"]["data"][1]["id"]]


@pytest.mark.parametrize("stream", ["customers", "invoices"])
def test_a_rough_line_loses_nothing(stream):
    with account(faults="rough") as stripe:
        first = ids(stripe.read(stream))
        stripe.served.clock.advance(timedelta(hours=1))
        removed = stripe.state.live(stream)[0].id
        stripe.state.remove(stream, removed)
        second = stripe.read(stream)

        assert set(first) == {record.id for record in stripe.state.live(stream)} | {removed}
        assert gone(second) == {removed}


def test_a_refused_key_says_so(stripe):
    stripe.state.memory["key_revoked"] = True

    with pytest.raises(sdk.AuthError):
        stripe.read("customers")


def test_a_collection_that_is_not_granted_is_degraded_and_the_others_go_on(stripe):
    stripe.state.memory["forbidden"] = {"charges"}

    with pytest.raises(sdk.DegradedError, match="grant"):
        stripe.read("charges")
    assert stripe.read("customers")
