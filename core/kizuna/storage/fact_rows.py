"""Facts as rows: the flattening of each kind, made once from its fields."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from kizuna.errors import PayloadError
from kizuna.model.facts import KINDS, Fact, kind_of
from kizuna.model.refs import Ref, record_id
from kizuna.storage.instants import maybe_micros
from kizuna.storage.tables.facts import FactField, fields_of

Row = tuple[Any, ...]
_ENCODE = msgspec.json.Encoder(decimal_format="string")


@cache
def columns(kind: str) -> tuple[str, ...]:
    """The columns of a kind's table, in the order of its rows."""
    return ("rid", "part", *(name for field in fields_of(KINDS[kind]) for name in field.columns))


@cache
def _fields(kind: str) -> tuple[FactField, ...]:
    return fields_of(KINDS[kind])


def row(fact: Fact, rid: int, connection: str) -> Row:
    """The fact as a row of its kind's table; references become record ids of the same connection."""
    values: list[Any] = [rid, fact.part]
    for field in _fields(kind_of(type(fact))):
        value = getattr(fact, field.name)
        flat = _FLAT.get(field.form)
        if flat is None:
            values.append(value)
        elif field.form == "money":
            values += (None, None) if value is None else (bounded(value.minor), value.currency)
        elif field.form == "ref":
            values.append(None if value is None else target(connection, value))
        else:
            values.append(None if value is None else flat(value))
    return tuple(values)


def target(connection: str, ref: Ref) -> int:
    """The record id a reference points to."""
    return record_id(connection, ref.stream, ref.id)


def body(fact: Fact) -> str:
    """The fact as JSON, exact decimals as strings."""
    return _ENCODE.encode(fact).decode()


def bounded(value: int) -> int:
    """The number, if a 64-bit column can hold it. Raises PayloadError otherwise."""
    if not -(2**63) <= value < 2**63:
        raise PayloadError("a number beyond 64 bits")
    return value


_FLAT: dict[str, Callable[[Any], Any]] = {
    "word": str,
    "whole": bounded,
    "instant": maybe_micros,
    "day": lambda value: value.isoformat(),
    "decimal": lambda value: format(value, "f"),
    "json": lambda value: _ENCODE.encode(value).decode(),
    "money": lambda value: value,
    "ref": lambda value: value,
}
