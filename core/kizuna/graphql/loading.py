"""Loading what is selected: one SQL statement for each relation, for all parents at once, however many they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kizuna.graphql.context import Context
from kizuna.graphql.paging import connection, page_of
from kizuna.graphql.plan import Computed, FromColumn, Loaded, Named, One, Pages, Several
from kizuna.graphql.registry import TypePlan
from kizuna.graphql.selection import Chosen
from kizuna.storage.answers import reading
from kizuna.storage.answers.ids import parsed_record_id
from kizuna.storage.answers.reading import Condition, Page, Row, Wanted
from kizuna.storage.answers.shape import Order, Relation

Source = dict[str, Any]
TYPE = "@type"
"""Where a source says its type."""


def slot(key: str) -> str:
    """Where a source keeps what a relation gave, by the key in the answer."""
    return f"@{key}"


def wanted(context: Context, plan: TypePlan, chosen: Iterable[Chosen]) -> Wanted:
    """The columns and starts of relations that a selection needs of a shape, as the caller sees it."""
    shape = context.sight.shapes[plan.shape]
    columns: dict[str, None] = {}
    starts: dict[str, None] = {}
    needs: dict[str, None] = {}
    for field in chosen:
        match plan.fields.get(field.name):
            case FromColumn(column):
                columns[column] = None
            case Computed(names, _) | Loaded(names, _):
                columns.update(dict.fromkeys(names))
            case Named(name):
                columns[name] = None
            case One(name) | Several(name) | Pages(name):
                relation = shape.relations[name]
                starts.update(dict.fromkeys(relation.by))
                needs.update(dict.fromkeys(relation.needs))
            case None:
                pass
    return Wanted(shape, tuple(columns), tuple(starts), tuple(needs))


def fill(context: Context, plan: TypePlan, rows: Sequence[Row], chosen: Sequence[Chosen]) -> None:
    """Everything below these rows loaded into their values."""
    for row in rows:
        row.values[TYPE] = plan.type_name
    if not rows:
        return
    for field in chosen:
        found = plan.fields.get(field.name)
        if isinstance(found, One | Several | Pages):
            _fill_relation(context, plan, rows, field, found)
        elif isinstance(found, Named):
            _fill_named(context, rows, field, found)
        elif isinstance(found, Loaded):
            answers = found.function(context, [row.values for row in rows], field)
            for row, answer in zip(rows, answers, strict=True):
                row.values[slot(field.key)] = answer


def _fill_relation(
    context: Context, plan: TypePlan, rows: Sequence[Row], field: Chosen, found: One | Several | Pages
) -> None:
    relation = context.sight.shapes[plan.shape].relations[found.relation]
    target = context.registry.by_shape[relation.target]
    keys = {start: None for row in rows if (start := _start(row, relation))[0] is not None}
    if isinstance(found, Pages):
        answers = _pages(context, relation, target, list(keys), field)
    else:
        answers = _lists(context, relation, target, list(keys), field, single=isinstance(found, One))
    for row in rows:
        row.values[slot(field.key)] = answers(_start(row, relation))


def _lists(
    context: Context, relation: Relation, target: TypePlan, keys: list[tuple[Any, ...]], field: Chosen, *, single: bool
) -> Any:
    chosen = context.selection.below(field.nodes, target.type_name)
    conditions = reading.filtered(context.sql, relation.filters, field.arguments)
    context.check()
    firsts = list(dict.fromkeys(key[0] for key in keys))
    rows = reading.by_keys(context.sql, wanted(context, target, chosen), relation, firsts, None, conditions)
    fill(context, target, rows, chosen)
    grouped = _grouped(rows)
    if single:
        return lambda key: grouped[key][0].values if key in grouped else None
    return lambda key: [row.values for row in grouped.get(key, ())]


def _pages(context: Context, relation: Relation, target: TypePlan, keys: list[tuple[Any, ...]], field: Chosen) -> Any:
    order = relation.order
    assert order is not None
    given = field.arguments
    most, seal = context.limits.max_page_size, context.caller.seal
    page = page_of(order, most, first=given["first"], after=given.get("after"), seal=seal)
    chosen, counts = chosen_nodes(context, field, target.type_name)
    conditions = reading.filtered(context.sql, relation.filters, given)
    context.check()
    firsts = list(dict.fromkeys(key[0] for key in keys))
    rows = reading.by_keys(context.sql, wanted(context, target, chosen), relation, firsts, page, conditions)
    grouped = _grouped(rows)
    kept = [row for group in grouped.values() for row in group[: page.size]]
    fill(context, target, kept, chosen)
    shape = context.sight.shapes[target.shape]
    totals = reading.totals(context.sql, shape, relation, firsts, conditions) if counts else {}
    return lambda key: connection(order, page, grouped.get(key, []), totals.get(key[0], 0) if counts else None)


def _fill_named(context: Context, rows: Sequence[Row], field: Chosen, found: Named) -> None:
    """Polymorphic: the rows are sorted by what their ids stand for, each kind read at once."""
    by_kind: dict[str, list[Row]] = {}
    for row in rows:
        known = parsed_record_id(row.values[found.column])
        kind = known.kind if known else ""
        if kind in context.registry.by_kind:
            by_kind.setdefault(kind, []).append(row)
        else:
            row.values[slot(field.key)] = None
    for kind, group in by_kind.items():
        if context.hides(context.registry.by_kind[kind].type_name, f"the field `{field.name}`"):
            for row in group:
                row.values[slot(field.key)] = None
            continue
        ids = {row.values[found.column]: None for row in group}
        answers = nodes(context, context.registry.by_kind[kind], list(ids), field)
        for row in group:
            row.values[slot(field.key)] = answers.get(row.values[found.column])


def nodes(context: Context, plan: TypePlan, ids: list[str], field: Chosen) -> dict[str, Source]:
    """Id → source of facts or records of one kind."""
    chosen = context.selection.below(field.nodes, plan.type_name)
    if all(choice.name in ("id", "__typename") for choice in chosen):
        return {key: {"id": key, TYPE: plan.type_name} for key in ids}
    shape = context.sight.shapes[plan.shape]
    known = {(read.rid, read.part): key for key in ids if (read := parsed_record_id(key))}
    relation = Relation(plan.shape, shape.key, shape.key)
    context.check()
    rids = list(dict.fromkeys(rid for rid, _ in known))
    rows = reading.by_keys(context.sql, wanted(context, plan, chosen), relation, rids)
    keys = {(*row.parent, "")[:2]: row for row in rows}
    found = {known[key]: row for key, row in keys.items() if key in known}
    fill(context, plan, list(found.values()), chosen)
    return {key: row.values for key, row in found.items()}


def entities(context: Context, plan: TypePlan, ids: list[str], field: Chosen) -> dict[str, Source]:
    """Id → source of customers or people; one that was merged away is not found."""
    chosen = context.selection.below(field.nodes, plan.type_name)
    shape = context.sight.shapes[plan.shape]
    context.check()
    relation = Relation(plan.shape, shape.key, shape.key, keys="word")
    rows = reading.by_keys(context.sql, wanted(context, plan, chosen), relation, ids)
    fill(context, plan, rows, chosen)
    return {str(row.parent[0]): row.values for row in rows}


def chosen_nodes(context: Context, field: Chosen, target: str) -> tuple[list[Chosen], bool]:
    """What is selected of a connection's rows, under ``nodes`` and ``edges`` together, and whether they are counted."""
    inner = context.selection.below(field.nodes, f"{target}Connection")
    below = [node for choice in inner if choice.name == "nodes" for node in choice.nodes]
    for choice in inner:
        if choice.name == "edges":
            edges = context.selection.below(choice.nodes, f"{target}Edge")
            below += [node for edge in edges if edge.name == "node" for node in edge.nodes]
    chosen = context.selection.below(below, target)
    return chosen, any(choice.name == "totalCount" for choice in inner)


