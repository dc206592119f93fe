"""Permissions: before anything runs, a document is looked through for what its caller may not read.

Asking by it (filters, orders, arguments) is refused; selecting it is answered with null, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_argument_values,
    get_named_type,
)

from kizuna.graphql.errors import Forbidden
from kizuna.graphql.labels import needs_in
from kizuna.graphql.selection import Selection
from kizuna.graphql.sight import Sight
from kizuna.model.labels import Labels

Composite = GraphQLObjectType | GraphQLInterfaceType


class Unreadable(Forbidden):
    """The caller asks by something that they may not read; ``told`` goes into the error's extensions."""

    def __init__(self, message: str, **told: Any) -> None:
        super().__init__(message)
        self.told = told


@dataclass(slots=True)
class Masked:
    """What of an answer is masked, each field once, whatever the data is."""

    found: dict[str, dict[str, Any]] = field(default_factory=dict)

    def note(self, where: str, labels: Labels, *, partly: bool = False) -> None:
        """A field or a type of which the caller may not read these labels."""
        said: dict[str, Any] = {"field": where, "labels": sorted(labels)}
        self.found.setdefault(where, {**said, "partly": True} if partly else said)

    def told(self) -> list[dict[str, Any]]:
        """For the answer's extensions."""
        return [self.found[name] for name in sorted(self.found)]


def looked_through(sight: Sight, selection: Selection, operation: OperationDefinitionNode) -> Masked:
    """What the answer will mask. Raises Unreadable when something asks by what the caller may not read."""
    look = _Look(sight, selection)
    if sight.missing:
        root = selection.schema.get_root_type(operation.operation)
        assert root is not None
        look.below(operation.selection_set, root)
    return look.masked


@dataclass(slots=True)
class _Look:
    sight: Sight
    selection: Selection
    masked: Masked = field(default_factory=Masked)
    seen: set[tuple[str, str]] = field(default_factory=set)  # fragments on types

    def below(self, selected: SelectionSetNode, type_: Composite) -> None:
        for node in selected.selections:
            if not self.selection.included(node):
                continue
            if isinstance(node, FieldNode):
                self._field(node, type_)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition.name.value if node.type_condition else type_.name
                self._fragment(node.selection_set, condition)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.selection.fragments[node.name.value]
                condition = fragment.type_condition.name.value
                if (node.name.value, condition) not in self.seen:
                    self.seen.add((node.name.value, condition))
                    self._fragment(fragment.selection_set, condition)

    def _fragment(self, selected: SelectionSetNode, condition: str) -> None:
        missing = self.sight.lacks_type(condition)
        if missing:
            self.masked.note(condition, missing)
            return
        type_ = self.selection.schema.type_map[condition]
        assert isinstance(type_, Composite)
        self.below(selected, type_)

    def _field(self, node: FieldNode, type_: Composite) -> None:
        name = node.name.value
        definition = type_.fields.get(name)
        if definition is None:  # __typename and introspection
            return
        where = f"{type_.name}.{name}"
        self._arguments(where, definition, node)
        missing = self.sight.lacks(type_.name, name)
        if missing:
            self.masked.note(where, missing)
            return
        partly = self.sight.lacks_partly(type_.name, name)
        if partly:
            self.masked.note(where, partly, partly=True)
        named = get_named_type(definition.type)
        if node.selection_set is not None and isinstance(named, Composite):
            self.below(node.selection_set, named)

    def _arguments(self, where: str, definition: GraphQLField, node: FieldNode) -> None:
        if not node.arguments:
            return
        try:
            given = get_argument_values(definition, node, self.selection.variables)
        except GraphQLError:
            return  # whoever executes tells what is wrong with it
        for name, value in given.items():
            argument = definition.args[name]
            self._allow(f"{where}({name})", argument, value)
            self._wishes(get_named_type(argument.type), value)

    def _wishes(self, type_: Any, value: Any) -> None:
        """What the fields of an input ask by, and those of the inputs in it."""
        if not isinstance(type_, GraphQLInputObjectType):
            return
        for wish in value if isinstance(value, list) else [value]:
            if not isinstance(wish, Mapping):
                continue
            for name, inner in wish.items():
                declared = type_.fields[name]
                self._allow(f"{type_.name}.{name}", declared, inner)
                self._wishes(get_named_type(declared.type), inner)

    def _allow(self, where: str, declared: Any, value: Any) -> None:
        definition = declared.extensions.get("strawberry-definition")
        if value is None or definition is None:
            return
        missing = needs_in(definition.metadata, value) & self.sight.missing
        if missing:
            labels = sorted(missing)
            said = " and ".join(f"`{label}`" for label in labels)
            message = f"`{where}` asks by what has the label {said}, which this token may not read; `viewer` tells what it may."
            raise Unreadable(message, field=where, labels=labels)
