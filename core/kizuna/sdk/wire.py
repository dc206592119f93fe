"""What carries requests over the network: aiohttp's connections behind httpx's interface.

httpx's own connections cost three times the CPU time for a page of a hundred records.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

CONNECTIONS_MOST = 32


class Wire(AiohttpTransport):
    """An httpx transport. Whatever goes wrong on the way is raised as httpx.TransportError."""

    def __init__(self) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS_MOST, max_keepalive_connections=CONNECTIONS_MOST)
        super().__init__(trust_env=False, limits=limits)

    def get_client(self) -> aiohttp.ClientSession:
        """A session without a cookie jar of its own: the client above keeps them."""
        connector = aiohttp.TCPConnector(ssl=self.ssl_context, limit=CONNECTIONS_MOST)
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The vendor's answer; its body is read as it comes."""
        with _as_httpx():
            response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Body(response.stream)
        return response


class _Body(httpx.AsyncByteStream):
    def __init__(self, read: httpx.AsyncByteStream) -> None:
        self._read = read

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx():
            async for chunk in self._read:
                yield chunk

    async def aclose(self) -> None:
        with _as_httpx():
            await self._read.aclose()


@contextmanager
def _as_httpx() -> Iterator[None]:
    """What the library leaves as aiohttp's, or takes for a connection that was too slow, by its right name."""
    try:
        yield
    except httpx.ConnectTimeout as fault:
        if isinstance(fault.__cause__, TimeoutError):
            raise
        raise httpx.ReadError(str(fault.__cause__ or fault)) from fault.__cause__
    except aiohttp.ClientError as fault:
        raise httpx.RemoteProtocolError(str(fault)) from fault
