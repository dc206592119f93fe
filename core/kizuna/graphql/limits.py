"""What a document may ask for, counted before anything is validated or runs: depth, aliases, fields, and nodes.

A node is an object read from the database. A list counts as many as its ``first`` asks for, a short list without one as
ten; what stands below is counted for each. So the cost is what the answer could hold at most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DefinitionNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
)

from kizuna.config import GraphQLLimits
from kizuna.graphql.errors import OverLimit

SHORT_LIST = 10
MOST = 10**12
MOST_DIGITS = 400
"""So long may a number be written: Python takes the square of that to read one, and refuses beyond 4,300."""


@dataclass(slots=True)
class Counted:
    """What a selection asks for."""

    cost: int = 0
    depth: int = 0
    aliases: int = 0
    width: int = 0  # fields beside each other
    page: tuple[str, int] | None = None  # the argument that asks for a page of an impossible size

    def add(self, other: Counted) -> None:
        """Both together; the deeper one tells the depth."""
        self.cost = min(MOST, self.cost + other.cost)
        self.depth = max(self.depth, other.depth)
        self.aliases = min(MOST, self.aliases + other.aliases)
        self.width = min(MOST, self.width + other.width)
        self.page = self.page or other.page


@dataclass(slots=True)
class _Counter:
    """Counts one operation; each fragment is counted once for each type it stands in."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    most: int
    known: dict[tuple[str, str], Counted] = field(default_factory=dict)
    inside: set[str] = field(default_factory=set)

    def selection(self, selected: SelectionSetNode | None, type_: GraphQLNamedType | None) -> Counted:
        total = Counted()
        for node in selected.selections if selected else ():
            if isinstance(node, FieldNode):
                total.add(self.field(node, type_))
            elif isinstance(node, InlineFragmentNode):
                narrowed = self._type(node.type_condition.name.value) if node.type_condition else type_
                total.add(self.selection(node.selection_set, narrowed))
            elif isinstance(node, FragmentSpreadNode):
                total.add(self.fragment(node.name.value))
        return total

    def fragment(self, name: str) -> Counted:
        fragment = self.fragments.get(name)
        if fragment is None or name in self.inside:  # validation will say so
            return Counted()
        condition = fragment.type_condition.name.value
        if (name, condition) not in self.known:
            self.inside.add(name)
            self.known[name, condition] = self.selection(fragment.selection_set, self._type(condition))
            self.inside.discard(name)
        return self.known[name, condition]

    def field(self, node: FieldNode, type_: GraphQLNamedType | None) -> Counted:
        name = node.name.value
        aliases = 1 if node.alias else 0
        if name.startswith("__"):  # a rule of its own keeps questions about the schema shallow
            return Counted(0, 0, aliases + self.selection(node.selection_set, None).aliases, 1)
        defined = type_.fields.get(name) if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) else None
        inner_type = get_named_type(defined.type) if defined else None
        below = self.selection(node.selection_set, inner_type)
        times, page = self._times(node, defined, type_)
        own = 1 if inner_type is not None and node.selection_set and self._is_node(inner_type) else 0
        cost = min(MOST, times * (own + below.cost))
        return Counted(cost, below.depth + 1, aliases + below.aliases, 1, page or below.page)

    def _is_node(self, type_: GraphQLNamedType) -> bool:
        """Whether objects of the type are read by themselves: not pages, edges and values such as money."""
        definition = type_.extensions.get("strawberry-definition")
        origin = getattr(definition, "origin", None)
        return isinstance(type_, GraphQLInterfaceType) or "__kizuna_shape__" in vars(origin or object)

    def _times(
        self, node: FieldNode, defined: Any, parent: GraphQLNamedType | None
    ) -> tuple[int, tuple[str, int] | None]:
        """How many of what stands below there may be, and the argument that asks for what cannot be."""
        if defined is None:
            return 1, None
        for argument in node.arguments or ():
            if argument.name.value in ("first", "last") and argument.name.value in defined.args:
                size = self._number(argument.value)
                if size is not None:
                    possible = 1 <= size <= self.most
                    return max(1, size), None if possible else (argument.name.value, size)
        of_page = parent is not None and parent.name.endswith("Connection")
        inner = defined.type.of_type if is_non_null_type(defined.type) else defined.type
        return SHORT_LIST if is_list_type(inner) and not of_page else 1, None

    def _number(self, value: Any) -> int | None:
        if isinstance(value, VariableNode):
            given = self.variables.get(value.name.value)
            return given if isinstance(given, int) and not isinstance(given, bool) else None
        return int(value.value) if isinstance(value, IntValueNode) and len(value.value) < 12 else None

    def _type(self, name: str) -> GraphQLNamedType | None:
        return self.schema.type_map.get(name)


