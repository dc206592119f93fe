"""Rows of the org made from neutral values: every field of the object, the stamps, the forms REST writes."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any

from kizuna import sdk
from kizuna.sandbox import Native, SandboxState
from kizuna_salesforce.sandbox import schema
from kizuna_salesforce.sandbox.ids import RUN_AS_USER
from kizuna_salesforce.sandbox.matching import Row, written

_STAMPS = ("LastModifiedDate", "SystemModstamp")


def row(sobject: str, source_id: str, created_at: datetime, updated_at: datetime, **values: Any) -> Row:
    """A whole row; fields not given are null, flags false."""
    given = {name: form(value) for name, value in values.items()}
    stamps = {
        "Id": source_id,
        "CreatedDate": written(created_at),
        "CreatedById": RUN_AS_USER,
        "LastModifiedDate": written(updated_at),
        "LastModifiedById": RUN_AS_USER,
        "SystemModstamp": written(updated_at),
    }
    return {**_blank(sobject), **given, **stamps}


def form(value: Any) -> Any:
    """A value as REST writes it."""
    if isinstance(value, datetime):
        return written(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def major(minor: int | None, currency: str) -> float | int | None:
    """Minor units as an amount in a currency field: whole where it is whole."""
    if minor is None:
        return None
    amount = minor / 10 ** sdk.exponent(currency)
    return int(amount) if amount == int(amount) else amount


def native(
    sobject: str,
    payload: Row,
    created_at: datetime,
    updated_at: datetime,
    customer: str | None = None,
    person: str | None = None,
) -> Native:
    """The row as the sandbox keeps it."""
    return Native(
        stream=sobject,
        id=payload["Id"],
        payload=payload,
        created_at=created_at,
        updated_at=updated_at,
        customer=customer,
        person=person,
    )


def dependent(state: SandboxState, made: Native) -> Native:
    """A row that only changes when its own content does, whatever happened to the record it hangs on."""
    held = state.find(made.stream, made.id)
    if held is None or not held.live:
        return made
    if any(held.payload.get(name) != value for name, value in made.payload.items() if name not in _STAMPS):
        return made
    return native(made.stream, held.payload, made.created_at, held.updated_at, made.customer, made.person)


def address(prefix: str, held: Any) -> dict[str, Any]:
    """The address fields of an object with that prefix."""
    return {
        f"{prefix}Street": held.street,
        f"{prefix}City": held.city,
        f"{prefix}State": held.region,
        f"{prefix}PostalCode": held.postcode,
        f"{prefix}Country": _COUNTRIES.get(held.country, held.country),
        f"{prefix}CountryCode": held.country,
    }


@cache
def _blank(sobject: str) -> Row:
    return {field.name: False if field.type == "boolean" else None for field in schema.fields(sobject).values()}


_COUNTRIES = {
    "AT": "Austria",
    "AU": "Australia",
    "BR": "Brazil",
    "CA": "Canada",
    "CH": "Switzerland",
    "CN": "China",
    "DE": "Germany",
    "ES": "Spain",
    "FR": "France",
    "GB": "United Kingdom",
    "IN": "India",
    "IT": "Italy",
    "JP": "Japan",
    "KR": "Korea, Republic of",
    "NL": "Netherlands",
    "SE": "Sweden",
    "SG": "Singapore",
    "TW": "Taiwan",
    "US": "United States",
}
