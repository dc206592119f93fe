"""Looking less often while there is nothing to do, and at once when there is."""

from __future__ import annotations

import threading
from collections.abc import Callable

IDLE_MOST_S = 2.0
"""So long at most between two looks: what another process queues waits no longer, and dead workers are noticed in time."""
PATIENCE = 8
"""So many looks may find nothing before they become rarer."""


def stretched(interval_s: float, looks: int) -> float:
    """How long to wait after so many looks that found nothing: twice as long with each, up to `IDLE_MOST_S`."""
    beyond = min(max(0, looks - PATIENCE), 16)
    return max(interval_s, min(interval_s * 2.0**beyond, IDLE_MOST_S))


class Alarm:
    """What loops in threads wait by, in place of the event that ends them: ever longer, until a call wakes them all.

    A call that comes while a thread is at work is heard when it next waits. While ``busy`` says that there is work, no wait
    is stretched.
    """

    def __init__(self, busy: Callable[[], bool]) -> None:
        self._busy, self._stop = busy, threading.Event()
        self._woken = threading.Condition()
        self._calls = 0
        self._heard: dict[int, int] = {}
        self._looks: dict[int, int] = {}

    def ending_with(self, stop: threading.Event) -> Alarm:
        """The same, which also ends when that event is set."""
        self._stop = stop
        return self

    def call(self) -> None:
        """There is something to do: every waiter looks now."""
        with self._woken:
            self._calls += 1
            self._woken.notify_all()

    def set(self) -> None:
        """The loops end."""
        self._stop.set()
        self.call()

    def is_set(self) -> bool:
        """Whether the loops end."""
        return self._stop.is_set()

    def wait(self, timeout: float) -> bool:
        """Whether the loops end; after the time, stretched where nothing is to be done, or after a call."""
        me = threading.get_ident()
        with self._woken:
            heard = self._heard.get(me, self._calls)
            if heard == self._calls and not self.is_set():
                looks = 0 if self._busy() else self._looks.get(me, 0)
                self._looks[me] = looks + 1
                self._woken.wait(stretched(timeout, looks))
            if heard != self._calls:
                self._looks[me] = 0
            self._heard[me] = self._calls
            return self.is_set()
