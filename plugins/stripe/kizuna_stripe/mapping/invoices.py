"""Invoice → the demand for payment and its lines; CreditNote → what was taken back of one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from kizuna import sdk
from kizuna_stripe.mapping import amounts
from kizuna_stripe.mapping.ledger import invoice_payment
from kizuna_stripe.mapping.times import at
from kizuna_stripe.payloads import (
    CreditNote,
    Invoice,
    Line,
    LineOrigin,
    LineParent,
    Period,
    PriceDetails,
    StatusTransitions,
    id_of,
)

STATUSES = {status.value: status for status in sdk.InvoiceStatus if status is not sdk.InvoiceStatus.OTHER}


def invoice(payload: Invoice) -> Iterator[sdk.Said]:
    """The invoice, then its lines as facts of their own; nothing of a deleted draft."""
    if payload.deleted:
        return
    status, unmapped = _status(payload)
    moved = payload.status_transitions or StatusTransitions()
    currency = payload.currency
    yield sdk.Invoice(
        account=_ref("customers", id_of(payload.customer)),
        parent=_ref("subscriptions", _subscription_of(payload)),
        number=sdk.text(payload.number),
        status=status,
        total=amounts.money(payload.total, currency),
        subtotal=amounts.money(payload.subtotal, currency),
        tax=amounts.money(_tax(payload), currency),
        due=amounts.money(payload.amount_due, currency),
        paid=amounts.money(payload.amount_paid, currency),
        remaining=amounts.money(payload.amount_remaining, currency),
        reason=payload.billing_reason,
        attempts=payload.attempt_count,
        issued_at=at(moved.finalized_at or payload.effective_at),
        due_at=at(payload.due_date),
        paid_at=at(moved.paid_at),
        created_at=at(payload.created or payload.date),
    )
    yield from unmapped
    parts: set[str] = set()
    for place, line in enumerate(payload.lines.data if payload.lines else ()):
        # Before 2019 a line of a subscription carried the subscription's id, so two lines could share one.
        part = line.id if line.id and line.id not in parts else f"{line.id or ''}#{place}"
        parts.add(part)
        yield _line(line, part, payload)


def settled_invoice(payload: Invoice) -> Iterator[sdk.Said]:
    """The invoice with its lines, then the payments that settled it, where Stripe was asked for them."""
    yield from invoice(payload)
    payments = payload.payments
    if payload.deleted or payments is None:
        return
    for payment in payments.data:
        if payment.status == "paid":
            yield msgspec.structs.replace(invoice_payment(payment), part=payment.id)
    if payments.has_more:
        yield sdk.Unmapped(field="payments.has_more", value="true")


def credit_note(payload: CreditNote) -> sdk.CreditNote:
    """The credit note; its amount includes tax."""
    return sdk.CreditNote(
        account=_ref("customers", id_of(payload.customer)),
        parent=_ref("invoices", id_of(payload.invoice)),
        number=sdk.text(payload.number),
        amount=amounts.money(payload.amount, payload.currency),
        status=payload.status,
        reason=payload.reason,
        at=at(payload.created),
    )


def _line(line: Line, part: str, payload: Invoice) -> sdk.InvoiceLine:
    parent = line.parent or LineParent()
    origin = parent.subscription_item_details or parent.invoice_item_details or LineOrigin()
    details = (line.pricing.price_details if line.pricing else None) or PriceDetails()
    old_price = line.price or line.plan
    price_id = id_of(details.price) or (old_price.id if old_price else None)
    product_id = id_of(details.product) or (id_of(old_price.product) if old_price else None)
    # A line of its own (invoice item) names the subscription it was billed with, but no item of it.
    quantity = line.quantity_decimal if line.quantity_decimal is not None else line.quantity
    covers = line.period or Period()
    return sdk.InvoiceLine(
        part=part,
        parent=sdk.Ref("invoices", payload.id),
        subscription=_ref("subscriptions", id_of(origin.subscription) or id_of(line.subscription)),
        subscription_item=origin.subscription_item or line.subscription_item,
        product=_ref("products", product_id),
        price=_ref("prices", price_id),
        description=sdk.text(line.description),
        quantity=None if quantity is None else Decimal(quantity),
        amount=amounts.money(line.amount, line.currency or payload.currency),
        discount=amounts.money(_off(line), line.currency or payload.currency),
        period_starts_at=at(covers.start),
        period_ends_at=at(covers.end),
        proration=origin.proration or line.proration,
    )


def _off(line: Line) -> int | None:
    """What all discounts together take off the line; None when none does."""
    return sum(off.amount or 0 for off in line.discount_amounts or ()) or None


def _subscription_of(payload: Invoice) -> str | None:
    details = payload.parent.subscription_details if payload.parent else None
    return id_of(details.subscription) if details else id_of(payload.subscription)


def _status(payload: Invoice) -> tuple[sdk.InvoiceStatus, tuple[sdk.Unmapped, ...]]:
    if payload.status is None and payload.paid is not None:
        return _status_before_2018(payload), ()
    return sdk.known(payload.status, STATUSES, sdk.InvoiceStatus.OTHER, "status")


def _status_before_2018(payload: Invoice) -> sdk.InvoiceStatus:
    if payload.paid:
        return sdk.InvoiceStatus.PAID
    if payload.forgiven:
        return sdk.InvoiceStatus.UNCOLLECTIBLE
    return sdk.InvoiceStatus.VOID if payload.closed else sdk.InvoiceStatus.OPEN


def _tax(payload: Invoice) -> int | None:
    taxes = payload.total_taxes if payload.total_taxes is not None else payload.total_tax_amounts
    return payload.tax if taxes is None else sum(tax.amount or 0 for tax in taxes)


def _ref(stream: str, source_id: str | None) -> sdk.Ref | None:
    return sdk.Ref(stream, source_id) if source_id else None
