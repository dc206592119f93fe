"""A vendor's client: httpx's requests, authentication and transports, without what only browsers need.

No cookies are kept, no redirect is followed, no history is written: for a page of a hundred records httpx's own client
spends as much on these as the connection does on carrying the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

import httpx


class Client:
    """Sends requests over one transport; ``auth`` signs them, ``headers`` and ``timeout`` belong to every one of them."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        auth: httpx.Auth | None,
        headers: Mapping[str, str],
        timeout: httpx.Timeout,
    ) -> None:
        self._transport, self._auth = transport, auth or httpx.Auth()
        self._headers, self._within = dict(headers), timeout.as_dict()

    def request(self, method: str, url: str, *, json: Any, data: Any, headers: Mapping[str, str]) -> httpx.Request:
        """A request as it will be sent, but for what the authentication adds. Raises httpx.InvalidURL."""
        return httpx.Request(method, url, headers={**self._headers, **headers}, json=json, data=data)

    async def send(self, request: httpx.Request) -> httpx.Response:
        """The answer, read whole, to the request and to what the authentication asks before and after it.

        Raises httpx.TransportError with the request that failed, and what the authentication raises.
        """
        async with aclosing(self._auth.async_auth_flow(request)) as steps:
            step = await anext(steps)
            while True:
                response = await self._exchanged(step)
                try:
                    step = await steps.asend(response)
                except StopAsyncIteration:
                    return response

    async def aclose(self) -> None:
        """The transport closed."""
        await self._transport.aclose()

    async def _exchanged(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {"timeout": self._within, **request.extensions}
        try:
            response = await self._transport.handle_async_request(request)
            response.request = request
            try:
                await response.aread()
            finally:
                await response.aclose()
        except httpx.RequestError as fault:
            fault.request = request
            raise
        return response
