"""What carries requests over the network: aiohttp's connections behind httpx's interface.

httpx's own connections cost three times the CPU time for a page of a hundred records. Every connection is made to an
address that `kizuna.sdk.outbound` allows: literal addresses are judged before, names by what the resolver answers, and
it is that answer which is connected to.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream

from kizuna.sdk.outbound import THIS_MACHINE, Outbound

CONNECTIONS_MOST = 32
PIECE_BYTES = 262_144


class Wire(AiohttpTransport):
    """An httpx transport. Whatever goes wrong on the way is raised as httpx.TransportError, a refusal as ConfigError.

    ``resolver`` replaces the system's; its answers are judged all the same.
    """

    def __init__(self, outbound: Outbound = THIS_MACHINE, resolver: AbstractResolver | None = None) -> None:
        self._outbound, self._resolver = outbound, resolver
        limits = httpx.Limits(max_connections=CONNECTIONS_MOST, max_keepalive_connections=CONNECTIONS_MOST)
        super().__init__(trust_env=False, limits=limits)

    def get_client(self) -> aiohttp.ClientSession:
        """A session without a cookie jar of its own: the client above keeps them."""
        resolver = _Judged(self._resolver or aiohttp.ThreadedResolver(), self._outbound)
        connector = _Guarded(self._outbound, resolver=resolver, ssl=self.ssl_context, limit=CONNECTIONS_MOST)
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The vendor's answer; its body is read as it comes."""
        if request.url.userinfo:
            self._outbound.require_url(str(request.url))
        with _as_httpx():
            response = await super().handle_async_request(request)
        assert isinstance(response.stream, AiohttpResponseStream)
        setattr(response.stream, "CHUNK_SIZE", PIECE_BYTES)  # noqa: B010  it is typed as the number it begins with
        response.stream = _Body(response.stream)
        return response


class _Guarded(aiohttp.TCPConnector):
    """Judges the host as aiohttp itself reads it: it asks no resolver for a literal address."""

    def __init__(self, outbound: Outbound, **options: Any) -> None:
        super().__init__(**options)
        self._outbound = outbound
        self._allowed: set[tuple[str, str, int | None]] = set()

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Any],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  aiohttp's own signature
    ) -> aiohttp.connector.Connection:
        asked = (req.url.scheme, req.url.raw_host or "", req.url.port)
        if asked not in self._allowed:
            self._outbound.require(*asked)
            self._allowed.add(asked)
        return await super().connect(req, traces, timeout)


class _Judged(AbstractResolver):
    """A resolver whose answer is refused as a whole when one of its addresses may not be connected to."""

    def __init__(self, inner: AbstractResolver, outbound: Outbound) -> None:
        self._inner, self._outbound = inner, outbound

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        self._outbound.require_all(host, (one["host"] for one in found))
        return found

    async def close(self) -> None:
        await self._inner.close()


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
