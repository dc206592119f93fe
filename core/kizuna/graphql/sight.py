"""Sight: what of the schema a caller may read, worked out once for each set of labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kizuna.model.labels import NONE, Labels
from kizuna.storage.answers.catalogue import SHAPES
from kizuna.storage.answers.shape import Shape
from kizuna.storage.answers.veils import NOTHING, Hidden

Place = tuple[str, str]
"""(type, field), as the API names them."""


@dataclass(frozen=True, slots=True)
class Marked:
    """The labels of a schema: of its fields, of those that some rows have, of its types."""

    fields: Mapping[Place, Labels] = field(default_factory=dict)
    partly: Mapping[Place, Labels] = field(default_factory=dict)
    types: Mapping[str, Labels] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a caller sees: ``missing`` labels hide fields and types, ``shapes`` are read without the hidden rows."""

    missing: Labels = NONE
    marked: Marked = field(default_factory=Marked)
    hidden: Hidden = NOTHING
    shapes: Mapping[str, Shape] = field(default_factory=lambda: SHAPES)

    def lacks(self, type_name: str, name: str) -> Labels:
        """The labels that would be needed to read that field, besides those the caller has."""
        return self.missing and self.marked.fields.get((type_name, name), NONE) & self.missing

    def lacks_partly(self, type_name: str, name: str) -> Labels:
        """The same for some rows or values of the field."""
        return self.missing and self.marked.partly.get((type_name, name), NONE) & self.missing

    def lacks_type(self, type_name: str) -> Labels:
        """The labels that would be needed to meet anything of that type."""
        return self.missing and self.marked.types.get(type_name, NONE) & self.missing
