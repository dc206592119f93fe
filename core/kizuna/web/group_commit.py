"""Deliveries made durable together: those that arrive while one transaction is written share the next one."""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from kizuna import clock, log
from kizuna.errors import TransientError
from kizuna.storage import deliveries
from kizuna.storage.database import Database
from kizuna.storage.deliveries import Arrival
from kizuna.storage.instants import micros

MOST_AT_ONCE = 500
MOST_WAITING = 5_000
_log = log.named(__name__)

Waiting = tuple[Arrival, "asyncio.Future[None]"]


class GroupCommit:
    """Keeps deliveries in the inbox, many in one transaction, and counts what came to the door."""

    def __init__(self, inbox: Database) -> None:
        self.inbox = inbox
        self._waiting: list[Waiting] = []
        self._counted: Counter[tuple[int, str]] = Counter()
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kizuna-inbox")

    async def keep(self, arrival: Arrival) -> None:
        """Returns when the delivery, or an earlier one of its name, is on disk.

        Raises TransientError when too many wait already, and what the database raises.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise TransientError("Too many deliveries wait to be kept; send this one again later.", 5.0)
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, kept))
        self._wake.set()
        await kept

    def count(self, connection_id: int, outcome: str) -> None:
        """Counted with the next transaction; nobody waits for it."""
        self._counted[connection_id, outcome] += 1
        self._wake.set()

    async def run(self) -> None:
        """Commits until it is cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting or self._counted:
                group, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                counted, self._counted = self._counted, Counter()
                failure = await loop.run_in_executor(self._thread, self._commit, group, counted)
                for _, kept in group:
                    if not kept.done():
                        kept.set_exception(failure) if failure else kept.set_result(None)

    def close(self) -> None:
        """The last counts written, the thread ended."""
        counted, self._counted = self._counted, Counter()
        if counted:
            self._thread.submit(self._commit, [], counted)
        self._thread.shutdown(wait=True)

    def _commit(self, group: list[Waiting], counted: Counter[tuple[int, str]]) -> Exception | None:
        try:
            with self.inbox.write() as sql:
                outcomes = deliveries.keep(sql, [arrival for arrival, _ in group])
                outcomes.update(counted)
                deliveries.count(sql, outcomes, micros(clock.now()))
        except Exception as error:  # noqa: BLE001 - a border: each sender is told, and sends again
            _log.error("deliveries not kept", count=len(group), reason=type(error).__name__)
            return error
        return None
