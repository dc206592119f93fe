"""Stripe, played over real HTTP: lists newest first, expansion, the events feed, deletes, limits, signed webhooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.responses import Response

from kizuna.sandbox import (
    Change,
    LimitReading,
    Native,
    RateLimit,
    SandboxState,
    StoredRecord,
    SystemProfile,
    VendorSandbox,
    WebhookCall,
    WebhookEndpoint,
    usual_profile,
)
from kizuna.sandbox.records import (
    Account,
    Charge,
    Coupon,
    CreditNote,
    Invoice,
    Price,
    Product,
    Record,
    Refund,
    Subscription,
)
from kizuna_stripe.sandbox import hooks, marks
from kizuna_stripe.sandbox.api import api
from kizuna_stripe.sandbox.asking import API_KEY
from kizuna_stripe.sandbox.faults import answer
from kizuna_stripe.sandbox.feed import Feed
from kizuna_stripe.sandbox.ids import native_id
from kizuna_stripe.sandbox.objects import catalogue, customers, invoices, ledger, payments, subscriptions

QUICK_PER_S = 2_000
"""Requests a second of the simulated account: far above the 100 of a live one, so that demo and tests are quick."""


class StripeSandbox(VendorSandbox):
    """The billing system looking at the world; ``per_s`` is the account's limit.

    ``ledger`` fills the collections of the ledger, which triples the records of payments; otherwise they are empty.
    """

    key = "stripe"
    role = "billing"

    def __init__(self, *, per_s: int = QUICK_PER_S, ledger: bool = False) -> None:
        self.per_s, self.ledger = per_s, ledger
        self.limits = (RateLimit("global-rate", per_s, float(per_s)),)

    def profile(self) -> SystemProfile:
        return usual_profile(self.key, self.role, native_id)

    def represent(self, record: Record, state: SandboxState, /) -> Iterable[Native]:
        if isinstance(record, Invoice):
            return invoices.invoice(record, state)
        if isinstance(record, Charge):
            return (*(ledger.of_charge(record) if self.ledger else ()), payments.charge(record))
        if isinstance(record, Subscription):
            return subscriptions.subscription(record, state)
        if isinstance(record, Account):
            return customers.customer(record)
        if isinstance(record, Refund):
            return (*(ledger.of_refund(record) if self.ledger else ()), payments.refund(record))
        return _rarer(record)

    def app(self, state: SandboxState, /) -> Starlette:
        feed = Feed(state)
        feed.begin()
        state.memory["feed"] = feed
        return api(state, feed)

    def settings(self, base_url: str, /) -> Mapping[str, str]:
        found = {"base_url": base_url, "requests_per_s": str(self.per_s)}
        return {**found, "ledger": "true"} if self.ledger else found

    def secrets(self) -> Mapping[str, str]:
        return {"api_key": API_KEY}

    def deleted(self, record: StoredRecord, state: SandboxState, /) -> None:
        marks.deleted(record, state)

    def merged(self, _winner: StoredRecord, loser: StoredRecord, state: SandboxState, /) -> None:
        marks.deleted(loser, state)

    def too_many(self, reading: LimitReading, _state: SandboxState, /) -> Response:
        message = "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits."
        refused = answer({"error": {"code": "rate_limit", "message": message, "type": "invalid_request_error"}}, 429)
        refused.headers["Stripe-Rate-Limited-Reason"] = reading.limit.family
        return refused

    def broken(self, status: int, _state: SandboxState, /) -> Response:
        message = "An unexpected error occurred with our API. Please try again."
        return answer({"error": {"message": message, "type": "api_error"}}, status)

    def headers(self, _readings: Sequence[LimitReading], state: SandboxState, /) -> Mapping[str, str]:
        return {"Request-Id": native_id("req", state.requests["requests"])}

    def expire_tokens(self, state: SandboxState, /) -> None:
        """Stripe's keys do not expire: nothing happens."""

    def webhooks(self, change: Change, endpoint: WebhookEndpoint, state: SandboxState, /) -> Iterable[WebhookCall]:
        return hooks.calls(change, endpoint, state)


def _rarer(record: Record) -> Iterable[Native]:
    if isinstance(record, CreditNote):
        return (invoices.credit_note(record),)
    if isinstance(record, Product):
        return (catalogue.product(record),)
    if isinstance(record, Price):
        return (catalogue.price(record),)
    return (catalogue.coupon(record),) if isinstance(record, Coupon) else ()


def sandbox() -> StripeSandbox:
    """The sandbox with its usual habits."""
    return StripeSandbox()
