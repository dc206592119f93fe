"""``POST /webhooks/{connection}``: verified, kept on disk, answered; what it speaks of is read again by a worker.

Deliveries come by the thousand, so they are answered before the routes and what stands around them: their URL is taken
apart here, and an answer is two messages.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Receive, Scope, Send

from kizuna import clock, log
from kizuna.access.vault import Vault
from kizuna.config import Settings
from kizuna.errors import PayloadError, TransientError
from kizuna.failpoints import failpoint
from kizuna.plugins import Plugins
from kizuna.sdk import Delivery
from kizuna.storage.database import Database
from kizuna.storage.deliveries import NOBODY
from kizuna.web.group_commit import GroupCommit
from kizuna.web.receiving import Receiving, arrival, fit, genuine, receiving

PREFIX = "/webhooks/"
MOST_BYTES = 1_000_000
ARRIVES_WITHIN_S = 10.0
LOOKED_UP_FOR_S = 2.0
"""How long connections and their secrets are believed before they are looked up again."""
BELIEVED_AT_MOST_S = 10.0
"""How long they are believed while somebody looks them up; a look takes milliseconds."""
_log = log.named(__name__)


class Answer(NamedTuple):
    """Status, body and headers, ready to be sent."""

    status: int
    body: bytes
    content_type: bytes = b"text/plain; charset=utf-8"
    headers: tuple[tuple[bytes, bytes], ...] = ()


KEPT = Answer(200, b"Kept.")
UNKNOWN = Answer(404, b"Not found.")
WRONG_METHOD = Answer(405, b"Deliveries are sent by POST.", headers=((b"allow", b"POST"),))
LATER = Answer(503, b"Send it again later.", headers=((b"retry-after", b"5"),))
_CLOSE = ((b"connection", b"close"),)
SLOW = Answer(408, b"The delivery did not arrive in time.", headers=_CLOSE)
LARGE = Answer(413, f"The delivery is too large; at most {MOST_BYTES} bytes are taken.".encode(), headers=_CLOSE)
FORGED = Answer(400, b"The signature is wrong or too old.")
UNFIT = Answer(400, b"The delivery names a record in what is no proper text.")


class TooLarge(Exception):
    """The body is longer than it may be."""


class Gone(Exception):
    """The sender hung up: nobody is there to be told."""


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Middleware that answers deliveries with the one endpoint there is while the application runs."""

    app: ASGIApp
    endpoints: list[WebhookEndpoint]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; what is no delivery goes on."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX) and self.endpoints:
            await self.endpoints[0](scope, receive, send)
        else:
            await self.app(scope, receive, send)


class WebhookEndpoint:
    """Answers deliveries: 200 kept (also again), 400 refused, 404 unknown, 413 too large, 500 not to be kept, 503 not now."""

    def __init__(self, settings: Settings, database: Database, plugins: Plugins, commits: GroupCommit) -> None:
        self.settings, self.database, self.plugins, self.commits = settings, database, plugins, commits
        self.vault = Vault(database, settings.vault_key)
        self._receiving: dict[str, Receiving] = {}
        self._looked_up_s = float("-inf")
        self._looking_up = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a delivery; what is refused is counted and has no other effect."""
        try:
            answer = await self._answer(scope, receive)
        except Gone:
            return
        except (SQLAlchemyError, OSError, TransientError) as error:
            _log.warning("delivery not taken", error=type(error).__name__)
            answer = LATER
        length = str(len(answer.body)).encode()
        headers = [(b"content-type", answer.content_type), (b"content-length", length), *answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        if scope["method"] != "POST":
            return WRONG_METHOD
        to = await self._to(scope["path"].removeprefix(PREFIX))
        if to is None:
            return self._refused(NOBODY, "unknown", UNKNOWN)
        try:
            async with asyncio.timeout(ARRIVES_WITHIN_S):
                body = await _body(receive)
        except TimeoutError:
            return self._refused(to.id, "refused", SLOW)
        except TooLarge:
            return self._refused(to.id, "too_large", LARGE)
        return await self._taken(to, _delivery(self.settings, scope, body))

    async def _taken(self, to: Receiving, delivery: Delivery) -> Answer:
        if not genuine(to, delivery):
            return self._refused(to.id, "refused", FORGED)
        failpoint("webhook.received")
        found = arrival(to, delivery)
        if not fit(found):
            return self._refused(to.id, "unfit", UNFIT)
        try:
            await self.commits.keep(found)
        except PayloadError as error:
            return Answer(500, str(error).encode())
        if found.remark:
            self.commits.count(to.id, "other_account")
        failpoint("webhook.stored")
        return _kept(to, delivery)

    def _refused(self, connection_id: int, outcome: str, answer: Answer) -> Answer:
        self.commits.count(connection_id, outcome)
        return answer

    async def _to(self, name: str) -> Receiving | None:
        """The connection of that name, if it is active and its connector knows webhooks."""
        age_s = time.monotonic() - self._looked_up_s
        # While one delivery waits for the new look, the others go by the last one.
        if age_s > LOOKED_UP_FOR_S and (age_s > BELIEVED_AT_MOST_S or not self._looking_up.locked()):
            async with self._looking_up:
                if time.monotonic() - self._looked_up_s > LOOKED_UP_FOR_S:
                    self._receiving = await asyncio.to_thread(receiving, self.database, self.plugins, self.vault)
                    self._looked_up_s = time.monotonic()
        return self._receiving.get(name)


def public_url(settings: Settings, scope: Scope) -> str:
    """The URL as the sender wrote it, which some vendors sign."""
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = scope.get("query_string", b"").decode("latin-1")
    base = settings.public_url.rstrip("/")
    if not base:
        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
        base = f"{scope.get('scheme', 'http')}://{host}"
    return f"{base}{path}{'?' if query else ''}{query}"


async def _body(receive: Receive) -> bytes:
    """The body, read no further than it may be long. Raises TooLarge and Gone."""
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part = message.get("body", b"")
        size += len(part)
        if size > MOST_BYTES:
            raise TooLarge
        parts.append(part)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _delivery(settings: Settings, scope: Scope, body: bytes) -> Delivery:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    url = public_url(settings, scope)
    return Delivery(method=scope["method"], url=url, headers=headers, body=body, received_at=clock.now())


def _kept(to: Receiving, delivery: Delivery) -> Answer:
    """The answer that the delivery was kept, in the words its vendor waits for."""
    try:
        reply = to.replying.reply(delivery) if to.replying is not None else None
        if reply is not None:
            return Answer(reply.status, reply.body, reply.content_type.encode())
    except Exception as error:  # noqa: BLE001 - a border: the plugin's answer is foreign code, and the delivery is kept
        _log.warning("no reply could be made", connection=to.name, error=type(error).__name__)
    return KEPT
