"""Token buckets: the vendor's published limits, in real time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from kizuna.sandbox.vendor import LimitReading, RateLimit


class Buckets:
    """The state of a vendor's limits; ``enabled`` False lets everything pass."""

    def __init__(
        self, limits: Sequence[RateLimit], *, enabled: bool = True, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self.limits, self.enabled, self._ticks = tuple(limits), enabled, ticks
        self._tokens = [float(limit.capacity) for limit in self.limits]
        self._filled_s = [ticks()] * len(self.limits)

    def take(self, method: str, path: str) -> tuple[list[LimitReading], LimitReading | None]:
        """What is left of each limit that applies, and the one that refuses this request, if any.

        A refused request takes nothing.
        """
        if not self.enabled:
            return [], None
        places = [place for place, limit in enumerate(self.limits) if limit.applies(method, path)]
        for place in places:
            self._refill(place)
        empty = [place for place in places if self._tokens[place] < 1]
        if not empty:
            for place in places:
                self._tokens[place] -= 1
        readings = [self._reading(place) for place in places]
        refusing = [reading for reading in readings if reading.retry_after_s > 0] if empty else []
        return readings, max(refusing, key=lambda reading: reading.retry_after_s, default=None)

    def _refill(self, place: int) -> None:
        limit, now_s = self.limits[place], self._ticks()
        gained = (now_s - self._filled_s[place]) * limit.per_s
        self._tokens[place] = min(float(limit.capacity), self._tokens[place] + gained)
        self._filled_s[place] = now_s

    def _reading(self, place: int) -> LimitReading:
        limit, tokens = self.limits[place], self._tokens[place]
        wait_s = 0.0 if tokens >= 1 or limit.per_s <= 0 else (1 - tokens) / limit.per_s
        return LimitReading(limit, max(0, int(tokens)), wait_s)
