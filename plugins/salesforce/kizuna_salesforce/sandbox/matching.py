"""Queries answered: conditions as functions of a row, rows in the order asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from kizuna_salesforce.ids import full_id
from kizuna_salesforce.sandbox import schema
from kizuna_salesforce.sandbox.refusals import Refused, malformed, no_column
from kizuna_salesforce.sandbox.soql import All, Among, Comparison, Condition, Constant, Either, Not, Order

Row = dict[str, Any]
Predicate = Callable[[Row], bool]

_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda have, want: have is not None and have < want,
    "<=": lambda have, want: have is not None and have <= want,
    ">": lambda have, want: have is not None and have > want,
    ">=": lambda have, want: have is not None and have >= want,
    "=": lambda have, want: have == want,
    "!=": lambda have, want: have != want,
}
_EXACT = ("id", "reference", "datetime", "date", "boolean", "int", "double", "currency", "percent")


def column(sobject: str, name: str, hidden: frozenset[str]) -> schema.Field:
    """The field of that name in any case. Raises Refused (INVALID_FIELD)."""
    found = schema.fields(sobject).get(name.lower())
    if found is None or found.name in hidden:
        raise no_column(name, sobject)
    return found


def predicate(condition: Condition, sobject: str, hidden: frozenset[str]) -> Predicate:
    """The condition as a function of a row."""
    match condition:
        case All(conditions):
            every = [predicate(part, sobject, hidden) for part in conditions]
            return lambda row: all(part(row) for part in every)
        case Either(conditions):
            some = [predicate(part, sobject, hidden) for part in conditions]
            return lambda row: any(part(row) for part in some)
        case Not(inner):
            wanted = predicate(inner, sobject, hidden)
            return lambda row: not wanted(row)
        case Among(name, values, negated):
            return _among(column(sobject, name, hidden), values, negated=negated)
        case Comparison(name, sign, value):
            return _comparison(column(sobject, name, hidden), sign, value)


def earliest(condition: Condition | None) -> str | None:
    """The SystemModstamp before which no row can match, None when the condition does not say."""
    match condition:
        case Comparison(name, ("=" | ">" | ">="), Constant("datetime", str(value))):
            return stamp(value) if name.lower() == "systemmodstamp" else None
        case All(conditions):
            return max(filter(None, map(earliest, conditions)), default=None)
        case Either(conditions):
            bounds = [earliest(part) for part in conditions]
            return min((bound for bound in bounds if bound), default=None) if all(bounds) else None
        case _:
            return None


def sort(rows: list[Row], order: Iterable[Order], sobject: str, hidden: frozenset[str]) -> list[Row]:
    """The rows in that order; text without regard to case, nulls first unless said otherwise."""
    for wanted in reversed(tuple(order)):
        field = column(sobject, wanted.field, hidden)
        if field.type == "textarea":
            raise Refused(400, "INVALID_FIELD", f"field '{field.name}' can not be sorted in a query call")
        nulls_high = wanted.nulls_last is not wanted.descending
        rows.sort(key=_sort_key(field, nulls_high=nulls_high), reverse=wanted.descending)
    return rows


def stamp(literal: str) -> str:
    """A datetime literal in the form in which rows carry their stamps."""
    try:
        at = datetime.fromisoformat(literal).astimezone(UTC)
    except ValueError as error:
        raise malformed(f"line 1: '{literal}' is no valid dateTime") from error
    return written(at)


def written(at: datetime) -> str:
    """An instant as REST writes it: whole seconds, ``.000+0000``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _sort_key(field: schema.Field, *, nulls_high: bool) -> Callable[[Row], Any]:
    name, folded = field.name, field.type not in _EXACT

    def key(row: Row) -> Any:
        value = row.get(name)
        if value is None:
            return (nulls_high, "")
        return (not nulls_high, value.casefold() if folded else value)

    return key


def _comparison(field: schema.Field, sign: str, constant: Constant) -> Predicate:
    if field.type == "textarea":
        raise Refused(400, "INVALID_FIELD", f"field '{field.name}' can not be filtered in a query call")
    name = field.name
    if sign == "LIKE":
        pattern = _like(str(constant.value))
        return lambda row: bool(pattern.fullmatch(str(row.get(name) or "")))
    want, compare = _comparable(field, constant), _SIGNS[sign]
    if field.type in _EXACT or want is None:
        return lambda row: compare(row.get(name), want)
    return lambda row: compare(_folded(row.get(name)), want)


def _among(field: schema.Field, constants: tuple[Constant, ...], *, negated: bool) -> Predicate:
    wanted = {_comparable(field, constant) for constant in constants}
    name, exact = field.name, field.type in _EXACT
    return lambda row: ((row.get(name) if exact else _folded(row.get(name))) in wanted) is not negated


def _comparable(field: schema.Field, constant: Constant) -> Any:
    """The value as rows hold it. Raises Refused where the spelling does not fit the field's type."""
    if constant.kind == "null":
        return None
    expected = {"datetime": "dateTime", "date": "date", "boolean": "boolean", "int": "int"}.get(field.type)
    numeric = field.type in ("int", "double", "currency", "percent")
    fits = {"datetime": "datetime", "date": "date", "boolean": "boolean"}.get(
        field.type, "number" if numeric else "string"
    )
    if constant.kind != fits:
        message = f"value of filter criterion for field '{field.name}' must be of type {expected or field.type}"
        quotes = " and should not be enclosed in quotes" if constant.kind == "string" else ""
        raise Refused(400, "INVALID_FIELD", message + quotes)
    if field.type == "datetime":
        return stamp(str(constant.value))
    if field.type in ("id", "reference"):
        return full_id(str(constant.value))
    return constant.value if field.type in _EXACT else _folded(constant.value)


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _like(text: str) -> re.Pattern[str]:
    parts = (".*" if char == "%" else "." if char == "_" else re.escape(char) for char in text)
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
