"""The failure detector: beats for this worker, and hands the runs of workers that are gone back to the queue.

It has threads of its own, because it must work while the event loop is busy.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from kizuna import log
from kizuna.jobs.idling import stretched
from kizuna.jobs.port import EngineSettings
from kizuna.jobs.seats import Seat

_log = log.named(__name__)


@dataclass(frozen=True, slots=True)
class Running:
    """A run some worker has taken up and not ended."""

    run_id: str
    executor_id: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the detector asks of the engine: who runs what, what runs here, and to queue a run again if still so."""

    running: Callable[[], Sequence[Running]]
    at_work: Callable[[], AbstractSet[str]]
    hand_back: Callable[[Running], bool]


class Watch:
    """Watches over the workers from start to stop; `tick` has to be called by the event loop whose health it stands for."""

    def __init__(self, seat: Seat, ledger: Ledger, settings: EngineSettings) -> None:
        self._seat, self._ledger, self._settings = seat, ledger, settings
        self._stop = threading.Event()
        self._ticked_at = time.monotonic()
        self._judge_from = time.monotonic()
        self._orphans: dict[str, float] = {}
        self._threads = [
            threading.Thread(target=self._beat, name="kizuna-jobs-beat", daemon=True),
            threading.Thread(target=self._look, name="kizuna-jobs-takeover", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends both threads; one that waits for a dead database is left behind, it dies with the process."""
        self._stop.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=5.0)

    def tick(self) -> None:
        """The event loop is alive."""
        self._ticked_at = time.monotonic()

    def _beat(self) -> None:
        while not self._stop.wait(self._settings.beat_s):
            # A loop that is stuck for good does no work, so its worker must not look alive.
            if time.monotonic() - self._ticked_at < self._settings.loop_blocked_after_s:
                self._seat.beat()

    def _look(self) -> None:
        looks = 0
        while not self._stop.wait(stretched(self._settings.scan_s, looks)):
            try:
                looks = 0 if self._scan() else looks + 1
            except Exception as error:  # noqa: BLE001 - the border of the thread: the next look comes whatever this one met.
                _log.warning("looking for dead workers failed", error=type(error).__name__)
                self._pause_judgement()

    def _scan(self) -> bool:
        """Whether any run is under way; while none is, nobody can die in the middle of one before the next look."""
        asked_at = time.monotonic()
        runs = self._ledger.running()
        if time.monotonic() - asked_at > self._settings.dead_after_s:
            self._pause_judgement()
        if time.monotonic() < self._judge_from:
            return True
        by_executor = attrgetter("executor_id")
        for executor_id, theirs in groupby(sorted(runs, key=by_executor), key=by_executor):
            if executor_id == self._seat.executor_id:
                self._collect_orphans(theirs)
                continue
            with self._seat.vacant(executor_id) as gone:
                if gone:
                    self._hand_back(theirs)
        return bool(runs)

    def _pause_judgement(self) -> None:
        """After an outage of the database everyone's lock is free; the living first get time to beat again."""
        self._judge_from = time.monotonic() + 2 * self._settings.dead_after_s

    def _collect_orphans(self, mine: Iterable[Running]) -> None:
        """Hands back what the database says runs here but does not, as after a disk that was full at the wrong moment."""
        at_work, now_s = self._ledger.at_work(), time.monotonic()
        lost = {run.run_id: run for run in mine if run.run_id not in at_work}
        self._orphans = {run_id: self._orphans.get(run_id, now_s) for run_id in lost}
        self._hand_back(
            run for run_id, run in lost.items() if now_s - self._orphans[run_id] > self._settings.orphan_after_s
        )

    def _hand_back(self, runs: Iterable[Running]) -> None:
        for run in runs:
            if self._ledger.hand_back(run):
                _log.warning("run taken from a worker that is gone", run_id=run.run_id, executor=run.executor_id)
