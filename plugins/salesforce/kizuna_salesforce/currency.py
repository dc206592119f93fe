"""The currency of an org that has only one: its records name none, so the org is asked and each record is given it.

So a stored record goes on to mean what it meant, though the org may change its currency or switch several on.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection

import msgspec

from kizuna import sdk

FIELD = "CurrencyIsoCode"
"""The field that records of an org with several currencies have, those of an org with one have not."""
QUESTION = "SELECT DefaultCurrencyIsoCode FROM Organization"

_CODE = re.compile(r"[A-Z]{3}")
_log = logging.getLogger("kizuna.salesforce")


class _Org(msgspec.Struct, rename="pascal", frozen=True):
    default_currency_iso_code: str | None = None


class _Orgs(msgspec.Struct, frozen=True):
    records: list[_Org]


_ORGS = msgspec.json.Decoder(_Orgs)


def needed(wanted: Collection[str], fields: Collection[str]) -> bool:
    """Whether records have amounts (``wanted`` by the mapping) and ``fields`` that do not say in which currency."""
    return FIELD in wanted and FIELD not in fields


def told(sobject: str, answer: sdk.Answer) -> str | None:
    """The org's code; None, with a warning that names the setting, when it does not tell any."""
    try:
        records = _ORGS.decode(answer.body).records if answer.status < 400 else []
    except (msgspec.DecodeError, UnicodeDecodeError):
        records = []
    found = next((org.default_currency_iso_code for org in records), None)
    if found and _CODE.fullmatch(found):
        return found
    _log.warning(
        "%s: neither records nor the org tell a currency, so amounts are left out; set default_currency to the org's.",
        sobject,
    )
    return None


def with_currency(raw: bytes | msgspec.Raw, currency: str | None) -> bytes | msgspec.Raw:
    """The record with the currency at its end, as an org with several would show it."""
    text = bytes(raw).rstrip()
    if currency is None or not text.startswith(b"{") or not text[1:-1].strip():
        return raw
    return b'%b,"%b":"%b"}' % (text[:-1], FIELD.encode(), currency.encode())
