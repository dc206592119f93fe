"""Reading rows of a shape: by keys, page by page, or the first of all. Each call is one SQL statement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from kizuna.storage.answers.shape import Column, Filter, Order, Relation, Shape, all_of
from kizuna.storage.bulk import among, among_words, numbers, words

Values = dict[str, Any]
Position = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """``size`` rows after (or, backwards, before) a position; one more is read to know whether there are more."""

    size: int
    position: Position | None = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition with its bound values, their names unique within one statement."""

    sql: str
    bound: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One row read: its values by name, what its relations start from, its parent's key, its place in the order."""

    values: Values
    starts: Mapping[str, Any]
    parent: Position
    position: Position


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read of a shape: columns by name, and the expressions its relations start from."""

    shape: Shape
    columns: tuple[str, ...]
    starts: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def by_keys(
    sql: Connection,
    wanted: Wanted,
    relation: Relation,
    keys: Collection[Any],
    page: Page | None = None,
    conditions: Sequence[Condition] = (),
) -> list[Row]:
    """The rows that hang on these keys, each key's in order; with a page, at most one more than its size of each."""
    if not keys:
        return []
    select = _Select(wanted, relation.on, relation.order)
    condition, bound = _among(sql, relation, keys)
    where = all_of(wanted.shape.where, relation.where, condition, *(c.sql for c in conditions))
    bound.update(_bound(conditions))
    if page is None:
        order = f" ORDER BY {', '.join(select.ordered())}" if relation.order else ""
        statement = f"SELECT {select.chosen()} FROM {select.source(relation.through)} WHERE {where}{order}"
    else:
        where = all_of(where, _beyond(relation.order, page, bound))
        statement = _paged(select, relation, where, page, alone=len(keys) == 1 and len(relation.on) == 1)
        bound["most"] = page.size + 1
    return select.read(sql.execute(text(statement), bound))


def first(
    sql: Connection,
    wanted: Wanted,
    order: Order,
    page: Page,
    conditions: Sequence[Condition] = (),
    through: str = "",
) -> list[Row]:
    """The first rows of all in that order, at most one more than the page's size."""
    select = _Select(wanted, (), order)
    bound = {**_bound(conditions), "most": page.size + 1}
    where = all_of(wanted.shape.where, *(c.sql for c in conditions), _beyond(order, page, bound))
    statement = f"""
        SELECT {select.chosen()} FROM {select.source(through)}{" WHERE " + where if where else ""}
        ORDER BY {", ".join(select.ordered(backward=page.backward))} LIMIT :most
    """
    return select.read(sql.execute(text(statement), bound))


def totals(
    sql: Connection, shape: Shape, relation: Relation, keys: Collection[Any], conditions: Sequence[Condition] = ()
) -> dict[Any, int]:
    """Key → how many rows hang on it; a key with none is left out."""
    if not keys:
        return {}
    condition, bound = _among(sql, relation, keys)
    bound.update(_bound(conditions))
    where = all_of(shape.where, relation.where, condition, *(c.sql for c in conditions))
    on = relation.on[0]
    statement = f"SELECT {on}, COUNT(*) FROM {shape.source} {relation.through} WHERE {where} GROUP BY {on}"
    return dict(sql.execute(text(statement), bound).all())


def total(sql: Connection, shape: Shape, conditions: Sequence[Condition] = (), through: str = "") -> int:
    """How many rows there are of a shape."""
    where = all_of(shape.where, *(c.sql for c in conditions))
    statement = f"SELECT COUNT(*) FROM {shape.source} {through}{' WHERE ' + where if where else ''}"
    return int(sql.execute(text(statement), _bound(conditions)).scalar_one())


def one_of(sql: Connection, wanted: Wanted, values: Sequence[Any]) -> Row | None:
    """The row whose key has these values."""
    select = _Select(wanted, (), None)
    bound = {f"key{n}": value for n, value in enumerate(values)}
    key = [f"{part} = :key{n}" for n, part in enumerate(wanted.shape.key[: len(values)])]
    where = all_of(wanted.shape.where, *key)
    statement = f"SELECT {select.chosen()} FROM {select.source()} WHERE {where} LIMIT 1"
    return next(iter(select.read(sql.execute(text(statement), bound))), None)


