"""The currency of amounts that name none: the portal's company currency, written into each record as it is read.

So a stored record goes on to mean what it meant, though the portal may change its currency.
"""

from __future__ import annotations

import re

import msgspec

from kizuna import sdk
from kizuna_hubspot.readings.pages import opened

_CODE = re.compile(r"[A-Z]{3}")


class _Portal(sdk.Payload, rename="camel"):
    company_currency: str | None = None


_PORTAL = msgspec.json.Decoder(_Portal)


def company_currency(body: bytes, what: str) -> str | None:
    """The code the portal's own record names, None when it names none. Raises PageError when it is no such record."""
    found = opened(_PORTAL, body, what).company_currency
    return found if found and _CODE.fullmatch(found) else None


def with_currency(record: sdk.Record, currency: str | None) -> sdk.Record:
    """The record with ``companyCurrency`` at its end; without it when the currency is not known."""
    raw = bytes(record.raw).rstrip()
    if currency is None or not raw.startswith(b"{") or not raw[1:-1].strip():
        return record
    return msgspec.structs.replace(record, raw=b'%b,"companyCurrency":"%b"}' % (raw[:-1], currency.encode()))
