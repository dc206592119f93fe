"""Questions about runs, the lease that lets one worker write for a connection, and the outbox of what became dirty."""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select
from sqlalchemy.dialects import postgresql, sqlite

from kizuna.errors import LeaseLost
from kizuna.sdk import Named
from kizuna.storage.tables import evidence
from kizuna.storage.tables import operations as t


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write for a connection; a later epoch takes it away."""

    connection_id: int
    run_id: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Unended:
    """A run that a worker is to bring to its end, with the name of its connection."""

    id: str
    connection_id: int
    connection: str
    trigger: str


BY_WORKERS = ("command", "api", "schedule", "webhook")
"""What triggers a run that workers carry out; the others are carried out by whoever asks for them."""


Names = Mapping[str, Sequence[Named]]
"""Stream → the records of it that alone are to be read again."""

_NAMES = msgspec.json.Decoder(dict[str, list[Named]])


def queue_run(
    connection: Connection,
    run_id: str,
    connection_id: int,
    trigger: str,
    full: bool,
    streams: Collection[str],
    at: int,
    named: Names | None = None,
) -> None:
    """A run that waits to be taken; of the streams in ``named`` it reads those records only. A known id stays as it is."""
    row = {
        "id": run_id,
        "connection_id": connection_id,
        "trigger": trigger,
        "full": full,
        "streams": json.dumps(sorted(streams)) if streams else None,
        "named": msgspec.json.encode(named).decode() if named else None,
        "state": "queued",
        "queued_at": at,
    }
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(dialect.insert(t.RUN).values(row).on_conflict_do_nothing())


def run(connection: Connection, run_id: str) -> Row[Any] | None:
    """The run's row."""
    return connection.execute(select(t.RUN).where(t.RUN.c.id == run_id)).first()


def named(row: Row[Any], stream: str) -> Sequence[Named]:
    """The records of a stream that a run reads again alone; none where it reads the stream."""
    return _NAMES.decode(row.named).get(stream, ()) if row.named else ()


def begin_run(connection: Connection, run_id: str, at: int) -> None:
    """The run is under way (again, after a crash); one that has ended stays as it ended."""
    started = func.coalesce(t.RUN.c.started_at, at)
    same = (t.RUN.c.id == run_id) & t.RUN.c.ended_at.is_(None)
    connection.execute(t.RUN.update().where(same).values(state="running", started_at=started))


def end_run(connection: Connection, run_id: str, state: str, error: str | None, at: int) -> None:
    """The run is over."""
    ended = {"state": state, "error": error, "ended_at": at, "named": None}
    connection.execute(t.RUN.update().where(t.RUN.c.id == run_id).values(ended))


def unended(connection: Connection) -> list[Unended]:
    """The runs for workers that have no end yet, in the order they were queued."""
    found = (
        select(t.RUN.c.id, t.RUN.c.connection_id, evidence.CONNECTION.c.name, t.RUN.c.trigger)
        .join(evidence.CONNECTION, evidence.CONNECTION.c.id == t.RUN.c.connection_id)
        .where(t.RUN.c.ended_at.is_(None), t.RUN.c.trigger.in_(BY_WORKERS))
        .order_by(t.RUN.c.queued_at, t.RUN.c.id)
    )
    return [Unended(*row) for row in connection.execute(found)]


def goes_on(connection: Connection, connection_id: int) -> bool:
    """Whether a run for workers of that connection has no end yet; none takes its lease until the transaction ends."""
    held = select(t.LEASE.c.epoch).where(t.LEASE.c.connection_id == connection_id)
    connection.execute(held.with_for_update()).first()
    of_it = (t.RUN.c.connection_id == connection_id) & t.RUN.c.trigger.in_(BY_WORKERS)
    endless = select(t.RUN.c.id).where(t.RUN.c.ended_at.is_(None), of_it).limit(1)
    return connection.execute(endless).first() is not None


def last_queued(connection: Connection, connection_id: int, *, full: bool) -> int | None:
    """When the connection's last run for workers over all its streams was queued (µs), None without one.

    With ``full`` only one that reads everything; none for webhooks, and none that has failed.
    """
    wanted = (t.RUN.c.connection_id == connection_id) & t.RUN.c.trigger.in_(BY_WORKERS) & t.BY_RHYTHM
    wanted &= t.RUN.c.state != "failed"
    if full:
        wanted &= t.RUN.c.full
    found = select(t.RUN.c.queued_at).where(wanted).order_by(t.RUN.c.queued_at.desc()).limit(1)
    return connection.execute(found).scalar()


