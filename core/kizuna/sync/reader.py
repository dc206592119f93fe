"""Asking page after page: the next questions are on the wire before this page is written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import msgspec

from kizuna.errors import KizunaError, PageError, RefusedError
from kizuna.sdk import Answer, Ask, Bookmark, Reading, Record, Start, Transport, Turn

AT_ONCE = 16
"""Questions of one stream under way or answered and not yet due: what a kill may have asked for in vain."""
WAITING_BYTES_MOST = 8 * 1024 * 1024
"""As much as answers that came early may take; until they are due, nothing more is asked ahead."""
REFUSED_TRIES = 4
REFUSED_WAIT_S = 0.5


@dataclass(frozen=True, slots=True)
class Page:
    """One turn of a reading, with the moment it was asked for; ``last`` ends the stream, ``whole`` proves absence."""

    records: tuple[Record, ...]
    bookmark: Bookmark | None
    asked_at: datetime
    last: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """A question on the wire; ``ahead`` when it was not due yet as it left."""

    task: asyncio.Task[Answer]
    ahead: bool

    def size_bytes(self) -> int:
        """What its answer takes; nothing while there is none."""
        task = self.task
        has_answer = task.done() and not task.cancelled() and task.exception() is None
        return len(task.result().body) if has_answer else 0


@dataclass(slots=True)
class Questions:
    """The questions of one stream that are on the wire: the one that is due, and those asked ahead of it."""

    transport: Transport
    at_once: int
    _sent: dict[bytes, Sent] = field(default_factory=dict)
    _under_way: set[asyncio.Task[Answer]] = field(default_factory=set)
    _keys: dict[int, tuple[Ask, bytes]] = field(default_factory=dict)  # of the latest turn

    def send(self, turn: Turn) -> None:
        """Sends what the turn asks and what it expects to ask, as far as there is room; the rest is given up."""
        if turn.ask is None:
            return
        due = self._key(turn.ask)
        expected = {self._key(ask): ask for ask in turn.ahead if self.at_once}
        self._keys = {id(ask): (ask, key) for key, ask in (*expected.items(), (due, turn.ask))}
        for key in self._sent.keys() - expected.keys() - {due}:
            self._sent.pop(key).task.cancel()
        if due not in self._sent:
            self._put(due, turn.ask, ahead=False)
        room_bytes = WAITING_BYTES_MOST - sum(sent.size_bytes() for sent in self._sent.values())
        for key, ask in expected.items():
            if len(self._sent) >= self.at_once or room_bytes <= 0:
                break
            if key not in self._sent:
                self._put(key, ask, ahead=True)

    async def answer(self, ask: Ask) -> Answer:
        """The answer to what was sent. Raises what the transport raises, asked anew where it failed ahead of time."""
        sent = self._sent.pop(self._key(ask))
        try:
            return await sent.task
        except KizunaError:
            if not sent.ahead:
                raise
        return await self.transport.send(ask)

    async def give_up(self) -> None:
        """Ends what is still under way; its outcome no longer matters to anyone."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _key(self, ask: Ask) -> bytes:
        known = self._keys.get(id(ask))
        return known[1] if known is not None and known[0] is ask else _encoded(ask)

    def _put(self, key: bytes, ask: Ask, *, ahead: bool) -> None:
        task = asyncio.create_task(self.transport.send(ask))
        self._sent[key] = Sent(task, ahead)
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Answer]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # seen, though it may never be due


async def pages(
    reading: Reading, transport: Transport, bookmark: Bookmark | None, start: Start, *, ahead: int = AT_ONCE
) -> AsyncGenerator[Page]:
    """Every page from the bookmark on; ``ahead`` is how many questions may be under way at once (0: one).

    Raises what the transport raises; PageError when a page stays malformed after some tries (nothing of it is taken).
    """
    turn = _own_words(partial(reading.begin, bookmark, start))
    if turn.ask is None:
        yield Page(tuple(turn.records), turn.bookmark, start.now, True, turn.whole)
        return
    questions = Questions(transport, ahead)
    questions.send(turn)
    try:
        while turn.ask is not None:
            ask = turn.ask
            answer = await questions.answer(ask)
            turn = await _understood(reading, transport, turn, ask, answer)
            if turn.ask is not None:
                questions.send(turn)
                await asyncio.sleep(0)  # the requests leave before this page is worked on
            yield Page(tuple(turn.records), turn.bookmark, answer.asked_at, turn.ask is None, turn.whole)
    finally:
        await questions.give_up()


async def _understood(reading: Reading, transport: Transport, turn: Turn, ask: Ask, answer: Answer) -> Turn:
    """The next turn; a page that is not understood is asked for again a few times."""
    for attempt in range(1, REFUSED_TRIES + 1):
        try:
            return _own_words(partial(reading.turn, turn.state, ask, answer))
        except PageError:
            if attempt == REFUSED_TRIES:
                raise
            await asyncio.sleep(REFUSED_WAIT_S * attempt)
            answer = await transport.send(ask)
    raise AssertionError("unreachable: the last attempt returns or raises")


def _own_words(step: Callable[[], Turn]) -> Turn:
    """A step of a reading; what it raises beside our own errors is a fault of the connector and ends its stream only."""
    try:
        return step()
    except KizunaError:
        raise
    except Exception as error:
        raise RefusedError(
            f"The connector's reading failed ({type(error).__name__}); report it to its author."
        ) from error


def _encoded(ask: Ask) -> bytes:
    """What makes two questions the same one."""
    return msgspec.json.encode(ask)
