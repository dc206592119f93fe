"""Events of accounts that are not read: followed never, told of once each."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from kizuna import sdk
from kizuna_stripe import Stripe, StripeSettings
from plugins.stripe.tests.conversation import AFTER_LISTING, NOON_S, START, answer, event
from plugins.stripe.tests.objects import customer, listed

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def stripe(account: str | None) -> Stripe:
    return Stripe(StripeSettings(api_key=sdk.SecretStr("sk_live_x"), account=account))


def stream(account: str | None) -> sdk.AnyStream:
    return next(one for one in stripe(account).streams() if one.name == "customers")


def delivery(body: object) -> sdk.Delivery:
    raw = msgspec.json.encode(body)
    return sdk.Delivery(method="POST", url="https://kizuna.example/1", headers={}, body=raw, received_at=NOW)


def happened(number: int, account: str, created: int = NOON_S - 30) -> dict:
    return {**event(number, "customer.updated", customer(id=f"cus_{number}"), created), "account": account}


def reason(record: sdk.Record, found: sdk.AnyStream) -> str:
    """Why the engine sets the record aside."""
    with pytest.raises(sdk.PayloadError) as refused:
        found.key(msgspec.json.decode(record.raw, type=found.payload))
    return str(refused.value)


@pytest.mark.parametrize("field", ["account", "context"])
@pytest.mark.parametrize("read", [None, "acct_1"])
def test_a_delivery_of_another_account_names_it_and_nothing_to_read(field, read):
    body = {**event(1, "customer.updated", customer()), field: "acct_2"}
    webhooks = stripe(read).webhooks

    assert webhooks.elsewhere(delivery(body)) == "acct_2"
    assert webhooks.hints(delivery(body)) == ()


def test_a_delivery_of_the_account_that_is_read_is_of_nowhere_else():
    body = {**event(1, "customer.updated", customer()), "account": "acct_1"}

    assert stripe("acct_1").webhooks.elsewhere(delivery(body)) is None
    assert len(stripe("acct_1").webhooks.hints(delivery(body))) == 1


def test_a_delivery_of_the_other_mode_is_of_elsewhere():
    body = {**event(1, "customer.updated", customer()), "livemode": False}

    assert stripe(None).webhooks.elsewhere(delivery(body)) == "test mode"


def test_a_thin_delivery_of_an_organisation_names_its_account_last():
    body = {"id": "evt_1", "object": "v2.core.event", "type": "v1.customer.updated", "context": "org_1/acct_2"}
    body["related_object"] = {"id": "cus_1", "type": "customer"}

    assert stripe("acct_1").webhooks.elsewhere(delivery(body)) == "acct_2"
    assert [hint.id for hint in stripe("acct_2").webhooks.hints(delivery(body))] == ["cus_1"]


def test_events_of_other_accounts_in_the_feed_are_counted_and_told_of_once_each():
    customers = stream("acct_1")
    begun = customers.reading.begin(AFTER_LISTING, START)
    events = [happened(5, "acct_2"), happened(4, "acct_3"), happened(3, "acct_2"), happened(2, "acct_1")]

    turn = customers.reading.turn(begun.state, begun.ask, answer({**listed(*events), "has_more": True}))
    last = customers.reading.turn(turn.state, turn.ask, answer(customer(id="cus_2")))
    more = customers.reading.turn(last.state, last.ask, answer(listed(happened(1, "acct_2"))))

    told = [msgspec.json.decode(record.raw) for record in (*turn.records, *more.records)]
    assert told == [
        {"id": "account acct_2", "events": 2},
        {"id": "account acct_3", "events": 1},
        {"id": "account acct_2", "events": 3},
    ]
    assert turn.ask.path == "/v1/customers/cus_2"


def test_events_of_other_accounts_that_an_earlier_pass_told_of_are_not_told_of_again():
    customers = stream(None)
    begun = customers.reading.begin({**AFTER_LISTING, "known": ["evt_1"]}, START)

    turn = customers.reading.turn(begun.state, begun.ask, answer(listed(happened(1, "acct_2"))))

    assert (turn.ask, turn.records) == (None, ())
