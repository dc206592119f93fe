"""A simulated desk over real HTTP, and a connector that reads it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest

from kizuna import sdk
from kizuna.sandbox import SandboxState
from kizuna.sandbox.server import Served, serve
from kizuna.sandbox.world import World
from kizuna_zendesk import Zendesk, ZendeskSettings
from kizuna_zendesk.sandbox import ZendeskSandbox

AUTH = ("admin@sandbox.example/token", "sandbox-token")


@dataclass
class Pass:
    """What one pass of a reading brought."""

    records: list[dict[str, Any]] = field(default_factory=list)
    bookmark: sdk.Bookmark | None = None
    whole: bool = False
    asks: list[sdk.Ask] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [str(record["id"]) for record in self.records]


@dataclass
class Desk:
    """A served desk: its memory, its address, a client and a connector for it."""

    served: Served

    @property
    def state(self) -> SandboxState:
        return self.served.state("zendesk")

    @property
    def url(self) -> str:
        return self.served.endpoint("zendesk").base_url

    @property
    def connector(self) -> Zendesk:
        endpoint = self.served.endpoint("zendesk")
        return Zendesk(ZendeskSettings.model_validate({**endpoint.settings, **endpoint.secrets}))

    def get(self, path: str, **params: Any) -> httpx.Response:
        return httpx.get(self.url + path, params=params, auth=AUTH, trust_env=False)

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """A change asked of the desk, which must take it."""
        answered = httpx.request(method, self.url + path, json=body, auth=AUTH, trust_env=False)
        answered.raise_for_status()
        return answered

    def later(self, **by: float) -> None:
        """Lets time pass, so that what was withheld shows."""
        self.served.clock.advance(timedelta(**(by or {"minutes": 2})))

    def read(
        self,
        stream: str,
        bookmark: sdk.Bookmark | None = None,
        *,
        stop_after: int | None = None,
        size: int | None = None,
        full: bool = False,
    ) -> Pass:
        """One pass of a stream's reading over HTTP, cut off after some pages when told to, in pages of ``size`` rows."""
        start = sdk.Start(now=self.served.clock.now(), full=full)
        return asyncio.run(self._read(stream, bookmark, stop_after, size, start))

    async def _read(
        self, name: str, bookmark: sdk.Bookmark | None, stop_after: int | None, size: int | None, start: sdk.Start
    ) -> Pass:
        connector, done = self.connector, Pass(bookmark=bookmark)
        stream = next(found for found in connector.streams() if found.name == name)
        async with sdk.Transport(connector) as line:
            turn = stream.reading.begin(bookmark, start)
            while turn.ask is not None and (stop_after is None or len(done.asks) < stop_after):
                ask = turn.ask if size is None else turn.ask.having(per_page=str(size))
                done.asks.append(ask)
                turn = stream.reading.turn(turn.state, ask, await line.send(ask))
                done.records += [json.loads(bytes(record.raw)) for record in turn.records]
                done.bookmark = turn.bookmark or done.bookmark
                done.whole = turn.whole
        return done


@pytest.fixture(scope="session")
def world() -> World:
    return World(seed=11, companies=60)


@pytest.fixture
def open_desk(world: World) -> Iterator[Callable[..., Desk]]:
    """Serves a desk with an account of the given limits."""
    opened: list[Served] = []

    def opening(**account: Any) -> Desk:
        opened.append(serve([ZendeskSandbox(**account)], world=world, port_base=0))
        return Desk(opened[-1])

    yield opening
    for served in opened:
        served.stop()


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    return open_desk()
