"""Invoices with their lines, and credit notes."""

from __future__ import annotations

from collections.abc import Iterator

from kizuna.sandbox import Native, SandboxState
from kizuna.sandbox.records import CreditNote, Invoice, InvoiceLine
from kizuna_stripe.sandbox.ids import beside, native_id
from kizuna_stripe.sandbox.objects.common import SHOWN_INSIDE, Json, inside, moment, seconds

_REASONS = {
    "create": "subscription_create",
    "cycle": "subscription_cycle",
    "update": "subscription_update",
    "manual": "manual",
}


def invoice(record: Invoice, state: SandboxState) -> Iterator[Native]:
    """The invoice, and its list of lines where that is longer than is shown inside."""
    lines = [_line(line, record) for line in record.lines]
    if len(lines) > SHOWN_INSIDE:
        yield _native("invoice_lines", record, {"data": lines})
    payload = _unchanging(record.id) | _amounts(record) | _course(record) | _billed_to(record, state)
    payload |= {
        "created": moment(record.created_at),
        "currency": record.currency.lower(),
        "lines": inside(lines, f"/v1/invoices/{record.id}/lines"),
        "parent": _parent(record),
    }
    yield _native("invoices", record, payload)


def _unchanging(invoice_id: str) -> Json:
    """What says nothing in this simulated account."""
    return {
        "id": invoice_id,
        "object": "invoice",
        "account_country": "JP",
        "account_name": "Hanabi Cloud",
        "account_tax_ids": None,
        "amount_overpaid": 0,
        "amount_paid_off_stripe": 0,
        "amount_shipping": 0,
        "application": None,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "automatically_finalizes_at": None,
        "custom_fields": None,
        "customer_account": None,
        "customer_shipping": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "footer": None,
        "from_invoice": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "on_behalf_of": None,
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "statement_descriptor": None,
        "test_clock": None,
        "total_pretax_credit_amounts": [],
        "webhooks_delivered_at": None,
    }


def _amounts(record: Invoice) -> Json:
    untaxed = record.subtotal - record.discount
    discounts = [{"amount": record.discount, "discount": _discount_id(record)}] if record.discount else []
    return {
        "amount_due": max(record.total, 0),
        "amount_paid": record.amount_paid,
        "amount_remaining": record.amount_remaining,
        "ending_balance": None if record.finalized_at is None else min(record.total, 0),
        "subtotal": record.subtotal,
        "subtotal_excluding_tax": record.subtotal,
        "total": record.total,
        "total_discount_amounts": discounts,
        "total_excluding_tax": untaxed,
        "total_taxes": [_tax(record.tax, untaxed)] if record.tax else [],
    }


def _course(record: Invoice) -> Json:
    """How far the invoice has come."""
    uncollectible = record.status == "uncollectible"
    return {
        "attempt_count": record.attempts,
        "attempted": record.attempts > 0,
        "auto_advance": record.status in {"draft", "open"},
        "billing_reason": _REASONS.get(record.reason, "manual"),
        "collection_method": "charge_automatically" if record.due_at is None else "send_invoice",
        "due_date": seconds(record.due_at),
        "effective_at": seconds(record.finalized_at),
        "hosted_invoice_url": None if record.finalized_at is None else f"https://invoice.stripe.com/i/{record.id}",
        "number": None if record.finalized_at is None else record.code,
        "period_end": moment(record.period_start),
        "period_start": moment(record.period_start),
        "status": record.status,
        "status_transitions": {
            "finalized_at": seconds(record.finalized_at),
            "marked_uncollectible_at": seconds(record.updated_at) if uncollectible else None,
            "paid_at": seconds(record.paid_at),
            "voided_at": seconds(record.voided_at),
        },
    }


def _billed_to(record: Invoice, state: SandboxState) -> Json:
    found = state.find("customers", record.account_id)
    held = found.payload if found is not None else {}
    return {
        "customer": record.account_id,
        "customer_address": held.get("address"),
        "customer_email": held.get("email"),
        "customer_name": held.get("name"),
        "customer_phone": held.get("phone"),
    }