def filtered(sql: Connection, filters: Mapping[str, Filter], given: Mapping[str, Any]) -> list[Condition]:
    """The conditions that the given arguments make; an argument that is None or absent makes none."""
    found: list[Condition] = []
    for name, filter_ in filters.items():
        value = given.get(name)
        if value is None:
            continue
        bind = f"given_{name}"
        if filter_.test == "in":
            chosen = words(sql, [str(word) for word in value])
            found.append(Condition(among_words(sql, filter_.expression, bind), {bind: chosen}))
        else:
            found.append(Condition(f"{filter_.expression} {filter_.test} :{bind}", {bind: value}))
    return found


class _Select:
    """The expressions of one statement, each asked for once, and how its rows are read."""

    def __init__(self, wanted: Wanted, parent: tuple[str, ...], order: Order | None) -> None:
        self.wanted, self.order = wanted, order
        self.at: dict[str, int] = {}
        self.needs: list[str] = list(wanted.needs)
        self.columns = [(name, *self._column(wanted.shape.columns[name])) for name in wanted.columns]
        self.starts = [(part, self._part(part)) for part in wanted.starts]
        self.parent = [self._part(part) for part in parent]
        self.position = [self._part(part) for part in (order.parts if order else ())]

    def _part(self, expression: str) -> int:
        return self.at.setdefault(expression, len(self.at))

    def _column(self, column: Column) -> tuple[Callable[..., Any] | None, list[int]]:
        self.needs += [need for need in column.needs if need not in self.needs]
        return column.read, [self._part(part) for part in column.parts]

    def chosen(self) -> str:
        return ", ".join(f"{part} AS c{n}" for part, n in self.at.items()) or "1"

    def source(self, through: str = "") -> str:
        joins = [self.wanted.shape.joins[need] for need in dict.fromkeys(self.needs)]
        return " ".join([self.wanted.shape.source, through, *joins])

    def ordered(self, *, backward: bool = False) -> list[str]:
        """The expressions to order by."""
        assert self.order is not None
        down = " DESC" if self.order.descending != backward else ""
        return [part + down for part in self.order.parts]

    def read(self, found: Any) -> list[Row]:
        return [self._row(raw) for raw in found]

    def _row(self, raw: Sequence[Any]) -> Row:
        values = {name: raw[at[0]] if read is None else read(*(raw[n] for n in at)) for name, read, at in self.columns}
        starts = {part: raw[n] for part, n in self.starts}
        return Row(values, starts, tuple(raw[n] for n in self.parent), tuple(raw[n] for n in self.position))


def _paged(select: _Select, relation: Relation, where: str, page: Page, *, alone: bool) -> str:
    """The statement for a page of each key. A single key needs no ranks: an index in order may end early."""
    assert relation.order is not None
    ordered = ", ".join(select.ordered(backward=page.backward))
    source = select.source(relation.through)
    if alone:
        return f"SELECT {select.chosen()} FROM {source} WHERE {where} ORDER BY {ordered} LIMIT :most"
    chosen = ", ".join(f"c{n}" for n in select.at.values())
    return f"""
        SELECT {chosen} FROM (
            SELECT {select.chosen()},
                   ROW_NUMBER() OVER (PARTITION BY {", ".join(relation.on)} ORDER BY {ordered}) AS place
            FROM {source} WHERE {where}
        ) AS ranked WHERE place <= :most ORDER BY place
    """


def _among(sql: Connection, relation: Relation, keys: Collection[Any]) -> tuple[str, dict[str, Any]]:
    """The condition that the row hangs on one of these keys."""
    if len(keys) == 1:
        return f"{relation.on[0]} = :key", {"key": next(iter(keys))}
    if relation.keys == "word":
        return among_words(sql, relation.on[0], "keys"), {"keys": words(sql, keys)}
    return among(sql, relation.on[0], "keys"), {"keys": numbers(sql, keys)}


def _beyond(order: Order | None, page: Page, bound: dict[str, Any]) -> str:
    """The condition that a row lies beyond the page's position; its values are bound."""
    if page.position is None or order is None:
        return ""
    bound.update({f"position{n}": value for n, value in enumerate(page.position)})
    names = ", ".join(f":position{n}" for n in range(len(page.position)))
    return f"({', '.join(order.parts)}) {'<' if order.descending != page.backward else '>'} ({names})"


def _bound(conditions: Sequence[Condition]) -> dict[str, Any]:
    return {name: value for condition in conditions for name, value in condition.bound.items()}
