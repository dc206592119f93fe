"""The metrics there are, by key: what the API, the reference page and `kizuna verify metrics` ask for a definition."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kizuna.errors import UnknownName
from kizuna.metrics.definition import Definition, Kind
from kizuna.metrics.definitions.retention import RETENTION
from kizuna.metrics.definitions.revenue import REVENUE
from kizuna.metrics.definitions.success import SUCCESS

SUBJECTS: Final[Mapping[str, tuple[Definition, ...]]] = MappingProxyType(
    {"Recurring revenue": REVENUE, "Staying and leaving": RETENTION, "Customer success": SUCCESS}
)
"""Every definition in force, by subject."""

CATALOGUE: Final[Mapping[str, Definition]] = MappingProxyType(
    {one.key: one for group in SUBJECTS.values() for one in group}
)
"""Key → the definition in force."""


def definition(key: str, kind: Kind | None = None) -> Definition:
    """The definition of that key, and of that kind where one is given. Raises UnknownName."""
    found = CATALOGUE.get(key)
    if found is None or (kind is not None and found.kind != kind):
        known = (one.key for one in CATALOGUE.values() if kind is None or one.kind == kind)
        raise UnknownName(f"metric of kind {kind}" if kind else "metric", key, known)
    return found
