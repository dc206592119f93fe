"""Asking page after page: the next question is on the wire before this page is written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from kizuna.errors import KizunaError, PageError, RefusedError
from kizuna.sdk import Answer, Ask, Bookmark, Reading, Record, Start, Transport, Turn

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


async def pages(
    reading: Reading, transport: Transport, bookmark: Bookmark | None, start: Start
) -> AsyncGenerator[Page]:
    """Every page from the bookmark on.

    Raises what the transport raises; PageError when a page stays malformed after some tries (nothing of it is taken).
    """
    turn = _own_words(partial(reading.begin, bookmark, start))
    if turn.ask is None:
        yield Page(tuple(turn.records), turn.bookmark, start.now, True, turn.whole)
        return
    pending = asyncio.ensure_future(transport.send(turn.ask))
    try:
        while True:
            ask = turn.ask
            assert ask is not None
            answer = await pending
            turn = await _understood(reading, transport, turn, ask, answer)
            if turn.ask is not None:
                pending = asyncio.ensure_future(transport.send(turn.ask))
                await asyncio.sleep(0)  # the request leaves before this page is worked on
            yield Page(tuple(turn.records), turn.bookmark, answer.asked_at, turn.ask is None, turn.whole)
            if turn.ask is None:
                return
    finally:
        pending.cancel()
        with suppress(asyncio.CancelledError, Exception):  # its outcome no longer matters to anyone
            await pending


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
