"""Charges and refunds, as far as the mapping reads them."""

from __future__ import annotations

from typing import Literal

from kizuna import sdk
from kizuna_stripe.payloads import Expanded, Reference


class MethodDetails(sdk.Payload):
    type: str | None = None


class Source(sdk.Payload):
    object: str | None = None


class Outcome(sdk.Payload):
    reason: str | None = None


class RefundOf(sdk.Payload):
    """A refund inside its charge."""

    id: str
    amount: int | None = None
    status: str | None = None
    created: int | None = None


class Refunds(sdk.Payload):
    data: tuple[RefundOf, ...] = ()
    has_more: bool = False


class RefundedCharge(Expanded):
    """The charge inside a refund."""

    amount: int | None = None
    amount_captured: int | None = None
    captured: bool | None = None
    refunds: Refunds | None = None


class Charge(sdk.Payload):
    id: str
    object: Literal["charge"] = "charge"
    customer: Reference = None
    invoice: Reference = None  # before basil
    amount: int | None = None  # what was authorised
    amount_captured: int | None = None
    amount_refunded: int | None = None
    currency: str | None = None
    captured: bool | None = None
    paid: bool | None = None
    refunded: bool | None = None
    disputed: bool | None = None
    dispute: Reference = None  # before 2019
    status: str | None = None
    failure_code: str | None = None
    outcome: Outcome | None = None
    payment_method_details: MethodDetails | None = None
    source: Source | None = None
    refunds: Refunds | None = None  # only where asked for
    created: int | None = None


class Refund(sdk.Payload):
    id: str
    object: Literal["refund"] = "refund"
    amount: int | None = None
    currency: str | None = None
    charge: str | RefundedCharge | None = None
    status: str | None = None
    reason: str | None = None
    created: int | None = None
