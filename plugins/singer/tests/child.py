"""A process that syncs a tap in small pieces and may be killed: arguments as of ``tests.faults.child``."""

from __future__ import annotations

import asyncio
import sys

from kizuna_singer import tap
from tests.faults.child import work
from tests.faults.smallness import in_small_pieces

BATCH_BYTES = 2_000

if __name__ == "__main__":
    in_small_pieces()
    tap.BATCH_BYTES = tap.CHUNK_BYTES = BATCH_BYTES
    asyncio.run(work(*sys.argv[1:]))
