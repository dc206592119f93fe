"""Charge → one attempt to pay; Refund → money given back."""

from __future__ import annotations

from collections.abc import Iterator

from kizuna import sdk
from kizuna_stripe.captures import moved, only_releases
from kizuna_stripe.mapping import amounts
from kizuna_stripe.mapping.times import at
from kizuna_stripe.payloads import id_of
from kizuna_stripe.payment_payloads import Charge, Refund

_STATUSES = {
    "succeeded": sdk.PaymentStatus.SUCCEEDED,
    "paid": sdk.PaymentStatus.SUCCEEDED,  # before 2015
    "pending": sdk.PaymentStatus.PENDING,
    "requires_action": sdk.PaymentStatus.PENDING,
    "failed": sdk.PaymentStatus.FAILED,
    "canceled": sdk.PaymentStatus.CANCELED,
}


def charge(payload: Charge) -> Iterator[sdk.Said]:
    """The attempt; since basil Stripe no longer says here for which invoice it was."""
    status, unmapped = _charge_status(payload)
    customer_id, invoice_id = id_of(payload.customer), id_of(payload.invoice)
    paid, refunded = moved(payload)
    outcome = payload.outcome.reason if payload.outcome else None
    failed = status is sdk.PaymentStatus.FAILED
    yield sdk.Payment(
        account=sdk.Ref("customers", customer_id) if customer_id else None,
        parent=sdk.Ref("invoices", invoice_id) if invoice_id else None,
        amount=amounts.money(paid, payload.currency),
        refunded=amounts.money(refunded, payload.currency),
        status=status,
        failure=payload.failure_code or (outcome if failed else None),
        method=_method(payload),
        disputed=bool(payload.disputed or payload.dispute),
        at=at(payload.created),
    )
    yield from unmapped


def refund(payload: Refund) -> Iterator[sdk.Said]:
    """The refund of a charge; one that only releases an authorisation gives nothing back and counts as canceled."""
    status, unmapped = sdk.known(payload.status, _STATUSES, sdk.PaymentStatus.OTHER, "status")
    if status is sdk.PaymentStatus.SUCCEEDED and only_releases(payload):
        status = sdk.PaymentStatus.CANCELED
    charge_id = id_of(payload.charge)
    yield sdk.Refund(
        parent=sdk.Ref("charges", charge_id) if charge_id else None,
        amount=amounts.money(payload.amount, payload.currency),
        status=status,
        reason=payload.reason,
        at=at(payload.created),
    )
    yield from unmapped


def _charge_status(payload: Charge) -> tuple[sdk.PaymentStatus, tuple[sdk.Unmapped, ...]]:
    if payload.status is None:  # before 2015
        return (sdk.PaymentStatus.SUCCEEDED if payload.paid else sdk.PaymentStatus.FAILED), ()
    status, unmapped = sdk.known(payload.status, _STATUSES, sdk.PaymentStatus.OTHER, "status")
    if status is sdk.PaymentStatus.SUCCEEDED and payload.captured is False:
        # Authorised only: no money has moved yet, and none will once the authorisation is given back.
        status = sdk.PaymentStatus.CANCELED if payload.refunded else sdk.PaymentStatus.PENDING
    return status, unmapped


def _method(payload: Charge) -> str | None:
    """The way of paying in Stripe's word: such as card or sepa_debit."""
    if payload.payment_method_details is not None and payload.payment_method_details.type:
        return payload.payment_method_details.type
    return payload.source.object if payload.source else None
