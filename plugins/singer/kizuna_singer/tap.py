"""A tap as a process: started with private files, read in batches, ended by its id."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import signal
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kizuna_singer.withheld import Withheld

BATCH_BYTES = 1 << 20
LINGER_S = 1.0
CHUNK_BYTES = 1 << 16
LINE_MOST_BYTES = 32 << 20
ENDS_WITHIN_S = 10.0
LOGGED_MOST = 2_000
# The one part of a tap's words that may stand in a reason: the name of an exception, which is never anybody's data.
_FAULT = re.compile(r"(?:[A-Za-z_]\w*\.)*([A-Z]\w{0,60}(?:Error|Exception))(?::|$)", re.ASCII)

# What every program needs to find its libraries, its words and its certificates; nothing of Kizuna's own.
ENVIRONMENT: Final = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "LD_LIBRARY_PATH")

# Below Kizuna's own name, so that its level and its scrubbing hold for it.
_log = logging.getLogger("kizuna.singer")


class TapFailed(Exception):
    """The tap ended badly, fell silent or ran too long; its message is one sentence."""


class LineTooLong(TapFailed):
    """A line of the tap would not fit into memory; trying again will not help."""


class NoProgram(Exception):
    """There is no such program, or it may not be run."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a tap may say nothing while it is listened to, and run in all."""

    silent_most_s: float
    runs_most_s: float


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole lines of a tap; ``end``: nothing more will come, and the tap ended well."""

    number: int
    lines: bytes
    end: bool


class Tap:
    """A running tap. It writes no faster than it is read: what is not asked for stays in its pipe.

    ``token`` tells it from every other one; ``held`` is the last batch, for whoever did not get it.
    """

    def __init__(self, name: str, process: asyncio.subprocess.Process, limits: Limits, withheld: Withheld) -> None:
        self.token = uuid.uuid4().hex
        self.held: Batch | None = None
        self.number = 0
        self._name, self._process, self._limits, self._withheld = name, process, limits, withheld
        self._until_s = time.monotonic() + limits.runs_most_s
        self._buffer = bytearray()
        self._line_at_s: float | None = None  # when the first of the lines came that wait to be handed over
        self._fault = ""
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(
        cls, command: Sequence[str], folder: Path, environ: Mapping[str, str], limits: Limits, withheld: Withheld
    ) -> Tap:
        """The tap begun. Raises NoProgram when there is none."""
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=folder,
                env=dict(environ),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=2 * CHUNK_BYTES,
                start_new_session=True,
            )
        except OSError as error:
            raise NoProgram(f"the program {command[0]} cannot be run ({error.strerror})") from error
        return cls(Path(command[0]).name, process, limits, withheld)

    async def batch(self) -> Batch:
        """The next lines: as many as make a batch, or what came within a moment.

        Cancelled, it loses nothing. Raises TapFailed.
        """
        assert self._process.stdout is not None
        while not self._ready():
            if self._line_at_s is None and time.monotonic() >= self._until_s:
                raise await self._too_slow()
            try:
                async with asyncio.timeout(self._patience_s()):
                    chunk = await self._process.stdout.read(CHUNK_BYTES)
            except TimeoutError:
                if self._line_at_s is not None:
                    break
                raise await self._too_slow() from None
            if not chunk:
                return await self._last()
            self._buffer += chunk
            if self._line_at_s is None and b"\n" in chunk:
                self._line_at_s = time.monotonic()
        return self._cut(self._buffer.rindex(b"\n") + 1, end=False)

    async def everything(self, most_bytes: int) -> bytes:
        """All that the tap writes until it ends well. Raises TapFailed."""
        found = bytearray()
        while True:
            batch = await self.batch()
            found += batch.lines
            if batch.end:
                return bytes(found)
            if len(found) > most_bytes:
                raise LineTooLong(f"{self._name} said more than {most_bytes >> 20} MB; it was ended")

    async def stop(self) -> None:
        """The tap and its children ended: asked first, then killed."""
        if self._process.returncode is None:
            self._signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(ENDS_WITHIN_S):
                    await self._drained()
            except TimeoutError:
                self._signal(signal.SIGKILL)
                await self._drained()
        self._listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._listening

    def _ready(self) -> bool:
        """Whether what has come makes a batch. Raises LineTooLong when a single line is too much."""
        if len(self._buffer) < BATCH_BYTES:
            return False
        if self._line_at_s is not None:
            return True
        if len(self._buffer) > LINE_MOST_BYTES:
            raise LineTooLong(f"{self._name} wrote a line of more than {LINE_MOST_BYTES >> 20} MB; it was ended")
        return False

    def _patience_s(self) -> float:
        now_s = time.monotonic()
        if self._line_at_s is not None:
            return max(0.0, self._line_at_s + LINGER_S - now_s)
        return min(max(0.0, self._until_s - now_s), self._limits.silent_most_s)

    async def _too_slow(self) -> TapFailed:
        """Why it was ended."""
        over = time.monotonic() >= self._until_s
        await self.stop()
        span = (
            f"ran for {self._limits.runs_most_s:g} s" if over else f"said nothing for {self._limits.silent_most_s:g} s"
        )
        return TapFailed(f"{self._name} {span}; it was ended{self._last_words()}")

    async def _last(self) -> Batch:
        """What came before the end; the end itself is told when all of it has been taken."""
        try:
            async with asyncio.timeout(ENDS_WITHIN_S):
                code = await self._process.wait()
                await self._listening
        except TimeoutError:
            await self.stop()
            raise TapFailed(f"{self._name} closed its output and did not end; it was ended") from None
        if code == 0:
            return self._cut(len(self._buffer), end=True)
        if self._line_at_s is not None:
            return self._cut(self._buffer.rindex(b"\n") + 1, end=False)
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        raise TapFailed(f"{self._name} {how}{self._last_words()}")

    def _cut(self, size: int, *, end: bool) -> Batch:
        self.number += 1
        self.held = Batch(self.number, bytes(self._buffer[:size]), end)
        del self._buffer[:size]
        self._line_at_s = None
        return self.held

    def _last_words(self) -> str:
        """Where they are to be found: they may quote records, and reasons are stored and shown to whoever sees runs."""
        fault = f" ({self._fault})" if self._fault else ""
        return f"{fault}; KIZUNA_LOG_LEVEL=debug logs what it says"

    async def _listen(self) -> None:
        """Logs what the tap says about itself, its secrets withheld, and remembers which fault the last line names."""
        assert self._process.stderr is not None
        rest = b""
        while chunk := await self._process.stderr.read(CHUNK_BYTES):
            *lines, rest = (rest + chunk).split(b"\n")
            rest = rest[-CHUNK_BYTES:]
            for line in lines:
                self._hear(line)
        self._hear(rest)

    def _hear(self, line: bytes) -> None:
        text = self._withheld(line.decode("utf-8", "replace")).strip()
        if text:
            fault = _FAULT.match(text)
            self._fault = fault[1] if fault else ""
            _log.debug("%s says: %s", self._name, text[:LOGGED_MOST])

    async def _drained(self) -> None:
        """Waits for the end; what is still in the pipe is thrown away, for a writer that is stuck in it never ends."""
        assert self._process.stdout is not None
        while await self._process.stdout.read(CHUNK_BYTES):
            pass
        await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        """To the tap's own group: it was started as the first of one."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def reduced_environment(also: Sequence[str], home: Path) -> dict[str, str]:
    """The few variables a tap sees; its home and its temporary files are in its private folder."""
    kept = {name: value for name in (*ENVIRONMENT, *also) if (value := os.environ.get(name)) is not None}
    return {"PYTHONUTF8": "1", "HOME": str(home), "TMPDIR": str(home)} | kept
