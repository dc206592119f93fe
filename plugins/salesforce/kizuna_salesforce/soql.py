"""Questions in SOQL: literals escaped, rows in the order of a keyset."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime


def moment(at: datetime) -> str:
    """A datetime literal: unquoted UTC, whole seconds as Salesforce keeps them."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def quoted(text: str) -> str:
    """A string literal. Source: SOQL reference, quoted string escape sequences."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def select(sobject: str, fields: Sequence[str], where: str, cursor: str, most: int | None) -> str:
    """All rows of ``sobject`` that ``where`` lets through ("" for all), oldest change first."""
    condition = f" WHERE {where}" if where else ""
    limit = f" LIMIT {most}" if most else ""
    return f"SELECT {', '.join(fields)} FROM {sobject}{condition} ORDER BY {cursor} ASC, Id ASC{limit}"


def unordered(sobject: str, fields: Sequence[str], where: str) -> str:
    """All rows that ``where`` lets through, in no order: an order would keep a bulk job from being split."""
    condition = f" WHERE {where}" if where else ""
    return f"SELECT {', '.join(fields)} FROM {sobject}{condition}"


def changed_since(cursor: str, since: datetime) -> str:
    """The condition for rows changed at or after ``since``."""
    return f"{cursor} >= {moment(since)}"


def beyond(cursor: str, at: datetime, last_id: str) -> str:
    """The condition for rows behind the position (``at``, ``last_id``): ties in one second are told apart by Id."""
    return f"(({cursor} = {moment(at)} AND Id > {quoted(last_id)}) OR {cursor} > {moment(at)})"


def newest(sobject: str, cursor: str) -> str:
    """The one row that changed last."""
    return f"SELECT Id, {cursor} FROM {sobject} ORDER BY {cursor} DESC LIMIT 1"


def these(sobject: str, fields: Sequence[str], ids: Sequence[str]) -> str:
    """The rows of these ids."""
    return f"SELECT {', '.join(fields)} FROM {sobject} WHERE Id IN ({', '.join(map(quoted, ids))})"


def among(sobject: str, ids: Sequence[str]) -> str:
    """The ids that still exist, be it in the recycle bin."""
    return these(sobject, ("Id",), ids)


def outermost(sobject: str, direction: str) -> str:
    """The one row with the lowest (ASC) or the highest (DESC) id."""
    return f"SELECT Id FROM {sobject} ORDER BY Id {direction} LIMIT 1"
