"""The ledger: which payment settled which invoice, disputes, what moved on the balance, what is planned."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from kizuna import sdk
from kizuna_stripe import facts
from kizuna_stripe.ledger_payloads import (
    BalanceTransaction,
    CurrentPhase,
    Dispute,
    Evidence,
    LastError,
    PaymentIntent,
    Phase,
    PhaseItem,
    Schedule,
)
from kizuna_stripe.mapping.amounts import money
from kizuna_stripe.mapping.times import at
from kizuna_stripe.payloads import InvoicePayment, PaidBy, PaymentTransitions, Reference, id_of

# What an id's prefix says of the object behind it. Source: https://docs.stripe.com/api/balance_transactions (read 2026-05).
_SOURCES = {
    "ch_": "charges",
    "py_": "charges",
    "re_": "refunds",
    "pyr_": "refunds",
    "dp_": "disputes",
    "du_": "disputes",
}


def invoice_payment(payload: InvoicePayment) -> facts.InvoicePayment:
    """Which payment settled which invoice; without a payment when the invoice was paid outside of Stripe."""
    by, moved = payload.payment or PaidBy(), payload.status_transitions or PaymentTransitions()
    payment = _ref("payment_intents", by.payment_intent) or _ref("charges", by.charge)
    return facts.InvoicePayment(
        invoice=_ref("invoices", payload.invoice),
        payment=payment,
        outside=by.type not in {None, "payment_intent", "charge"},
        status=payload.status,
        requested=money(payload.amount_requested, payload.currency),
        paid=money(payload.amount_paid, payload.currency),
        paid_at=at(moved.paid_at),
        canceled_at=at(moved.canceled_at),
        created_at=at(payload.created),
    )


def payment_intent(payload: PaymentIntent) -> facts.PaymentIntent:
    """The intent with its latest charge; how its last attempt failed, while it has not succeeded."""
    error = payload.last_payment_error or LastError()
    older = payload.charges.data[0].id if payload.charges and payload.charges.data else None
    return facts.PaymentIntent(
        account=_ref("customers", payload.customer),
        payment=_ref("charges", payload.latest_charge or older),
        amount=money(payload.amount, payload.currency),
        received=money(payload.amount_received, payload.currency),
        status=payload.status,
        failure=error.decline_code or error.code,
        canceled_at=at(payload.canceled_at),
        cancel_reason=payload.cancellation_reason,
        created_at=at(payload.created),
    )


def dispute(payload: Dispute) -> facts.Dispute:
    """The dispute of a charge, and until when it must be answered."""
    return facts.Dispute(
        payment=_ref("charges", payload.charge),
        amount=money(payload.amount, payload.currency),
        status=payload.status,
        reason=payload.reason,
        answer_by=at((payload.evidence_details or Evidence()).due_by),
        refundable=payload.is_charge_refundable,
        created_at=at(payload.created),
    )


def balance_transaction(payload: BalanceTransaction) -> facts.BalanceTransaction:
    """The movement, in the currency of the balance. Its status is left out: ``available_at`` tells it at any time."""
    source = id_of(payload.source) or ""
    stream = _SOURCES.get(source[: source.find("_") + 1])
    return facts.BalanceTransaction(
        source=sdk.Ref(stream, source) if stream else None,
        category=payload.reporting_category,
        type=payload.type,
        amount=money(payload.amount, payload.currency),
        fee=money(payload.fee, payload.currency),
        net=money(payload.net, payload.currency),
        exchange_rate=payload.exchange_rate,
        available_at=at(payload.available_on),
        created_at=at(payload.created),
    )


def schedule(payload: Schedule) -> Iterator[sdk.Said]:
    """The schedule, then every item of its phases as a fact of its own."""
    phase = payload.current_phase or CurrentPhase()
    yield facts.Schedule(
        account=_ref("customers", payload.customer),
        subscription=_ref("subscriptions", payload.subscription or payload.released_subscription),
        status=payload.status,
        at_end=payload.end_behavior,
        phase_starts_at=at(phase.start_date),
        phase_ends_at=at(phase.end_date),
        ended_at=at(payload.canceled_at or payload.released_at or payload.completed_at),
        created_at=at(payload.created),
    )
    parent = sdk.Ref("subscription_schedules", payload.id)
    for number, planned in enumerate(payload.phases):
        for place, item in enumerate(planned.items or planned.plans):
            yield _item(item, planned, f"{number}/{place}", parent)


def _item(item: PhaseItem, phase: Phase, part: str, parent: sdk.Ref) -> facts.SchedulePhaseItem:
    return facts.SchedulePhaseItem(
        part=part,
        schedule=parent,
        price=_ref("prices", item.price or item.plan),
        quantity=None if item.quantity is None else Decimal(item.quantity),
        starts_at=at(phase.start_date),
        ends_at=at(phase.end_date),
        trial_ends_at=at(phase.trial_end),
    )


def _ref(stream: str, reference: Reference) -> sdk.Ref | None:
    found = id_of(reference)
    return sdk.Ref(stream, found) if found else None
