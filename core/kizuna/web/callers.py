"""Who asks over HTTP: a token, or, in development, somebody at this very machine."""

from __future__ import annotations

import ipaddress
import time
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from kizuna import clock, log
from kizuna.access import tokens
from kizuna.config import Settings
from kizuna.graphql import LOCAL, Caller
from kizuna.storage import tokens as stored
from kizuna.storage.database import Database
from kizuna.storage.instants import micros

NOTE_USE_EVERY_S = 60
_log = log.named(__name__)


class Callers:
    """Finds out who asks; its questions to the database block, so call it in a worker thread."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database, self.settings = database, settings
        self._noted: dict[str, float] = {}

    def of(self, request: HTTPConnection) -> Caller | None:
        """The caller, None when they cannot say who they are."""
        presented = request.headers.get("authorization")
        if presented is None:
            return LOCAL if self.settings.mode == "development" and is_local(request) else None
        scheme, _, token = presented.partition(" ")
        if scheme.casefold() != "bearer":
            return None
        with self.database.read() as sql:
            holder = tokens.holder(sql, token.strip())
        if holder is None:
            return None
        return Caller(f"token:{holder.token_id}", holder.scopes, holder.role, holder.labels, holder.seal)

    def note_use(self, caller: Caller) -> None:
        """The last use of the caller's token noted, at most once a minute."""
        kind, _, token_id = caller.name.partition(":")
        now = time.monotonic()
        if kind != "token" or now - self._noted.get(token_id, -NOTE_USE_EVERY_S) < NOTE_USE_EVERY_S:
            return
        self._noted[token_id] = now
        with self.database.write() as sql:
            stored.used(sql, token_id, micros(clock.now()))


def is_local(request: HTTPConnection) -> bool:
    """Whether the request comes from this machine, for this machine, and not through a proxy or another site's page.

    The host is looked at because a foreign name may be made to point here; the origin because a browser sends one along.
    """
    client = request.client
    if client is None or not _is_loopback(client.host):
        return False
    if any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip")):
        return False
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return False
    host = request.headers.get("host", "")
    if not _is_loopback(urlsplit(f"//{host}").hostname or ""):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == host


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
