"""What each token may spend: counted in memory, and told the other processes a twentieth of a bucket at a time.

So a question costs no statement and no transaction. One process counts exactly; several of them together let through at
most a twentieth of the bucket more for each process beyond the first, and that is paid back before anything is restored.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

from kizuna import clock
from kizuna.config import GraphQLLimits
from kizuna.graphql.errors import Throttled
from kizuna.storage import buckets as stored
from kizuna.storage.buckets import Terms
from kizuna.storage.database import Database
from kizuna.storage.instants import micros

SHARE = 20
"""A process tells the others whenever it has spent one part in so many."""


@dataclass(slots=True)
class Bucket:
    """What this process knows of a token's bucket; ``untold`` of what it spent is in no row yet."""

    remaining: int
    at: int  # microseconds
    untold: int = 0
    telling: bool = False


@dataclass(frozen=True, slots=True)
class Throttle:
    """How a token stands, as it is told to whoever asks."""

    maximum: int
    available: int
    restored_per_s: int

    def told(self) -> dict[str, int]:
        """As it stands in an answer."""
        return {"maximum": self.maximum, "available": self.available, "restorePerSecond": self.restored_per_s}


class Buckets:
    """The buckets of all tokens; safe to use from many threads. ``aside`` runs what nobody waits for."""

    def __init__(
        self,
        database: Database,
        limits: GraphQLLimits,
        aside: Callable[[Callable[[], None]], None],
        now: clock.Clock = clock.now,
    ) -> None:
        self.database, self.now, self._aside = database, now, aside
        self.terms = Terms(limits.bucket_size, limits.bucket_restored_per_s)
        self._known: dict[str, Bucket] = {}
        self._lock = threading.Lock()

    def spend(self, token_id: str, cost: int) -> Throttle:
        """How the token stands after so much was taken. Raises Throttled, and takes nothing, when there is not so much.

        What costs more than the whole bucket may be had from a full one.
        """
        return self._take(token_id, cost, min(max(1, cost), self.terms.size))

    def require(self, token_id: str) -> None:
        """Raises Throttled when nothing is left."""
        self._take(token_id, 0, 1)

    def charge(self, token_id: str, cost: int) -> None:
        """So much taken, or what is left if that is less."""
        self._take(token_id, cost, 0)

    def _take(self, token_id: str, cost: int, least: int) -> Throttle:
        now = micros(self.now())
        first = None if token_id in self._known else self._read(token_id, now)
        with self._lock:
            bucket = self._known.setdefault(token_id, first or Bucket(self.terms.size, now))
            bucket.remaining, bucket.at = self.terms.at(bucket.remaining, bucket.at, now), max(bucket.at, now)
            if bucket.remaining >= self.terms.size and not bucket.telling:
                bucket.untold = 0  # all of it came back: nobody need know
            if bucket.remaining < least:
                raise self._refused(bucket.remaining, least)
            bucket.remaining -= cost
            bucket.untold += cost
            tells = bucket.untold * SHARE >= self.terms.size and not bucket.telling
            bucket.telling = bucket.telling or tells
            available = max(0, bucket.remaining)
        if tells:
            self._aside(lambda: self._tell(token_id))
        return Throttle(self.terms.size, available, self.terms.restored_per_s)

    def _read(self, token_id: str, now: int) -> Bucket:
        with self.database.read() as sql:
            return Bucket(stored.remaining(sql, token_id, self.terms, now), now)

    def _tell(self, token_id: str) -> None:
        """What was spent written for the others, and what they spent learnt."""
        with self._lock:
            bucket = self._known[token_id]
            spent, bucket.untold = bucket.untold, 0
        try:
            now = micros(self.now())
            with self.database.write() as sql:
                left = stored.settle(sql, token_id, spent, self.terms, now)
        except BaseException:
            with self._lock:
                bucket.untold += spent
                bucket.telling = False
            raise
        with self._lock:
            bucket.remaining, bucket.at, bucket.telling = left - bucket.untold, now, False

    def _refused(self, remaining: int, least: int) -> Throttled:
        wait_s = max(1, math.ceil((least - remaining) / self.terms.restored_per_s))
        return Throttled(
            f"This token has spent what it may for now; ask again in {wait_s} s, or for less at once.",
            limit="bucket",
            requested=least,
            allowed=max(0, remaining),
            retryAfterS=wait_s,
            throttle=Throttle(self.terms.size, max(0, remaining), self.terms.restored_per_s).told(),
        )
