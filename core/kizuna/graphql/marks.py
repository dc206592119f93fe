"""The labels of the whole schema, gathered once from where types, fields and arguments declare them."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_non_null_type,
)
from strawberry.types.base import StrawberryObjectDefinition

from kizuna.graphql.labels import described_as, labels_in, labels_of, partly_in
from kizuna.graphql.sight import Marked, Place
from kizuna.model.labels import NONE, Labels

_ROOTS = ("Query", "Mutation", "Subscription")


def marks_of(core: GraphQLSchema) -> Marked:
    """The labels of every type and field; each that has some says so at the end of its description.

    Raises LookupError for a field that may be masked and is not nullable: null would then take its parent with it.
    """
    types = {name: _of_type(type_) for name, type_ in core.type_map.items()}
    marked = Marked({}, {}, {name: labels for name, labels in types.items() if labels})
    fields: dict[Place, Labels] = {}
    partly: dict[Place, Labels] = {}
    for name, type_ in core.type_map.items():
        if marked.types.get(name):
            type_.description = described_as(type_.description or "", marked.types[name], NONE)
        if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            continue
        for field_name, field in type_.fields.items():
            metadata = _metadata(field)
            own = labels_in(metadata) | types[_target(field).name]
            beyond = own - types[name]
            if beyond and is_non_null_type(field.type) and not _is_page(name):
                raise LookupError(f"{name}.{field_name} may be masked, so its type must be nullable.")
            if beyond:
                fields[name, field_name] = beyond
            if partly_in(metadata):
                partly[name, field_name] = partly_in(metadata)
            field.description = described_as(field.description or "", beyond, partly_in(metadata))
    return Marked(fields, partly, marked.types)


def _of_type(type_: GraphQLNamedType) -> Labels:
    definition = type_.extensions.get("strawberry-definition")
    return labels_of(definition.origin) if isinstance(definition, StrawberryObjectDefinition) else NONE


def _target(field: GraphQLField) -> GraphQLNamedType:
    """The type that a field leads to, through the page of a list."""
    named: GraphQLNamedType = get_named_type(field.type)
    if _is_page(named.name) and isinstance(named, GraphQLObjectType) and "nodes" in named.fields:
        named = get_named_type(named.fields["nodes"].type)
    return named


def _is_page(name: str) -> bool:
    return name.endswith(("Connection", "Edge")) and name != "SystemConnection"


def _metadata(field: GraphQLField) -> dict[Any, Any]:
    definition: Any = field.extensions.get("strawberry-definition")
    return dict(definition.metadata) if definition is not None else {}
