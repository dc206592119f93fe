"""Documents read once: parsed, validated, and remembered under their text."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    Node,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    specified_rules,
    validate,
)
from graphql.language.parser import Parser

from kizuna.config import GraphQLLimits, Settings
from kizuna.graphql.errors import OverLimit, UserError
from kizuna.graphql.limits import Counted, check_written, count

REMEMBERED = 256
ERRORS_MOST = 5  # each may quote a whole value
PLACES_MOST = 5
COUNTS_MOST = 32


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read: what it holds, and what is wrong with it."""

    node: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    malformed: bool = False
    counted: dict[tuple[Any, ...], Counted] = field(default_factory=dict, compare=False)

    @property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        """Its fragments by name."""
        assert self.node is not None
        return {d.name.value: d for d in self.node.definitions if isinstance(d, FragmentDefinitionNode)}

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation of that name, or the only one. Raises UserError when it is not clear which."""
        assert self.node is not None
        found = [d for d in self.node.definitions if isinstance(d, OperationDefinitionNode)]
        if name:
            found = [d for d in found if d.name and d.name.value == name]
        if not found:
            raise UserError(
                f"The document has no operation named {name!r}." if name else "The document has no operation."
            )
        if len(found) > 1:
            raise UserError("The document has several operations; say which in `operationName`.")
        return found[0]

    def count(
        self, schema: GraphQLSchema, name: str | None, variables: Mapping[str, Any], limits: GraphQLLimits
    ) -> Counted:
        """What an operation of it asks for; the same question is not counted twice. Raises UserError."""
        assert self.node is not None
        # Only numbers can be sizes of pages.
        sizes = tuple(sorted((key, value) for key, value in variables.items() if type(value) is int))
        if (name, sizes) not in self.counted:
            if len(self.counted) >= COUNTS_MOST:
                self.counted.clear()
            self.counted[name, sizes] = count(schema, self.node, self.operation(name), variables, limits)
        return self.counted[name, sizes]


class Documents:
    """A bounded memory of documents, safe to use from many threads."""

    def __init__(self, schema: GraphQLSchema, settings: Settings) -> None:
        self.schema = schema
        self._limits = settings.graphql
        self._hides = settings.mode == "production"
        introspection = [] if settings.introspection else [NoSchemaIntrospectionCustomRule]
        self._rules = [*specified_rules, *introspection]
        self._known: OrderedDict[str, Document] = OrderedDict()
        self._lock = threading.Lock()

    def parsed(self, text: str) -> Document:
        """The document, not yet validated unless it is remembered."""
        with self._lock:
            known = self._known.get(text)
            if known is not None:
                self._known.move_to_end(text)
                return known
        try:
            node = _parsed(text, self._limits)
            check_written(node, self._limits)
        except OverLimit as error:
            return Document(None, (GraphQLError(str(error), original_error=error),), malformed=True)
        except (RecursionError, GraphQLError) as error:
            told = error if isinstance(error, GraphQLError) else GraphQLError("The document is nested too deeply.")
            return Document(None, (told,), malformed=True)
        return Document(node)

    def validated(self, text: str, document: Document) -> Document:
        """The document with whatever is wrong with it; the verdict is remembered."""
        with self._lock:
            if text in self._known:
                return self._known[text]
        assert document.node is not None
        errors = validate(self.schema, document.node, self._rules, max_errors=ERRORS_MOST, hide_suggestions=self._hides)
        judged = Document(document.node, tuple(_each_once(errors)), counted=document.counted)
        with self._lock:
            self._known[text] = judged
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return judged


def _each_once(errors: Sequence[GraphQLError]) -> Iterator[GraphQLError]:
    """Each mistake told once, with every place where it was made."""
    nodes: dict[str, list[Node]] = {}
    for error in errors:
        nodes.setdefault(error.message, []).extend(error.nodes or ())
    for message, places in nodes.items():
        yield GraphQLError(message, places[:PLACES_MOST])


def _parsed(text: str, limits: GraphQLLimits) -> DocumentNode:
    """The document. Raises OverLimit for one that is too long, GraphQLSyntaxError for what is none."""
    if len(text) > limits.max_document_length:
        raise OverLimit(
            f"The document has {len(text)} characters; at most {limits.max_document_length} are allowed. Send long values "
            "as variables.",
            limit="document length",
            requested=len(text),
            allowed=limits.max_document_length,
        )
    parser = Parser(text, max_lexical_tokens=limits.max_tokens)
    try:
        return parser.parse_document()
    except GraphQLSyntaxError as error:
        if parser.token_count <= limits.max_tokens:
            raise
        raise OverLimit(
            f"The document has more than {limits.max_tokens} tokens. Ask for less at once.",
            limit="tokens",
            requested=parser.token_count,
            allowed=limits.max_tokens,
        ) from error
