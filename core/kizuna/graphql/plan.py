"""Plans: beside its Strawberry definition, each field says from which column or relation it is answered.

The fields declared here have no resolvers of their own: a root resolver reads what is selected, level by level, and what
it has read answers them. Whoever executes otherwise finds all it needs in the same plans.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from kizuna.graphql.labels import Marks, Needs, marked, needed

KEY = "kizuna.plan"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FromColumn:
    """A column of the type's shape, by default the one of the field's own name."""

    column: str = ""


@dataclass(frozen=True, slots=True)
class Computed:
    """What a function makes of some columns (and of the request, for what the database does not know)."""

    columns: tuple[str, ...]
    function: Callable[[Mapping[str, Any], Any], Any]


@dataclass(frozen=True, slots=True)
class One:
    """The one row of a relation, which bears the field's own name."""

    relation: str = ""


@dataclass(frozen=True, slots=True)
class Several:
    """All rows of a relation that is small by nature."""

    relation: str = ""


@dataclass(frozen=True, slots=True)
class Pages:
    """A relation's rows, page by page."""

    relation: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """Whatever a column's id stands for."""

    column: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a function reads for all rows at once, from some columns; ``function(context, rows, chosen)`` → values."""

    columns: tuple[str, ...]
    function: Callable[[Any, list[dict[str, Any]], Any], list[Any]]


FieldPlan = FromColumn | Computed | One | Several | Pages | Named | Loaded


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a declared field; optional when its type says so."""

    type: Any
    description: str
    needs: Marks | Needs = ()


def column(description: str, name: str = "", *, label: Marks = (), partly: Marks = ()) -> Any:
    """A field that is a column."""
    return _field(FromColumn(name), description, label=label, partly=partly)


def computed(
    description: str, function: Callable[[Mapping[str, Any], Any], Any], *columns: str, label: Marks = ()
) -> Any:
    """A field that is worked out from columns: ``function(row, context)``."""
    return _field(Computed(columns, function), description, label=label)


def one(description: str) -> Any:
    """A field that is one related thing."""
    return _field(One(), description)


def several(description: str, partly: Marks = (), /, **arguments: Argument) -> Any:
    """A field that is a short list."""
    return _field(Several(), description, arguments, partly=partly)


def pages(description: str, partly: Marks = (), /, **arguments: Argument) -> Any:
    """A field that is a list read page by page: ``first`` is required, ``after`` continues."""
    return _field(Pages(), description, {**PAGING, **arguments}, partly=partly)


def named(description: str, name: str, *, partly: Marks = ()) -> Any:
    """A field that is whatever the id in a column stands for."""
    return _field(Named(name), description, partly=partly)


def loaded(
    description: str,
    function: Callable[[Any, list[dict[str, Any]], Any], list[Any]],
    *columns: str,
    label: Marks = (),
    **arguments: Argument,
) -> Any:
    """A field that a function reads for all rows at once."""
    return _field(Loaded(columns, function), description, arguments, label=label)


def shaped(name: str, kind: str | None = None) -> Callable[[type[T]], type[T]]:
    """Marks a type as read from the shape of that name; ``kind`` begins the ids of those that are nodes."""

    def mark(type_: type[T]) -> type[T]:
        setattr(type_, "__kizuna_shape__", (name, kind))  # noqa: B010 - no class declares it
        return type_

    return mark


def shape_of(type_: type[Any]) -> tuple[str, str | None] | None:
    """(shape, kind of id) of a type, None when it has no shape of its own."""
    found: tuple[str, str | None] | None = type_.__dict__.get("__kizuna_shape__")
    return found


PAGING = {
    "first": Argument(int, "How many at most, 1 to 100."),
    "after": Argument(str | None, "Continue behind this cursor."),
}
SPAN = {
    "since": Argument("DateTime | None", "Only what happened at this instant or later."),
    "until": Argument("DateTime | None", "Only what happened before this instant."),
}


def _field(
    plan: FieldPlan,
    description: str,
    arguments: Mapping[str, Argument] | None = None,
    label: Marks = (),
    partly: Marks = (),
) -> StrawberryField:
    field = StrawberryField(description=description, metadata={KEY: plan, **marked(label, partly)})
    field.arguments = [_argument(name, argument) for name, argument in (arguments or {}).items()]
    return field


def _argument(name: str, argument: Argument) -> StrawberryArgument:
    from kizuna.graphql import scalars

    annotation = StrawberryAnnotation(argument.type, namespace=vars(scalars))
    optional = "None" in str(argument.type)
    more: dict[str, Any] = {"default": None} if optional else {}
    more["metadata"] = needed(argument.needs)
    return StrawberryArgument(name, None, annotation, description=argument.description, **more)
