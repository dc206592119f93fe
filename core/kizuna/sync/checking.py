"""Trying a connection: its credentials, then the beginning of each stream, without writing anything anywhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from kizuna import clock
from kizuna.access import secrets
from kizuna.access.renewals import Renewals
from kizuna.access.vault import Vault
from kizuna.errors import AuthError, ConfigError, DegradedError, KizunaError, TransientError
from kizuna.plugins import Plugins, configured
from kizuna.sdk import AnyConnector, AnyStream, Ask, Start, Transport, sort_by_status
from kizuna.sdk.outbound import Outbound
from kizuna.storage import connections
from kizuna.storage.database import Database

R = TypeVar("R")
CREDENTIALS = "(credentials)"
ASKS_MOST = 5
"""So many questions a stream may need until its first records: what fields it has, where it begins, the records."""
ATTEMPTS = 2
_LACKING = {"scope": "missing scope", "plan": "not in plan", "object": "no object"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the credentials (``stream`` is their name in brackets) or a stream fared; ``reason`` says why and what to do.

    ``verdict``: good, revoked, missing scope, not in plan, no object, refused or later. A stream that is ``optional``
    may lack what not every plan or administrator gives.
    """

    stream: str
    verdict: str
    records: int | None = None
    reason: str | None = None
    optional: bool = False

    @property
    def well(self) -> bool:
        """Whether there is nothing to be done about it."""
        return self.verdict == "good" or self.optional


@dataclass(frozen=True, slots=True)
class Checked:
    """A connection about to be tried."""

    connector: AnyConnector
    outbound: Outbound
    keeper: Renewals

    async def tried(self, answer_bytes: int, until_s: float | None = None) -> list[Verdict]:
        """The verdict on the credentials, then, unless it is they that are refused, on each stream.

        ``until_s`` is an instant of ``time.monotonic()``: what has not answered by then is said to answer later.
        """
        async with Transport(
            self.connector, outbound=self.outbound, keeper=self.keeper, attempts=ATTEMPTS, answer_bytes=answer_bytes
        ) as line:
            error = await _in_time(_trial(line), until_s)
            if error is not None and not isinstance(error, DegradedError):
                return [_bad(CREDENTIALS, error)]
            verdicts = [Verdict(CREDENTIALS, "good") if error is None else _bad(CREDENTIALS, error)]
            for stream in self.connector.streams():
                found = await _in_time(_first_page(line, stream), until_s)
                verdicts.append(found if isinstance(found, Verdict) else _of_stream(stream, found))
            return verdicts


def checked(database: Database, plugins: Plugins, outbound: Outbound, vault: Vault, name: str) -> Checked:
    """The connection of that name, to be tried. Raises UnknownName or ConfigError when it cannot be."""
    with database.read() as sql:
        stored = connections.get(sql, name)
    if stored.offline:
        raise ConfigError(f"Connection {name} is offline: it has no credentials to try.")
    known = secrets.resolved(stored.secrets, name, vault.opener(stored.id, name))
    connector = configured(plugins.connector(stored.plugin), stored.settings, known, name)
    return Checked(connector, outbound, Renewals(vault, name))


async def _in_time(asking: Coroutine[Any, Any, R], until_s: float | None) -> R | KizunaError:
    """What is asked for, or what went wrong."""
    left_s = None if until_s is None else max(0.0, until_s - time.monotonic())
    try:
        async with asyncio.timeout(left_s):
            return await asking
    except TimeoutError:
        return TransientError("Not answered in time; `kizuna connections check` takes longer.")
    except KizunaError as error:
        return error


async def _trial(line: Transport) -> KizunaError | None:
    """What is wrong with the credentials; an answer that was left to a reading has none to go on from it."""
    trial = line.connector.trial()
    return None if trial is None else sort_by_status(line.connector.key, await line.send(trial))


async def _first_page(line: Transport, stream: AnyStream) -> Verdict:
    return Verdict(stream.name, "good", await _records(line, stream))


async def _records(line: Transport, stream: AnyStream) -> int:
    """How many records the first page with any has; a reading that would start something at the vendor is not followed."""
    turn, asks = stream.reading.begin(None, Start(now=clock.now())), 0
    while turn.ask is not None and not turn.records and asks < ASKS_MOST and not (asks and _starts(turn.ask)):
        turn = stream.reading.turn(turn.state, turn.ask, await line.send(turn.ask))
        asks += 1
    return len(turn.records)


def _starts(ask: Ask) -> bool:
    """Whether the question may be more than one."""
    return ask.method not in ("GET", "HEAD")


def _of_stream(stream: AnyStream, error: KizunaError) -> Verdict:
    if not isinstance(error, DegradedError):
        return _bad(stream.name, error)
    scope = f" It needs: {stream.scope}." if stream.scope else ""
    return Verdict(stream.name, _sorted(error), None, f"{error}{scope}", stream.optional)


def _bad(name: str, error: KizunaError) -> Verdict:
    return Verdict(name, _sorted(error), None, str(error))


def _sorted(error: KizunaError) -> str:
    match error:
        case AuthError() | DegradedError() if error.lack is not None:
            return _LACKING[error.lack]
        case AuthError():
            return "revoked"
        case TransientError():
            return "later"
        case _:
            return "refused"
