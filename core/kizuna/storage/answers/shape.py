"""How something can be read: from which tables, which columns, and how it hangs together with others.

A shape is plain values: SQL expressions over fixed aliases. Whoever reads chooses columns by name; a join is made only
when a chosen column needs it. Expressions are ours; what users say is always bound.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

from kizuna.model.money import MICRO, Money

EARLIEST = -9_000_000_000_000_000_000
"""Stands for an unknown moment in an order: before every known one."""


@dataclass(frozen=True, slots=True)
class Column:
    """A value: the expressions it is made of, and how they become it (None: the one expression is it)."""

    parts: tuple[str, ...]
    read: Callable[..., Any] | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A total order: its last expressions tell any two rows apart. ``name`` stands in cursors."""

    name: str
    parts: tuple[str, ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """What an argument does: ``expression`` is one of the given words (in), equal, at or after, before."""

    expression: str
    test: Literal["in", "=", ">=", "<"]


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows of ``target`` whose ``on`` equals the parent's ``by``.

    Several expressions name a key of several values; only the first is searched for. ``through`` is a further join.
    """

    target: str
    by: tuple[str, ...]
    on: tuple[str, ...]
    order: Order | None = None
    keys: Literal["number", "word"] = "number"
    where: str = ""
    through: str = ""
    needs: tuple[str, ...] = ()  # joins of the parent that ``by`` stands in
    filters: Mapping[str, Filter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """A thing that can be read: ``source`` is what follows FROM, ``joins`` are made when a column needs them."""

    name: str
    source: str
    columns: Mapping[str, Column]
    where: str = ""
    joins: Mapping[str, str] = field(default_factory=dict)
    relations: Mapping[str, Relation] = field(default_factory=dict)
    key: tuple[str, ...] = ()  # the expressions an id stands for

    def related(self, **relations: Relation) -> Shape:
        """The same with more relations."""
        return replace(self, relations={**self.relations, **relations})


def plain(alias: str, *names: str) -> dict[str, Column]:
    """Columns that are their own values."""
    return {name: Column((f"{alias}.{name}",)) for name in names}


def flags(alias: str, *names: str) -> dict[str, Column]:
    """True or false."""
    return {name: Column((f"{alias}.{name}",), truth) for name in names}


def lists(alias: str, *names: str) -> dict[str, Column]:
    """JSON text read back."""
    return {name: Column((f"{alias}.{name}",), from_json) for name in names}


def truth(value: Any) -> bool | None:
    """SQLite says 0 and 1."""
    return None if value is None else bool(value)


def from_json(value: str | None) -> Any:
    """The JSON text read."""
    return None if value is None else json.loads(value)


def money(minor: int | None, currency: str | None) -> dict[str, str] | None:
    """Money as the API says it: the amount, the currency, the minor units as text, for they may exceed 32 bits."""
    if minor is None or currency is None:
        return None
    amount = format(Money(minor, currency).amount(), "f")
    return {"amount": amount, "currency": currency, "minor_units": str(minor)}


def unit_money(minor: str | None, currency: str | None) -> dict[str, str] | None:
    """The price of one unit, whose minor units may have decimals."""
    if minor is None or currency is None:
        return None
    whole = Money(1, currency.upper()).amount()
    exact = Decimal(minor)
    return {"amount": format(exact * whole, "f"), "currency": currency.upper(), "minor_units": format(exact, "f")}


def micro_money(micro: str | None, currency: str | None) -> dict[str, str] | None:
    """Money from millionths of a minor unit, rounded half up: here, at the edge, and nowhere before."""
    if micro is None:
        return None
    exact = int(micro)
    whole = (abs(exact) + MICRO // 2) // MICRO
    return money(whole if exact > 0 else -whole, currency)


def all_of(*parts: str) -> str:
    """The conditions joined; empty when there are none."""
    return " AND ".join(f"({part})" for part in parts if part)
