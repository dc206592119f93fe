"""What stands beside charges and refunds in the ledger: intents, the invoice they settled, the balance they moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kizuna.sandbox import Native
from kizuna.sandbox.records import Charge, Refund
from kizuna_stripe.sandbox.ids import beside
from kizuna_stripe.sandbox.objects.common import Json, moment

SETTLES = timedelta(days=4)
FEE_PERMILLE = 36
_INTENDED = {"succeeded": "succeeded", "failed": "requires_payment_method", "pending": "processing"}


def of_charge(charge: Charge) -> Iterator[Native]:
    """The charge's intent and, when it succeeded, its balance transaction and the payment of its invoice."""
    yield _native("payment_intents", charge, _intent(charge))
    if charge.status != "succeeded":
        return
    fee = charge.amount * FEE_PERMILLE // 1_000
    yield _native("balance_transactions", charge, _moved(charge, charge.amount, fee, "charge"))
    if charge.invoice_id is not None:
        yield _native("invoice_payments", charge, _settled(charge, charge.invoice_id))


def of_refund(refund: Refund) -> Iterator[Native]:
    """The refund's balance transaction; Stripe keeps its fee."""
    if refund.status == "succeeded":
        yield _native("balance_transactions", refund, _moved(refund, -refund.amount, 0, "refund"))


def _intent(charge: Charge) -> Json:
    succeeded = charge.status == "succeeded"
    return {
        "id": beside("pi_", charge.id),
        "object": "payment_intent",
        "amount": charge.amount,
        "amount_capturable": 0,
        "amount_received": charge.amount if succeeded else 0,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": None,
        "confirmation_method": "automatic",
        "created": moment(charge.created_at),
        "currency": charge.currency.lower(),
        "customer": charge.account_id,
        "description": None,
        "last_payment_error": {"code": charge.failure_code, "type": "card_error"} if charge.failure_code else None,
        "latest_charge": charge.id,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "payment_method": beside("pm_", charge.account_id),
        "payment_method_types": ["card" if charge.method == "card" else "customer_balance"],
        "status": _INTENDED[charge.status],
    }


def _settled(charge: Charge, invoice_id: str) -> Json:
    at = moment(charge.created_at)
    return {
        "id": beside("inpay_", charge.id),
        "object": "invoice_payment",
        "amount_paid": charge.amount,
        "amount_requested": charge.amount,
        "created": at,
        "currency": charge.currency.lower(),
        "invoice": invoice_id,
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": beside("pi_", charge.id), "type": "payment_intent"},
        "status": "paid",
        "status_transitions": {"canceled_at": None, "paid_at": at},
    }


def _moved(record: Charge | Refund, amount: int, fee: int, kind: str) -> Json:
    kept = {"amount": fee, "application": None, "currency": record.currency.lower(), "type": "stripe_fee"}
    return {
        "id": beside("txn_", record.id),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": moment(record.created_at + SETTLES),
        "balance_type": "payments",
        "created": moment(record.created_at),
        "currency": record.currency.lower(),
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [{**kept, "description": "Stripe processing fees"}] if fee else [],
        "net": amount - fee,
        "reporting_category": kind,
        "source": record.id,
        "status": "available",
        "type": kind,
    }


def _native(stream: str, record: Charge | Refund, payload: Json) -> Native:
    return Native(
        stream=stream,
        id=payload["id"],
        payload=payload,
        created_at=record.created_at,
        updated_at=record.updated_at,
    )
