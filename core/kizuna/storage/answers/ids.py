"""Ids that are good for everything in the API: ``cus_…``, ``per_…`` as they are; facts and records by kind and number."""

from __future__ import annotations

from base64 import b32decode, b32encode
from binascii import Error
from collections.abc import Callable, Iterable
from typing import NamedTuple


class RecordId(NamedTuple):
    """What an id of a fact or a record stands for: its kind, the record's number, the part of the record."""

    kind: str
    rid: int
    part: str = ""


def record_id(kind: str, rid: int, part: str = "") -> str:
    """``ticket_k5w…`` or, for one of several parts of a record, ``deal_line_k5w….part``."""
    number = b32encode(rid.to_bytes(8, "big", signed=True)).decode("ascii").rstrip("=").lower()
    return f"{kind}_{number}.{part}" if part else f"{kind}_{number}"


def subscription_id(rid: str) -> str:
    """The public id of the subscription that is kept under this number."""
    return record_id("subscription", int(rid))


def record_ids(sources: Iterable[str]) -> list[str]:
    """The public ids of the records that sources (record/version) name, in order, each once."""
    return list(dict.fromkeys(record_id("record", int(source.partition("/")[0])) for source in sources))


def parsed_record_id(text: str) -> RecordId | None:
    """What the id stands for, None when it is none of ours."""
    head, _, part = text.partition(".")
    kind, _, number = head.rpartition("_")
    if not kind or len(number) != 13:
        return None
    try:
        return RecordId(kind, int.from_bytes(b32decode(number.upper() + "==="), "big", signed=True), part)
    except (Error, ValueError):
        return None


def numbered(kind: str, number: int) -> str:
    """``connection_3``."""
    return f"{kind}_{number}"


def parsed_number(kind: str, text: str) -> int | None:
    """The number of an id of that kind, None when it is none."""
    head, _, number = text.rpartition("_")
    return int(number) if head == kind and number.isascii() and number.isdigit() and len(number) < 19 else None


def of_record(kind: str) -> Callable[[int, str], str]:
    """A reader of (record, part) that gives the id."""
    return lambda rid, part: record_id(kind, rid, part)


def of_number(kind: str) -> Callable[[int], str]:
    """A reader of a number that gives the id."""
    return lambda number: numbered(kind, number)
