"""Deliveries made durable together: those that arrive while one transaction is written share the next one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from kizuna import clock, log
from kizuna.errors import PayloadError, TransientError
from kizuna.storage import deliveries
from kizuna.storage.database import Database
from kizuna.storage.deliveries import Arrival
from kizuna.storage.instants import micros

MOST_AT_ONCE = 500
MOST_WAITING = 5_000
_log = log.named(__name__)

Waiting = tuple[Arrival, "asyncio.Future[None]"]
Counted = Counter[tuple[int, str]]


class GroupCommit:
    """Keeps deliveries in the inbox, many in one transaction, and counts what came to the door."""

    def __init__(self, inbox: Database) -> None:
        self.inbox = inbox
        self._waiting: list[Waiting] = []
        self._counted: Counted = Counter()
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kizuna-inbox")

    async def keep(self, arrival: Arrival) -> None:
        """Returns when the delivery, or an earlier one of its name, is on disk.

        Raises TransientError when too many wait already, PayloadError when this one cannot be kept, whoever comes with it,
        and what the database raises.
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
                arrivals = [arrival for arrival, _ in group]
                fates = await loop.run_in_executor(self._thread, self._commit, arrivals, counted)
                for (_, kept), fate in zip(group, fates, strict=True):
                    if not kept.done():
                        kept.set_exception(fate) if fate else kept.set_result(None)
                self._counted.update(counted)  # those that could not be written yet
                if counted and not self._waiting and not any(_settled(fate) for fate in fates):
                    break  # the database takes nothing now; the next delivery takes the counts along

    def close(self) -> None:
        """The last counts written, the thread ended."""
        counted, self._counted = self._counted, Counter()
        if counted:
            self._thread.submit(self._commit, [], counted)
        self._thread.shutdown(wait=True)

    def _commit(self, group: Sequence[Arrival], counted: Counted) -> list[Exception | None]:
        """What became of each delivery; ``counted`` is empty afterwards when it was written."""
        try:
            with self.inbox.write() as sql:
                outcomes = deliveries.keep(sql, group)
                outcomes.update(counted)
                deliveries.count(sql, outcomes, micros(clock.now()))
        except Exception as error:  # noqa: BLE001 - a border: each sender is told, and sends again
            if _may_lie_in_one(error):
                return self._sorted_out(group, counted, error)
            _log.error("deliveries not kept", count=len(group), reason=type(error).__name__)
            return [error] * len(group)
        counted.clear()
        return [None] * len(group)

    def _sorted_out(self, group: Sequence[Arrival], counted: Counted, error: Exception) -> list[Exception | None]:
        """The group kept by halves, down to those that cannot be kept: one in 500 costs some 18 transactions."""
        if len(group) > 1:
            middle = len(group) // 2
            return self._commit(group[:middle], counted) + self._commit(group[middle:], counted)
        if not group:
            _log.error("counts not kept", reason=type(error).__name__)
            return []
        counted[group[0].connection_id, "unfit"] += 1
        _log.error("a delivery cannot be kept", connection_id=group[0].connection_id, reason=type(error).__name__)
        refusal = PayloadError("The database cannot hold this delivery; report it to the connector's author.")
        refusal.__cause__ = error
        return [refusal]


def _settled(fate: Exception | None) -> bool:
    return fate is None or isinstance(fate, PayloadError)


def _may_lie_in_one(error: Exception) -> bool:
    """Whether a single delivery may be what the database refuses; else it is away, locked or full, for all of them."""
    state = str(getattr(error.orig, "sqlstate", None) or "") if isinstance(error, DBAPIError) else ""
    # Classes of SQLSTATE: 22 a value that does not fit its type, 54 one that is larger than an index can take.
    if state[:2] in ("22", "54"):
        return True
    return not isinstance(error, OperationalError | InterfaceError | OSError | TransientError)
