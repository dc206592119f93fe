"""Everything that can be read, by name."""

from __future__ import annotations

from kizuna.storage.answers import business, custom, facts, fields, movements, operations, search
from kizuna.storage.answers.shape import Shape

SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (
        *business.SHAPES,
        *custom.SHAPES,
        *facts.SHAPES,
        *fields.SHAPES,
        *movements.SHAPES,
        *operations.SHAPES,
        search.SEARCH_HIT,
    )
}
