"""Facts as rows: the flattening of each kind, made once from its fields."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, cast

import msgspec

from kizuna.errors import PayloadError
from kizuna.model.facts import KINDS, Fact, kind_of
from kizuna.model.refs import Ref, record_id
from kizuna.storage.instants import micros
from kizuna.storage.tables.facts import fields_of

Row = tuple[Any, ...]
Flat = Callable[[Any], Any]
DIGITS_MOST = 100
_ENCODE = msgspec.json.Encoder(decimal_format="string")


@cache
def columns(kind: str) -> tuple[str, ...]:
    """The columns of a kind's table, in the order of its rows."""
    return ("rid", "part", *(name for field in fields_of(KINDS[kind]) for name in field.columns))


def row(fact: Fact, rid: int, connection: str) -> Row:
    """The fact as a row of its kind's table; references become record ids of the same connection."""
    return _flattening(kind_of(type(fact)))(fact, rid, connection)


@cache
def _flattening(kind: str) -> Callable[[Fact, int, str], Row]:
    """A function that makes a kind's rows: one expression of all its fields, written out once.

    Written out, a row costs half of what it costs to walk over its fields, and every record of a load makes some.
    """
    known: dict[str, Any] = {"target": _known_target, "bounded": bounded}
    values = ["rid", "fact.part"]
    for field in fields_of(KINDS[kind]):
        known[f"flat_{field.name}"] = _FLAT.get(field.form)
        values += [form.format(name=field.name) for form in _WRITTEN.get(field.form, (_FLATTENED,))]
    return cast("Callable[[Fact, int, str], Row]", eval(f"lambda fact, rid, connection: ({', '.join(values)})", known))  # noqa: S307  made of the names of our own fields


def target(connection: str, ref: Ref) -> int:
    """The record id a reference points to."""
    return _known_target(connection, ref.stream, ref.id)


# Many records of a batch point to the same few: the product, the customer, the subscription.
_known_target = lru_cache(maxsize=16_384)(record_id)


def body(fact: Fact) -> str:
    """The fact as JSON, exact decimals as strings."""
    return _ENCODE.encode(fact).decode()


def bounded(value: int) -> int:
    """The number, if a 64-bit column can hold it. Raises PayloadError otherwise."""
    if not -(2**63) <= value < 2**63:
        raise PayloadError("a number beyond 64 bits")
    return value


def _decimal(value: Decimal) -> str:
    """The number in full. Raises PayloadError when it is none, or has more digits than any price or quantity."""
    if not value.is_finite() or abs(value.adjusted()) > DIGITS_MOST:
        raise PayloadError("a decimal that is no number, or beyond all measure")
    return format(value, "f")


_FLAT: dict[str, Flat] = {
    "word": str,
    "whole": bounded,
    "instant": micros,
    "day": lambda value: value.isoformat(),
    "decimal": _decimal,
    "json": lambda value: _ENCODE.encode(value).decode() if value else "[]",
}

_FLATTENED = "None if (v := fact.{name}) is None else flat_{name}(v)"
_WRITTEN = {
    "text": ("fact.{name}",),
    "flag": ("fact.{name}",),
    "float": ("fact.{name}",),
    "money": ("None if (v := fact.{name}) is None else bounded(v.minor)", "None if v is None else v.currency"),
    "ref": ("None if (v := fact.{name}) is None else target(connection, v.stream, v.id)",),
}
"""Form → the expressions of its columns; every other form goes through its function in ``_FLAT``."""
