"""The ledger: which payment settled which invoice, disputes, the balance, schedules; mapped, and read over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from kizuna import sdk
from kizuna.sandbox import Native
from kizuna_stripe import Stripe, StripeSettings, facts
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
from plugins.stripe.tests.objects import CREATED, connector, invoice, listed, only, said
from plugins.stripe.tests.served import account, living

CREATED_AT = datetime.fromtimestamp(CREATED, UTC)
LATER_S = NOON_S + 100
LEDGER = {"invoice_payments", "payment_intents", "disputes", "subscription_schedules", "balance_transactions"}


def invoice_payment(**fields: Any) -> dict[str, Any]:
    return {
        "id": "inpay_1",
        "object": "invoice_payment",
        "amount_paid": 2000,
        "amount_requested": 2000,
        "created": CREATED,
        "currency": "usd",
        "invoice": "in_1",
        "is_default": True,
        "payment": {"type": "payment_intent", "payment_intent": "pi_1"},
        "status": "paid",
        "status_transitions": {"canceled_at": None, "paid_at": CREATED + 60},
        **fields,
    }


def dispute(**fields: Any) -> dict[str, Any]:
    return {
        "id": "dp_1",
        "object": "dispute",
        "amount": 6600,
        "charge": "ch_1",
        "created": CREATED,
        "currency": "usd",
        "evidence_details": {"due_by": CREATED + 60, "has_evidence": False},
        "is_charge_refundable": True,
        "reason": "fraudulent",
        "status": "needs_response",
        **fields,
    }


def schedule(**fields: Any) -> dict[str, Any]:
    later = {"start_date": CREATED + 60, "end_date": CREATED + 120, "items": [{"price": "price_2", "quantity": 5}]}
    return {
        "id": "sub_sched_1",
        "object": "subscription_schedule",
        "created": CREATED,
        "current_phase": {"start_date": CREATED, "end_date": CREATED + 60},
        "customer": "cus_1",
        "end_behavior": "release",
        "phases": [
            {"start_date": CREATED, "end_date": CREATED + 60, "items": [{"price": "price_1"}, {"price": {"id": "p"}}]},
            later,
        ],
        "status": "active",
        "subscription": "sub_1",
        **fields,
    }


def test_the_ledger_is_read_only_where_it_is_asked_for():
    with_it = {stream.name for stream in connector(ledger=True).streams()}
    without = {stream.name for stream in connector().streams()}

    assert with_it - without == LEDGER
    assert not LEDGER & without


def test_an_invoice_payment_says_what_settled_which_invoice():
    fact = only("invoice_payments", invoice_payment(), facts.InvoicePayment)

    assert fact.invoice == sdk.Ref("invoices", "in_1")
    assert fact.payment == sdk.Ref("payment_intents", "pi_1")
    assert fact.paid == sdk.Money(2000, "USD")
    assert fact.paid_at == CREATED_AT + timedelta(seconds=60)
    assert not fact.outside


def invoices(version: str = PINNED, *, ledger: bool = False) -> sdk.AnyStream:
    settings = StripeSettings(api_key=sdk.SecretStr("sk_test_x"), api_version=version, ledger=ledger)
    return next(stream for stream in Stripe(settings).streams() if stream.name == "invoices")


@pytest.mark.parametrize(
    ("version", "ledger", "expand"),
    [
        (PINNED, False, ["data.payments"]),
        (PINNED, True, []),
        ("2025-03-31.basil", False, ["data.payments"]),
        ("2024-06-20", False, []),
    ],
)
def test_invoices_come_with_their_payments_where_the_ledger_does_not_tell_them(version, ledger, expand):
    begun = invoices(version, ledger=ledger).reading.begin(None, START)

    assert asked(begun.ask, "expand[]") == expand


def test_without_the_ledger_an_invoice_says_what_settled_it():
    paid, tried = invoice_payment(), invoice_payment(id="inpay_2", status="open", amount_paid=None)
    payload = msgspec.json.encode(invoice(payments=listed(paid, tried)))

    said = invoices().said(msgspec.json.decode(payload, type=invoices().payload))

    found = [fact for fact in said if isinstance(fact, facts.InvoicePayment)]
    assert found == [
        facts.InvoicePayment(
            part="inpay_1",
            invoice=sdk.Ref("invoices", "in_1"),
            payment=sdk.Ref("payment_intents", "pi_1"),
            status="paid",
            requested=sdk.Money(2000, "USD"),
            paid=sdk.Money(2000, "USD"),
            paid_at=CREATED_AT + timedelta(seconds=60),
            created_at=CREATED_AT,
        )
    ]


def test_with_the_ledger_an_invoice_leaves_its_payments_to_their_own_stream():
    payload = msgspec.json.encode(invoice(payments=listed(invoice_payment())))

    said = invoices(ledger=True).said(msgspec.json.decode(payload, type=invoices().payload))

    assert not [fact for fact in said if isinstance(fact, facts.InvoicePayment)]


def test_more_payments_than_stripe_shows_are_told():
    payload = msgspec.json.encode(invoice(payments=listed(invoice_payment(), has_more=True)))

    said = invoices().said(msgspec.json.decode(payload, type=invoices().payload))

    assert sdk.Unmapped(field="payments.has_more", value="true") in said


@pytest.mark.parametrize(("paid", "asks"), [(0, False), (6600, True)])
def test_an_event_shows_an_invoice_as_long_as_nothing_was_paid(paid, asks):
    found = invoices().reading
    begun = found.begin(AFTER_LISTING, START)
    happened = event(1, "invoice.updated", invoice(amount_paid=paid), LATER_S, api_version=PINNED)

    turn = found.turn(begun.state, begun.ask, answer(listed(happened), at=NOON + timedelta(minutes=5)))

    assert (turn.ask is not None) is asks


def test_payments_of_invoices_over_http_are_those_of_the_ledger():
    with account(ledger=True) as stripe:
        endpoint = stripe.served.endpoints[0]
        settings = {**endpoint.settings, **endpoint.secrets, "ledger": "false"}
        stripe.connector = lambda: Stripe(StripeSettings.model_validate(settings))  # type: ignore[method-assign]

        held = living(stripe.read("invoices"))

        shown = [one["id"] for payload in held.values() for one in payload["payments"]["data"]]
        assert sorted(shown) == sorted(row.id for row in stripe.state.live("invoice_payments"))


def test_an_invoice_paid_in_parts_has_a_payment_for_each():
    parts = [invoice_payment(id=f"inpay_{number}", amount_paid=paid) for number, paid in enumerate((500, 1500))]

    paid = [only("invoice_payments", part, facts.InvoicePayment).paid for part in parts]

    assert paid == [sdk.Money(500, "USD"), sdk.Money(1500, "USD")]


@pytest.mark.parametrize(
    ("payment", "expected", "outside"),
    [
        ({"type": "charge", "charge": {"id": "ch_1"}}, sdk.Ref("charges", "ch_1"), False),
        ({"type": "payment_record", "payment_record": "pr_1"}, None, True),
        ({"type": "payment_intent", "payment_intent": None}, None, False),
        (None, None, False),
    ],
)
def test_what_paid_an_invoice_may_be_a_charge_or_lie_outside_of_stripe(payment, expected, outside):
    fact = only("invoice_payments", invoice_payment(payment=payment), facts.InvoicePayment)

    assert (fact.payment, fact.outside) == (expected, outside)


@pytest.mark.parametrize("fields", [{"latest_charge": "ch_2"}, {"charges": listed({"id": "ch_2"}, {"id": "ch_1"})}])
def test_an_intent_leads_to_its_latest_charge_in_both_shapes(fields):
    intent = {"id": "pi_1", "object": "payment_intent", "amount": 100, "currency": "jpy", "status": "canceled"}

    fact = only(
        "payment_intents", {**intent, "last_payment_error": {"code": "card_declined"}, **fields}, facts.PaymentIntent
    )

    assert fact.payment == sdk.Ref("charges", "ch_2")
    assert fact.amount == sdk.Money(100, "JPY")
    assert (fact.status, fact.failure) == ("canceled", "card_declined")


def test_a_dispute_says_until_when_it_must_be_answered():
    fact = only("disputes", dispute(), facts.Dispute)

    assert fact.payment == sdk.Ref("charges", "ch_1")
    assert (fact.status, fact.reason) == ("needs_response", "fraudulent")
    assert fact.answer_by == CREATED_AT + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("ch_1", sdk.Ref("charges", "ch_1")),
        ("py_1", sdk.Ref("charges", "py_1")),
        ("re_1", sdk.Ref("refunds", "re_1")),
        ("dp_1", sdk.Ref("disputes", "dp_1")),
        ("po_1", None),
        (None, None),
    ],
)
def test_a_balance_transaction_leads_to_what_moved_the_balance(source, expected):
    moved = {"id": "txn_1", "amount": 1000, "fee": 36, "net": 964, "currency": "eur", "exchange_rate": 1.25}

    fact = only("balance_transactions", {**moved, "source": source, "available_on": CREATED}, facts.BalanceTransaction)

    assert fact.source == expected
    assert (fact.fee, fact.net) == (sdk.Money(36, "EUR"), sdk.Money(964, "EUR"))
    assert fact.exchange_rate == Decimal("1.25")


def test_a_schedule_gives_every_item_of_every_phase():
    found = said("subscription_schedules", schedule())

    plan, *items = found
    assert isinstance(plan, facts.Schedule)
    assert plan.subscription == sdk.Ref("subscriptions", "sub_1")
    assert [(item.part, item.price.id, item.quantity) for item in items] == [
        ("0/0", "price_1", None),
        ("0/1", "p", None),
        ("1/0", "price_2", Decimal(5)),
    ]


def test_a_released_schedule_still_names_its_subscription():
    released = schedule(subscription=None, released_subscription="sub_9", released_at=CREATED, status="released")

    plan = only("subscription_schedules", released, facts.Schedule)

    assert plan.subscription == sdk.Ref("subscriptions", "sub_9")
    assert plan.ended_at == CREATED_AT


def test_a_dispute_changes_its_charge_and_itself():
    told = event(1, "charge.dispute.updated", dispute(), CREATED + 10**8, PINNED)
    turns = {}
    for name in ("charges", "disputes"):
        begun = reading(name).begin(AFTER_LISTING, START)
        turns[name] = reading(name).turn(begun.state, begun.ask, answer(listed(told)))

    assert turns["charges"].ask.path == "/v1/charges/ch_1"
    assert ids(turns["disputes"]) == ["dp_1"]


def test_webhooks_hint_at_the_ledger_only_where_it_is_read():
    body = b'{"id":"evt_1","type":"invoice_payment.paid","created":1,"data":{"object":{"id":"inpay_1","object":"invoice_payment"}}}'
    delivery = sdk.Delivery(method="POST", url="https://k.example/", headers={}, body=body, received_at=CREATED_AT)

    hints = [connector(ledger=ledger).webhooks.hints(delivery) for ledger in (False, True)]

    assert [[hint.stream for hint in found] for found in hints] == [[], ["invoice_payments"]]


def test_the_ledger_is_read_over_http_and_followed():
    with account(ledger=True) as stripe:
        first = {name: living(stripe.read(name)) for name in sorted(LEDGER)}
        stripe.served.clock.advance(timedelta(hours=1))
        template = stripe.state.live("invoice_payments")[0]
        now = stripe.state.now()
        partial = {**template.payload, "id": "inpay_part", "amount_paid": 1, "created": int(now.timestamp())}
        stripe.state.put(
            Native(stream="invoice_payments", id="inpay_part", payload=partial, created_at=now, updated_at=now)
        )
        put = {**dispute(), "created": int(now.timestamp())}
        stripe.state.put(Native(stream="disputes", id="dp_1", payload=put, created_at=now, updated_at=now))
        again = {name: set(living(stripe.read(name))) for name in ("invoice_payments", "disputes", "payment_intents")}

        for name in LEDGER:
            assert set(first[name]) == {record.id for record in stripe.state.live(name)} - {"inpay_part", "dp_1"}
        assert again == {"invoice_payments": {"inpay_part"}, "disputes": {"dp_1"}, "payment_intents": set()}
        settled = {held["payment"]["payment_intent"] for held in first["invoice_payments"].values()}
        assert settled
        assert settled <= set(first["payment_intents"])


def test_a_balance_transaction_is_looked_at_again_until_it_has_settled():
    with account(ledger=True) as stripe:
        stripe.read("balance_transactions")
        ordered = sorted(stripe.state.live("balance_transactions"), key=lambda record: record.created_at)
        newest = ordered[-1]
        stripe.state.rewrite("balance_transactions", newest.id, status="pending")

        found = living(stripe.read("balance_transactions"))

        assert found[newest.id]["status"] == "pending"
        assert len(found) < len(ordered)
