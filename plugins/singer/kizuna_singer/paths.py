"""Values found in a record by their path: ``company.name``, ``lines.0.id``; ``$.id`` leads from a part back to its record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

Row = dict[str, msgspec.Raw]
"""A record as it came: its fields undecoded, so that only those are read that a mapping names."""

_VALUE = msgspec.json.Decoder(Any, float_hook=Decimal)
ROOT = "$."


def value_of(raw: msgspec.Raw) -> Any:
    """A field decoded; numbers with a fraction stay exact."""
    return _VALUE.decode(raw)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a mapping looks at: a record, and for facts said of the parts of a list the part itself."""

    row: Row
    part: Any = None
    in_part: bool = False

    def at(self, path: str) -> Any:
        """The value there, None where nothing is. A field whose own name holds the dots is found first."""
        if self.in_part and not path.startswith(ROOT):
            return _within(self.part, path)
        plain = path.removeprefix(ROOT)
        if plain in self.row:
            return value_of(self.row[plain])
        name, _, rest = plain.partition(".")
        raw = self.row.get(name)
        return None if raw is None or not rest else _within(value_of(raw), rest)


def _within(value: Any, path: str) -> Any:
    if isinstance(value, Mapping) and path in value:
        return value[path]
    for step in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
