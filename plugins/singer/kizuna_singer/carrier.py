"""Answers a connector's asks with what its tap writes: one process a stream, kept for as long as the run lasts."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from kizuna_singer.catalog import Catalog
from kizuna_singer.exchange import BATCH, DISCOVER_PATH, END, METHOD, REASON_TYPE, TAP, Wish
from kizuna_singer.private import private_folder, remove_left_behind
from kizuna_singer.tables import nearest
from kizuna_singer.tap import Batch, Limits, LineTooLong, NoProgram, Tap, TapFailed, reduced_environment
from kizuna_singer.tapfile import TapFile
from kizuna_singer.withheld import Withheld

STARTS_MOST = 4
"""So often a tap is begun from one STATE; when it gets no further than that, it is not tried again."""
CATALOG_MOST_BYTES = 64 << 20
LEFT_ALONE_S = 900.0
LOOKS_EVERY_S = 15.0

_log = logging.getLogger("kizuna.singer")


class NoStream(Exception):
    """The tap has no such stream."""


@dataclass(slots=True)
class Running:
    """A tap at work, and what to undo when it is done."""

    tap: Tap
    undo: contextlib.ExitStack

    async def stop(self) -> None:
        """The tap ended, its private folder gone."""
        try:
            await self.tap.stop()
        finally:
            self.undo.close()


class TapCarrier(httpx.AsyncBaseTransport):
    """An httpx transport over the taps of one connection; closed, it leaves no process and no file behind."""

    def __init__(self, file: TapFile, secrets: Mapping[str, Any]) -> None:
        self._file, self._program = file, file.program
        self._config = msgspec.json.encode(laid_over(self._program.config, secrets))
        self._withheld = Withheld(secrets)
        self._running: dict[str, Running] = {}
        self._faults: dict[str, tuple[bytes, int]] = {}  # stream → the STATE it was begun from, how often in vain
        self._catalog = self._program.catalog
        self._discovering = asyncio.Lock()
        self._asked_at_s, self._waiting = time.monotonic(), 0  # when it was last asked, and how many wait for an answer
        self._watching: asyncio.Task[None] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._waiting += 1
        if self._watching is None:
            remove_left_behind()
            self._watching = asyncio.create_task(self._watch())
        wish = Wish(stream="")
        try:
            if request.url.path == DISCOVER_PATH:
                await self._known_catalog()
                return httpx.Response(200, json={})
            wish = msgspec.json.decode(await request.aread(), type=Wish)
            return await self._answer(wish)
        except NoStream as error:
            return reason(404, str(error))
        except NoProgram as error:
            return reason(424, f"{self._file.path}: {error}; correct `command`.")
        except LineTooLong as error:
            return reason(422, str(error))
        except TapFailed as error:
            tries = self._fault(wish)
            if tries < STARTS_MOST:
                return reason(503, str(error))
            return reason(422, f"{error} ({tries} times in a row)")
        finally:
            self._waiting -= 1
            self._asked_at_s = time.monotonic()

    async def aclose(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None
        await self._stop_all()

    async def _answer(self, wish: Wish) -> httpx.Response:
        batch, tap = await self._batch(wish)
        method = self._file.stream(wish.stream).replication or (
            self._catalog.method(wish.stream) if self._catalog else None
        )
        said = {TAP: tap.token, BATCH: str(batch.number), END: "1" if batch.end else "0", METHOD: method or ""}
        return httpx.Response(200, content=batch.lines, headers={**said, "content-type": "application/x-ndjson"})

    async def _batch(self, wish: Wish) -> tuple[Batch, Tap]:
        """The batch that is wished for: the next of a tap that runs, its last once more, else the first of a new one."""
        running = self._running.get(wish.stream)
        if running is not None and running.tap.token == wish.tap:
            tap = running.tap
            if tap.held is not None and wish.after == tap.number - 1:
                return tap.held, tap
            if wish.after == tap.number:
                return await self._next(wish.stream, tap), tap
        await self._stop(wish.stream)
        tap = await self._begin(wish)
        return await self._next(wish.stream, tap), tap

    async def _next(self, stream: str, tap: Tap) -> Batch:
        try:
            batch = await tap.batch()
        except TapFailed:
            await self._stop(stream)
            raise
        if batch.end:
            self._running[stream].undo.close()  # its secrets are needed no more; the batch may be asked for again
        return batch

    async def _begin(self, wish: Wish) -> Tap:
        rule, catalog = self._file.stream(wish.stream), await self._known_catalog()
        files = {"config.json": self._config}
        if catalog is not None:
            if wish.stream not in catalog.names:
                raise NoStream(f"The tap has no stream {wish.stream!r}; {nearest(wish.stream, catalog.names)}")
            also = rule.select_with
            files["catalog.json"] = catalog.selecting(wish.stream, also, rule.replication, rule.replication_key)
        if wish.state is not None:
            files["state.json"] = msgspec.json.encode(wish.state)
        running = await self._start(files)
        self._running[wish.stream] = running
        return running.tap

    async def _start(self, files: Mapping[str, bytes], *more: str) -> Running:
        options = {"config.json": "--config", "catalog.json": self._program.option, "state.json": "--state"}
        with contextlib.ExitStack() as undo:
            folder = undo.enter_context(private_folder(files))
            given = [word for name in files for word in (options[name], str(folder / name))]
            command = [*self._program.command, *given, *more]
            environ = reduced_environment(self._program.environment, folder)
            limits = Limits(self._program.silent_most_s, self._program.runs_most_s)
            tap = await Tap.start(command, self._program.folder, environ, limits, self._withheld)
            return Running(tap, undo.pop_all())

    async def _known_catalog(self) -> Catalog | None:
        """What the tap has, discovered once; None for a tap that cannot tell. Raises TapFailed, NoProgram."""
        async with self._discovering:
            if self._catalog is None and self._program.discovers:
                self._catalog = await self._discovered()
                self._tell(self._catalog)
        return self._catalog

    async def _discovered(self) -> Catalog:
        running = await self._start({"config.json": self._config}, "--discover")
        try:
            return Catalog.read(await running.tap.everything(CATALOG_MOST_BYTES))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise TapFailed(
                f"{self._program.name} --discover wrote no catalog; write discover = false if it has none"
            ) from error
        finally:
            await running.stop()

    def _tell(self, catalog: Catalog) -> None:
        """Logs what the administrator may want to know of the streams: which nobody named, which have no keys."""
        rules = {rule.name: rule for rule in self._file.streams}
        unnamed = [name for name in catalog.names if name not in rules]
        if unnamed:
            _log.info("%s has more streams, which %s does not name: %s", self._program.name, self._file.path, unnamed)
        for name in catalog.names:
            if name in rules and rules[name].key is None and catalog.is_keyless(name):
                _log.info("stream %s has no keys: its records are named by their content", name)

    def _fault(self, wish: Wish) -> int:
        """How often the stream's tap has failed since it was begun from this STATE."""
        state = msgspec.json.encode(wish.state, order="sorted")
        before, times = self._faults.get(wish.stream, (b"", 0))
        times = times + 1 if before == state else 1
        self._faults[wish.stream] = state, times
        return times

    async def _stop(self, stream: str) -> None:
        running = self._running.pop(stream, None)
        if running is not None:
            await running.stop()

    async def _stop_all(self) -> None:
        for stream in list(self._running):
            await self._stop(stream)

    async def _watch(self) -> None:
        """Ends what nobody asks for any more; ends everything when it is cancelled, as with the whole process."""
        try:
            while True:
                await asyncio.sleep(LOOKS_EVERY_S)
                if not self._waiting and time.monotonic() - self._asked_at_s > LEFT_ALONE_S:
                    await self._stop_all()
        finally:
            await self._stop_all()


def laid_over(config: Mapping[str, Any], secrets: Mapping[str, Any]) -> dict[str, Any]:
    """The config with the secrets in it, table by table."""
    found = dict(config)
    for name, value in secrets.items():
        below = found.get(name)
        found[name] = laid_over(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return found


def reason(status: int, why: str) -> httpx.Response:
    """An answer that is not good, with the reason in words."""
    return httpx.Response(status, text=f"{why.rstrip('.')}.", headers={"content-type": REASON_TYPE})
