"""Webhooks on their way: signed by the vendor, posted to each endpoint, with the disorder that networks bring."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

import httpx

from kizuna.sandbox.seeds import share_of
from kizuna.sandbox.state import SandboxState
from kizuna.sandbox.store import Change
from kizuna.sandbox.vendor import VendorSandbox
from kizuna.sandbox.webhooks import WebhookCall, WebhookEndpoint

_ATTEMPTS = 3
_PAUSE_S = 0.2


class Sender(Protocol):
    """What the courier serves: a vendor and its memory."""

    vendor: VendorSandbox
    state: SandboxState


class Courier:
    """Delivers the webhooks that changes cause, in the background; a refused call is tried three times."""

    def __init__(self, senders: Sequence[Sender]) -> None:
        self._senders = senders
        self._queue: asyncio.Queue[tuple[SandboxState, WebhookEndpoint, WebhookCall]] = asyncio.Queue()
        self._sent = 0
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        for sender in self._senders:
            sender.state.listeners.append(self._listener(sender))
        self._task = asyncio.create_task(self._deliver())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _listener(self, sender: Sender) -> Listener:
        return Listener(self, sender)

    def post(self, sender: Sender, change: Change) -> None:
        """Queue the calls a change causes; may be called from any thread."""
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        for endpoint in list(sender.state.endpoints.values()):
            for call in sender.vendor.webhooks(change, endpoint, sender.state):
                loop.call_soon_threadsafe(self._send, sender.state, endpoint, call)

    def _send(self, state: SandboxState, endpoint: WebhookEndpoint, call: WebhookCall) -> None:
        """Queue one call, with the disorder asked for; runs in the server's loop."""
        self._sent += 1
        disorder, entry = state.disorder, (state, endpoint, call)
        draw = share_of(state.view.profile.key, "webhook", self._sent)
        if draw < disorder.lost:
            state.requests["webhooks_lost"] += 1
            return
        late = draw < disorder.lost + disorder.late
        if late and self._loop is not None:
            self._loop.call_later(disorder.late_s, self._queue.put_nowait, entry)
        else:
            self._queue.put_nowait(entry)
        if share_of(state.view.profile.key, "webhook again", self._sent) < disorder.twice:
            self._queue.put_nowait(entry)

    async def _deliver(self) -> None:
        async with httpx.AsyncClient(timeout=5.0) as client:
            while True:
                state, endpoint, call = await self._queue.get()
                delivered = await _attempt(client, endpoint, call)
                state.requests["webhooks_delivered" if delivered else "webhooks_failed"] += 1


class Listener:
    """Passes a sandbox's changes to the courier."""

    def __init__(self, courier: Courier, sender: Sender) -> None:
        self._courier, self._sender = courier, sender

    def __call__(self, change: Change) -> None:
        """Hear of a change."""
        self._courier.post(self._sender, change)


async def _attempt(client: httpx.AsyncClient, endpoint: WebhookEndpoint, call: WebhookCall) -> bool:
    for attempt in range(_ATTEMPTS):
        try:
            answer = await client.post(endpoint.url, content=call.body, headers=dict(call.headers))
        except httpx.HTTPError:
            answer = None
        if answer is not None and answer.is_success:
            return True
        await asyncio.sleep(_PAUSE_S * attempt)
    return False