def count(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    limits: GraphQLLimits,
) -> Counted:
    """What the operation asks for with these variables. Raises OverLimit for fragments nested beyond reading."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    given = {**_defaults(operation), **{name: value for name, value in variables.items() if value is not None}}
    root = schema.get_root_type(operation.operation)
    try:
        return _Counter(schema, fragments, given, limits.max_page_size).selection(operation.selection_set, root)
    except RecursionError as error:
        raise OverLimit(
            "The document nests its fragments too deeply.", limit="depth", allowed=limits.max_depth
        ) from error


def check(counted: Counted, limits: GraphQLLimits) -> None:
    """Raises OverLimit, naming the limit, what was asked for, how much may be, and the cost."""
    if counted.page is not None:
        argument, size = counted.page
        raise OverLimit(
            f"`{argument}` is {size}; it may be 1 to {limits.max_page_size}.",
            limit="page size",
            requested=size,
            allowed=limits.max_page_size,
            cost=counted.cost,
        )
    for limit, asked, most in (
        ("depth", counted.depth, limits.max_depth),
        ("aliases", counted.aliases, limits.max_aliases),
        ("root fields", counted.width, limits.max_root_fields),
        ("cost", counted.cost, limits.max_cost),
    ):
        if asked > most:
            raise OverLimit(
                f"The document's {limit} is {asked}; at most {most} is allowed. Ask for less at once.",
                limit=limit,
                requested=asked,
                allowed=most,
                cost=counted.cost,
            )


@dataclass(slots=True)
class _Written:
    """What is written in a document, as often as it is written."""

    fields: int = 0
    directives: int = 0
    names: dict[str, list[int]] = field(default_factory=dict)  # how much is written of each field of that name

    @property
    def repetition(self) -> int:
        """How much validation compares: each field with all those that are answered under the same name."""
        return sum(len(sizes) * sum(sizes) // 2 for sizes in self.names.values() if len(sizes) > 1)

    def definition(self, node: DefinitionNode) -> None:
        """One operation or fragment."""
        if not isinstance(node, OperationDefinitionNode | FragmentDefinitionNode):
            return
        self.directed(node.directives)
        for variable in node.variable_definitions or ():
            self.directed(variable.directives)
            _size(variable.default_value)
        waiting = [node.selection_set]
        while waiting:
            for selected in waiting.pop().selections:
                self.fields += 1
                if selected.directives:
                    self.directed(selected.directives)
                if isinstance(selected, FieldNode):
                    size = 1 + sum(_size(argument.value) for argument in selected.arguments or ())
                    self.names.setdefault((selected.alias or selected.name).value, []).append(size)
                if isinstance(selected, FieldNode | InlineFragmentNode) and selected.selection_set:
                    waiting.append(selected.selection_set)

    def directed(self, directives: Sequence[DirectiveNode] | None) -> None:
        """The directives of one node."""
        for directive in directives or ():
            self.directives += 1
            for argument in directive.arguments or ():
                _size(argument.value)


def check_written(document: DocumentNode, limits: GraphQLLimits) -> None:
    """Raises OverLimit for a document that would take long to validate: that work grows with the square of its fields."""
    written = _Written()
    for definition in document.definitions:
        written.definition(definition)
    for limit, asked, most in (
        ("fields", written.fields, limits.max_fields),
        ("directives", written.directives, limits.max_directives),
        ("definitions", len(document.definitions), limits.max_definitions),
        ("repetition", written.repetition, limits.max_repetition),
    ):
        if asked > most:
            raise OverLimit(
                f"The document's {limit} is {asked}; at most {most} is allowed. Ask for less at once."
                if limit == "repetition"
                else f"The document has {asked} {limit}; at most {most} are allowed. Ask for less at once.",
                limit=limit,
                requested=asked,
                allowed=most,
            )


def _size(value: ValueNode | None) -> int:
    """How many values are written in one. Raises OverLimit at a number so long that reading it takes long."""
    if isinstance(value, ListValueNode):
        return 1 + sum(_size(one) for one in value.values)
    if isinstance(value, ObjectValueNode):
        return 1 + sum(_size(part.value) for part in value.fields)
    if isinstance(value, IntValueNode | FloatValueNode) and len(value.value) > MOST_DIGITS:
        raise OverLimit(
            f"A number in the document has {len(value.value)} digits; at most {MOST_DIGITS} are taken.",
            limit="digits",
            requested=len(value.value),
            allowed=MOST_DIGITS,
        )
    return 1


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for definition in operation.variable_definitions or ():
        if isinstance(definition.default_value, IntValueNode) and len(definition.default_value.value) < 12:
            found[definition.variable.name.value] = int(definition.default_value.value)
    return found
