"""Which fields of an object are asked for: those the mappings read, and the org's own."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from kizuna_salesforce.pages import Field

# A URL may have 16,384 bytes; the rest is for the host, the condition and the order. Source: REST API, URI length.
NAMES_BYTES_MOST = 14_000
KEPT = ("RecordTypeId", "CurrencyIsoCode")
"""Fields of Salesforce's own that no mapping needs but every reader of the payload does."""

# Compound and binary values, and those of no fixed form. Source: Object Reference, field types.
_UNREADABLE = frozenset({"address", "location", "base64", "anyType", "complexvalue", "json"})


def chosen(described: Sequence[Field], wanted: Sequence[str], *, custom: bool) -> tuple[str, ...]:
    """The fields of a query: all ``wanted`` ones that exist, then the org's own as long as they fit in a URL.

    The org's own are taken in the order of their names, so that two descriptions give the same choice.
    """
    known = {field.name for field in described}
    mapped = [name for name in wanted if name in known]
    more = [name for name in KEPT if name in known and name not in mapped]
    if custom:
        compounds = {field.compound_field_name for field in described}
        own = (field for field in described if field.custom and field.type not in _UNREADABLE)
        more += sorted(field.name for field in own if field.name not in compounds and field.name not in mapped)
    names, size = mapped, sum(map(_size, mapped))
    for name in more:
        size += _size(name)
        if size > NAMES_BYTES_MOST:
            break
        names.append(name)
    return tuple(names)


def _size(name: str) -> int:
    """The bytes a field takes in the URL, with the comma and the space behind it."""
    return len(quote(name)) + len(quote(", "))
