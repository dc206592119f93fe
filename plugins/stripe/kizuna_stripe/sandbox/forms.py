"""Stripe's way of writing nested values into a form or a query: ``created[gte]=1&items[0][price]=p&expand[]=data.x``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Form = dict[str, Any]


def nested(pairs: Iterable[tuple[str, str]]) -> Form:
    """The values as nested dicts and lists; numbered and empty brackets make lists."""
    root: Form = {}
    for name, value in pairs:
        head, *steps = name.replace("]", "").split("[")
        _plant(root, [head, *steps], value)
    return {name: _settled(value) for name, value in root.items()}


def _plant(node: Form, steps: list[str], value: str) -> None:
    *path, last = steps
    for step in path:
        held = node.setdefault(step or str(len(node)), {})
        if not isinstance(held, dict):
            return  # a plain value and a nested one under one name: the first stands
        node = held
    node[last or str(len(node))] = value


def _settled(value: Any) -> Any:
    """Dicts whose keys are all numbers become lists in the order of the numbers."""
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_settled(value[key]) for key in sorted(value, key=int)]
    return {key: _settled(inner) for key, inner in value.items()}
