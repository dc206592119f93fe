"""After an erasure: a stream's payloads made small with a dictionary that knows nothing of who was erased.

Records go in chunks, each a transaction that carries payloads and progress, so that it can be broken off anywhere and is
taken up where it stood. No batch writes with a dictionary that is to go; when no payload needs it any more, it goes.
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

CHUNK = 1_000
SAMPLED_MOST = 5_000
READ_S = 60.0
"""Who has read a payload has its dictionary, too, after so long."""


def recompress(database: Database, *, within_s: float) -> bool:
    """Whether dictionaries that are to go are left; it works for about so long."""
    until_s = time.monotonic() + within_s
    with database.read() as sql:
        waiting = dictionaries.retired(sql)
    for one in waiting:
        if one.emptied_at is not None:
            _remove(database, one)
            continue
        _succeed(database, one)
        while _step(database, one.id):
            if time.monotonic() >= until_s:
                return True
    with database.read() as sql:
        return bool(dictionaries.retired(sql))


def _remove(database: Database, one: Retired) -> None:
    now = micros(clock.now())
    if one.emptied_at is not None and now - one.emptied_at >= READ_S * 1_000_000:
        with database.write() as sql:
            dictionaries.remove(sql, one.id)


def _succeed(database: Database, one: Retired) -> None:
    """The stream has another dictionary, where there is enough to train one on."""
    with database.read() as sql:
        if evidence.latest_dictionary(sql, one.connection_id, one.stream) is not None:
            return
        stored = dictionaries.samples(sql, one.connection_id, one.stream, SAMPLED_MOST)
        opened = Payloads(evidence.dictionaries(sql))
    raws = [opened.opened(key, payload) for _, key, payload in stored]
    taken = payloads.sampled(raws)
    content = payloads.trained(raws[:taken])
    if content is None:
        return
    with database.write() as sql:
        sample = [rid for rid, _, _ in stored[:taken]]
        if dictionaries.living(sql, sample) == len(sample):  # nobody of it was erased meanwhile
            evidence.add_dictionary(sql, one.connection_id, one.stream, content, micros(clock.now()), sample)


def _step(database: Database, dictionary_id: int) -> bool:
    """Whether a chunk was worked on; without one the dictionary is needed no more."""
    with database.write() as sql:
        one = next((found for found in dictionaries.retired(sql) if found.id == dictionary_id), None)
        if one is None or one.emptied_at is not None:
            return False
        records = dictionaries.next_records(sql, one, CHUNK)
        if not records:
            dictionaries.emptied(sql, one.id, micros(clock.now()))
            return False
        _make_small(sql, one, records)
        dictionaries.advance(sql, one.id, list(records.values())[-1])
        return True


def _make_small(sql: Connection, one: Retired, records: dict[int, str]) -> None:
    key, content = evidence.latest_dictionary(sql, one.connection_id, one.stream) or (PLAIN, None)
    if not dictionaries.stands(sql, key):
        key, content = PLAIN, None
    opened, compress = Payloads(evidence.dictionaries(sql)), payloads.compressor(content)
    old = dictionaries.made_small(sql, one.id, records)
    dictionaries.replace(sql, key, {small: compress(opened.opened(one.id, small.payload)) for small in old})
