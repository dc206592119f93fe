"""Giving back what readings hold at a vendor when nobody goes on with it: at most best effort, within seconds.

A reading that began something at its vendor says so by its bookmark (:class:`kizuna.sdk.Closing`). It is given back when
a run fails or is cancelled, and before everything is read again; not where a process ends, for the run goes on elsewhere,
nor while another run of the connection has no end: that one goes on from the same bookmarks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from kizuna import log as logs
from kizuna.access import secrets
from kizuna.access.renewals import Renewals
from kizuna.access.vault import Vault
from kizuna.errors import KizunaError, TransientError
from kizuna.plugins import Plugins, configured
from kizuna.sdk import AnyStream, Bookmark, Closed, Closing, Transport
from kizuna.sdk.outbound import Outbound
from kizuna.storage import connections, runs
from kizuna.storage.database import Database

WITHIN_S = 4.0
"""So long may all of it take, for whoever ends a run waits for it."""
_log = logs.named(__name__)


def closed_by(stream: AnyStream, bookmark: Bookmark | None) -> Closed | None:
    """What gives back all that the bookmark says is held; None where nothing is."""
    if not bookmark or not isinstance(stream.reading, Closing):
        return None
    return stream.reading.close(bookmark)


async def give_back(line: Transport, closed: Mapping[str, Closed]) -> list[str]:
    """The streams, by name, all of whose requests were answered, however; what takes too long is left."""
    done = []
    try:
        async with asyncio.timeout(WITHIN_S):
            for stream, each in closed.items():
                if await _answered(line, each):
                    done.append(stream)
    except TimeoutError:
        _log.warning("not all that was begun at the vendor was given back in time", streams=", ".join(closed))
    return done


async def _answered(line: Transport, closed: Closed) -> bool:
    for ask in closed.asks:
        try:
            await line.send(ask)
        except TransientError:
            return False
        except KizunaError as error:  # refused: it may be gone already, and the next one is another thing
            _log.debug("not given back", reason=str(error))
    return True


@dataclass(frozen=True, slots=True)
class Tidying:
    """What giving back after the end of a run needs."""

    database: Database
    plugins: Plugins
    outbound: Outbound
    vault: Vault

    async def after(self, name: str) -> None:
        """Whatever streams of that connection hold given back, unless another run of it goes on with that.

        Never raises for what goes wrong with it.
        """
        try:
            await self._after(name)
        except Exception as error:  # noqa: BLE001  a border: the run has ended, whatever becomes of this
            _log.warning("what was begun at the vendor was not given back", connection=name, error=type(error).__name__)

    async def _after(self, name: str) -> None:
        with self.database.read() as sql:
            stored = connections.get(sql, name)
            known = connections.streams(sql, stored.id)
        opener = self.vault.opener(stored.id, name)
        given = secrets.resolved(stored.secrets, name, opener)
        connector = configured(self.plugins.connector(stored.plugin), stored.settings, given, name)
        bookmarks = {stream: one.bookmark for stream, one in known.items()}
        found = {stream.name: closed_by(stream, bookmarks.get(stream.name)) for stream in connector.streams()}
        closed = {stream: one for stream, one in found.items() if one is not None}
        if not closed:
            return
        async with Transport(connector, outbound=self.outbound, keeper=Renewals(self.vault, name), attempts=1) as line:
            if await asyncio.to_thread(self._goes_on, stored.id):
                return
            done = await give_back(line, closed)
        with self.database.write() as sql:
            if runs.goes_on(sql, stored.id):
                return  # it may read from these bookmarks already; what is gone at the vendor it will find gone
            for stream in done:
                connections.replace_bookmark(sql, stored.id, stream, bookmarks[stream], closed[stream].bookmark)

    def _goes_on(self, connection_id: int) -> bool:
        with self.database.write() as sql:
            return runs.goes_on(sql, connection_id)
