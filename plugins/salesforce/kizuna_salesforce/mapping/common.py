"""Readings that several mappings share: merges, names, money."""

from __future__ import annotations

from kizuna import sdk
from kizuna_salesforce.ids import full_id
from kizuna_salesforce.payloads import Mergeable, Number, key_of

SYSTEM = "salesforce"


def merged(record: Mergeable, stream: str) -> sdk.Merged | None:
    """The merge in which the record lost, None when it lost none."""
    if not record.master_record_id:
        return None
    winner = sdk.Ref(stream, full_id(record.master_record_id))
    return sdk.Merged(loser=sdk.Ref(stream, key_of(record)), winner=winner)


def full_name(name: str | None, given: str | None, family: str | None) -> str | None:
    """The name as Salesforce composed it for its locale, else given and family name in that order."""
    return sdk.text(name) or sdk.text(" ".join(part for part in (sdk.text(given), sdk.text(family)) if part))


def distinct(*values: str | None) -> tuple[str, ...]:
    """The texts that are not empty, each once, in order."""
    found: dict[str, None] = {}
    for value in values:
        cleaned = sdk.text(value) if value else None
        if cleaned is not None:
            found[cleaned] = None
    return tuple(found)


def amount(value: Number, currency: str | None) -> sdk.Money | None:
    """Money in the record's currency; None without a currency, because a guess may be wrong by two decimals."""
    if value is None or not currency:
        return None
    if isinstance(value, int | float) and value == (whole := int(value)):
        return sdk.Money(whole * 10 ** sdk.exponent(currency), currency)
    return sdk.money(sdk.number(value), currency)


def same_system(source_id: str | None) -> tuple[sdk.CrossRef, ...]:
    """The cross reference to another record of this system that stands for the same person."""
    return (sdk.CrossRef(SYSTEM, full_id(source_id)),) if source_id else ()
