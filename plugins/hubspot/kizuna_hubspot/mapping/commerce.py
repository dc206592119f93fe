"""Leads, quotes, invoices and subscriptions as facts.

Names of properties: https://developers.hubspot.com/docs/api-reference/latest/crm/objects (read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Mapping

from kizuna import sdk
from kizuna_hubspot import facts
from kizuna_hubspot.mapping.parties import amount
from kizuna_hubspot.mapping.words import instant, main_target, record_key, ref, said
from kizuna_hubspot.payloads import Invoice, Lead, Quote, Subscription

_INVOICES: Mapping[str, sdk.InvoiceStatus] = {
    "draft": sdk.InvoiceStatus.DRAFT,
    "open": sdk.InvoiceStatus.OPEN,
    "paid": sdk.InvoiceStatus.PAID,
    "voided": sdk.InvoiceStatus.VOID,
}

# One that expired came to the end that was agreed; it pays no more, as a canceled one.
_SUBSCRIPTIONS: Mapping[str, sdk.SubscriptionStatus] = {
    "active": sdk.SubscriptionStatus.ACTIVE,
    "past_due": sdk.SubscriptionStatus.PAST_DUE,
    "unpaid": sdk.SubscriptionStatus.UNPAID,
    "paused": sdk.SubscriptionStatus.PAUSED,
    "scheduled": sdk.SubscriptionStatus.SCHEDULED,
    "canceled": sdk.SubscriptionStatus.CANCELED,
    "expired": sdk.SubscriptionStatus.CANCELED,
}


def lead(record: Lead) -> facts.Lead:
    """The lead; the person it is about is a contact of its own."""
    record_key(record)
    p = record.properties
    return facts.Lead(
        name=said(p.hs_lead_name),
        lead_type=said(p.hs_lead_type),
        label=said(p.hs_lead_label),
        stage=said(p.hs_pipeline_stage),
        pipeline=said(p.hs_pipeline),
        account=main_target(record, "companies"),
        person=main_target(record, "contacts"),
        owner=ref("owners", p.hubspot_owner_id),
        created_at=instant(p.hs_createdate) or instant(record.created_at),
        updated_at=instant(p.hs_lastmodifieddate) or instant(record.updated_at),
    )


def quote(record: Quote, *, default_currency: str | None) -> facts.Quote:
    """The quote with its deal."""
    record_key(record)
    p = record.properties
    return facts.Quote(
        title=said(p.hs_title),
        number=said(p.hs_quote_number),
        status=said(p.hs_status),
        amount=amount(said(p.hs_quote_amount), said(p.hs_currency) or default_currency or record.company_currency),
        expires_on=sdk.day(said(p.hs_expiration_date)),
        account=main_target(record, "companies"),
        person=main_target(record, "contacts"),
        parent=main_target(record, "deals"),
        owner=ref("owners", p.hubspot_owner_id),
        created_at=instant(p.hs_createdate) or instant(record.created_at),
        updated_at=instant(p.hs_lastmodifieddate) or instant(record.updated_at),
    )


def invoice(record: Invoice, *, default_currency: str | None) -> tuple[sdk.Said, ...]:
    """The invoice; what is still to be paid is HubSpot's own figure."""
    record_key(record)
    p = record.properties
    currency = said(p.hs_currency) or default_currency or record.company_currency
    word = said(p.hs_invoice_status)
    status, unmapped = sdk.known(word, _INVOICES, sdk.InvoiceStatus.OTHER, "hs_invoice_status")
    total, remaining = amount(said(p.hs_amount_billed), currency), amount(said(p.hs_balance_due), currency)
    fact = sdk.Invoice(
        account=main_target(record, "companies"),
        number=said(p.hs_number),
        status=status,
        total=total,
        due=total,
        remaining=remaining,
        issued_at=instant(p.hs_invoice_date),
        due_at=instant(p.hs_due_date),
        paid_at=instant(p.hs_payment_date) if status is sdk.InvoiceStatus.PAID else None,
        created_at=instant(p.hs_createdate) or instant(record.created_at),
    )
    return (fact, *unmapped)


def subscription(record: Subscription, *, default_currency: str | None) -> tuple[sdk.Said, ...]:
    """The subscription; HubSpot keeps its prices in line items, which are not read for it."""
    record_key(record)
    p = record.properties
    status, unmapped = sdk.known(said(p.hs_status), _SUBSCRIPTIONS, sdk.SubscriptionStatus.OTHER, "hs_status")
    fact = sdk.Subscription(
        account=main_target(record, "companies"),
        status=status,
        currency=said(p.hs_currency_code) or default_currency or record.company_currency,
        started_at=instant(p.hs_recurring_billing_start_date),
        period_ends_at=instant(p.hs_next_payment_due_date),
        created_at=instant(p.hs_createdate) or instant(record.created_at),
    )
    return (fact, *unmapped)
