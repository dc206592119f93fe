"""FACTS: the same, typed and unified. One table a core kind, its columns taken from the fact's own fields.

A ``Ref`` becomes ``<name>_rid``, ``Money`` becomes ``<name>_minor`` and ``<name>_currency``, tuples become JSON.
Facts of plugins' own kinds stand in ``fact_other``; every change of a dated kind stands in ``fact_history``.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Table, Text

from kizuna.model.facts import KINDS, Fact
from kizuna.model.money import Money
from kizuna.model.refs import Ref
from kizuna.storage.tables.base import METADATA, at, text

Form = Literal["text", "word", "whole", "flag", "float", "instant", "day", "decimal", "money", "ref", "json"]

_PLAIN: dict[type, Form] = {
    str: "text",
    int: "whole",
    bool: "flag",
    float: "float",
    datetime: "instant",
    date: "day",
    Decimal: "decimal",
    Money: "money",
    Ref: "ref",
}
_SQL: dict[Form, type[Any]] = {"whole": BigInteger, "flag": Boolean, "float": Float, "instant": BigInteger}


@dataclass(frozen=True, slots=True)
class FactField:
    """One field of a fact and the columns it fills."""

    name: str
    form: Form
    required: bool
    columns: tuple[str, ...]


def fields_of(kind: type[Fact]) -> tuple[FactField, ...]:
    """The fields of a kind in their order, without ``part``."""
    hints = typing.get_type_hints(kind)
    return tuple(_field(name, hints[name]) for name in kind.__struct_fields__ if name != "part")


def _field(name: str, hint: Any) -> FactField:
    options = [o for o in typing.get_args(hint) if o is not types.NoneType] if _is_union(hint) else [hint]
    form = _form(options[0])
    columns = {"money": (f"{name}_minor", f"{name}_currency"), "ref": (f"{name}_rid",)}.get(form, (name,))
    return FactField(name, form, not _is_union(hint), columns)


def _is_union(hint: Any) -> bool:
    return isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union


def _form(hint: Any) -> Form:
    if typing.get_origin(hint) is tuple:
        return "json"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return "word"
    return _PLAIN[hint]


def _columns(kind: type[Fact]) -> Iterator[Column[Any]]:
    for field in fields_of(kind):
        for name in field.columns:
            number = name.endswith(("_minor", "_rid")) and field.form in ("money", "ref")
            sql = BigInteger if number else _SQL.get(field.form, Text)
            yield Column(name, sql, nullable=not field.required)


def _table(name: str, kind: type[Fact]) -> Table:
    return Table(
        f"fact_{name}",
        METADATA,
        Column("rid", BigInteger, primary_key=True, autoincrement=False),
        text("part", primary_key=True),
        *_columns(kind),
    )


FACTS: dict[str, Table] = {name: _table(name, kind) for name, kind in KINDS.items()}
"""Kind → its table; the key is (rid, part)."""

OTHER = Table(
    "fact_other",
    METADATA,
    Column("rid", BigInteger, primary_key=True, autoincrement=False),
    text("kind", primary_key=True),
    text("part", primary_key=True),
    text("body"),  # JSON
)

HISTORY = Table(
    "fact_history",
    METADATA,
    Column("rid", BigInteger, primary_key=True, autoincrement=False),
    text("kind", primary_key=True),
    text("part", primary_key=True),
    Column("version_no", BigInteger, primary_key=True, autoincrement=False),
    at("valid_from", nullable=False),  # true in the world from here, as the source dates it
    at("known_at", nullable=False),  # learned by us
    text("body", nullable=True),  # JSON; null: the record no longer says it
    Index(None, "kind", "known_at"),
)
