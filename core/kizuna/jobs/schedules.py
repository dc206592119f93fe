"""Periodic submission without a leader: every worker computes the same turn and the same run id, so one run comes of it."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from kizuna import log
from kizuna.clock import Clock

_log = log.named(__name__)


@dataclass(frozen=True, slots=True)
class Period:
    """A job for a key every ``every_s`` seconds."""

    job: str
    key: str
    every_s: float

    def turn(self, clock: Clock) -> int:
        """The number of the present turn; periods of many keys are spread evenly, so that not all begin at once."""
        shift_s = zlib.crc32(f"{self.job} {self.key}".encode()) % max(1, int(self.every_s))
        return int((clock().timestamp() + shift_s) // self.every_s)

    def run_id(self, turn: int) -> str:
        """The id every worker computes for a turn; the period is part of it, as it numbers the turns."""
        return f"{self.job}-{self.key}-every-{self.every_s:g}-{turn}"


@dataclass(slots=True)
class Schedules:
    """The periods declared in this process and the last turn each has had."""

    clock: Clock
    _turns: dict[tuple[str, str], tuple[Period, int | None]] = field(default_factory=dict)

    def add(self, period: Period) -> None:
        """Declares a period; a different one of the same job and key is replaced."""
        known = self._turns.get((period.job, period.key))
        if known is None or known[0] != period:
            self._turns[period.job, period.key] = (period, None)

    def remove(self, job: str, key: str) -> None:
        self._turns.pop((job, key), None)

    def longest_s(self) -> float:
        """The longest period, 0 when there is none."""
        return max((period.every_s for period, _ in self._turns.values()), default=0.0)

    async def submit_due(
        self, busy_keys: Callable[[], Awaitable[set[str]]], submit: Callable[[str, str, str], Awaitable[str]]
    ) -> None:
        """Submits each period's run of the present turn, but not for a key that still has one queued or running."""
        due = {period: turn for period, had in self._turns.values() if (turn := period.turn(self.clock)) != had}
        if not due:
            return
        busy = await busy_keys()
        for period, turn in due.items():
            self._turns[period.job, period.key] = (period, turn)
            if period.key in busy:
                _log.debug("turn skipped, the key is busy", job=period.job, run_id=period.run_id(turn))
                continue
            await submit(period.job, period.key, period.run_id(turn))