def single(context: Context, plan: TypePlan, key: Sequence[Any], field: Chosen) -> Source | None:
    """The one with this key, with everything selected below it; None when there is none."""
    chosen = context.selection.below(field.nodes, plan.type_name)
    context.check()
    row = reading.one_of(context.sql, wanted(context, plan, chosen), key)
    if row is None:
        return None
    fill(context, plan, [row], chosen)
    return row.values


def listed(
    context: Context,
    plan: TypePlan,
    order: Order,
    field: Chosen,
    conditions: Sequence[Condition] = (),
    through: str = "",
    arguments: Mapping[str, Any] | None = None,
) -> Source:
    """A page of all there are, with everything selected below it."""
    given = field.arguments if arguments is None else arguments
    paging = {name: given.get(name) for name in ("first", "after", "last", "before")}
    page = page_of(order, context.limits.max_page_size, **paging, seal=context.caller.seal)
    chosen, counts = chosen_nodes(context, field, plan.type_name)
    context.check()
    rows = reading.first(context.sql, wanted(context, plan, chosen), order, page, conditions, through)
    fill(context, plan, rows[: page.size], chosen)
    total = reading.total(context.sql, context.sight.shapes[plan.shape], conditions, through) if counts else None
    return connection(order, page, rows, total)


def all_listed(context: Context, plan: TypePlan, order: Order, most: int, field: Chosen) -> list[Source]:
    """All there are of something few, at most so many."""
    chosen = context.selection.below(field.nodes, plan.type_name)
    context.check()
    rows = reading.first(context.sql, wanted(context, plan, chosen), order, Page(most))[:most]
    fill(context, plan, rows, chosen)
    return [row.values for row in rows]


def _start(row: Row, relation: Relation) -> tuple[Any, ...]:
    return tuple(row.starts[part] for part in relation.by)


def _grouped(rows: Iterable[Row]) -> dict[tuple[Any, ...], list[Row]]:
    grouped: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        grouped.setdefault(row.parent, []).append(row)
    return grouped
