"""The batches of one stream on their way into the database: prepared side by side, written one after the other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable


class Writes:
    """What is under way, the oldest first. A batch whose predecessor failed is not written."""

    def __init__(self) -> None:
        self._tasks: deque[asyncio.Task[None]] = deque()

    def begin(self, write: Callable[[], Awaitable[None]]) -> None:
        """Begins a batch; it is written when all that were begun before it are."""
        before = self._tasks[-1] if self._tasks else None
        self._tasks.append(asyncio.create_task(_after(before, write)))

    async def fewer_than(self, most: int) -> None:
        """Returns when fewer than ``most`` are under way. Raises what the oldest of them raised."""
        while len(self._tasks) >= most:
            await self._tasks[0]
            self._tasks.popleft()

    async def done(self) -> None:
        """Returns when none is under way. Raises what the first that failed has raised; the others have ended, too."""
        try:
            await self.fewer_than(1)
        finally:
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._tasks.clear()


async def _after(before: asyncio.Task[None] | None, write: Callable[[], Awaitable[None]]) -> None:
    if before is not None:
        await before
    await write()
