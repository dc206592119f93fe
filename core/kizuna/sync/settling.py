"""What becomes of deliveries whose run has ended: done, looked for again because the change did not show, or tried again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection as Sql

from kizuna.failpoints import failpoint
from kizuna.model.refs import record_id
from kizuna.sdk import ERASED, SCRUBBED, Hint
from kizuna.storage import connections, deliveries, evidence, runs
from kizuna.storage.database import Database
from kizuna.storage.deliveries import Kept
from kizuna.storage.instants import micros

LOOK_AGAIN_S = (15.0, 90.0)
"""After which pauses a change that a reading did not show is looked for again: some vendors show changes late."""
TRIES = 8
WAIT_S, WAIT_MOST_S = 5.0, 3_600.0


@dataclass(frozen=True, slots=True)
class Fate:
    """What a delivery comes to; many of a page come to the same."""

    state: str
    reason: str | None
    due_at: int = 0
    attempts: int = 0
    looks: int = 0


@dataclass(frozen=True, slots=True)
class Settling:
    """Settles deliveries of ``inbox`` by what their runs wrote in ``data``, a page of each run at a time."""

    data: Database
    inbox: Database
    page: int

    def settle(self, now: datetime) -> bool:
        """Whether deliveries of runs that have ended are left."""
        with self.inbox.read() as sql:
            reading = deliveries.runs_reading(sql)
        more = False
        for run_id in reading:
            more = self._run(run_id, now) or more
        return more

    def _run(self, run_id: str, now: datetime) -> bool:
        with self.data.read() as sql:
            run = runs.run(sql, run_id)
            if run is not None and run.ended_at is None:
                return False
            states = {report.stream: report.state for report in runs.stream_reports(sql, run_id)}
            names = {one.id: one.name for one in connections.all_of(sql)}
            with self.inbox.read() as kept_by:
                page = deliveries.being_read(kept_by, run_id, self.page)
            seen = _seen(sql, names, page)
        failpoint("webhook.read")
        alike: dict[Fate, list[int]] = {}
        for kept in page:
            alike.setdefault(_fate(kept, _fault(run, states, kept), kept.id in seen, now), []).append(kept.id)
        with self.inbox.write() as sql:
            for fate, ids in alike.items():
                _apply(sql, fate, ids, now)
        failpoint("webhook.done")
        return len(page) == self.page


def _seen(sql: Sql, names: Mapping[int, str], page: Collection[Kept]) -> set[int]:
    """The deliveries of whose records something was written since they arrived, or is held that is as new as the event."""
    wanted: dict[int, dict[int, Hint]] = {}
    for kept in page:
        name = names.get(kept.connection_id, "")
        wanted[kept.id] = {record_id(name, hint.stream, hint.id): hint for hint in kept.hints}
    heads = evidence.heads(sql, list({rid for rids in wanted.values() for rid in rids}))
    return {
        kept.id
        for kept in page
        if all(_shows(heads.get(rid), hint, kept.received_at) for rid, hint in wanted[kept.id].items())
    }


def _shows(head: evidence.Head | None, hint: Hint, received_at: int) -> bool:
    """Whether what is stored shows what the hint tells."""
    if hint.deleted:
        forgotten = head is not None and head.deleted in (ERASED, SCRUBBED)
        return head is None or forgotten or (head.deleted is not None and hint.deleted != ERASED)
    if head is None:
        return False
    return head.known_at >= received_at or (hint.at is not None and head.version >= micros(hint.at))


def _fault(run: object, states: Mapping[str, str], kept: Kept) -> str | None:
    """Why the run was no reading of what the delivery speaks of; None when it was one."""
    if run is None:
        return "The run that read its records is no longer known."
    unread = sorted({hint.stream for hint in kept.hints if states.get(hint.stream) != "complete"})
    if not unread:
        return None
    return getattr(run, "error", None) or f"Not read: {', '.join(unread)}."


def _fate(kept: Kept, fault: str | None, seen: bool, now: datetime) -> Fate:
    if fault is not None:
        attempts = kept.attempts + 1
        if attempts >= TRIES:
            return Fate("failed", f"{fault} ({attempts} times)")
        wait_s = min(WAIT_S * 2.0 ** (attempts - 1), WAIT_MOST_S)
        return Fate("waiting", fault, micros(now + timedelta(seconds=wait_s)), attempts, kept.looks)
    if not seen and kept.looks >= len(LOOK_AGAIN_S) and any(hint.deleted == ERASED for hint in kept.hints):
        return Fate(
            "failed", "The vendor still shows who is to be forgotten; try it again with `kizuna webhooks retry`."
        )
    if seen or kept.looks >= len(LOOK_AGAIN_S):
        return Fate("done", None if seen else "Nothing newer was read.")
    due_at = micros(now + timedelta(seconds=LOOK_AGAIN_S[kept.looks]))
    return Fate("waiting", "The vendor does not show the change yet.", due_at, kept.attempts, kept.looks + 1)


def _apply(sql: Sql, fate: Fate, ids: Collection[int], now: datetime) -> None:
    if fate.state == "waiting":
        deliveries.wait(sql, ids, fate.due_at, fate.reason, attempts=fate.attempts, looks=fate.looks)
    else:
        deliveries.end(sql, ids, fate.state, fate.reason, micros(now))
