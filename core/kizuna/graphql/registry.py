"""All plans by type, by shape, by kind of id; gathered from the schema once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from strawberry.types.base import StrawberryObjectDefinition

from kizuna.graphql.plan import KEY, Computed, FieldPlan, FromColumn, Loaded, Named, One, Pages, Several, shape_of
from kizuna.graphql.sight import Marked, Sight
from kizuna.model.labels import ALL, NONE, Labels
from kizuna.storage.answers.catalogue import SHAPES
from kizuna.storage.answers.shape import Shape
from kizuna.storage.answers.veils import Hidden, seen


@dataclass(frozen=True, slots=True)
class TypePlan:
    """How a type is read: its shape, and each field's plan by the field's name in the API."""

    type_name: str
    shape: str
    kind: str | None
    fields: Mapping[str, FieldPlan]


@dataclass(slots=True)
class Registry:
    """The plans of a schema."""

    by_type: dict[str, TypePlan] = field(default_factory=dict)
    by_shape: dict[str, TypePlan] = field(default_factory=dict)
    by_kind: dict[str, TypePlan] = field(default_factory=dict)
    by_class: dict[type[Any], TypePlan] = field(default_factory=dict)
    marked: Marked = field(default_factory=Marked)
    attributes: Mapping[str, Labels] = field(default_factory=dict)  # what each attribute of provenance tells of
    version: str = ""
    _sights: dict[Labels, Sight] = field(default_factory=dict)

    def add(self, plan: TypePlan, origin: type[Any]) -> None:
        """Takes in one type's plan."""
        self.by_type[plan.type_name] = self.by_shape[plan.shape] = self.by_class[origin] = plan
        if plan.kind:
            self.by_kind[plan.kind] = plan

    def sight(self, labels: Labels) -> Sight:
        """What somebody sees who may read these labels."""
        found = self._sights.get(labels)
        if found is None:
            found = self._sights[labels] = self._sight(ALL - labels)
        return found

    def _sight(self, missing: Labels) -> Sight:
        kinds = {kind for kind, plan in self.by_kind.items() if self.marked.types.get(plan.type_name, NONE) & missing}
        attributes = {attribute for attribute, labels in self.attributes.items() if labels & missing}
        hidden = Hidden(missing, frozenset(kinds), frozenset(attributes))
        return Sight(missing, self.marked, hidden, seen(hidden))


def plan_of(definition: StrawberryObjectDefinition, fields: Iterable[tuple[str, str, FieldPlan]]) -> TypePlan | None:
    """The type's plan from its fields (name in the API, name in Python, plan); None when it has no shape.

    Raises LookupError when a field names a column or relation that its shape does not have.
    """
    marked = shape_of(definition.origin)
    if marked is None:
        return None
    shape, kind = marked
    plans = {name: _complete(plan, python_name) for name, python_name, plan in fields}
    for name, plan in plans.items():
        _check(shape, definition.name, name, plan)
    return TypePlan(definition.name, shape, kind, plans)


def plan_in(metadata: Mapping[Any, Any]) -> FieldPlan | None:
    """The plan among a field's metadata."""
    found: FieldPlan | None = metadata.get(KEY)
    return found


def _complete(plan: FieldPlan, python_name: str) -> FieldPlan:
    if isinstance(plan, FromColumn):
        return replace(plan, column=plan.column or python_name)
    if isinstance(plan, One | Several | Pages):
        return replace(plan, relation=plan.relation or python_name)
    return plan


def _check(shape_name: str, type_name: str, name: str, plan: FieldPlan) -> None:
    shape = SHAPES[shape_name]
    match plan:
        case One(relation) | Several(relation) | Pages(relation):
            if relation not in shape.relations:
                raise LookupError(f"{type_name}.{name}: the shape {shape_name} has no relation {relation}.")
        case FromColumn(column) | Named(column):
            _check_columns(shape, type_name, name, (column,))
        case Computed(columns, _) | Loaded(columns, _):
            _check_columns(shape, type_name, name, columns)


def _check_columns(shape: Shape, type_name: str, name: str, columns: Iterable[str]) -> None:
    for column in columns:
        if column not in shape.columns:
            raise LookupError(f"{type_name}.{name}: the shape {shape.name} has no column {column}.")
