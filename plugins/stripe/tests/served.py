"""A served sandbox and a reader that walks it as the engine does, for the tests over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from kizuna import sdk
from kizuna.sandbox import SandboxState, Served, World, serve
from kizuna_stripe import Stripe, StripeSettings
from kizuna_stripe.sandbox import StripeSandbox

WORLD = World(seed=7, companies=60)


@dataclass
class Account:
    """The sandbox of one test: its memory, its address, a plain HTTP client with its key, and what was read of it."""

    served: Served
    http: httpx.Client
    bookmarks: dict[str, sdk.Bookmark] = field(default_factory=dict)

    @property
    def state(self) -> SandboxState:
        return self.served.states[0]

    @property
    def base_url(self) -> str:
        return self.served.endpoints[0].base_url

    def connector(self) -> Stripe:
        endpoint = self.served.endpoints[0]
        return Stripe(StripeSettings.model_validate({**endpoint.settings, **endpoint.secrets}))

    def get(self, path: str, **params: Any) -> Any:
        return self.http.get(path, params=params).json()

    def read(self, stream: str, *, full: bool = False) -> list[sdk.Record]:
        """What the next pass of a stream hands over; the bookmark is kept for the pass after."""
        return asyncio.run(self._read(stream, full=full))

    async def _read(self, name: str, *, full: bool) -> list[sdk.Record]:
        connector = self.connector()
        stream = next(stream for stream in connector.streams() if stream.name == name)
        records: list[sdk.Record] = []
        async with sdk.Transport(connector) as transport:
            start = sdk.Start(now=self.state.now(), full=full)
            turn = stream.reading.begin(self.bookmarks.get(name), start)
            while turn.ask is not None:
                turn = await self._understood(stream, transport, turn)
                records.extend(turn.records)
                if turn.bookmark is not None:
                    # A bookmark must outlive the process: only what JSON keeps may count.
                    self.bookmarks[name] = msgspec.json.decode(msgspec.json.encode(turn.bookmark))
        return records

    async def _understood(self, stream: sdk.AnyStream, transport: sdk.Transport, turn: sdk.Turn) -> sdk.Turn:
        assert turn.ask is not None
        for _ in range(5):
            try:
                return stream.reading.turn(turn.state, turn.ask, await transport.send(turn.ask))
            except sdk.PageError:
                continue
        raise AssertionError(f"{stream.name}: the page stayed malformed")


def ids(records: list[sdk.Record]) -> list[str]:
    return [record.id or str(msgspec.json.decode(record.raw)["id"]) for record in records]


def living(records: list[sdk.Record]) -> dict[str, Mapping[str, Any]]:
    """Id → object of what is not a tombstone."""
    decoded = (msgspec.json.decode(record.raw) for record in records if record.deleted is None)
    return {held["id"]: held for held in decoded}


def gone(records: list[sdk.Record]) -> set[str]:
    return {record.id or "" for record in records if record.deleted is not None}


@contextmanager
def account(world: World = WORLD, *, ledger: bool = False, **options: Any) -> Iterator[Account]:
    """A sandbox on a free port."""
    with serve([StripeSandbox(ledger=ledger)], world=world, port_base=0, **options) as served:
        endpoint = served.endpoints[0]
        headers = {"Authorization": f"Bearer {endpoint.secrets['api_key']}"}
        with httpx.Client(base_url=endpoint.base_url, headers=headers, trust_env=False) as http:
            yield Account(served, http)
