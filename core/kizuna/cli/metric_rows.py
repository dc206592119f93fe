"""How a metric is printed: its value, and on demand its formula, its figures and every row that sums to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from kizuna.cli import shown

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from kizuna.metrics.frames import Row
    from kizuna.metrics.questions import Told

ROWS_SHOWN = 20


class Named(NamedTuple):
    """A row with the name of its customer and the records behind it as connection/stream/id."""

    row: Row
    name: str | None
    records: tuple[str, ...]


def named(sql: Connection, told: Told) -> list[Named]:
    """Every row of the answer with what it is about."""
    from kizuna.storage import asked, identity

    rids = [_rids(row) for row in told.rows]
    names = asked.names(sql, {row.customer for row in told.rows})
    records = identity.founding(sql, {rid for found in rids for rid in found})
    return [
        Named(row, names.get(row.customer), tuple("/".join(records[rid]) for rid in found if rid in records))
        for row, found in zip(told.rows, rids, strict=True)
    ]


def _rids(row: Row) -> list[int]:
    return list(dict.fromkeys(int(source.partition("/")[0]) for source in row.sources))


def as_values(told: Told, language: str, rows: Sequence[Named] | None) -> dict[str, Any]:
    """The answer for programs; figures are exact numbers as text."""
    from kizuna.metrics.told import plain, sentence

    values: dict[str, Any] = {
        "key": told.metric,
        "definition": told.definition.key,
        "version": told.definition.version,
        "policy": told.policy,
        "as_of": told.as_of.isoformat(),
        "since": _iso(told.since),
        "unit": told.unit,
        "value": None if told.value is None else plain(told.value),
        "currency": told.currency or None,
        "reason": told.reason,
        "coverage": plain(told.coverage),
        "figures": {name: plain(value) for name, value in told.figures.items()},
        "sentence": sentence(told, language),
        "rates": [
            {
                "currency": one.currency,
                "to": one.to,
                "day": _iso(one.day),
                "rate": plain(one.rate),
                "provider": one.provider or None,
            }
            for one in told.rates
        ],
        "excluded": [{"id": one.id, "reason": str(one.reason)} for one in told.excluded],
    }
    return values if rows is None else values | {"rows": [_row_values(one) for one in rows]}


def _row_values(one: Named) -> dict[str, Any]:
    from kizuna.metrics.told import plain

    return {
        "customer": one.row.customer,
        "name": one.name,
        "figures": {name: plain(value) for name, value in one.row.figures.items()},
        "day": _iso(one.row.day),
        "reason": one.row.reason,
        "records": list(one.records),
    }


def show(told: Told, language: str, rows: Sequence[Named] | None) -> None:
    """The answer on the terminal; with ``rows`` also how it came about."""
    from kizuna.metrics.exact import half_up
    from kizuna.metrics.told import amount, sentence

    known = told.definition
    value = f"none ({told.reason})" if told.value is None else amount(told.value, told)
    period = f" since the end of {told.since}" if told.since else ""
    title = known.title_ja if language == "ja" else known.title_en
    click.echo(f"{told.metric}: {value}")
    click.echo(f"{title}, at the end of {told.as_of}{period}, policy {told.policy}")
    left_out = Counter(str(one.reason) for one in told.excluded)
    counted = ", ".join(f"{number:,} {reason}" for reason, number in sorted(left_out.items()))
    click.echo(f"coverage {half_up(told.coverage * 100, 1)} %{f'; left out: {counted}' if counted else ''}")
    if told.reason == "mixed_currencies":
        click.echo("Customers pay in several currencies; choose one with --currency, and load rates for the others.")
    if rows is None:
        return
    click.echo()
    click.echo(sentence(told, language))
    if told.rates:
        click.echo()
        rates = [(one.day, one.currency, one.to, format(one.rate, "f"), one.provider or None) for one in told.rates]
        shown.as_table(("from", "one", "is", "rate", "provider"), rates)
    if rows:
        click.echo()
        _show_rows(told, rows)
    if len(rows) > ROWS_SHOWN:
        click.echo(f"{len(rows) - ROWS_SHOWN:,} more rows; --explain --json prints all.")


def _show_rows(told: Told, rows: Sequence[Named]) -> None:
    from kizuna.metrics.told import rounded

    columns = list(told.figures)
    whats = any(one.row.day for one in rows)
    headings = ["customer", *columns, *(("day", "why") if whats else ()), "records"]
    made: list[list[Any]] = []
    for one in rows[:ROWS_SHOWN]:
        figures = [rounded(one.row.figures[name], told) if name in one.row.figures else None for name in columns]
        first = [one.name or one.row.customer, *figures, *((one.row.day, one.row.reason) if whats else ())]
        made.append([*first, _few(one.records)])
    shown.as_table(headings, made)


def _few(records: Sequence[str]) -> str | None:
    """The first of the records and how many more there are."""
    if not records:
        return None
    return records[0] if len(records) == 1 else f"{records[0]} and {len(records) - 1} more"


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
