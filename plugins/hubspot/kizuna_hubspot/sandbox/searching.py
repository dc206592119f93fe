"""Search: filters, one sort, at most 10,000 rows a query, and only what the index already shows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from kizuna import sdk
from kizuna.sandbox import SandboxState, StoredRecord, Version
from kizuna_hubspot.kinds import Kind
from kizuna_hubspot.sandbox.asking import word
from kizuna_hubspot.sandbox.definitions import type_of
from kizuna_hubspot.sandbox.refusals import Refusal

MOST_ROWS = 10_000
MOST_GROUPS = 5
MOST_FILTERS = 10
MOST_CHARACTERS = 3_000

Seen = tuple[StoredRecord, Version]
Test = Callable[[dict[str, Any]], bool]


def found(state: SandboxState, kind: Kind, body: dict[str, Any]) -> list[Seen]:
    """All records a search finds, sorted. Raises Refusal for what HubSpot refuses."""
    groups = body.get("filterGroups") or []
    check(groups)
    tests = [[test(kind, each) for each in group.get("filters") or []] for group in groups]
    now = state.now()
    seen: list[Seen] = []
    for record in candidates(state, kind, groups):
        version = record.seen_at(now) if record.live else None
        if version is not None and matches(tests, version.payload["properties"]):
            seen.append((record, version))
    query = word(body.get("query")).casefold()
    if query:
        seen = [
            pair for pair in seen if any(query in word(v).casefold() for v in pair[1].payload["properties"].values())
        ]
    return ordered(seen, body.get("sorts") or [])


def matches(tests: Sequence[Sequence[Test]], properties: dict[str, Any]) -> bool:
    """Whether a record passes one of the groups; without groups everything does."""
    return not tests or any(all(each(properties) for each in group) for group in tests)


def check(groups: Any) -> None:
    """Refuses more than five groups or ten filters in one, as HubSpot does."""
    if not isinstance(groups, list) or len(groups) > MOST_GROUPS:
        raise Refusal(400, f"too many filterGroups: at most {MOST_GROUPS} are allowed")
    if any(len(group.get("filters") or []) > MOST_FILTERS for group in groups):
        raise Refusal(400, f"too many filters: at most {MOST_FILTERS} are allowed in a filterGroup")


def candidates(state: SandboxState, kind: Kind, groups: Sequence[dict[str, Any]]) -> Sequence[StoredRecord]:
    """The records a search must look at: a search for changes begins where the changes begin.

    A record's newest version is never older than the one the index shows, so none is left out.
    """
    rows = state.stream(kind.name).ordered("updated", updated)
    floors = [floor(kind, group) for group in groups]
    if not floors or None in floors:
        return rows
    return rows[bisect_left(rows, min(at for at in floors if at is not None), key=updated) :]


def updated(record: StoredRecord) -> datetime:
    return record.updated_at


def floor(kind: Kind, group: dict[str, Any]) -> datetime | None:
    """The earliest modification a group of filters lets through, None when it says nothing of it."""
    for each in group.get("filters") or []:
        if each.get("propertyName") == kind.modified and each.get("operator") in ("GTE", "GT"):
            return moment(each.get("value"))
    return None


def moment(value: Any) -> datetime:
    """An instant as filters take it: milliseconds since 1970 in text, or ISO 8601."""
    return _moment(word(value))


@lru_cache(maxsize=1 << 16)
def _moment(stamp: str) -> datetime:
    try:
        at = sdk.epoch(int(stamp) / 1000) if stamp.lstrip("-").isdigit() else sdk.instant(stamp)
    except (ValueError, OverflowError, sdk.PayloadError) as error:
        raise Refusal(400, f"{stamp} is not a valid datetime") from error
    if at is None:
        raise Refusal(400, "a filter needs a value")
    return at


def test(kind: Kind, each: dict[str, Any]) -> Test:
    """A filter as a function of a record's properties."""
    name, operator = word(each.get("propertyName")), word(each.get("operator"))
    if name == kind.modified or type_of(name) == "datetime":
        read: Callable[[Any], Any] = moment
    elif type_of(name) == "number":
        read = number
    else:
        read = folded
    return _test(name, operator, each, read)


def _test(name: str, operator: str, each: dict[str, Any], read: Callable[[Any], Any]) -> Test:
    """One operator; a record without a value passes only the negative ones."""

    def given(properties: dict[str, Any]) -> Any:
        value = properties.get(name)
        return None if value in (None, "") else read(value)

    if operator == "HAS_PROPERTY":
        return lambda properties: given(properties) is not None
    if operator == "NOT_HAS_PROPERTY":
        return lambda properties: given(properties) is None
    if operator in ("IN", "NOT_IN"):
        among = {read(value) for value in each.get("values") or []}
        return lambda properties: (given(properties) in among) == (operator == "IN")
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        token = folded(each.get("value")).strip("*")
        return lambda properties: (token in folded(properties.get(name))) == (operator == "CONTAINS_TOKEN")
    if operator == "BETWEEN":
        low, high = read(each.get("value")), read(each.get("highValue"))
        return lambda properties: (value := given(properties)) is not None and low <= value <= high
    if operator not in _COMPARISONS:
        raise Refusal(400, f"Invalid filter operator: {operator}")
    bound, compare = read(each.get("value")), _COMPARISONS[operator]
    if operator == "NEQ":
        return lambda properties: given(properties) != bound
    return lambda properties: (value := given(properties)) is not None and compare(value, bound)


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "EQ": lambda a, b: bool(a == b),
    "NEQ": lambda a, b: bool(a != b),
    "LT": lambda a, b: bool(a < b),
    "LTE": lambda a, b: bool(a <= b),
    "GT": lambda a, b: bool(a > b),
    "GTE": lambda a, b: bool(a >= b),
}


def number(value: Any) -> float | int:
    """A number; ids stay whole, because they are beyond what a float tells apart."""
    stamp = word(value)
    try:
        return int(stamp) if stamp.lstrip("-").isdigit() else float(stamp)
    except ValueError as error:
        raise Refusal(400, f"{value} is not a valid number") from error


def folded(value: Any) -> str:
    return word(value).casefold()


def ordered(seen: list[Seen], sorts: Sequence[Any]) -> list[Seen]:
    """Sorted by the first of the sorts, a name (``-`` for descending) or an object; by id without one."""
    first = sorts[0] if sorts else "hs_object_id"
    if isinstance(first, dict):
        name, down = word(first.get("propertyName")), word(first.get("direction")).upper().startswith("DESC")
    else:
        name, down = word(first).removeprefix("-"), word(first).startswith("-")
    read = {"datetime": moment, "number": number}.get(type_of(name), folded)

    def place(pair: Seen) -> tuple[bool, Any]:
        value = pair[1].payload["properties"].get(name)
        return (value in (None, ""), "" if value in (None, "") else read(value))

    there = sorted((pair for pair in seen if not place(pair)[0]), key=lambda pair: place(pair)[1], reverse=down)
    return there + [pair for pair in seen if place(pair)[0]]
