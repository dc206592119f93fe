"""What a document selects: fields with their arguments, fragments and directives resolved, equal keys merged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionSetNode,
    get_argument_values,
    get_directive_values,
    is_abstract_type,
    print_ast,
)
from graphql.execution.values import VariableValues

from kizuna.graphql.errors import UserError
from kizuna.graphql.sight import Sight


@dataclass(slots=True)
class Chosen:
    """One field of an object: its key in the answer, its name, its arguments, the nodes that select below it."""

    key: str
    name: str
    arguments: Mapping[str, Any]
    nodes: list[FieldNode] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Selection:
    """Reads selections of one operation."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: VariableValues
    sight: Sight = field(default_factory=Sight)

    def below(self, nodes: Iterable[FieldNode], type_name: str) -> list[Chosen]:
        """The fields chosen below these nodes for an object of that type, without those that are masked."""
        type_ = self.schema.type_map[type_name]
        assert isinstance(type_, GraphQLObjectType)
        found: dict[str, Chosen] = {}
        for node in nodes:
            if node.selection_set is not None:
                self._collect(node.selection_set, type_, found)
        return list(found.values())

    def arguments(self, type_: GraphQLObjectType, node: FieldNode) -> dict[str, Any]:
        """The coerced arguments of a field, variables filled in."""
        definition = type_.fields.get(node.name.value)
        return get_argument_values(definition, node, self.variables) if definition else {}

    def _collect(self, selected: SelectionSetNode, type_: GraphQLObjectType, found: dict[str, Chosen]) -> None:
        for node in selected.selections:
            if not self.included(node):
                continue
            if isinstance(node, FieldNode):
                self._add(node, type_, found)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._applies(node.type_condition.name.value, type_):
                    self._collect(node.selection_set, type_, found)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, type_):
                    self._collect(fragment.selection_set, type_, found)

    def _add(self, node: FieldNode, type_: GraphQLObjectType, found: dict[str, Chosen]) -> None:
        if self.sight.lacks(type_.name, node.name.value):
            return
        key = (node.alias or node.name).value
        held = found.get(key)
        if held is None:
            found[key] = Chosen(key, node.name.value, self.arguments(type_, node), [node])
            return
        if held.name != node.name.value or _written(held.nodes[0]) != _written(node):
            raise UserError(
                f"`{key}` is asked for twice with different arguments under `nodes` and `edges`; alias one."
            )
        held.nodes.append(node)

    def included(self, node: Any) -> bool:
        """Whether no directive leaves the node out."""
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self.variables)
        if skip and skip["if"]:
            return False
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return include is None or bool(include["if"])

    def _applies(self, condition: str, type_: GraphQLObjectType) -> bool:
        if condition == type_.name:
            return True
        abstract = self.schema.type_map.get(condition)
        return is_abstract_type(abstract) and self.schema.is_sub_type(abstract, type_)


def _written(node: FieldNode) -> list[str]:
    return sorted(print_ast(argument) for argument in node.arguments or ())
