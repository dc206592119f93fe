"""A process that syncs and may be killed: ``python -m tests.faults.child DATABASE_URL EXECUTOR_ID [VENDOR [RUN_ID]]``.

With a run it takes that run to its end; with a vendor alone it asks for a new one; with neither it works until killed. Small pages and batches make many moments
at which it can be interrupted. It prints one word when it works, and nothing else.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from kizuna import config
from kizuna.sync.service import JOB, engine, service, submit
from tests.faults.smallness import in_small_pieces


async def work(url: str, executor: str, vendor: str = "", run_id: str = "") -> None:
    """Takes the run, or a new one, to its end, or works on whatever comes."""
    parts = service(config.load(Path("/nonexistent"), environ={}, options={"database": url}))
    try:
        async with engine(parts, executor_id=executor) as opened:
            print("working", flush=True)
            if not vendor:
                await asyncio.Event().wait()
            if run_id:
                await opened.submit(JOB, vendor, run_id=run_id)
            else:
                run_id = await submit(opened, parts, vendor, trigger="command")
            await opened.wait(run_id)
    finally:
        parts.close()


if __name__ == "__main__":
    in_small_pieces()
    asyncio.run(work(*sys.argv[1:]))
