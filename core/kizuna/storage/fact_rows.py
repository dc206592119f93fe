"""Facts as rows: the flattening of each kind, made once from its fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from kizuna.errors import PayloadError
from kizuna.model.facts import KINDS, Fact, kind_of
from kizuna.model.money import Money
from kizuna.model.refs import Ref, record_id
from kizuna.storage.instants import micros
from kizuna.storage.tables.facts import FactField, fields_of

Row = tuple[Any, ...]
Flat = Callable[[Any], Any]
DIGITS_MOST = 100
_ENCODE = msgspec.json.Encoder(decimal_format="string")


@cache
def columns(kind: str) -> tuple[str, ...]:
    """The columns of a kind's table, in the order of its rows."""
    return ("rid", "part", *(name for field in fields_of(KINDS[kind]) for name in field.columns))


@dataclass(frozen=True, slots=True)
class Flattening:
    """How a kind becomes a row: one reading of all its values, and what is done to which of them."""

    values: Callable[[Fact], tuple[Any, ...]]
    flats: tuple[tuple[int, Flat], ...]
    refs: tuple[int, ...]


@cache
def _flattening(kind: str) -> Flattening:
    names, flats, refs = ["part"], [], []
    for field in fields_of(KINDS[kind]):
        for flat in _flats(field):
            place = len(names) + 1  # the record id stands before them all
            names.append(field.name)
            if field.form == "ref":
                refs.append(place)
            elif flat is not None:
                flats.append((place, flat))
    return Flattening(attrgetter(*names), tuple(flats), tuple(refs))


def _flats(field: FactField) -> tuple[Flat | None, ...]:
    """What is done to the value for each of the field's columns; None leaves it as it is."""
    return (_minor, _currency) if field.form == "money" else (_FLAT.get(field.form),)


def row(fact: Fact, rid: int, connection: str) -> Row:
    """The fact as a row of its kind's table; references become record ids of the same connection."""
    how = _flattening(kind_of(type(fact)))
    values = [rid, *how.values(fact)]
    for place, flat in how.flats:
        value = values[place]
        if value is not None:
            values[place] = flat(value)
    for place in how.refs:
        ref = values[place]
        if ref is not None:
            values[place] = _known_target(connection, ref.stream, ref.id)
    return tuple(values)


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


def _minor(value: Money) -> int:
    return bounded(value.minor)


def _currency(value: Money) -> str:
    return value.currency


_FLAT: dict[str, Flat] = {
    "word": str,
    "whole": bounded,
    "instant": micros,
    "day": lambda value: value.isoformat(),
    "decimal": _decimal,
    "json": lambda value: _ENCODE.encode(value).decode(),
}
