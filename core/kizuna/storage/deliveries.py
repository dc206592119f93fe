"""Questions about webhook deliveries: the inbox, what was refused, and the references to the secrets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Sql
from sqlalchemy import Row, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from kizuna.sdk import Hint
from kizuna.storage.database import Database
from kizuna.storage.tables import webhooks as t

STATES = ("waiting", "reading", "done", "failed")
NOBODY = 0
"""Stands for the connection of a delivery that named none."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A genuine delivery to be kept; with ``failure`` it has already failed."""

    connection_id: int
    name: str
    hints: tuple[Hint, ...]
    received_at: int
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A delivery of the inbox."""

    id: int
    connection_id: int
    hints: tuple[Hint, ...]
    attempts: int
    looks: int
    run_id: str | None
    received_at: int


def inbox(database: Database) -> Database:
    """The database that holds the inbox: on SQLite a file beside the data file, opened here; close it at the end.

    A delivery must be on disk before it is answered, hence FULL; and it must not wait for a batch, hence its own file.
    """
    if database.dialect == "postgresql":
        return Database(database.url.render_as_string(hide_password=False))
    data = Path(database.url.database or "kizuna.db")
    opened = Database(f"sqlite:///{data.with_name(f'{data.stem}.inbox.db')}")

    @event.listens_for(opened.engine, "connect")
    def durable(raw: Any, _: Any) -> None:
        raw.execute("PRAGMA synchronous=FULL")

    with opened.write() as sql:
        for table in (t.DELIVERY, t.WEBHOOK_COUNT):
            table.create(sql, checkfirst=True)
    return opened


def keep(sql: Sql, arrivals: Sequence[Arrival]) -> Counter[tuple[int, str]]:
    """The deliveries kept, each once; how many of each connection were accepted, and how many were duplicates."""
    if sql.dialect.name == "postgresql":
        # Whatever the role's default is: what is answered must be on disk.
        sql.execute(text("SET LOCAL synchronous_commit = on"))
    outcomes: Counter[tuple[int, str]] = Counter()
    by_connection: dict[int, list[Arrival]] = {}
    for arrival in arrivals:
        by_connection.setdefault(arrival.connection_id, []).append(arrival)
    for connection_id, group in sorted(by_connection.items()):
        rows = {arrival.name: _row(arrival) for arrival in group}  # one of each
        # In one order everywhere, so that two servers keeping the same deliveries cannot wait for each other.
        statement = _dialect(sql).insert(t.DELIVERY).on_conflict_do_nothing(index_elements=["connection_id", "name"])
        # What is returned is counted: drivers do not agree on how many rows a statement for many touched.
        new = len(sql.execute(statement.returning(t.DELIVERY.c.id), [rows[name] for name in sorted(rows)]).all())
        outcomes[connection_id, "accepted"] += new
        outcomes[connection_id, "duplicate"] += len(group) - new
    return outcomes


def count(sql: Sql, outcomes: Mapping[tuple[int, str], int], at: int) -> None:
    """The counts of each connection raised."""
    for (connection_id, outcome), more in sorted(outcomes.items()):
        if more:
            row = {"connection_id": connection_id, "outcome": outcome, "count": more, "last_at": at}
            raised = {"count": t.WEBHOOK_COUNT.c["count"] + more, "last_at": at}
            statement = _dialect(sql).insert(t.WEBHOOK_COUNT).values(row)
            keys = ["connection_id", "outcome"]
            sql.execute(statement.on_conflict_do_update(index_elements=keys, set_=raised))


def counts(sql: Sql, connection_id: int) -> dict[str, int]:
    """Outcome → how many deliveries came to it at the door."""
    table = t.WEBHOOK_COUNT
    found = select(table.c.outcome, table.c["count"]).where(table.c.connection_id == connection_id)
    return {row[0]: row[1] for row in sql.execute(found.order_by(table.c.outcome))}


def states(sql: Sql, connection_id: int) -> dict[str, int]:
    """State → how many deliveries of the connection the inbox holds in it."""
    found = select(t.DELIVERY.c.state, func.count().label("held")).where(t.DELIVERY.c.connection_id == connection_id)
    held = {row.state: row.held for row in sql.execute(found.group_by(t.DELIVERY.c.state))}
    return {state: held.get(state, 0) for state in STATES}


def due(sql: Sql, at: int, most: int) -> list[Kept]:
    """The oldest deliveries whose records are to be read now, of connections that nothing is read of."""
    other = t.DELIVERY.alias()
    busy = select(other.c.id).where(other.c.connection_id == t.DELIVERY.c.connection_id, other.c.state == "reading")
    found = select(t.DELIVERY).where(t.DELIVERY.c.state == "waiting", t.DELIVERY.c.due_at <= at, ~busy.exists())
    return [_kept(row) for row in sql.execute(found.order_by(t.DELIVERY.c.id).limit(most))]


def being_read(sql: Sql) -> list[Kept]:
    """The deliveries that a run was asked to read for."""
    found = select(t.DELIVERY).where(t.DELIVERY.c.state == "reading").order_by(t.DELIVERY.c.id)
    return [_kept(row) for row in sql.execute(found)]


def begin(sql: Sql, ids: Collection[int], run_id: str) -> None:
    """These deliveries are read for by this run."""
    mine = t.DELIVERY.c.id.in_(list(ids)) & (t.DELIVERY.c.state == "waiting")
    sql.execute(t.DELIVERY.update().where(mine).values(state="reading", run_id=run_id))


def wait(sql: Sql, kept: Kept, due_at: int, reason: str | None, *, attempts: int, looks: int) -> None:
    """The delivery waits for its next reading."""
    values = {"due_at": due_at, "reason": reason, "attempts": attempts, "looks": looks}
    sql.execute(t.DELIVERY.update().where(_still(kept)).values(state="waiting", **values))


def end(sql: Sql, kept: Kept, state: str, reason: str | None, at: int) -> None:
    """The delivery is done, or has failed."""
    sql.execute(t.DELIVERY.update().where(_still(kept)).values(state=state, reason=reason, ended_at=at))


def retry(sql: Sql, number: int, at: int) -> bool:
    """Whether that delivery was there and is read for once more, with new patience."""
    again = {"state": "waiting", "reason": None, "attempts": 0, "looks": 0, "due_at": at, "ended_at": None}
    chosen = (t.DELIVERY.c.id == number) & t.DELIVERY.c.state.in_(("done", "failed"))
    return sql.execute(t.DELIVERY.update().where(chosen).values(again)).rowcount == 1


def latest(sql: Sql, most: int, state: str | None = None) -> Sequence[Row[Any]]:
    """The deliveries of a state, or all, the latest first."""
    found = select(t.DELIVERY).order_by(t.DELIVERY.c.id.desc()).limit(most)
    return sql.execute(found if state is None else found.where(t.DELIVERY.c.state == state)).all()


def forget(sql: Sql, before: int) -> int:
    """How many deliveries that were done before that instant left the inbox."""
    old = (t.DELIVERY.c.state == "done") & (t.DELIVERY.c.ended_at < before)
    return sql.execute(t.DELIVERY.delete().where(old)).rowcount


def secrets(sql: Sql) -> dict[int, list[str]]:
    """Connection → the references to its secrets, the newest first."""
    found: dict[int, list[str]] = {}
    for row in sql.execute(select(t.WEBHOOK_SECRET).order_by(t.WEBHOOK_SECRET.c.added_at.desc())):
        found.setdefault(row.connection_id, []).append(row.reference)
    return found


def use_secrets(sql: Sql, connection_id: int, references: Sequence[str], at: int) -> None:
    """From now on these references, the newest first, and no others."""
    sql.execute(t.WEBHOOK_SECRET.delete().where(t.WEBHOOK_SECRET.c.connection_id == connection_id))
    for place, reference in enumerate(references):
        row = {"connection_id": connection_id, "reference": reference, "added_at": at - place}
        sql.execute(t.WEBHOOK_SECRET.insert().values(row))


def hints_of(row: Row[Any]) -> tuple[Hint, ...]:
    """The hints of a row of the inbox."""
    return tuple(Hint(stream=s, id=i, event=e, deleted=d) for s, i, e, d in json.loads(row.hints))


def _still(kept: Kept) -> Any:
    """The delivery, unless another worker has moved it on."""
    return (t.DELIVERY.c.id == kept.id) & t.DELIVERY.c.state.in_(("waiting", "reading"))


def _row(arrival: Arrival) -> dict[str, Any]:
    state = "failed" if arrival.failure else "waiting" if arrival.hints else "done"
    said = [[hint.stream, hint.id, hint.event, hint.deleted] for hint in arrival.hints]
    return {
        "connection_id": arrival.connection_id,
        "name": arrival.name,
        "hints": json.dumps(said, ensure_ascii=False),
        "state": state,
        "reason": arrival.failure,
        "attempts": 0,
        "looks": 0,
        "run_id": None,
        "received_at": arrival.received_at,
        "due_at": arrival.received_at,
        "ended_at": None if state == "waiting" else arrival.received_at,
    }


def _kept(row: Row[Any]) -> Kept:
    return Kept(row.id, row.connection_id, hints_of(row), row.attempts, row.looks, row.run_id, row.received_at)


def _dialect(sql: Sql) -> Any:
    return sqlite if sql.dialect.name == "sqlite" else postgresql
