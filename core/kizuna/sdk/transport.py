"""Sending asks: paced to the vendor's limits, retried with back-off, errors sorted by what to do next."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, urlencode, urljoin

import httpx

from kizuna import log
from kizuna.clock import now
from kizuna.config import SyncLimits
from kizuna.errors import KizunaError, PageError, RefusedError, TransientError
from kizuna.sdk.auth import FetchedToken, Keeper
from kizuna.sdk.bounded import ACCEPTED, Bounded
from kizuna.sdk.client import Client
from kizuna.sdk.connector import Connector
from kizuna.sdk.outbound import THIS_MACHINE, Outbound
from kizuna.sdk.pacing import WAIT_MOST_S, Pace
from kizuna.sdk.reading import Answer, Ask

HEADERS = {"Accept": "application/json", "Accept-Encoding": ACCEPTED, "User-Agent": "kizuna"}
ANSWER_BYTES = SyncLimits().answer_bytes
CONNECT_S = 60.0
ATTEMPTS = 6
BACKOFF_S = 0.5
BACKOFF_MOST_S = 30.0
SAID_FROM_S = 10.0

_log = log.named(__name__)


@dataclass(slots=True)
class Traffic:
    """What was sent, for reports: requests, tries that had to be repeated, answers that said «too many»."""

    requests: int = 0
    retries: int = 0
    refused_429: int = 0


class Transport:
    """An open line to one connection's vendor; use it as an async context manager.

    ``attempts`` counts the first try; ``answer_bytes`` is the largest answer that is read, decompressed. ``outbound``
    says where requests may go, ``keeper`` keeps secrets that the vendor renews before they are used. ``auth`` is that of a
    line before, so that this one need not sign in again. ``http`` replaces the httpx transport, the connector's own carrier as well (tests play a vendor through ASGI); nothing is judged then.
    """

    def __init__(
        self,
        connector: Connector[Any],
        *,
        outbound: Outbound = THIS_MACHINE,
        keeper: Keeper | None = None,
        auth: httpx.Auth | None = None,
        http: httpx.AsyncBaseTransport | None = None,
        attempts: int = ATTEMPTS,
        paced: bool = True,
        answer_bytes: int = ANSWER_BYTES,
    ) -> None:
        self.connector, self.traffic = connector, Traffic()
        self._attempts = attempts
        self._said = 0
        self._pace = Pace(connector.limits, paced=paced)
        self._auth = auth or connector.auth()
        self._renewals: set[asyncio.Task[httpx.Response]] = set()
        if isinstance(self._auth, FetchedToken):
            self._auth.keeper = keeper
        self._client = Client(
            Bounded(http or connector.carrier() or _wire(outbound), answer_bytes, connector.key),
            self._auth,
            {**HEADERS, **connector.headers()},
            httpx.Timeout(connector.timeout_s, connect=min(CONNECT_S, connector.timeout_s)),
        )

    @property
    def auth(self) -> httpx.Auth | None:
        """What proves who asks, for the next line of the same run."""
        return self._auth

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        if isinstance(self._auth, FetchedToken):
            await self._auth.settled()
        await _broken_off(self._renewals)
        await self._client.aclose()

    async def send(self, ask: Ask) -> Answer:
        """The vendor's good answer.

        Raises AuthError, RefusedError, DegradedError or ConfigError (also for an answer that is too large) at once,
        TransientError (and PageError for an answer that is no JSON) after all attempts.
        """
        for attempt in range(1, self._attempts + 1):
            try:
                return await self._once(ask)
            except (TransientError, PageError) as error:
                wish_s = getattr(error, "retry_after_s", None)
                if attempt == self._attempts or (wish_s or 0.0) > WAIT_MOST_S:
                    raise
                self.traffic.retries += 1
                wait_s = wish_s if wish_s is not None else backoff(attempt)
                # A short wait that the vendor itself asks for is how it paces us, and no trouble.
                if wish_s is None or wish_s >= SAID_FROM_S:
                    self._say(error, attempt, wait_s)
                await asyncio.sleep(wait_s)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _say(self, error: KizunaError, attempt: int, wait_s: float) -> None:
        """Logs that the vendor is tried again: once for each attempt, however many asks wait for the same outage."""
        if attempt <= self._said:
            return
        self._said = attempt
        again = f"Trying again in {wait_s:.1f} s, attempt {attempt + 1} of {self._attempts}."
        _log.warning(f"{error} {again}", connector=self.connector.key)

    async def _once(self, ask: Ask) -> Answer:
        async with self._pace.kept(ask.family):
            return await self._exchange(ask)

    async def _exchange(self, ask: Ask) -> Answer:
        asked_at = now()
        self.traffic.requests += 1
        try:
            response = await self._answered(self._request(ask))
        except (httpx.TransportError, httpx.DecodingError) as fault:
            url = fault.request.url  # of the sign-in, where that is what failed
            where = f"{url.scheme}://{url.netloc.decode('ascii')}"
            raise TransientError(f"{self.connector.key}: cannot reach {where} ({cause(fault)}).") from fault
        if response.has_redirect_location:
            raise RefusedError(self._redirected(response))
        answer = Answer(
            status=response.status_code,
            body=response.content,
            headers=lowered(response.headers),
            asked_at=asked_at,
            ask=ask,
        )
        error = self.connector.sort_error(answer)
        if error is None:
            self._said = 0
            return self._sane(answer)
        if isinstance(error, TransientError):
            too_many = answer.status == httpx.codes.TOO_MANY_REQUESTS
            self.traffic.refused_429 += too_many
            if too_many or error.retry_after_s:
                self._pace.pause(ask.family, error)
        raise error

    async def _answered(self, request: httpx.Request) -> httpx.Response:
        """The vendor's answer. Who breaks this off does not break off a renewal: the vendor has spent the old secret."""
        if not (isinstance(self._auth, FetchedToken) and self._auth.rotates):
            return await self._client.send(request)
        sending = asyncio.ensure_future(self._client.send(request))
        try:
            return await asyncio.shield(sending)
        except asyncio.CancelledError:
            if self._auth.renewer is sending:
                self._renewals.add(sending)
            else:
                await _broken_off({sending})
            raise

    def _redirected(self, response: httpx.Response) -> str:
        asked = response.request.url
        try:
            target = asked.join(response.headers["location"])
            leads = f"{target.scheme}://{target.host}"
        except httpx.InvalidURL:
            leads = "an address that is none"
        return (
            f"{self.connector.key}: {asked.host} leads on to {leads} ({response.status_code}); credentials do not follow. "
            "Correct the address in the connection's settings."
        )

    def _sane(self, answer: Answer) -> Answer:
        """The answer, unless a proxy put a web page in its place."""
        if answer.headers.get("content-type", "").startswith("text/html"):
            raise PageError(f"{self.connector.key}: answered with a web page instead of data; the page is refused.")
        return answer

    def _request(self, ask: Ask) -> httpx.Request:
        home = self.connector.base_url()
        try:
            url = urljoin(home + "/", ask.path if _absolute(ask.path) else ask.path.lstrip("/"))
        except ValueError:
            url = ask.path
        # However it is spelt (HTTPS://…, a blank before it): where it leads to is what counts.
        if not url.startswith(f"{home}/") and _origin(url) != _origin(home):
            raise RefusedError(
                f"{self.connector.key}: the vendor's answer leads from {_origin(home)} to {_origin(url)}; credentials do "
                "not follow. Correct the address in the connection's settings."
            )
        if ask.params:
            joined = urlencode(ask.params, quote_via=quote, safe="")
            url = f"{url}{'&' if '?' in url else '?'}{joined}"
        return self._client.request(
            ask.method,
            url,
            json=ask.json,
            data=dict(ask.form) if ask.form else None,
            headers=dict(ask.headers),
        )