def _parent(record: Invoice) -> Json | None:
    if record.subscription_id is None:
        return None
    return {
        "quote_details": None,
        "subscription_details": {"metadata": {}, "subscription": record.subscription_id},
        "type": "subscription_details",
    }


def _line(line: InvoiceLine, record: Invoice) -> Json:
    discounts = [{"amount": line.discount, "discount": _discount_id(record)}] if line.discount else []
    unit = abs(line.amount) // line.quantity if line.quantity else 0
    return {
        "id": line.id,
        "object": "line_item",
        "amount": line.amount,
        "currency": record.currency.lower(),
        "description": line.description,
        "discount_amounts": discounts,
        "discountable": not line.proration,
        "discounts": [found["discount"] for found in discounts],
        "invoice": record.id,
        "livemode": False,
        "metadata": {},
        "parent": _origin(line, record),
        "period": {"end": moment(line.period_end), "start": moment(line.period_start)},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": line.price_id, "product": line.product_id},
            "type": "price_details",
            "unit_amount_decimal": str(unit),
        },
        "quantity": line.quantity,
        "quantity_decimal": str(line.quantity),
        "subtotal": line.amount,
        "taxes": [],
    }


def _origin(line: InvoiceLine, record: Invoice) -> Json:
    shared = {"proration": line.proration, "proration_details": {"credited_items": None}}
    if line.item_id is None:
        origin = {"invoice_item": beside("ii_", line.id), "subscription": record.subscription_id, **shared}
        return {"invoice_item_details": origin, "subscription_item_details": None, "type": "invoice_item_details"}
    origin = {"invoice_item": None, "subscription": record.subscription_id, "subscription_item": line.item_id, **shared}
    return {"invoice_item_details": None, "subscription_item_details": origin, "type": "subscription_item_details"}


def _tax(amount: int, taxable: int) -> Json:
    return {
        "amount": amount,
        "tax_behavior": "exclusive",
        "tax_rate_details": {"tax_rate": "txr_1KConsumption10"},
        "taxability_reason": "standard_rated",
        "taxable_amount": taxable,
        "type": "tax_rate_details",
    }


def _discount_id(record: Invoice) -> str:
    return native_id("invoice_discount", record.number)


def credit_note(record: CreditNote) -> Native:
    """The credit note, given after payment."""
    payload: Json = {
        "id": record.id,
        "object": "credit_note",
        "amount": record.amount,
        "amount_shipping": 0,
        "created": moment(record.created_at),
        "currency": record.currency.lower(),
        "customer": record.account_id,
        "customer_account": None,
        "customer_balance_transaction": None,
        "discount_amount": 0,
        "discount_amounts": [],
        "effective_at": moment(record.created_at),
        "invoice": record.invoice_id,
        "lines": inside([], f"/v1/credit_notes/{record.id}/lines"),
        "livemode": False,
        "memo": None,
        "metadata": {},
        "number": record.code,
        "out_of_band_amount": None,
        "pdf": f"https://pay.stripe.com/credit_notes/{record.id}/pdf",
        "post_payment_amount": record.amount,
        "pre_payment_amount": 0,
        "pretax_credit_amounts": [],
        "reason": record.reason,
        "refunds": [],
        "shipping_cost": None,
        "status": "void" if record.status == "void" else "issued",
        "subtotal": record.amount,
        "subtotal_excluding_tax": record.amount,
        "total": record.amount,
        "total_excluding_tax": record.amount,
        "total_taxes": [],
        "type": "post_payment",
        "voided_at": None,
    }
    return _native("credit_notes", record, payload)


def _native(stream: str, record: Invoice | CreditNote, payload: Json) -> Native:
    return Native(
        stream=stream, id=record.id, payload=payload, created_at=record.created_at, updated_at=record.updated_at
    )