def give_up(connection: Connection, run: Unended, error: str, at: int) -> bool:
    """Whether the run, which had no end yet, has failed now; who still works on it can no longer write."""
    # The lease first, as a worker does when it ends a run: in another order the two could wait for each other.
    held = (t.LEASE.c.connection_id == run.connection_id) & (t.LEASE.c.run_id == run.id)
    connection.execute(t.LEASE.update().where(held).values(epoch=t.LEASE.c.epoch + 1, renewed_at=at))
    endless = (t.RUN.c.id == run.id) & t.RUN.c.ended_at.is_(None)
    failed = {"state": "failed", "error": error, "ended_at": at, "named": None}
    return connection.execute(t.RUN.update().where(endless).values(failed)).rowcount == 1


def take_lease(connection: Connection, connection_id: int, run_id: str, executor: str, at: int) -> Lease:
    """The lease under a new epoch; whoever held it before can no longer write."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = {"connection_id": connection_id, "run_id": run_id, "executor": executor, "epoch": 1, "renewed_at": at}
    statement = dialect.insert(t.LEASE).values(row)
    taken = {"run_id": run_id, "executor": executor, "epoch": t.LEASE.c.epoch + 1, "renewed_at": at}
    statement = statement.on_conflict_do_update(index_elements=["connection_id"], set_=taken)
    connection.execute(statement)
    epoch = connection.execute(select(t.LEASE.c.epoch).where(t.LEASE.c.connection_id == connection_id)).scalar_one()
    return Lease(connection_id, run_id, epoch)


def hold_lease(connection: Connection, lease: Lease, at: int) -> None:
    """The lease confirmed inside the batch's transaction. Raises LeaseLost when another epoch has begun."""
    same = (t.LEASE.c.connection_id == lease.connection_id) & (t.LEASE.c.epoch == lease.epoch)
    if connection.execute(t.LEASE.update().where(same).values(renewed_at=at)).rowcount != 1:
        raise LeaseLost(f"Run {lease.run_id} was taken over by another worker; this one stops.")


def count_stream(connection: Connection, run_id: str, stream: str, at: int, add: dict[str, int], **values: Any) -> None:
    """The run's counters of a stream raised by ``add``; ``state`` and ``reason`` set when given."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    zero = dict.fromkeys(("pages", "read", "written", "unchanged", "deleted", "quarantined"), 0)
    row = {"run_id": run_id, "stream": stream, "state": "reading", **zero, **add, **values, "updated_at": at}
    statement = dialect.insert(t.RUN_STREAM).values(row)
    raised = {name: t.RUN_STREAM.c[name] + more for name, more in add.items()}
    statement = statement.on_conflict_do_update(
        index_elements=["run_id", "stream"], set_={**raised, **values, "updated_at": at}
    )
    connection.execute(statement)


def stream_reports(connection: Connection, run_id: str) -> Sequence[Row[Any]]:
    """The counters of each stream of a run."""
    found = select(t.RUN_STREAM).where(t.RUN_STREAM.c.run_id == run_id).order_by(t.RUN_STREAM.c.stream)
    return connection.execute(found).all()


def post(connection: Connection, rids: Collection[int], at: int) -> None:
    """These records became dirty: one row of the outbox."""
    if rids:
        packed = array("q", sorted(rids))
        connection.execute(t.OUTBOX.insert().values(count=len(packed), rids=packed.tobytes(), at=at))


def collect(connection: Connection, most: int) -> tuple[list[int], set[int]]:
    """The oldest posts (their numbers) and the records in them, about ``most`` records; empty when nothing is dirty."""
    taken: list[int] = []
    rids: set[int] = set()
    for row in connection.execute(select(t.OUTBOX.c.seq, t.OUTBOX.c.rids).order_by(t.OUTBOX.c.seq).limit(256)):
        taken.append(row.seq)
        rids.update(array("q", row.rids))
        if len(rids) >= most:
            break
    return taken, rids


def settle(connection: Connection, posts: Collection[int]) -> None:
    """These posts are derived and leave the outbox."""
    if posts:
        connection.execute(t.OUTBOX.delete().where(t.OUTBOX.c.seq.in_(list(posts))))


def waiting(connection: Connection) -> int:
    """How many records wait in the outbox (a record may stand there twice)."""
    return int(connection.execute(select(func.coalesce(func.sum(t.OUTBOX.c["count"]), 0))).scalar_one())
