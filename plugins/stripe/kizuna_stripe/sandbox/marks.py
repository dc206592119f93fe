"""What a deletion leaves behind."""

from __future__ import annotations

from kizuna.sandbox import SandboxState, StoredRecord
from kizuna_stripe.sandbox.expansion import owned
from kizuna_stripe.sandbox.writing import ended


def deleted(record: StoredRecord, state: SandboxState) -> None:
    """A deleted customer's subscriptions end; a subscription that is deleted ends too, and stays."""
    if record.stream == "subscriptions":
        # Stripe's DELETE cancels: the object can be read for ever.
        record.deleted_at = None
        _end(record, state)
    elif record.stream == "customers":
        for held in list(owned(state, "subscriptions", "customer", record.id)):
            _end(held, state)


def _end(record: StoredRecord, state: SandboxState) -> None:
    if record.payload["status"] not in {"canceled", "incomplete_expired"}:
        state.rewrite("subscriptions", record.id, **ended(state))
