"""The parts of a running Kizuna put together: database, plugins, deriver, syncer, and runs kept by the job engine."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache

from sqlalchemy.exc import InterfaceError, OperationalError

from kizuna import jobs
from kizuna import log as logs
from kizuna.access.renewals import keep_all
from kizuna.access.vault import Vault
from kizuna.config import Settings
from kizuna.derive import Deriver
from kizuna.derive.declared import declared_by
from kizuna.errors import KizunaError, LeaseLost
from kizuna.failpoints import failpoint
from kizuna.plugins import Plugins, load
from kizuna.sdk.outbound import Outbound
from kizuna.storage.database import Database
from kizuna.storage.runs import Lease
from kizuna.sync.files.load import Loader
from kizuna.sync.run import SliceResult, Syncer, quiet
from kizuna.sync.stream import Observer
from kizuna.sync.tending import Tending

JOB = "sync"
LOOK_EVERY_S = 30.0
_log = logs.named(__name__)


@dataclass(slots=True)
class Service:
    """Everything a command or a server works with; close it at the end."""

    settings: Settings
    database: Database
    plugins: Plugins
    deriver: Deriver
    outbound: Outbound
    vault: Vault
    syncer: Syncer

    def loader(self) -> Loader:
        """What takes files in."""
        return Loader(self.database, self.plugins, self.deriver)

    def close(self) -> None:
        """Threads ended, secrets that were renewed kept, and connections closed."""
        self.syncer.close()
        keep_all(self.vault)
        self.database.close()


def service(settings: Settings, *, observe: Observer = quiet, plugins: Plugins | None = None) -> Service:
    """The parts for these settings; ``observe`` hears of the progress of syncs."""
    host = plugins or load(None if "*" in settings.plugins else list(settings.plugins))
    database = Database(settings.database)

    def merged(kept: str, absorbed: str) -> None:
        host.tell("kizuna_customers_merged", kept=kept, absorbed=absorbed)

    deriver = Deriver(database, declared_by(host, settings.zone), merged=merged)
    outbound, vault = Outbound.of(settings), Vault(database, settings.vault_key)
    syncer = Syncer(database, host, deriver, observe, settings.sync, outbound, vault)
    return Service(settings, database, host, deriver, outbound, vault, syncer)


@asynccontextmanager
async def engine(parts: Service, *, executor_id: str | None = None, working: bool = True) -> AsyncIterator[jobs.Engine]:
    """The durable job engine over the service's database; it takes up what a dead worker of this id left.

    When it opens, from time to time, and before it closes, runs without an end are handed to the engine once more or,
    when the engine has given them up, settled.
    """
    leases: dict[str, Lease] = {}

    async def acquire(claim: jobs.Claim) -> int:
        lease = await asyncio.to_thread(parts.syncer.take, claim.run_id, claim.executor_id)
        leases[claim.run_id] = lease
        return lease.epoch

    async def work(context: jobs.SliceContext) -> jobs.SliceOutcome:
        lease = leases.get(context.run_id)
        if lease is None or lease.epoch != context.epoch:
            raise LeaseLost(f"Run {context.run_id} is not held by this worker; it is taken up again.")
        try:
            result = await parts.syncer.slice(context.run_id, lease)
        except (KizunaError, OSError, OperationalError, InterfaceError):
            raise  # the engine waits and tries again, or gives up, as each deserves
        except Exception as error:  # noqa: BLE001  a border: whatever is wrong with this run must not keep it running for ever
            _log.error("run abandoned", error, run_id=context.run_id)
            result = await parts.syncer.abandon(context.run_id, lease, error)
        if result.done:
            leases.pop(context.run_id, None)
        return _outcome(result)

    job = jobs.Job(name=JOB, run_slice=work)
    url = parts.database.url.render_as_string(hide_password=False)
    async with jobs.open_engine(url, [job], executor_id=executor_id, acquire_lease=acquire, working=working) as opened:
        tending = Tending(
            opened,
            JOB,
            parts.database,
            parts.plugins,
            parts.settings.sync,
            parts.syncer.tidying.after,
            parts.settings.zone,
        )
        await tending.try_look()
        _keep_what_is_loaded()
        looking = asyncio.create_task(tending.look_on(LOOK_EVERY_S))
        try:
            yield opened
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
        await tending.try_look()
        await tending.try_recompress()


@cache
def _keep_what_is_loaded() -> None:
    """What a process has loaded by now lives as long as it does: the collector of cycles looks at it no more."""
    gc.collect()
    gc.freeze()


def _outcome(result: SliceResult) -> jobs.SliceOutcome:
    failed = result.error or "failed" if result.done and result.state == "failed" else None
    return jobs.SliceOutcome(done=result.done, counts=result.counts, wait_s=result.wait_s, failed=failed)


async def submit(
    opened: jobs.Engine, parts: Service, name: str, *, full: bool = False, streams: tuple[str, ...] = (), trigger: str
) -> str:
    """The id of a run of that connection, queued in the database and handed to the engine."""
    run_id = await asyncio.to_thread(parts.syncer.queue, name, full=full, streams=streams, trigger=trigger)
    failpoint("run.queued")
    return await opened.submit(JOB, name, run_id=run_id)
