"""What stands behind a figure: the customers, subscriptions and records that it names, read together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from kizuna.graphql import loading
from kizuna.graphql.context import Context
from kizuna.graphql.selection import Chosen

Source = dict[str, Any]


def entities(
    context: Context, below: Sequence[Chosen], name: str, type_: type[Any], ids: Collection[str]
) -> dict[str, Source]:
    """Id → customer, where the field of that name is selected."""
    field = _selected(below, name)
    if field is None or not ids:
        return {}
    return loading.entities(context, context.registry.by_class[type_], sorted(ids), field)


def facts(
    context: Context, below: Sequence[Chosen], name: str, type_: type[Any], ids: Collection[str]
) -> dict[str, Source]:
    """Id → record or fact, where the field of that name is selected."""
    field = _selected(below, name)
    if field is None or not ids:
        return {}
    return loading.nodes(context, context.registry.by_class[type_], sorted(ids), field)


def _selected(below: Sequence[Chosen], name: str) -> Chosen | None:
    return next((choice for choice in below if choice.name == name), None)
