"""Which fields of an object are asked for: those the mappings read, those readers of payloads need, and the org's own."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from urllib.parse import quote

from kizuna_salesforce.kept import kept
from kizuna_salesforce.pages import Field

# A URL may have 16,384 bytes; the rest is for the host, the condition and the order. Source: REST API, URI length.
NAMES_BYTES_MOST = 14_000
# Compound and binary values, and those of no fixed form. Source: Object Reference, field types.
_log = logging.getLogger("kizuna.salesforce")
_UNREADABLE = frozenset({"address", "location", "base64", "anyType", "complexvalue", "json"})


def chosen(
    sobject: str, described: Sequence[Field], wanted: Sequence[str], *, custom: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields of a query, and the org's own ones that are left out because a URL does not hold them.

    All ``wanted`` ones that exist, those kept for readers, then the org's own in the order of their names, so that two
    descriptions give the same choice.
    """
    known = {field.name for field in described}
    mapped = [name for name in wanted if name in known]
    more = [name for name in kept(sobject) if name in known and name not in mapped]
    if custom:
        compounds = {field.compound_field_name for field in described}
        own = (field for field in described if field.custom and field.type not in _UNREADABLE)
        more += sorted(field.name for field in own if field.name not in compounds and field.name not in mapped)
    size = sum(map(_size, mapped))
    for count, name in enumerate(more):
        size += _size(name)
        if size > NAMES_BYTES_MOST:
            return (*mapped, *more[:count]), tuple(more[count:])
    return (*mapped, *more), ()


def without(fields: Sequence[str], refused: Collection[str]) -> tuple[str, ...]:
    """The fields less those refused; none when nothing is refused of them, or when no rows could be read without."""
    rest = tuple(name for name in fields if name not in refused)
    return rest if len(rest) < len(fields) and "Id" in rest else ()


def told(sobject: str, gone: Collection[str]) -> None:
    """Says in the log which fields are read no more."""
    if gone:
        words = "%s: not there or not readable any more, and read no more: %s; records that do not change keep the last values."
        _log.warning(words, sobject, ", ".join(sorted(gone)))


def _size(name: str) -> int:
    """The bytes a field takes in the URL, with the comma and the space behind it."""
    return len(quote(name)) + len(quote(", "))
