"""One part of the measurement in a process of its own, told as one line of JSON.

    python -m bench.identity.speed.part URL load|first|batches|single RECORDS [BATCH] [ROUNDS]

``load`` writes the records, ``first`` derives them all at once. ``batches`` and ``single`` write and derive a few of which half are new
and half have changed, so many at a time or one by one.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from bench.identity.speed import stored
from bench.identity.speed.steps import Steps, watched
from bench.identity.speed.world import ROLES, Said, changed, records
from bench.sync.cost import Cost
from kizuna.derive import Deriver
from kizuna.derive.declared import Declared
from kizuna.storage.database import Database

HELD_BACK = 10
"""Every tenth record of the world is held back, to come as a new one later."""


def deriver(database: Database) -> Deriver:
    """The deriver as it runs for these systems."""
    return Deriver(database, Declared(named_after_people=frozenset({ROLES[-1]})))


def load(database: Database, count: int) -> dict[str, Any]:
    """The world without what is held back, written and not yet derived."""
    stored.prepare(database)
    return {"records": stored.load(database, (said for at, said in enumerate(records(count)) if at % HELD_BACK))}


def first(database: Database, count: int) -> dict[str, Any]:
    """Everything that waits, derived."""
    with _cost(database) as told:
        told["records"] = deriver(database).drain()
    return told


def batches(database: Database, count: int, size: int, rounds: int) -> dict[str, Any]:
    """Batch after batch, written and derived in the way of a sync."""
    worker, arriving = deriver(database), list(_arriving(count, size * rounds))
    for part in list(stored.parts(arriving[: 2 * size], size)):
        _one(database, worker, part)  # statements are compiled and caches filled
    with _cost(database) as told:
        lasted = [_one(database, worker, part) for part in stored.parts(arriving[2 * size :], size)]
        told["records"] = len(arriving) - 2 * size
    return {**told, "derive_s": sum(lasted), "derive_ms": _spread(lasted)}


def _one(database: Database, worker: Deriver, part: list[Said]) -> float:
    """Seconds that the derivation of these records took, commit and all."""
    with database.write() as sql:
        stored.write(sql, part)
    begun_s = time.perf_counter()
    worker.drain()
    return time.perf_counter() - begun_s


def _arriving(count: int, wanted: int) -> Iterator[Said]:
    """Records that come by: by turns one that is new and one of the world that has changed."""
    rng = Random(count)
    known: list[Said] = []
    fresh: list[Said] = []
    for at, said in enumerate(records(count)):
        if rng.random() < 10 * wanted / count:
            (known if at % HELD_BACK else fresh).append(said)
    rng.shuffle(fresh)
    rng.shuffle(known)
    for new, old in zip(fresh[: wanted // 2], known[: wanted // 2], strict=False):
        yield new
        yield changed(old, rng)


def _spread(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {name: round(ordered[int(len(ordered) * share)] * 1000, 2) for name, share in SHARES.items()}


SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


@contextmanager
def _cost(database: Database) -> Iterator[dict[str, Any]]:
    """What a block costs, step by step."""
    told: dict[str, Any] = {}
    begun = Cost.now()
    steps: Steps
    with watched(database.engine) as steps:
        yield told
    told.update(begun.until(Cost.now()), steps=steps.told())


def main(url: str, name: str, count: str, size: str = "1", rounds: str = "1") -> None:
    """The part, done and told."""
    database = Database(url)
    try:
        if name in ("load", "first"):
            told = {"load": load, "first": first}[name](database, int(count))
        else:
            told = batches(database, int(count), int(size), int(rounds))
        print(json.dumps(told))
    finally:
        database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
