"""Kizuna's part of the measurement: one phase in a process of its own, told as one line of JSON.

    python -m bench.sync.ours URL BASE first|again|change|derive

The connector, the reader, the writer and the job engine are the real ones; only the derivation is put off to a phase of
its own, for the peer does none.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.sync.cost import Cost
from kizuna import config
from kizuna.derive import Deriver
from kizuna.derive.declared import declared_by
from kizuna.storage import connections
from kizuna.storage.tables import METADATA
from kizuna.sync.service import Service, engine, service, submit

KEY = "KIZUNA_BENCH_KEY"
STREAMS = ("customers", "invoices")
UNLIMITED_PER_S = 1_000_000  # the vendor's limit is not what is measured


class Later(Deriver):
    """A deriver that leaves what is dirty for later."""

    def drain(self) -> int:
        """Nothing is worked on."""
        return 0


@dataclass(frozen=True, slots=True)
class Phase:
    """What is asked of the sync."""

    url: str
    base: str
    name: str


def opened(phase: Phase) -> Service:
    """Kizuna as it always runs, the derivation put off."""
    parts = service(config.load(Path("no such file"), environ={}, options={"database": phase.url}))
    if phase.name != "derive":
        parts.syncer.deriver = Later(parts.database, declared_by(parts.plugins, parts.settings.zone))
    return parts


def prepare(parts: Service, base: str) -> None:
    """Empty tables and one connection."""
    METADATA.drop_all(parts.database.engine)
    METADATA.create_all(parts.database.engine)
    values = {"base_url": base, "requests_per_s": UNLIMITED_PER_S}
    with parts.database.write() as sql:
        connections.add(sql, "bench", "stripe", values, {"api_key": f"env:{KEY}"}, False, 0)


async def synced(parts: Service, *, full: bool) -> dict[str, Any]:
    """One run through the job engine, and what it cost."""
    async with engine(parts, executor_id="bench") as jobs:
        cost = Cost.now()
        run_id = await submit(jobs, parts, "bench", full=full, streams=STREAMS, trigger="command")
        state = await jobs.wait(run_id)
        if state.state != "done":
            raise SystemExit(f"the run ended {state.state}: {state.reason}")
        return {**cost.until(Cost.now()), **dict(state.counts)}


def measured(phase: Phase) -> dict[str, Any]:
    """The phase done."""
    os.environ[KEY] = "rk_live_bench"
    parts = opened(phase)
    try:
        if phase.name == "first":
            prepare(parts, phase.base)
        if phase.name == "derive":
            cost = Cost.now()
            records = parts.deriver.drain()
            return {**cost.until(Cost.now()), "read": records}
        return asyncio.run(synced(parts, full=phase.name == "again"))
    finally:
        parts.close()


if __name__ == "__main__":
    begun_s = time.monotonic()
    told = measured(Phase(*sys.argv[1:4]))
    print(json.dumps({**told, "process_s": time.monotonic() - begun_s}))
