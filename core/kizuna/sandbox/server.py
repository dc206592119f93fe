"""Serves simulated vendors on loopback, each on a port of its own, all in one thread."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

import uvicorn

from kizuna.errors import ConfigError
from kizuna.sandbox.clock import VirtualClock
from kizuna.sandbox.delivery import Courier
from kizuna.sandbox.gateway import Gateway
from kizuna.sandbox.profile import ROLES
from kizuna.sandbox.seeing import observe
from kizuna.sandbox.state import SandboxState
from kizuna.sandbox.truth import TruthFile
from kizuna.sandbox.vendor import VendorSandbox
from kizuna.sandbox.world import World

_TRUTH_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One vendor being served: where, and what ``kizuna connect`` takes."""

    vendor: str
    base_url: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str]


class _Server(uvicorn.Server):
    """A server that says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


KEEP_ALIVE_S = 75
"""Longer than clients wait between two looks at a job, or they would find their connection closed under their hands."""

Playable = VendorSandbox | type[VendorSandbox]


def in_order(sandboxes: Iterable[Playable]) -> list[VendorSandbox]:
    """CRM, marketing, support, billing; by key among equals. Ports follow this order. A class is made an instance."""
    played = [sandbox() if isinstance(sandbox, type) else sandbox for sandbox in sandboxes]
    return sorted(played, key=lambda sandbox: (ROLES.index(sandbox.role), sandbox.key))


def populate(sandboxes: Sequence[VendorSandbox], world: World, clock: VirtualClock) -> list[SandboxState]:
    """The memories of all vendors looking at one world, without serving them."""
    with collector_resting():
        views = observe(world, [sandbox.profile() for sandbox in sandboxes])
        return [SandboxState(sandbox, views[sandbox.key], clock) for sandbox in sandboxes]


@contextmanager
def collector_resting() -> Iterator[None]:
    """Let the garbage collector rest while millions of objects are made that all stay: it would search them again and again."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


class Served:
    """Running sandboxes; leave the ``with`` block or call ``stop`` to end them."""

    def __init__(self, gateways: Sequence[Gateway], host: str, port_base: int, truth: Path | None = None) -> None:
        self.gateways = tuple(gateways)
        self.states = tuple(gateway.state for gateway in gateways)
        self.clock = self.states[0].clock
        self._sockets = [_listening(host, port_base + place if port_base else 0) for place in range(len(gateways))]
        self.endpoints = tuple(
            _endpoint(gateway.vendor, f"http://{host}:{listening.getsockname()[1]}")
            for gateway, listening in zip(gateways, self._sockets, strict=True)
        )
        self._servers = [_Server(_config(gateway)) for gateway in gateways]
        self._truth = TruthFile(truth, self.states) if truth is not None else None
        self._courier = Courier(self.gateways)
        self._ready = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._run()), name="kizuna-sandbox", daemon=True)

    def start(self) -> Served:
        """Begin to answer; returns once every port does and the truth file is written."""
        if self._truth is not None:
            self._truth.refresh()
        self._thread.start()
        self._ready.wait()
        return self

    def stop(self) -> None:
        """Finish what is being answered and end."""
        for server in self._servers:
            server.should_exit = True
        self._thread.join()
        if self._truth is not None:
            self._truth.refresh()

    def wait(self) -> None:
        """Stay until stopped."""
        self._thread.join()

    def state(self, vendor: str) -> SandboxState:
        """The memory of one vendor."""
        return next(state for state in self.states if state.view.profile.key == vendor)

    def endpoint(self, vendor: str) -> Endpoint:
        """Where one vendor is served."""
        return next(endpoint for endpoint in self.endpoints if endpoint.vendor == vendor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def _run(self) -> None:
        try:
            await self._serve_all()
        finally:
            # A failure to start must not leave the caller waiting.
            self._ready.set()

    async def _serve_all(self) -> None:
        async with self._courier:
            tasks = [
                asyncio.create_task(server.serve(sockets=[listening]))
                for server, listening in zip(self._servers, self._sockets, strict=True)
            ]
            await asyncio.gather(*(server.up.wait() for server in self._servers))
            self._ready.set()
            keeping = asyncio.create_task(self._keep_truth())
            await asyncio.gather(*tasks)
            keeping.cancel()

    async def _keep_truth(self) -> None:
        """Let the truth file follow, once a second at most."""
        while self._truth is not None:
            await asyncio.to_thread(self._truth.refresh)
            await asyncio.sleep(_TRUTH_EVERY_S)


def serve(
    sandboxes: Iterable[Playable],
    *,
    world: World,
    port_base: int = 9400,
    host: str = "127.0.0.1",
    limits: bool = True,
    faults: str = "none",
    ticking: bool = False,
    truth: Path | None = None,
) -> Served:
    """Serve vendors looking at one world; ``port_base`` 0 takes free ports. The answer is already listening.

    ``limits`` False lets requests pass without limits, ``ticking`` lets the simulated time run on from the world's present, ``truth`` is
    a file that says who is who and follows every change.
    """
    ordered = in_order(sandboxes)
    if not ordered:
        raise ConfigError("There is no sandbox to serve; name a vendor whose plugin is installed.")
    clock = VirtualClock(world.now, ticking=ticking)
    states = populate(ordered, world, clock)
    gateways = [
        Gateway(sandbox, state, limits=limits, faults=faults, seed=f"{world.seed}/{sandbox.key}")
        for sandbox, state in zip(ordered, states, strict=True)
    ]
    return Served(gateways, host, port_base, truth).start()


def _endpoint(vendor: VendorSandbox, base_url: str) -> Endpoint:
    return Endpoint(vendor.key, base_url, dict(vendor.settings(base_url)), dict(vendor.secrets()))


def _listening(host: str, port: int) -> socket.socket:
    # With its protocol named, asyncio sends without delay; without, each answer of two writes waits 40 ms for an ACK.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise ConfigError(
            f"Port {port} on {host} is taken; choose another base with --port-base, or 0 for free ports."
        ) from error
    return listening


def _config(gateway: Gateway) -> uvicorn.Config:
    return uvicorn.Config(
        gateway,
        log_level="critical",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=KEEP_ALIVE_S,
        date_header=False,
        ws="none",
    )
