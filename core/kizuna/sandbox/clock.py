"""A clock that tests move by hand and the demo lets run."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from threading import Lock

from kizuna.errors import ConfigError


class VirtualClock:
    """The simulated vendors' time: stands still until advanced, or runs on from ``now`` when ``ticking``."""

    def __init__(self, now: datetime, *, ticking: bool = False) -> None:
        if now.tzinfo is None:
            raise ConfigError("The sandbox clock needs an aware time; give now with a time zone, such as UTC.")
        self._now = now.astimezone(UTC)
        self._ticking = ticking
        self._since_s = time.monotonic()
        self._lock = Lock()

    def now(self) -> datetime:
        """The simulated present, aware UTC; never goes back."""
        with self._lock:
            return self._present()

    def advance(self, by: timedelta) -> datetime:
        """Move the present forward and return it."""
        if by < timedelta(0):
            raise ConfigError(f"The sandbox clock only goes forward; it was asked to move by {by.total_seconds()} s.")
        with self._lock:
            self._now = self._present() + by
            self._since_s = time.monotonic()
            return self._now

    def move_to(self, now: datetime) -> datetime:
        """Move the present forward to ``now`` and return it."""
        return self.advance(now - self.now())

    def _present(self) -> datetime:
        if not self._ticking:
            return self._now
        return self._now + timedelta(seconds=time.monotonic() - self._since_s)