async def _broken_off(tasks: Collection[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _absolute(path: str) -> bool:
    return path.startswith(("http://", "https://"))


def _origin(url: str) -> str:
    """``scheme://host:port``, the port left out where it is the usual one."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return "an address that is none"
    return f"{parsed.scheme}://{parsed.netloc.decode('ascii')}"


def cause(fault: Exception) -> str:
    """Why no answer came, in the words of the operating system where it has some: ``connection refused``."""
    if isinstance(fault, httpx.TimeoutException):
        return "no answer in time"
    found: BaseException | None = fault
    while found is not None:
        if isinstance(found, OSError) and found.errno is not None:
            words = os.strerror(found.errno) if found.errno > 0 else str(found.strerror)
            return words.lower()
        found = found.__cause__ or found.__context__
    return type(fault).__name__


def lowered(headers: httpx.Headers) -> Mapping[str, str]:
    """Headers as a plain mapping with names in lower case."""
    return {name.lower(): value for name, value in headers.items()}


def backoff(attempt: int) -> float:
    """Seconds before the next try: doubling, with full jitter so that many do not return at once."""
    ceiling_s: float = min(BACKOFF_MOST_S, BACKOFF_S * 2.0 ** (attempt - 1))
    return random.uniform(0.5, 1.0) * ceiling_s


def _wire(outbound: Outbound) -> httpx.AsyncBaseTransport:
    from kizuna.sdk.wire import Wire  # who only maps records opens no connection, and is spared 15 MB

    return Wire(outbound)
