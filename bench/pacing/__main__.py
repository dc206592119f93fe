"""The measurement: the Stripe connector's own readings over a slow and strict stand-in, each way of reading by itself.

bench/run pacing [--seconds 15] [--latency-ms 100] [--simulate] [--json FILE]

Kizuna asks ahead; the peer is the same readings asked one question after the other, four streams at once in both. What is
read is not written anywhere: only the line to the vendor is measured. With `--simulate` there is no network, and a clock
that jumps to the next thing to do: what comes out hangs on the pacing alone, and not on who else uses the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import sys
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

from bench.pacing.report import Line, said, table
from bench.pacing.vendors import ACCOUNT_PER_S, ENDPOINT_PER_S, Served, Simulation, Vendor
from kizuna import sdk
from kizuna.clock import now
from kizuna.sync.reader import AT_ONCE, pages
from kizuna_stripe import Stripe, StripeSettings
from tests.support import virtual_time

CHANGED_SHARE = 0.02
STREAMS = ("customers", "subscriptions", "invoices", "charges")
SETTLING_S = 3.0
"""At the beginning of a load the ranges are still being found; what is asked by then is not counted."""


class Walk:
    """Streams read to their ends, all at once; ``records`` counts what has come."""

    def __init__(self, vendor: Vendor, streams: Sequence[str], bookmark: sdk.Bookmark | None, ahead: int) -> None:
        self.vendor, self.streams, self.bookmark, self.ahead, self.records = vendor, streams, bookmark, ahead, 0

    async def go(self) -> None:
        settings = StripeSettings(api_key=sdk.SecretStr("rk_live_bench"), base_url=self.vendor.base)
        connector = Stripe(settings)
        async with sdk.Transport(connector, http=self.vendor.http()) as transport:
            chosen = [stream for stream in connector.streams() if stream.name in self.streams]
            await asyncio.gather(*(self._read(stream, transport) for stream in chosen))

    async def _read(self, stream: sdk.AnyStream, transport: sdk.Transport) -> None:
        read = pages(stream.reading, transport, self.bookmark, sdk.Start(now=now()), ahead=self.ahead)
        async with aclosing(read):
            async for page in read:
                self.records += len(page.records)


async def measured(vendor: Vendor, walk: Walk, who: str, work: str, *, settling_s: float, seconds: float) -> Line:
    """What the vendor answered from the moment on at which the walk has settled, for so long or to its end."""
    loop = asyncio.get_running_loop()
    going = asyncio.create_task(walk.go())
    await asyncio.wait({going}, timeout=settling_s)
    before, had, began_s = await vendor.traffic(), walk.records, loop.time()
    await asyncio.wait({going}, timeout=seconds)
    after, took_s = await vendor.traffic(), loop.time() - began_s
    going.cancel()
    (outcome,) = await asyncio.gather(going, return_exceptions=True)
    if isinstance(outcome, Exception):
        raise outcome
    answered, refused = (after.get(name, 0) - before.get(name, 0) for name in ("answered", "refused"))
    limit_per_s = min(ACCOUNT_PER_S, len(walk.streams) * ENDPOINT_PER_S)
    return Line(who, work, limit_per_s, took_s, answered, refused, walk.records - had)


async def loaded(vendor: Vendor, who: str, streams: Sequence[str], ahead: int, seconds: float) -> Line:
    """A first load."""
    work = f"first load, {len(streams)} {'stream' if len(streams) == 1 else 'streams'}"
    walk = Walk(vendor, streams, None, ahead)
    return await measured(vendor, walk, who, work, settling_s=SETTLING_S, seconds=seconds)


async def changed(vendor: Vendor, who: str, ahead: int, seconds: float) -> Line:
    """Changed objects, each read again by itself."""
    bookmark = {"phase": "events", "since": int(now().timestamp()) - 60, "known": []}
    await vendor.change(CHANGED_SHARE)
    walk = Walk(vendor, STREAMS, bookmark, ahead)
    return await measured(vendor, walk, who, "changed objects, 4 streams", settling_s=0.0, seconds=seconds)


def lines(seconds: float, latency_ms: int, *, simulate: bool) -> list[Line]:
    """Each way of reading after the other, each over a stand-in of its own."""
    run = virtual_time.run if simulate else asyncio.run
    kind = Simulation if simulate else Served
    found = []
    for who, ahead in (("one after the other", 0), ("Kizuna, asking ahead", AT_ONCE)):
        for streams in (STREAMS[:1], STREAMS, ()):
            with kind(latency_ms) as vendor:
                work = loaded(vendor, who, streams, ahead, seconds) if streams else changed(vendor, who, ahead, seconds)
                found.append(run(work))
            print(said(found[-1]), file=sys.stderr)
    return found


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(prog="bench/run pacing")
    parser.add_argument("--seconds", type=float, default=15.0, help="how long each way of reading is measured")
    parser.add_argument("--latency-ms", type=int, default=100, help="how long the vendor takes to answer")
    parser.add_argument("--simulate", action="store_true", help="no network, and a clock that jumps")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args()
    found = lines(given.seconds, given.latency_ms, simulate=given.simulate)
    print(table(found))
    if given.json is not None:
        given.json.write_text(json.dumps([dataclasses.asdict(line) for line in found], indent=1))


if __name__ == "__main__":
    main()
