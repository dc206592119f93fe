"""Time that passes as fast as nobody waits for it: sleeps end at once, so that patience can be tried in a moment."""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Skipping(selectors.DefaultSelector):
    """Where a loop would wait for a timer, its clock is put forward instead; it waits only for threads."""

    skipped_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(0)
        if not ready:
            self.skipped_s += timeout
        return ready


class _Hurried(asyncio.SelectorEventLoop):
    """A loop whose clock runs ahead of the real one by whatever was slept."""

    def __init__(self) -> None:
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return time.monotonic() + self._skipping.skipped_s


def hurried(work: Coroutine[Any, Any, T]) -> T:
    """What the work comes to, its sleeps skipped."""
    with asyncio.Runner(loop_factory=_Hurried) as runner:
        return runner.run(work)
