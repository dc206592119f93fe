"""A small real job, in place of a sync: it counts pages into a database, its cursor and its lease beside them.

As a program it is a worker, which the tests kill: ``python -m tests.jobs.counting DATABASE_URL EXECUTOR_ID``.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from kizuna.errors import AuthError, LeaseLost, TransientError
from kizuna.jobs import Claim, EngineSettings, Job, SliceContext, SliceOutcome, open_engine
from kizuna.storage.pool import ClosingPool

TABLES = sa.MetaData()
LEASE = sa.Table("lease", TABLES, sa.Column("key", sa.String, primary_key=True), sa.Column("epoch", sa.Integer))
CURSOR = sa.Table("cursor", TABLES, sa.Column("key", sa.String, primary_key=True), sa.Column("position", sa.Integer))
PAGE = sa.Table(
    "page",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String),
    sa.Column("number", sa.Integer),
    sa.Column("run_id", sa.String),
    sa.Column("executor_id", sa.String),
    sa.Column("epoch", sa.Integer),
    sa.UniqueConstraint("key", "number"),
)
REFUSED = sa.Table(
    "refused", TABLES, sa.Column("id", sa.Integer, primary_key=True), sa.Column("executor_id", sa.String)
)


@dataclass(slots=True)
class Counting:
    """The job over one database; it notices when two slices of one key are at work together."""

    database_url: str
    database: sa.Engine = field(init=False)
    at_work: set[str] = field(default_factory=set)
    overlaps: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        url = sa.make_url(self.database_url)
        if url.drivername != "sqlite":
            url = url.set(drivername="postgresql+psycopg").update_query_dict({"application_name": "kizuna"})
        self.database = sa.create_engine(url, poolclass=ClosingPool)

    def job(self, name: str = "count", **limits: float) -> Job:
        return Job(name=name, run_slice=self.run_slice, **limits)  # type: ignore[arg-type]  # a test's own limits

    async def acquire_lease(self, claim: Claim) -> int:
        return await asyncio.to_thread(self._acquire, claim.key)

    async def run_slice(self, context: SliceContext) -> SliceOutcome:
        """Counts ``pages`` pages of ``total``, each after ``page_s`` seconds, in one transaction each."""
        args = dict(context.args)
        with self._alone(context.key):
            self._misbehave(context)
            done = pages = 0
            for _ in range(int(args.get("pages") or 5)):
                await asyncio.sleep(float(args.get("page_s") or 0))
                done = await asyncio.to_thread(self._commit_page, context)
                pages += 1
                if done >= int(args.get("total") or 10):
                    return SliceOutcome(done=True, counts={"pages": pages})
        return SliceOutcome(done=False, counts={"pages": pages}, wait_s=float(args.get("wait_s") or 0))

    def pages(self, key: str) -> list[int]:
        """The numbers of the pages of a key, in the order they were committed."""
        with self.database.connect() as connection:
            return list(connection.scalars(sa.select(PAGE.c.number).where(PAGE.c.key == key).order_by(PAGE.c.id)))

    def executors(self, key: str) -> list[str]:
        """Who committed the pages of a key, each named once, in order."""
        with self.database.connect() as connection:
            names = connection.scalars(sa.select(PAGE.c.executor_id).where(PAGE.c.key == key).order_by(PAGE.c.id))
            return list(dict.fromkeys(names))

    def refused(self) -> list[str]:
        """Whose transactions were refused because another had taken the lease."""
        with self.database.connect() as connection:
            return list(connection.scalars(sa.select(REFUSED.c.executor_id)))

    def clear(self) -> None:
        """Counting begins anew, and nobody was refused so far; leases stay."""
        with self.database.begin() as connection:
            for table in (PAGE, CURSOR, REFUSED):
                connection.execute(sa.delete(table))

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        if key in self.at_work:
            self.overlaps.append(key)
        self.at_work.add(key)
        try:
            yield
        finally:
            self.at_work.discard(key)

    def _misbehave(self, context: SliceContext) -> None:
        how = context.args.get("how")
        if how == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "is refused":
            raise AuthError("the key was revoked; connect again")
        if how == "has a bug":
            raise KeyError("id")
        if how == "fails twice" and context.attempt <= 2:
            raise TransientError("not now", retry_after_s=0.05)

    def _stop(self, context: SliceContext, where: str) -> None:
        """Stops the first worker's process in its third slice, as a debugger or a frozen machine would."""
        if context.args.get("stops") == where and (context.slice_number, context.attempt) == (3, 1):
            os.kill(os.getpid(), signal.SIGSTOP)

    def _acquire(self, key: str) -> int:
        with self.database.begin() as connection:
            raised = sa.update(LEASE).where(LEASE.c.key == key).values(epoch=LEASE.c.epoch + 1).returning(LEASE.c.epoch)
            epoch = connection.scalar(raised)
            if epoch is None:
                connection.execute(sa.insert(LEASE).values(key=key, epoch=1))
            return epoch or 1

    def _commit_page(self, context: SliceContext) -> int:
        key = context.key
        self._stop(context, "before a transaction")
        try:
            with self.database.begin() as connection:
                epoch = connection.scalar(sa.select(LEASE.c.epoch).where(LEASE.c.key == key).with_for_update())
                self._stop(context, "in a transaction")
                if epoch != context.epoch:
                    raise LeaseLost(f"{key}: epoch {context.epoch} is over")
                position = connection.scalar(sa.select(CURSOR.c.position).where(CURSOR.c.key == key))
                connection.execute(sa.delete(CURSOR).where(CURSOR.c.key == key))
                number = (position or 0) + 1
                connection.execute(sa.insert(CURSOR).values(key=key, position=number))
                page = {"key": key, "number": number, "run_id": context.run_id, "epoch": context.epoch}
                connection.execute(sa.insert(PAGE).values(**page, executor_id=context.executor_id))
                return number
        except LeaseLost:
            with self.database.begin() as connection:
                connection.execute(sa.insert(REFUSED).values(executor_id=context.executor_id))
            raise


async def work(database_url: str, executor_id: str | None) -> None:
    """Works until killed."""
    counting = Counting(database_url)
    async with open_engine(
        database_url,
        [counting.job()],
        executor_id=executor_id,
        acquire_lease=counting.acquire_lease,
        settings=EngineSettings(drain_s=2.0),
    ):
        print("working", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None))
