"""What a resolver is given: the request and the selection below its field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry
from graphql import GraphQLObjectType
from strawberry.types.base import get_object_definition

from kizuna.graphql import loading
from kizuna.graphql.context import Context
from kizuna.graphql.labels import Marks, marked
from kizuna.graphql.selection import Chosen

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def asked(description: str, partly: Marks = ()) -> Callable[[F], F]:
    """Makes a method a question one can ask; some of its answers may have labels."""
    return cast("Callable[[F], F]", strawberry.field(description=description, metadata=marked(partly=partly)))


def changing(description: str) -> Callable[[F], F]:
    """Makes a method a change one can make."""
    return cast("Callable[[F], F]", strawberry.mutation(description=description))


def argument(description: str, name: str | None = None) -> Any:
    """What an argument is, to stand beside its type."""
    return strawberry.argument(description=description, name=name)


class Info(strawberry.Info[Context, None]):
    """A resolver's request."""

    @property
    def chosen(self) -> Chosen:
        """The field itself with its arguments and everything below it."""
        raw = self._raw_info
        assert isinstance(raw.parent_type, GraphQLObjectType)
        arguments = self.context.selection.arguments(raw.parent_type, raw.field_nodes[0])
        return Chosen(str(raw.path.key), raw.field_name, arguments, list(raw.field_nodes))

    def below(self, type_: type[Any], name: str) -> Chosen | None:
        """The first selection of that field below this one, whose type is ``type_``; None when it is not selected."""
        selection = self.context.selection
        chosen = selection.below(self.chosen.nodes, get_object_definition(type_, strict=True).name)
        return next((choice for choice in chosen if choice.name == name), None)

    def one(self, type_: type[T], *key: Any, chosen: Chosen | None = None) -> T | None:
        """The one of that type with this key, with all that is selected below it."""
        plan = self.context.registry.by_class[type_]
        return cast("T | None", loading.single(self.context, plan, key, chosen or self.chosen))
