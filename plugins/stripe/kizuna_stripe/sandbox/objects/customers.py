"""Accounts as customers, with their tax ids."""

from __future__ import annotations

from collections.abc import Iterator

from kizuna.sandbox import Native
from kizuna.sandbox.records import Account, Address
from kizuna_stripe.sandbox.ids import native_id, scrambled
from kizuna_stripe.sandbox.objects.common import Json, moment

_LOCALES = {"ja": "ja-JP", "en": "en", "de": "de-DE", "fr": "fr-FR"}
_VAT_TYPES = {"GB": "gb_vat", "XI": "gb_vat", "CH": "ch_vat", "NO": "no_vat"}


def customer(record: Account) -> Iterator[Native]:
    """The customer, then the tax ids it has."""
    payload = blank(record.id, moment(record.created_at))
    payload |= {
        "address": address(record.address),
        "currency": record.currency.lower(),
        "description": record.description,
        "email": record.email,
        "invoice_prefix": scrambled("prefix", record.number)[:8].upper(),
        "metadata": {f"{reference.system}_id": reference.id for reference in record.references},
        "name": record.name,
        "phone": record.phone,
        "preferred_locales": [_LOCALES[record.language]] if record.language in _LOCALES else [],
    }
    yield Native(
        stream="customers",
        id=record.id,
        payload=payload,
        created_at=record.created_at,
        updated_at=record.updated_at,
        customer=record.company,
    )
    yield from _tax_ids(record)


def blank(customer_id: str, created: int) -> Json:
    """A customer of whom nothing is known."""
    return {
        "id": customer_id,
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": created,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": customer_id.rpartition("_")[2][:8].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


def address(found: Address) -> Json | None:
    """The address, None when not even the country is known."""
    if not found.country:
        return None
    return {
        "city": found.city,
        "country": found.country,
        "line1": found.street,
        "line2": None,
        "postal_code": found.postcode,
        "state": found.region,
    }


def _tax_ids(record: Account) -> Iterator[Native]:
    found = []
    if record.corporate_number is not None:
        # Half of them were entered as the number on qualified invoices, which is the same number behind a T.
        as_invoice = record.number % 2 == 1
        found.append(("jp_trn", f"T{record.corporate_number}") if as_invoice else ("jp_cn", record.corporate_number))
    if record.vat_number is not None:
        found.append((_VAT_TYPES.get(record.vat_number[:2], "eu_vat"), record.vat_number))
    for place, (kind, value) in enumerate(found):
        tax_id = native_id("tax_id", record.number * 2 + place)
        payload = {
            "id": tax_id,
            "object": "tax_id",
            "country": record.address.country or None,
            "created": moment(record.created_at),
            "customer": record.id,
            "customer_account": None,
            "livemode": False,
            "owner": {"type": "customer", "customer": record.id},
            "type": kind,
            "value": value,
            "verification": None,
        }
        yield Native(
            stream="tax_ids",
            id=tax_id,
            payload=payload,
            created_at=record.created_at,
            updated_at=record.updated_at,
        )
