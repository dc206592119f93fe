"""How HubSpot writes values down: every property a string or null, times in milliseconds, ids as numbers in text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from kizuna import sdk
from kizuna.sandbox import Native
from kizuna_hubspot.sandbox.definitions import BY_NAME, always

# Small and large ids side by side, so that comparing them as text goes wrong. Both steps are divisible by three.
_SMALL_FROM = 501
_LARGE_FROM = 210_000_000_000


def native_id(_kind: str, number: int) -> str:
    """A numeric id; every third number has a short one."""
    return str(number + (_LARGE_FROM if number % 3 else _SMALL_FROM))


def iso(at: datetime) -> str:
    """``2026-02-25T16:23:49.023Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def text(value: Any) -> str | None:
    """A property's value: a string, null when there is none."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return iso(value)
    return str(value)


def several(values: Sequence[str]) -> str | None:
    """A multi-valued property."""
    return ";".join(values) or None


def major(minor: int | Decimal, currency: str) -> str:
    """An amount as HubSpot writes it, in major units."""
    value = Decimal(minor).scaleb(-sdk.exponent(currency))
    return format(value.normalize() if value else Decimal(0), "f")


def crm_object(
    kind: str,
    source_id: str,
    properties: Mapping[str, Any],
    *,
    created_at: datetime,
    updated_at: datetime,
    associations: Mapping[str, Sequence[str | None]] | None = None,
    customer: str | None = None,
    person: str | None = None,
) -> Native:
    """A CRM object. Its associations are ids by kind, the first being the primary one."""
    created, modified, _ = always(BY_NAME[kind])
    kept = {to: [found for found in ids if found is not None] for to, ids in (associations or {}).items()}
    payload = {
        "properties": {
            **{name: text(value) for name, value in properties.items()},
            created: iso(created_at),
            modified: iso(updated_at),
            "hs_object_id": source_id,
        },
        "createdAt": iso(created_at),
        "updatedAt": iso(updated_at),
        "associations": {to: ids for to, ids in kept.items() if ids},
    }
    return Native(
        stream=kind,
        id=source_id,
        payload=payload,
        created_at=created_at,
        updated_at=updated_at,
        customer=customer,
        person=person,
    )
