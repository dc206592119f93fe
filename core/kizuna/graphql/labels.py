"""Labels in the schema: where a type, a field or an argument is declared, it says what one must be allowed to read.

A field has the labels that it declares and those of the type it leads to: whatever is a sum of money tells of `finance`.
Where only some rows tell of a label, the field is marked ``partly``: these rows, or their values, are left out in the SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

import strawberry

from kizuna.model.labels import NONE, Label, Labels

FINANCE, SUPPORT, PII, SECRET = Label.FINANCE, Label.SUPPORT, Label.PII, Label.SECRET
RAW = (FINANCE, SUPPORT, PII, SECRET)
"""What vendors sent, as they sent it: it may hold anything."""

T = TypeVar("T")
Marks = Label | Collection[Label]
Needs = Callable[[Any], Labels]
"""What a value of an argument tells of, so that only who may read that can ask by it."""

_WHOLE, _PARTLY, _NEEDS = "kizuna.labels", "kizuna.labels.partly", "kizuna.labels.needs"
_OF_TYPE = "__kizuna_labels__"


def marked(label: Marks = (), partly: Marks = ()) -> dict[str, Labels]:
    """A field's labels as its metadata."""
    return {_WHOLE: _labels(label), _PARTLY: _labels(partly)}


def needed(needs: Marks | Needs) -> dict[str, Needs]:
    """What one must be allowed to read to give an argument, as its metadata."""
    if callable(needs):
        return {_NEEDS: needs}
    fixed = _labels(needs)
    return {_NEEDS: lambda _: fixed}


def labels_in(metadata: Mapping[Any, Any]) -> Labels:
    """The labels that a field declares."""
    found: Labels = metadata.get(_WHOLE, NONE)
    return found


def partly_in(metadata: Mapping[Any, Any]) -> Labels:
    """The labels that some of a field's rows have."""
    found: Labels = metadata.get(_PARTLY, NONE)
    return found


def needs_in(metadata: Mapping[Any, Any], value: Any) -> Labels:
    """What this value of an argument tells of."""
    needs: Needs | None = metadata.get(_NEEDS)
    return needs(value) if needs else NONE


def labelled(*labels: Label) -> Callable[[type[T]], type[T]]:
    """Marks a type: whoever may not read these labels never meets one of it."""

    def mark(type_: type[T]) -> type[T]:
        setattr(type_, _OF_TYPE, frozenset(labels))
        return type_

    return mark


def labels_of(type_: type[Any]) -> Labels:
    """The labels that a type declares."""
    found: Labels = type_.__dict__.get(_OF_TYPE, NONE)
    return found


def stated(description: str, label: Marks = (), partly: Marks = ()) -> Any:
    """A field of a type that a function makes, with its labels."""
    return strawberry.field(description=description, metadata=marked(label, partly))


def wish(description: str, needs: Marks | Needs) -> Any:
    """An optional field of an input that only those may use who may read what it tells of."""
    return strawberry.field(default=None, description=described(description, needs), metadata=needed(needs))


def described(description: str, needs: Marks | Needs) -> str:
    """The description of an argument with what it needs, where that is always the same."""
    return description if callable(needs) else described_as(description, _labels(needs), NONE)


def described_as(description: str, whole: Labels, partly: Labels) -> str:
    """The description with the labels at its end."""
    told = [f" Label: {_said(whole)}."] if whole else []
    told += [f" In part: {_said(partly)}."] if partly else []
    return description + "".join(told)


def _said(labels: Labels) -> str:
    return ", ".join(f"`{label}`" for label in sorted(labels))


def _labels(marks: Marks) -> Labels:
    return frozenset((marks,) if isinstance(marks, Label) else marks)
