"""The vendor, played: list endpoints over the records given, paged as the connector's own paging says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import httpx
import msgspec

from kizuna.sdk import Ask, Listing, instant
from kizuna.sdk.paging import planted
from kizuna.testing.subject import NotChecked, Subject

TOKEN = {"access_token": "token-of-the-played-vendor", "token_type": "Bearer", "expires_in": 3600}


class Refusing(httpx.AsyncBaseTransport):
    """A vendor that answers every question with one status, its message quoting ``echo`` as careless vendors do."""

    def __init__(self, status: int, headers: Mapping[str, str] | None = None, echo: str = "") -> None:
        self.requests: list[httpx.Request] = []
        self._status, self._headers, self._echo = status, dict(headers or {}), echo

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        await request.aread()
        if asks_for_token(request):
            return httpx.Response(200, json=TOKEN)
        return httpx.Response(
            self._status, headers=self._headers, json={"error": "refused", "message": f"refused {self._echo}"}
        )


class Playing(httpx.AsyncBaseTransport):
    """A vendor that answers one :class:`~kizuna.sdk.Listing` with its records, ``size`` to a page.

    ``busy_first`` answers each question with 429 once before it is answered.
    """

    def __init__(
        self, subject: Subject, records: Sequence[Mapping[str, Any]], *, size: int = 1, busy_first: bool = False
    ) -> None:
        self.requests: list[httpx.Request] = []
        self._subject, self._records, self._size, self._busy_first = subject, list(records), size, busy_first
        self._refused: set[str] = set()
        self._listing = listing_of(subject)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        if asks_for_token(request):
            return httpx.Response(200, json=TOKEN)
        self.requests.append(request)
        ask = self._ask(request)
        if ask.path.partition("?")[0].strip("/") != self._listing.path.strip("/"):
            return httpx.Response(404, json={"error": "nothing is here"})
        if self._busy_first and str(request.url) not in self._refused:
            self._refused.add(str(request.url))
            return httpx.Response(429, headers={"Retry-After": "0"}, json={"error": "too many requests"})
        return httpx.Response(200, json=self._page(ask))

    def _ask(self, request: httpx.Request) -> Ask:
        """The question as the connector put it."""
        path = str(request.url.copy_with(query=None)).removeprefix(self._subject.connector.base_url())
        params = parse_qsl(request.url.query.decode(), keep_blank_values=True)
        place = next((name for name, _ in params if name.startswith("page-from-")), None)
        return Ask(path=f"{path}?{place}" if place else path, params=tuple(params))

    def _page(self, ask: Ask) -> Any:
        found = self._changed(ask)
        ids = [str(record.get(self._listing.id_field)) for record in found]
        begin, end, envelope = self._listing.paging.imitate(ask, ids, self._size)
        if not self._listing.items:
            return found[begin:end]
        return merged(planted(self._listing.items, found[begin:end]), envelope)

    def _changed(self, ask: Ask) -> list[Mapping[str, Any]]:
        """The records that the question is for: all, or those changed since."""
        since = self._listing.since
        wish = next((value for name, value in ask.params if since is not None and name == since.param), None)
        if since is None or wish is None:
            return self._records
        begin, decoder = instant(wish), msgspec.json.Decoder(self._subject.stream.payload)
        decoded = [(record, decoder.decode(msgspec.json.encode(record))) for record in self._records]
        return [record for record, payload in decoded if begin and (at := since.at(payload)) and at >= begin]


def listing_of(subject: Subject) -> Listing[Any]:
    """The stream's list. Raises NotChecked for a reading of the connector's own."""
    reading = subject.stream.reading
    if not isinstance(reading, Listing):
        raise NotChecked(
            f"{subject.stream.name} has a reading of its own ({type(reading).__name__}): let vendor() play it"
        )
    return reading


def asks_for_token(request: httpx.Request) -> bool:
    """Whether the request is for a token (OAuth 2), not for data."""
    return request.method == "POST" and b"grant_type=" in request.content


def merged(one: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Two envelopes as one, nested objects included."""
    for name, value in other.items():
        held = one.get(name)
        one[name] = merged(held, value) if isinstance(held, dict) and isinstance(value, Mapping) else value
    return one
