"""Keeping to a vendor's limits: slots come evenly, for every limit that a question counts against."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from kizuna.errors import QuotaError, TransientError
from kizuna.sdk.limits import Limit

WAIT_MOST_S = 300.0
"""For how long a vendor's wish to be left alone is waited out; a longer one is an error, and whoever asks says when."""
LATE_S = 0.04
"""By how much a slot may be taken late, because the machine had other things to do, without being lost: made up for within
one second, it stays within a limit of which 4 % are left free."""
BUSY_S = 0.25
"""How long a family is left alone after «too many» without a word of how long."""


@dataclass(slots=True)
class Bucket:
    """The slots of one limit: at most ``burst`` at once, then evenly ``calls`` in ``per_s``. Times are the event loop's.

    A slot is taken when a question leaves, not when it begins to wait: one that is held up takes nothing from the others,
    and what was held up together does not leave together.
    """

    limit: Limit
    gate: asyncio.Semaphore = field(init=False)
    _line: asyncio.Lock = field(default_factory=asyncio.Lock)
    _waiting: int = 0
    _is_busy: bool = False  # when the last slot was taken, others were waiting for the next
    _free_at_s: float = 0.0
    _closed_until_s: float = 0.0
    _closed_for: TransientError | None = None

    def __post_init__(self) -> None:
        self.gate = asyncio.Semaphore(self.limit.concurrent)

    def wait_s(self, now_s: float) -> float:
        """Seconds until a slot is free."""
        return max(0.0, self._free_at_s - now_s)

    def take(self, now_s: float) -> None:
        """The slot is used. What was lost by waking late is made up for; what nobody asked for, up to the burst only."""
        step_s = self.limit.per_s / self.limit.calls
        credit_s = max(step_s * (self.limit.burst - 1), LATE_S if self._is_busy else 0.0)
        self._free_at_s = max(self._free_at_s, now_s - credit_s) + step_s
        self._is_busy = self._waiting > 0

    def ban(self, now_s: float, for_s: float, reason: TransientError | None = None) -> None:
        """No slot before ``for_s`` seconds have passed: the vendor said so."""
        self._free_at_s = max(self._free_at_s, now_s + for_s)
        if for_s > WAIT_MOST_S and reason is not None:
            self._closed_until_s, self._closed_for = now_s + for_s, reason

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """A slot that is free when the block begins and used when it ends; first come, first served.

        Raises TransientError, QuotaError where that was the reason, when there is none for longer than is waited.
        """
        loop = asyncio.get_running_loop()
        self._waiting += 1
        try:
            await self._line.acquire()
        finally:
            self._waiting -= 1
        try:
            while (wait_s := self.wait_s(loop.time())) > 0:
                if self._closed_for is not None and self._closed_until_s - loop.time() > WAIT_MOST_S:
                    kind = QuotaError if isinstance(self._closed_for, QuotaError) else TransientError
                    raise kind(str(self._closed_for), wait_s)
                await asyncio.sleep(wait_s)
            yield
            self.take(loop.time())
        finally:
            self._line.release()


class Pace:
    """The limits of one connection. ``paced`` False keeps only to how many questions may be under way at once."""

    def __init__(self, limits: Iterable[Limit], *, paced: bool = True) -> None:
        self._buckets = {limit.family: Bucket(limit) for limit in limits}
        self._paced = paced

    @asynccontextmanager
    async def kept(self, family: str) -> AsyncIterator[None]:
        """A block in which one question of that family may be under way; entered when its turn has come."""
        async with AsyncExitStack() as under_way:
            await self._admitted(self._around(family), under_way)
            yield

    def pause(self, family: str, reason: TransientError) -> None:
        """The vendor said «too many» to a question of that family; it may have said for how long."""
        if self._paced:
            now_s, wish_s = asyncio.get_running_loop().time(), reason.retry_after_s
            for bucket in self._around(family):
                bucket.ban(now_s, BUSY_S if wish_s is None else wish_s, reason)

    async def _admitted(self, around: Sequence[Bucket], under_way: AsyncExitStack) -> None:
        """Through the innermost limit first, so that who waits for it takes no place in those around it."""
        if not around:
            return
        inner, *outer = around
        await under_way.enter_async_context(inner.gate)
        if not self._paced:
            await self._admitted(outer, under_way)
            return
        async with inner.slot():
            await self._admitted(outer, under_way)

    def _around(self, family: str) -> list[Bucket]:
        """The limits that a question of the family counts against, the innermost first."""
        found: list[Bucket] = []
        bucket = self._buckets.get(family) or self._buckets.get("default")
        while bucket is not None and bucket not in found:
            found.append(bucket)
            within = bucket.limit.within
            bucket = self._buckets.get(within) if within else None
        return found
