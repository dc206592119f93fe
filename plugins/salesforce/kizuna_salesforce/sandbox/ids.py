"""Ids as Salesforce makes them: prefix of the object, pod, a running number, the suffix."""

from __future__ import annotations

from kizuna_salesforce.ids import full_id

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

PREFIXES = {
    "staff": "005",
    "product": "01t",
    "price": "01u",
    "account": "001",
    "person": "003",
    "lead": "00Q",
    "deal": "006",
    "line": "00k",
    "contract": "800",
    "activity": "00T",
    "ticket": "500",
    "comment": "00a",
}

ORGANISATION = full_id("00DdM0000000001")
QUEUE = full_id("00GdM0000000001")
RUN_AS_USER = full_id("005dM000zzzzzzz")


def native_id(kind: str, number: int) -> str:
    """The id of record ``number`` of a kind; numbers are below 2⁴⁰, which are seven digits to base 62."""
    return numbered(PREFIXES.get(kind, "a00"), number)


def numbered(prefix: str, number: int, pod: str = "dM000") -> str:
    """An id with any prefix; another ``pod`` keeps numbers of another sort apart."""
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _DIGITS[digit] + digits
    return full_id(f"{prefix}{pod}{digits:0>7}")


def with_prefix(source_id: str, prefix: str, pod: str = "") -> str:
    """The id with another prefix (and pod): the same record seen as another object."""
    return full_id(prefix + (pod or source_id[3:8]) + source_id[8:15])
