"""Charges and refunds."""

from __future__ import annotations

from kizuna.sandbox import Native
from kizuna.sandbox.records import Charge, Refund
from kizuna_stripe.sandbox.ids import beside
from kizuna_stripe.sandbox.objects.common import Json, moment

_DECLINES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}


def charge(record: Charge) -> Native:
    succeeded = record.status == "succeeded"
    payload: Json = {
        "id": record.id,
        "object": "charge",
        "amount": record.amount,
        "amount_captured": record.amount if succeeded else 0,
        "amount_refunded": record.amount_refunded,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": beside("txn_", record.id) if succeeded else None,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
        "calculated_statement_descriptor": "HANABI CLOUD",
        "captured": succeeded,
        "created": moment(record.created_at),
        "currency": record.currency.lower(),
        "customer": record.account_id,
        "description": None,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": record.failure_code,
        "failure_message": _DECLINES.get(record.failure_code or ""),
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "on_behalf_of": None,
        "outcome": _outcome(record),
        "paid": succeeded,
        "payment_intent": beside("pi_", record.id),
        "payment_method": beside("pm_", record.account_id),
        "payment_method_details": _method(record),
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": record.amount_refunded >= record.amount > 0,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": record.status,
        "transfer_data": None,
        "transfer_group": None,
    }
    return _native("charges", record, payload)


def refund(record: Refund) -> Native:
    payload: Json = {
        "id": record.id,
        "object": "refund",
        "amount": record.amount,
        "balance_transaction": beside("txn_", record.id),
        "charge": record.charge_id,
        "created": moment(record.created_at),
        "currency": record.currency.lower(),
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": {},
        "payment_intent": beside("pi_", record.charge_id),
        "reason": record.reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": record.status,
        "transfer_reversal": None,
    }
    return _native("refunds", record, payload)


def _outcome(record: Charge) -> Json:
    failed = record.status == "failed"
    return {
        "advice_code": "try_again_later" if failed else None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if failed else "approved_by_network",
        "reason": record.failure_code,
        "risk_level": "normal",
        "seller_message": _DECLINES.get(record.failure_code or "", "Payment complete."),
        "type": "issuer_declined" if failed else "authorized",
    }


def _method(record: Charge) -> Json:
    if record.method != "card":
        return {"type": "customer_balance", "customer_balance": {}}
    card = {
        "brand": record.card_brand,
        "country": None,
        "exp_month": 12,
        "exp_year": 2031,
        "fingerprint": None,
        "funding": "credit",
        "last4": record.card_last4,
        "network": record.card_brand,
    }
    return {"type": "card", "card": card}


def _native(stream: str, record: Charge | Refund, payload: Json) -> Native:
    return Native(
        stream=stream, id=record.id, payload=payload, created_at=record.created_at, updated_at=record.updated_at
    )
