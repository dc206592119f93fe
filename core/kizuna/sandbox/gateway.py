"""What stands in front of every simulated vendor: counting, limits, faults, and the way to the control API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from email.utils import format_datetime

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kizuna.sandbox.control import CONTROL_PREFIX, control_app
from kizuna.sandbox.faults import Fault, FaultPlan, fault_profile
from kizuna.sandbox.limits import Buckets
from kizuna.sandbox.seeds import stream_of
from kizuna.sandbox.state import SandboxState
from kizuna.sandbox.vendor import LimitReading, RateLimit, VendorSandbox

_MAINTENANCE = (
    "<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>"
)


class Gateway:
    """An ASGI app around a vendor's app; its parts can be changed while it serves."""

    def __init__(self, vendor: VendorSandbox, state: SandboxState, *, limits: bool, faults: str, seed: object) -> None:
        self.vendor, self.state, self.seed = vendor, state, seed
        self.buckets = Buckets(vendor.limits, enabled=limits)
        self.faults = FaultPlan(fault_profile(faults), seed)
        self._app: ASGIApp = vendor.app(state)
        self._control: ASGIApp = control_app(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        path: str = scope["path"]
        if path.startswith(CONTROL_PREFIX):
            return await self._control(scope, receive, send)
        return await self._vendor(scope, receive, send, path)

    async def _vendor(self, scope: Scope, receive: Receive, send: Send, path: str) -> None:
        requests = self.state.requests
        requests["requests"] += 1
        readings, refusing = self.buckets.take(scope["method"], path)
        fault = self.faults.draw(path)
        send = self._counting(self._with_headers(send, readings))
        if refusing is not None:
            return await self.vendor.too_many(refusing, self.state)(scope, receive, send)
        if fault is not None:
            requests[f"fault_{fault}"] += 1
            return await self._strike(fault, scope, receive, send)
        return await self._app(scope, receive, send)

    async def _strike(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        rng = stream_of(self.seed, "strike", self.state.requests["requests"])
        if fault == "rate_limited":
            limit = self.vendor.limits[0] if self.vendor.limits else RateLimit("requests", 1, 1.0)
            reading = LimitReading(limit, 0, self.faults.profile.retry_after_s)
            return await self.vendor.too_many(reading, self.state)(scope, receive, send)
        if fault == "server_error":
            status = (500, 502, 503)[int(rng.random() * 3)]
            return await self.vendor.broken(status, self.state)(scope, receive, send)
        if fault == "html":
            return await HTMLResponse(_MAINTENANCE)(scope, receive, send)
        if fault == "slow":
            await asyncio.sleep(self.faults.profile.slow_s)
            return await self._app(scope, receive, send)
        if fault == "token_expired":
            self.vendor.expire_tokens(self.state)
            return await self._app(scope, receive, send)
        start, body = await self._caught(scope, receive)
        return await _spoiled(fault, start, self._rows_moved(fault, body), send)

    async def _caught(self, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
        """The vendor's whole answer, kept back."""
        start: Message = {}
        parts: list[bytes] = []

        async def keep(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            else:
                parts.append(message.get("body", b""))

        await self._app(scope, receive, keep)
        return start, b"".join(parts)

    def _rows_moved(self, fault: Fault, body: bytes) -> bytes:
        """The answer with a row twice, or its rows in another order; the last row stays last, since cursors hang on it."""
        if fault not in {"repeated", "shuffled"}:
            return body
        try:
            answer = json.loads(body)
        except ValueError:
            return body
        rows = self.vendor.items(answer)
        if not rows or len(rows) < 2:
            return body
        rng = stream_of(self.seed, "rows", self.state.requests["requests"])
        if fault == "repeated":
            rows.insert(0, rows[int(rng.random() * (len(rows) - 1))])
        else:
            head = rows[:-1]
            rng.shuffle(head)
            rows[:-1] = head
        return json.dumps(answer, ensure_ascii=False).encode()

    def _with_headers(self, send: Send, readings: Sequence[LimitReading]) -> Send:
        # The vendor's clock is the simulated one: readers take the end of their windows from it.
        date = format_datetime(self.state.now(), usegmt=True)
        extra = {"Date": date, **self.vendor.headers(readings, self.state)}

        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *_encoded(extra)]}
            await send(message)

        return sender

    def _counting(self, send: Send) -> Send:
        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.state.requests[f"status_{message['status']}"] += 1
            await send(message)

        return sender


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


async def _spoiled(fault: Fault, start: Message, body: bytes, send: Send) -> None:
    """Send an answer cut short: well-formed HTTP around half a body, or a connection that breaks in the middle."""
    cut = body[: len(body) // 2] if fault in {"truncated", "reset"} else body
    # A reset announces the whole body and stops halfway: the server then closes the connection.
    announced = len(body) if fault == "reset" else len(cut)
    headers = [(name, value) for name, value in start.get("headers", []) if name.lower() != b"content-length"]
    await send({**start, "headers": [*headers, (b"content-length", str(announced).encode())]})
    await send({"type": "http.response.body", "body": cut, "more_body": fault == "reset"})
