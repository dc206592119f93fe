"""Questions about webhook deliveries: the inbox, what was refused, and the references to the secrets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection as Sql
from sqlalchemy import Row, event, func, select, text, tuple_

from kizuna.sdk import Hint
from kizuna.storage.bulk import among, numbers
from kizuna.storage.database import Database
from kizuna.storage.instants import maybe_micros, maybe_moment
from kizuna.storage.tables import webhooks as t

STATES = ("waiting", "reading", "done", "failed")
NOBODY = 0
"""Stands for the connection of a delivery that named none."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A genuine delivery to be kept; with ``failure`` it has already failed, with ``remark`` nothing is to be done."""

    connection_id: int
    name: str
    hints: tuple[Hint, ...]
    received_at: int
    failure: str | None = None
    remark: str | None = None


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
    due_at: int


# One statement for many, and its text does not depend on how many: the driver's own way to write many rows takes longer.
_DURABLE = text("SET LOCAL synchronous_commit = on")
_COLUMNS = "connection_id, name, hints, state, reason, attempts, looks, received_at, due_at, ended_at"
_KEEP = {
    "sqlite": text(f"""
        INSERT INTO webhook_delivery ({_COLUMNS})
        SELECT :connection_id, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
            json_extract(value, '$[3]'), 0, 0, json_extract(value, '$[4]'), json_extract(value, '$[4]'),
            json_extract(value, '$[5]')
        FROM json_each(:rows) WHERE true ORDER BY key ON CONFLICT (connection_id, name) DO NOTHING
    """),
    "postgresql": text(f"""
        INSERT INTO webhook_delivery ({_COLUMNS})
        SELECT :connection_id, r ->> 0, r ->> 1, r ->> 2, r ->> 3, 0, 0, CAST(r ->> 4 AS BIGINT), CAST(r ->> 4 AS BIGINT),
            CAST(r ->> 5 AS BIGINT)
        FROM jsonb_array_elements(CAST(:rows AS JSONB)) WITH ORDINALITY AS given (r, place) ORDER BY place
        ON CONFLICT (connection_id, name) DO NOTHING
    """),
}
_COUNT = text("""
    INSERT INTO webhook_count (connection_id, outcome, count, last_at) VALUES (:connection_id, :outcome, :more, :at)
    ON CONFLICT (connection_id, outcome)
    DO UPDATE SET count = webhook_count.count + excluded.count, last_at = excluded.last_at
""")
_CONNECTIONS_IN = text("""
    WITH RECURSIVE found (id) AS (
        SELECT min(connection_id) FROM webhook_delivery WHERE state = :state
        UNION ALL
        SELECT (SELECT min(connection_id) FROM webhook_delivery WHERE state = :state AND connection_id > found.id)
        FROM found WHERE found.id IS NOT NULL
    ) SELECT id FROM found WHERE id IS NOT NULL
""")
_RUNS_READING = text("""
    WITH RECURSIVE found (id) AS (
        SELECT min(run_id) FROM webhook_delivery WHERE state = 'reading'
        UNION ALL
        SELECT (SELECT min(run_id) FROM webhook_delivery WHERE state = 'reading' AND run_id > found.id)
        FROM found WHERE found.id IS NOT NULL
    ) SELECT id FROM found WHERE id IS NOT NULL
""")
"""Each walks from one value to the next one greater in the index; SELECT DISTINCT would read all of it."""


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
        sql.execute(_DURABLE)
    outcomes: Counter[tuple[int, str]] = Counter()
    by_connection: dict[int, list[Arrival]] = {}
    for arrival in arrivals:
        by_connection.setdefault(arrival.connection_id, []).append(arrival)
    for connection_id, group in sorted(by_connection.items()):
        rows = {arrival.name: _row(arrival) for arrival in group}  # one of each
        # In one order everywhere, so that two servers keeping the same deliveries cannot wait for each other.
        kept = msgspec.json.encode([rows[name] for name in sorted(rows)]).decode()
        new = sql.execute(_KEEP[sql.dialect.name], {"rows": kept, "connection_id": connection_id}).rowcount
        outcomes[connection_id, "accepted"] += new
        outcomes[connection_id, "duplicate"] += len(group) - new
    return outcomes


def count(sql: Sql, outcomes: Mapping[tuple[int, str], int], at: int) -> None:
    """The counts of each connection raised."""
    raised = [
        {"connection_id": connection_id, "outcome": outcome, "more": more, "at": at}
        for (connection_id, outcome), more in sorted(outcomes.items())
        if more
    ]
    if raised:
        sql.execute(_COUNT, raised)


def counts(sql: Sql, connection_id: int) -> dict[str, int]:
    """Outcome → how many deliveries came to it at the door."""
    table = t.WEBHOOK_COUNT
    found = select(table.c.outcome, table.c["count"]).where(table.c.connection_id == connection_id)
    return {row[0]: row[1] for row in sql.execute(found.order_by(table.c.outcome))}


def states(sql: Sql, connection_id: int) -> dict[str, int]:
    """State → how many deliveries of the connection the inbox holds in it."""
    table = t.DELIVERY.c
    held = select(func.count()).where(table.connection_id == connection_id)
    return {state: int(sql.execute(held.where(table.state == state)).scalar_one()) for state in STATES}


