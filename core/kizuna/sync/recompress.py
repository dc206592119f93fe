"""After an erasure: a stream's payloads made small with a dictionary that knows nothing of who was erased.

Records go in chunks, each a transaction that carries payloads and progress, so that it can be broken off anywhere and is
taken up where it stood. No batch writes with a dictionary that is to go. When one pass has made every payload small anew,
and another one, a while later, has found none that needs the dictionary, it goes; otherwise all begins anew.
"""

from __future__ import annotations

import time

from sqlalchemy import Connection

from kizuna import clock
from kizuna.storage import dictionaries, evidence, payloads
from kizuna.storage.database import Database
from kizuna.storage.dictionaries import Retired
from kizuna.storage.instants import micros
from kizuna.storage.payloads import PLAIN, Payloads

CHUNK = 200
"""Records of a transaction: all their versions are held at once."""
SAMPLED_MOST = 5_000
READ_S = 60.0
"""Who has read a payload has its dictionary, too, after so long."""


def recompress(database: Database, *, within_s: float) -> bool:
    """Whether dictionaries that are to go are left; it works for about so long."""
    until_s = time.monotonic() + within_s
    with database.read() as sql:
        waiting = dictionaries.retired(sql)
    for one in waiting:
        if one.emptied_at is None:
            _succeed(database, one)
        while _step(database, one.id):
            if time.monotonic() >= until_s:
                return True
    with database.read() as sql:
        return bool(dictionaries.retired(sql))


def _succeed(database: Database, one: Retired) -> None:
    """The stream has another dictionary, where there is enough to train one on."""
    with database.read() as sql:
        if evidence.latest_dictionary(sql, one.connection_id, one.stream) is not None:
            return
        stored = dictionaries.samples(sql, one.connection_id, one.stream, SAMPLED_MOST)
        opened = Payloads(evidence.dictionaries(sql))
    raws, total = list[bytes](), 0
    for _, key, payload in stored:
        raws.append(opened.opened(key, payload))
        total += len(raws[-1])
        if total > payloads.SAMPLES_BYTES:  # opened, payloads are many times as large
            break
    content = payloads.trained(raws)
    if content is None:
        return
    with database.write() as sql:
        sample = [rid for rid, _, _ in stored[: len(raws)]]
        if dictionaries.living(sql, sample) == len(sample):  # nobody of it was erased meanwhile
            evidence.add_dictionary(sql, one.connection_id, one.stream, content, micros(clock.now()), sample)


def _step(database: Database, dictionary_id: int) -> bool:
    """Whether a chunk was worked on; without one the pass is over, or the next one has to wait."""
    with database.write() as sql:
        one = dictionaries.held(sql, dictionary_id)
        now = micros(clock.now())
        if one is None or (one.emptied_at is not None and now - one.emptied_at < READ_S * 1_000_000):
            return False
        records = dictionaries.next_records(sql, one, CHUNK)
        if records and one.emptied_at is None:
            _make_small(sql, one, records)
        elif records and dictionaries.needed(sql, one.id, records):
            dictionaries.emptied(sql, one.id, None)
            return True
        elif not records:
            _end_pass(sql, one, now)
            return False
        dictionaries.advance(sql, one.id, list(records.values())[-1])
        return True


def _end_pass(sql: Connection, one: Retired, now: int) -> None:
    if one.emptied_at is None:
        dictionaries.emptied(sql, one.id, now)
    else:  # none of its chunks needed it, and what needs it no more never does again
        dictionaries.remove(sql, one.id)


def _make_small(sql: Connection, one: Retired, records: dict[int, str]) -> None:
    dictionaries.hold(sql, records)
    key, content = evidence.latest_dictionary(sql, one.connection_id, one.stream) or (PLAIN, None)
    if not dictionaries.stands(sql, key):
        key, content = PLAIN, None
    opened, compress = Payloads(evidence.dictionaries(sql)), payloads.compressor(content)
    old = dictionaries.made_small(sql, one.id, records)
    dictionaries.replace(sql, key, {small: compress(opened.opened(one.id, small.payload)) for small in old})
