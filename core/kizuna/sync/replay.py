"""What is set aside taken once more, with the mapping of today.

A sync may set a newer payload of the same record aside meanwhile. So nothing leaves or changes in the quarantine but what
was read from it: each row is settled only if it still holds that payload. What only the page said of a record, when it
changed and that it is gone, stands in its row. A record of which neither says when it changed is as old as its row, so
that it does not replace what was read since.
"""

from __future__ import annotations

from kizuna import clock
from kizuna.sdk import Record
from kizuna.storage import aside, connections, field_rules, runs
from kizuna.storage.aside import Aside
from kizuna.storage.instants import maybe_moment, micros, moment
from kizuna.sync.files.load import Loaded, Loader, stream_of
from kizuna.sync.files.taking import BATCH_RECORDS, Taking, taking
from kizuna.sync.offline import unchecked
from kizuna.sync.prepare import Decoding, Rejected
from kizuna.sync.writer import Wrote


def replay(loader: Loader, name: str, stream: str) -> Loaded:
    """The stream's records set aside taken once more; those understood now leave the quarantine.

    Raises UnknownName for a connection or stream that is not there.
    """
    with loader.database.read() as sql:
        stored = connections.get(sql, name)
    connector = unchecked(loader.plugins.connector(stored.plugin), stored)
    found, after = stream_of(connector, stream), 0
    with taking(loader.database, loader.deriver, stored, found, "replay", cures=False) as run:
        while True:
            with loader.database.read() as sql:
                rows = aside.page(sql, stored.id, found.name, after, BATCH_RECORDS)
                rules = field_rules.standing(sql, stored.id, found.name).rules
            if not rows:
                break
            _take(loader, run, Decoding(name, found, rules), rows)
            after = rows[-1].id
    return Loaded(found.name, run.total, run.run_id)


def _take(loader: Loader, run: Taking, decoding: Decoding, rows: list[Aside]) -> None:
    understood: list[Aside] = []
    refused: list[tuple[Aside, str, str | None]] = []
    for row in rows:
        fault = _fault(decoding, row)
        if fault is None:
            understood.append(row)
        else:
            refused.append((row, fault.reason, fault.field))
    if understood:
        run.take((_record(row), moment(row.at)) for row in understood)
    at = micros(clock.now())
    with loader.database.write() as sql:
        aside.settle(sql, understood)
        aside.renew(sql, refused, run.run_id)
        counts = {"read": len(refused), "quarantined": len(refused)}
        runs.count_stream(sql, run.run_id, run.stream, at, counts)
    reasons = tuple(sorted({reason for _, reason, _ in refused}))
    run.total = run.total.plus(Wrote(read=len(refused), quarantined=len(refused), reasons=reasons))


def _fault(decoding: Decoding, row: Aside) -> Rejected | None:
    """Why the record is still not understood."""
    record = decoding.understood(_record(row), moment(row.at))
    said = record if isinstance(record, Rejected) else decoding.said(record)
    return said if isinstance(said, Rejected) else None


def _record(row: Aside) -> Record:
    """The record as its page had it."""
    return Record(raw=row.payload, version=maybe_moment(row.version), deleted=row.deleted)
