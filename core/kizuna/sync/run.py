"""A run: all streams of one connection, in slices that continue from the bookmarks, then the derivation."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable, Collection, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from kizuna import clock
from kizuna.access import secrets
from kizuna.access.renewals import Renewals
from kizuna.access.vault import Vault
from kizuna.config import Settings, SyncLimits
from kizuna.derive import Deriver
from kizuna.errors import AuthError, ConfigError, KizunaError, UnknownName
from kizuna.failpoints import failpoint
from kizuna.plugins import Plugins, configured
from kizuna.sdk import AnyConnector, AnyStream, Auth, Start, Transport
from kizuna.sdk.carriers import Carriers
from kizuna.sdk.outbound import THIS_MACHINE, Outbound
from kizuna.storage import connections, payloads, runs
from kizuna.storage.connections import StoredConnection
from kizuna.storage.database import Database
from kizuna.storage.instants import micros
from kizuna.storage.runs import Lease, Names
from kizuna.sync.commit import Place
from kizuna.sync.named import NamedRun, only_these
from kizuna.sync.preparing.fresh import Line
from kizuna.sync.preparing.preparers import Preparers
from kizuna.sync.stream import Budget, Observer, Progress, StreamRun
from kizuna.sync.tidying import Tidying, closed_by, give_back
from kizuna.sync.writer import StreamWriter

R = TypeVar("R")
SLICE_PAGES = 400
SLICE_S = 30.0
STREAMS_AT_ONCE = 4
STALLS_MOST = 6
REFUSALS_MOST = 4
FINAL = ("complete", "degraded", "failed")


@dataclass(frozen=True, slots=True)
class SliceResult:
    """How a slice ended: done or not, how long to wait before the next, what the run came to."""

    done: bool
    wait_s: float = 0.0
    state: str = "running"
    error: str | None = None
    counts: dict[str, int] = field(default_factory=dict)


def quiet(_: Progress) -> None:
    """An observer that looks away."""


class Syncer:
    """Runs syncs over one database. ``observe`` hears of every batch and every end of a stream."""

    def __init__(
        self,
        database: Database,
        plugins: Plugins,
        deriver: Deriver,
        observe: Observer = quiet,
        limits: SyncLimits | None = None,
        outbound: Outbound = THIS_MACHINE,
        vault: Vault | None = None,
    ) -> None:
        self.database, self.plugins, self.deriver, self.observe = database, plugins, deriver, observe
        self.limits, self.outbound = limits or SyncLimits(), outbound
        self.vault = vault or Vault(database, Settings().vault_key)
        self.tidying = Tidying(database, plugins, outbound, self.vault)
        self.executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kizuna-writer")
        self.preparers = Preparers(self.limits.preparing_processes)
        self._streams: dict[tuple[str, str], StreamRun] = {}
        self._carriers = Carriers()
        self._auths: dict[
            str, tuple[object, Auth]
        ] = {}  # by run: one sign-in for its slices, and the settings it is of
        self._refusals: dict[str, int] = {}  # run → how often what it signed in with was refused
        self._stalls: dict[str, tuple[int, int]] = {}  # run → (slices without a page, pages so far)

    def close(self) -> None:
        """The writer thread ended, and the processes beside this one."""
        self.preparers.close()
        self.executor.shutdown(wait=True)

    def queue(
        self,
        name: str,
        *,
        full: bool = False,
        streams: Collection[str] = (),
        trigger: str = "command",
        named: Names | None = None,
        run_id: str | None = None,
    ) -> str:
        """The id of a new run of that connection; of the streams in ``named`` it reads those records only, where it can.

        With a ``run_id`` that is known already nothing is queued. Raises UnknownName or ConfigError when it cannot run.
        """
        with self.database.write() as sql:
            stored = connections.get(sql, name)
            if stored.offline:
                raise ConfigError(f"Connection {name} is offline: it takes files with `kizuna load`, nothing to sync.")
            if stored.state == "disabled":
                raise ConfigError(
                    f"Connection {name} is disabled; switch it on with `kizuna connections enable {name}`."
                )
            connector = self._connector(stored)
            chosen = [self._stream(connector, stream).name for stream in streams]
            run_id = run_id or f"run_{uuid.uuid4().hex}"
            runs.queue_run(sql, run_id, stored.id, trigger, full, chosen, micros(clock.now()), named)
        return run_id

    def take(self, run_id: str, executor: str) -> Lease:
        """The lease of the run's connection, under a new epoch."""
        now = micros(clock.now())
        with self.database.write() as sql:
            row = self._row(sql, run_id)
            lease = runs.take_lease(sql, row.connection_id, run_id, executor, now)
            runs.begin_run(sql, run_id, now)
        self._drop(run_id)
        return lease

    async def slice(
        self, run_id: str, lease: Lease, *, pages: int = SLICE_PAGES, seconds: float = SLICE_S
    ) -> SliceResult:
        """A bounded piece of the run. Raises LeaseLost when another worker has taken it over."""
        with self.database.read() as sql:
            row = self._row(sql, run_id)
            stored = next(c for c in connections.all_of(sql) if c.id == row.connection_id)
            reports = {report.stream: report.state for report in runs.stream_reports(sql, run_id)}
        if row.ended_at is not None:  # cancelled, or finished by another worker
            await self._carriers.end(run_id)
            self._drop(run_id)
            return SliceResult(True, state=row.state, error=row.error)
        kept = self._kept_auth(run_id, stored)
        try:
            connector = self._connector(stored)
            self.outbound.require_connector(connector)
            wanted = json.loads(row.streams) if row.streams else [stream.name for stream in connector.streams()]
            budget = Budget(pages, time.monotonic() + seconds)
            streams = [s for s in connector.streams() if s.name in wanted]
            await self._read(connector, stored, streams, reports, row, lease, budget)
        except AuthError as error:
            if self._may_sign_in_again(run_id, kept is not None):
                return SliceResult(False)  # the secrets may be others by now: sign in once more
            await self._mark(stored.id, "needs_authorisation", str(error), lease)
            return await self._finish(run_id, "failed", str(error), lease, tidy=False)
        except ConfigError as error:
            return await self._finish(run_id, "failed", str(error), lease)
        return await self._judge(run_id, stored, lease)

    async def _read(
        self,
        connector: AnyConnector,
        stored: StoredConnection,
        streams: list[AnyStream],
        reports: dict[str, str],
        row: Any,
        lease: Lease,
        budget: Budget,
    ) -> None:
        gate = asyncio.Semaphore(STREAMS_AT_ONCE)
        keeper = Renewals(self.vault, stored.name)
        async with (
            self._carriers.lent(row.id, connector) as carrier,
            Transport(
                connector,
                outbound=self.outbound,
                keeper=keeper,
                auth=self._kept_auth(row.id, stored),
                http=carrier,
                answer_bytes=self.limits.answer_bytes,
            ) as transport,
        ):
            if transport.auth is not None:
                self._auths[row.id] = (_proof(stored), transport.auth)

            async def one(stream: AnyStream) -> None:
                async with gate:
                    if not budget.spent():
                        await self._one(
                            connector, stored, stream, stream.name in reports, row, lease, budget, transport
                        )

            await together([one(stream) for stream in streams if reports.get(stream.name) not in FINAL])

    async def _one(
        self,
        connector: AnyConnector,
        stored: StoredConnection,
        stream: AnyStream,
        begun: bool,
        row: Any,
        lease: Lease,
        budget: Budget,
        transport: Transport,
    ) -> None:
        with self.database.read() as sql:
            known = connections.streams(sql, stored.id).get(stream.name)
        again = row.full and not begun
        bookmark = None if again or known is None else known.bookmark
        key = (row.id, stream.name)
        if again and known is not None and (closed := closed_by(stream, known.bookmark)) is not None:
            await give_back(transport, {stream.name: closed})
        if key not in self._streams:
            place = self._place(stored, stream, row.id, lease)
            these = only_these(stream, runs.named(row, stream.name), known)
            if these is not None and known is not None:
                writer = StreamWriter(place, these)
                self._streams[key] = NamedRun(
                    stored.name,
                    these,
                    writer,
                    self.executor,
                    self.observe,
                    unbroken=False,
                    limits=self.limits,
                    stands=known.state,
                )
            else:
                unbroken = not bookmark  # none, or an empty one: the pass begins at the beginning
                self._streams[key] = StreamRun(
                    stored.name,
                    stream,
                    StreamWriter(place, stream),
                    self.executor,
                    self.observe,
                    unbroken,
                    full=bool(row.full),
                    believed=bool(row.full) and row.trigger != "schedule",
                    limits=self.limits,
                    preparers=self.preparers,
                    line=self._line(stored, stream),
                )
        await self._streams[key].read(transport, bookmark, Start(now=clock.now(), full=again), budget)

    def _line(self, stored: StoredConnection, stream: AnyStream) -> Line | None:
        """How another process makes the stream; None when its connector comes from no installed plugin."""
        point = next((one.name for one in self.plugins.installed if stored.plugin in one.connectors), None)
        return None if point is None else Line(point, replace(stored, secrets={}), stream.name)

    def _place(self, stored: StoredConnection, stream: AnyStream, run_id: str, lease: Lease | None) -> Place:
        plain = payloads.compressor(None)
        return Place(self.database, stored.name, stored.id, stream.name, run_id, lease, plain, payloads.PLAIN)

    async def _judge(self, run_id: str, stored: StoredConnection, lease: Lease) -> SliceResult:
        """Whether the run goes on, waits or ends."""
        mine = self._by_run(run_id)
        await self._derive()
        waiting = [run for run in mine if run.state == "waiting"]
        if waiting and all(run.state in (*FINAL, "waiting") for run in mine):
            paused_s = max(run.paused_s for run in waiting)
            if paused_s:
                return SliceResult(False, wait_s=paused_s)
            pages = sum(run.total.pages for run in mine)
            stalls, before = self._stalls.get(run_id, (0, -1))
            stalls = 1 if pages > before else stalls + 1  # patience begins anew with every page that came through
            self._stalls[run_id] = (stalls, pages)
            if stalls >= STALLS_MOST:
                reasons = "; ".join(f"{run.stream.name}: {run.reason}" for run in waiting)
                return await self._finish(run_id, "failed", reasons, lease)
            return SliceResult(False, wait_s=min(60.0, 2.0**stalls))
        with self.database.read() as sql:
            row = self._row(sql, run_id)
            reports = {report.stream: report for report in runs.stream_reports(sql, run_id)}
        wanted = json.loads(row.streams) if row.streams else [s.name for s in self._connector(stored).streams()]
        if any(name not in reports or reports[name].state not in FINAL for name in wanted):
            return SliceResult(False)
        if stored.state == "needs_authorisation":
            await self._mark(stored.id, "active", None, lease)
        return await self._finish(run_id, *_verdict(reports), lease)

    def _by_run(self, run_id: str) -> list[StreamRun]:
        return [run for key, run in self._streams.items() if key[0] == run_id]

    async def _finish(
        self, run_id: str, state: str, error: str | None, lease: Lease, *, tidy: bool = True
    ) -> SliceResult:
        failpoint("run.ending")

        def ended() -> tuple[str, Any]:
            with self.database.write() as sql:
                runs.hold_lease(sql, lease, micros(clock.now()))
                runs.end_run(sql, run_id, state, error, micros(clock.now()))
                name = next(c.name for c in connections.all_of(sql) if c.id == self._row(sql, run_id).connection_id)
                return name, runs.stream_reports(sql, run_id)

        name, reports = await self._in_thread(ended)
        self._drop(run_id)
        self._stalls.pop(run_id, None)
        await self._carriers.end(run_id)
        if state == "failed" and tidy:
            await self.tidying.after(name)
        self.plugins.tell("kizuna_sync_finished", connection=name, run=run_id, state=state)
        names = ("pages", "read", "written", "unchanged", "deleted", "quarantined")
        counts = {name: sum(getattr(report, name) for report in reports) for name in names}
        return SliceResult(True, state=state, error=error, counts=counts)

    def _may_sign_in_again(self, run_id: str, was_kept: bool) -> bool:
        """Whether a refusal may be of what was given, and not of the secrets; believed a few times a run.

        A token of an earlier slice may have been revoked, and one that was just fetched may expire under way.
        """
        _, auth = self._auths.pop(run_id, (None, None))
        self._refusals[run_id] = self._refusals.get(run_id, 0) + 1
        return (was_kept or bool(getattr(auth, "last", None))) and self._refusals[run_id] < REFUSALS_MOST

    def _kept_auth(self, run_id: str, stored: StoredConnection) -> Auth | None:
        """What an earlier slice signed in with; None once the connection changed, for it must not follow to a new address."""
        of, auth = self._auths.get(run_id, (None, None))
        return auth if of == _proof(stored) else None

    def _drop(self, run_id: str) -> None:
        """Nothing of the run is kept in memory any more."""
        self._streams = {key: run for key, run in self._streams.items() if key[0] != run_id}
        self._auths.pop(run_id, None)
        self._refusals.pop(run_id, None)

    async def _derive(self) -> None:
        await self._in_thread(self.deriver.drain)

    async def _in_thread(self, work: Callable[[], R]) -> R:
        """Work with the database: it may have to wait, and the loop must not."""
        return await asyncio.get_running_loop().run_in_executor(self.executor, work)

    async def abandon(self, run_id: str, lease: Lease, error: Exception) -> SliceResult:
        """The run ended by a fault that trying again will not mend; its text may quote data, so only its kind is kept."""
        return await self._finish(run_id, "failed", f"Kizuna failed ({type(error).__name__}); see its log.", lease)

    async def _mark(self, connection_id: int, state: str, error: str | None, lease: Lease) -> None:
        def marked() -> None:
            with self.database.write() as sql:
                runs.hold_lease(sql, lease, micros(clock.now()))
                connections.set_state(sql, connection_id, state, error, micros(clock.now()))

        await self._in_thread(marked)

    def _connector(self, stored: StoredConnection) -> AnyConnector:
        known = self.plugins.connector(stored.plugin)
        opener = self.vault.opener(stored.id, stored.name)
        return configured(known, stored.settings, secrets.resolved(stored.secrets, stored.name, opener), stored.name)

    def _stream(self, connector: AnyConnector, name: str) -> AnyStream:
        for stream in connector.streams():
            if stream.answers_to(name):
                return stream
        raise UnknownName("stream", name, [stream.name for stream in connector.streams()])

    def _row(self, sql: Any, run_id: str) -> Any:
        row = runs.run(sql, run_id)
        if row is None:
            raise KizunaError(f"There is no run {run_id}.")
        return row


async def together(work: list[Coroutine[Any, Any, None]]) -> None:
    """All of it at once; when one raises, the others are stopped and that error is raised by itself."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


def _verdict(reports: dict[str, Any]) -> tuple[str, str | None]:
    """The run's state from its streams': failed, degraded (also by quarantined records) or complete."""
    failed = [f"{name}: {report.reason}" for name, report in reports.items() if report.state == "failed"]
    degraded = [f"{name}: {report.reason}" for name, report in reports.items() if report.state == "degraded"]
    aside = [f"{name}: {report.quarantined} set aside" for name, report in reports.items() if report.quarantined]
    if failed:
        return "failed", "; ".join(failed)
    return ("degraded", "; ".join(degraded + aside)) if degraded or aside else ("complete", None)


def _proof(stored: StoredConnection) -> object:
    """What a sign-in rests upon."""
    return dict(stored.settings), dict(stored.secrets)
