"""The objects of Stripe's ledger, as far as their mapping reads them."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from kizuna import sdk
from kizuna_stripe.payloads import Expanded, Reference


class LastError(sdk.Payload):
    code: str | None = None
    decline_code: str | None = None


class Charges(sdk.Payload):
    data: tuple[Expanded, ...] = ()


class PaymentIntent(sdk.Payload):
    id: str
    object: Literal["payment_intent"] = "payment_intent"
    customer: Reference = None
    latest_charge: Reference = None
    charges: Charges | None = None  # before 2022-11-15, newest first
    amount: int | None = None
    amount_received: int | None = None
    currency: str | None = None
    status: str | None = None
    last_payment_error: LastError | None = None
    canceled_at: int | None = None
    cancellation_reason: str | None = None
    created: int | None = None


class Evidence(sdk.Payload):
    due_by: int | None = None


class Dispute(sdk.Payload):
    id: str
    object: Literal["dispute"] = "dispute"
    charge: Reference = None
    amount: int | None = None
    currency: str | None = None
    status: str | None = None
    reason: str | None = None
    evidence_details: Evidence | None = None
    is_charge_refundable: bool = False
    created: int | None = None


class BalanceTransaction(sdk.Payload):
    id: str
    object: Literal["balance_transaction"] = "balance_transaction"
    source: Reference = None
    reporting_category: str | None = None
    type: str | None = None
    amount: int | None = None
    fee: int | None = None
    net: int | None = None
    currency: str | None = None
    exchange_rate: Decimal | None = None
    available_on: int | None = None
    created: int | None = None


class PhaseItem(sdk.Payload):
    price: Reference = None
    plan: Reference = None  # before prices
    quantity: int | None = None  # absent when metered


class Phase(sdk.Payload):
    start_date: int | None = None
    end_date: int | None = None
    trial_end: int | None = None
    items: tuple[PhaseItem, ...] = ()
    plans: tuple[PhaseItem, ...] = ()  # before 2020


class CurrentPhase(sdk.Payload):
    start_date: int | None = None
    end_date: int | None = None


class Schedule(sdk.Payload):
    id: str
    object: Literal["subscription_schedule"] = "subscription_schedule"
    customer: Reference = None
    subscription: Reference = None
    released_subscription: str | None = None
    status: str | None = None
    end_behavior: str | None = None
    current_phase: CurrentPhase | None = None
    phases: tuple[Phase, ...] = ()
    canceled_at: int | None = None
    completed_at: int | None = None
    released_at: int | None = None
    created: int | None = None
