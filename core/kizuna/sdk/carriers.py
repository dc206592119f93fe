"""What carries the asks of a run where no network does: kept from the run's first slice to its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from kizuna.sdk.connector import AnyConnector


class Carriers:
    """The carriers of the runs under way, see :meth:`~kizuna.sdk.Connector.carrier`."""

    def __init__(self) -> None:
        self._by_run: dict[str, httpx.AsyncBaseTransport] = {}

    @asynccontextmanager
    async def lent(self, run_id: str, connector: AnyConnector) -> AsyncIterator[httpx.AsyncBaseTransport | None]:
        """The run's carrier for one slice, None where the network carries; what breaks the slice off ends the carrier."""
        carrier = self._by_run.get(run_id) or connector.carrier()
        if carrier is not None:
            self._by_run[run_id] = carrier
        try:
            yield _Lent(carrier) if carrier is not None else None
        except BaseException:
            await self.end(run_id)
            raise

    async def end(self, run_id: str) -> None:
        """The run's carrier closed, if it has one."""
        carrier = self._by_run.pop(run_id, None)
        if carrier is not None:
            await carrier.aclose()


class _Lent(httpx.AsyncBaseTransport):
    """A carrier that outlives the client that uses it: closing the client does not close it."""

    def __init__(self, carrier: httpx.AsyncBaseTransport) -> None:
        self._carrier = carrier

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._carrier.handle_async_request(request)
