"""The line to a played vendor, which follows a script: what becomes of each request, and of its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import msgspec
from starlette.responses import Response

Onward = Callable[[], Awaitable[httpx.Response]]
"""Asks the vendor, and gives its answer."""

Script = Callable[[int, httpx.Request, Onward], Awaitable[httpx.Response]]
"""What becomes of a request: its number, from 1 on, the request, and the way on to the vendor."""


class Killed(BaseException):
    """The process ends here, as if by ``kill -9``: nothing is tidied up, nothing more is written."""


async def undisturbed(_number: int, _request: httpx.Request, onward: Onward) -> httpx.Response:
    """The vendor's own answer."""
    return await onward()


class Line(httpx.AsyncBaseTransport):
    """Carries requests to ``vendor`` by the script; ``short`` puts other values in place of parameters, for small pages."""

    def __init__(
        self, vendor: httpx.AsyncBaseTransport, script: Script = undisturbed, short: Mapping[str, str] | None = None
    ) -> None:
        self.requests: list[httpx.Request] = []
        self._vendor, self._script, self._short = vendor, script, dict(short or {})

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        # As it was asked: a script may change what goes on to the vendor.
        self.requests.append(
            httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        )

        async def onward() -> httpx.Response:
            answer = await self._vendor.handle_async_request(shortened(request, self._short))
            await answer.aread()
            return answer

        return await self._script(len(self.requests), request, onward)


def killed_after(requests: int) -> Script:
    """The process ends where the next request would leave, once so many were answered."""

    async def script(number: int, _request: httpx.Request, onward: Onward) -> httpx.Response:
        if number > requests:
            raise Killed
        return await onward()

    return script


def once_each(fault: Callable[[httpx.Request, Onward], Awaitable[httpx.Response]]) -> Script:
    """Every question meets the fault the first time it is asked, and is answered from then on."""
    met: set[tuple[str, str, bytes]] = set()

    async def script(_number: int, request: httpx.Request, onward: Onward) -> httpx.Response:
        question = (request.method, str(request.url), request.content)
        if question in met:
            return await onward()
        met.add(question)
        return await fault(request, onward)

    return script


def before(number: int, act: Callable[[], object]) -> Script:
    """Something happens at the vendor just before that request is answered."""

    async def script(asked: int, _request: httpx.Request, onward: Onward) -> httpx.Response:
        if asked == number:
            act()
        return await onward()

    return script


def rewriting(rows_of: Callable[[Any], Sequence[Any] | None], change: Callable[[dict[str, Any]], None]) -> Script:
    """Every record that is answered is changed on its way; ``rows_of`` finds the records of an answer."""

    async def script(_number: int, _request: httpx.Request, onward: Onward) -> httpx.Response:
        answer = await onward()
        try:
            said = msgspec.json.decode(answer.content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return answer
        for row in (rows_of(said) if isinstance(said, dict | list) else None) or ():
            if isinstance(row, dict):
                change(row)
        return as_answer(answer.status_code, answer.headers, msgspec.json.encode(said))

    return script


def shortened(request: httpx.Request, short: Mapping[str, str]) -> httpx.Request:
    """The request with the vendor's smallest pages, where it asks for larger ones."""
    if not short:
        return request
    asked = parse_qsl(request.url.query.decode(), keep_blank_values=True)
    query = urlencode([(name, short.get(name, value)) for name, value in asked])
    url, content = request.url.copy_with(query=query.encode() if asked else None), request.content
    if content.startswith(b"{"):
        body = msgspec.json.decode(content)
        content = msgspec.json.encode({name: _like(value, short.get(name)) for name, value in body.items()})
    kept = {name: value for name, value in request.headers.items() if name != "content-length"}
    return httpx.Request(request.method, url, headers=kept, content=content or None)


def as_answer(status: int, headers: Mapping[str, str], content: bytes) -> httpx.Response:
    """An answer with another body; what spoke of the old one is left out."""
    kept = {
        name: value for name, value in headers.items() if name.lower() not in {"content-length", "content-encoding"}
    }
    return httpx.Response(status, headers=kept, content=content)


def of(response: Response) -> httpx.Response:
    """A sandbox's own answer as one that came over the line."""
    return as_answer(response.status_code, dict(response.headers), bytes(response.body))


def _like(value: Any, wanted: str | None) -> Any:
    """The wanted value in the type of the one it replaces."""
    return value if wanted is None else int(wanted) if isinstance(value, int) else wanted
