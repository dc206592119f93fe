"""Numbers and words as the screens show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from kizuna.model.money import MICRO, Money, exponent

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "person": ("contact", "contacts"),
    "deal": ("deal", "deals"),
    "contract": ("contract", "contracts"),
    "ticket": ("ticket", "tickets"),
    "engagement": ("conversation", "conversations"),
    "survey_response": ("survey answer", "survey answers"),
    "subscription": ("subscription", "subscriptions"),
    "invoice": ("invoice", "invoices"),
    "payment": ("payment", "payments"),
    "refund": ("refund", "refunds"),
    "credit_note": ("credit note", "credit notes"),
}
"""Kinds of facts worth a word on a small screen; the others belong to one of these."""

EVIDENCE: Final[Mapping[str, str]] = {
    "reference": "one record names the other",
    "corporate_number": "the same corporate number",
    "email": "the same mailbox",
    "domain": "the same domain",
    "name": "the names agree",
}

MEASURES: Final[Mapping[str, str]] = {
    "mrr": "MRR",
    "pipeline": "open pipeline",
    "won": "won",
    "invoiced": "invoiced",
    "paid": "paid",
    "unpaid": "unpaid",
    "refunded": "refunded",
}


def counted(kind: str, count: int) -> str:
    """``1 ticket``, ``12 tickets``."""
    one, many = KINDS[kind]
    return f"{count:,} {one if count == 1 else many}"


def amount(minor: int, currency: str) -> str:
    """``EUR 1,234.50``, ``JPY 98,000``."""
    return f"{currency} {Money(minor, currency).amount():,.{exponent(currency)}f}"


def amount_of_micro(micro: int, currency: str) -> str:
    """The same for millionths of a minor unit, rounded half up."""
    return amount(int((Decimal(micro) / MICRO).quantize(Decimal(1), rounding=ROUND_HALF_UP)), currency)


def day(instant: str | None) -> str:
    """The date of an instant as the API writes it, a dash for none."""
    return datetime.fromisoformat(instant).strftime("%Y-%m-%d") if instant else "-"