def connections_in(sql: Sql, state: str) -> list[int]:
    """The connections with a delivery in that state, each found by one step in the index, however many there are."""
    return [row[0] for row in sql.execute(_CONNECTIONS_IN, {"state": state})]


def due(sql: Sql, connection_id: int, at: int, most: int, after: Kept | None = None) -> list[Kept]:
    """The connection's deliveries whose records are to be read now, the longest due first, from ``after`` on."""
    table = t.DELIVERY.c
    mine = (table.state == "waiting") & (table.connection_id == connection_id) & (table.due_at <= at)
    if after is not None:
        mine &= tuple_(table.due_at, table.id) > (after.due_at, after.id)
    found = select(t.DELIVERY).where(mine).order_by(table.due_at, table.id).limit(most)
    return [_kept(row) for row in sql.execute(found)]


def runs_reading(sql: Sql) -> list[str]:
    """The runs that deliveries wait for."""
    return [row[0] for row in sql.execute(_RUNS_READING)]


def being_read(sql: Sql, run_id: str, most: int) -> list[Kept]:
    """Deliveries that this run was asked to read for, and that are not settled yet."""
    found = select(t.DELIVERY).where(t.READING, t.DELIVERY.c.run_id == run_id).limit(most)
    return [_kept(row) for row in sql.execute(found)]


def begin(sql: Sql, ids: Collection[int], run_id: str) -> None:
    """These deliveries are read for by this run."""
    mine = _these(sql, ids) & (t.DELIVERY.c.state == "waiting")
    sql.execute(t.DELIVERY.update().where(mine).values(state="reading", run_id=run_id))


def wait(sql: Sql, ids: Collection[int], due_at: int, reason: str | None, *, attempts: int, looks: int) -> None:
    """These deliveries wait for their next reading."""
    values = {"due_at": due_at, "reason": reason, "attempts": attempts, "looks": looks}
    sql.execute(t.DELIVERY.update().where(_still(sql, ids)).values(state="waiting", **values))


def end(sql: Sql, ids: Collection[int], state: str, reason: str | None, at: int) -> None:
    """These deliveries are done, or have failed."""
    sql.execute(t.DELIVERY.update().where(_still(sql, ids)).values(state=state, reason=reason, ended_at=at))


def retry(sql: Sql, number: int, at: int) -> bool:
    """Whether that delivery was there and is read for once more, with new patience."""
    again = {"state": "waiting", "reason": None, "attempts": 0, "looks": 0, "due_at": at, "ended_at": None}
    chosen = (t.DELIVERY.c.id == number) & t.DELIVERY.c.state.in_(("done", "failed"))
    return sql.execute(t.DELIVERY.update().where(chosen).values(again)).rowcount == 1


def latest(sql: Sql, most: int, state: str | None = None) -> Sequence[Row[Any]]:
    """The deliveries of a state, or all, the latest first."""
    if state is None:
        return sql.execute(select(t.DELIVERY).order_by(t.DELIVERY.c.id.desc()).limit(most)).all()
    rows: list[Row[Any]] = []
    table = t.DELIVERY.c
    for connection_id in connections_in(sql, state):
        mine = (table.state == state) & (table.connection_id == connection_id)
        rows += sql.execute(select(t.DELIVERY).where(mine).order_by(table.due_at.desc(), table.id.desc()).limit(most))
    return sorted(rows, key=lambda row: row.id, reverse=True)[:most]


def forget(sql: Sql, state: Literal["done", "failed"], before: int, most: int) -> int:
    """How many deliveries that came to that state before that instant left the inbox, the oldest first."""
    table, ended = t.DELIVERY.c, {"done": t.DONE, "failed": t.FAILED}[state]
    found = select(table.id).where(ended, table.ended_at < before).order_by(table.ended_at).limit(most)
    ids = list(sql.scalars(found))
    if ids:
        sql.execute(t.DELIVERY.delete().where(_these(sql, ids)))
    return len(ids)


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
    said = json.loads(row.hints)
    return tuple(
        Hint(stream=s, id=i, event=e, deleted=d, at=maybe_moment(at), parent=parent[0] if parent else None)
        for s, i, e, d, at, *parent in said  # which deliveries of an earlier release do not say
    )


def _these(sql: Sql, ids: Collection[int]) -> Any:
    """The deliveries of these ids, in a statement that reads the same however many they are."""
    return text(among(sql, "webhook_delivery.id", "ids")).bindparams(ids=numbers(sql, ids))


def _still(sql: Sql, ids: Collection[int]) -> Any:
    """The deliveries, without those that another worker has settled."""
    return _these(sql, ids) & t.DELIVERY.c.state.in_(("waiting", "reading"))


def _row(arrival: Arrival) -> tuple[str, str, str, str | None, int, int | None]:
    """Name, hints, state, reason, when it came and when it ended."""
    state = "failed" if arrival.failure else "waiting" if arrival.hints else "done"
    said = [
        (hint.stream, hint.id, hint.event, hint.deleted, maybe_micros(hint.at), hint.parent) for hint in arrival.hints
    ]
    ended_at = None if state == "waiting" else arrival.received_at
    hints = msgspec.json.encode(said).decode()
    return arrival.name, hints, state, arrival.failure or arrival.remark, arrival.received_at, ended_at


def _kept(row: Row[Any]) -> Kept:
    hints = hints_of(row)
    return Kept(row.id, row.connection_id, hints, row.attempts, row.looks, row.run_id, row.received_at, row.due_at)
