"""API tokens: ``kz_<id>_<256 bits>``, shown once; kept as the id and an HMAC-SHA256 of the rest."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy import Connection

from kizuna import clock
from kizuna.access import roles, seals
from kizuna.errors import ConfigError
from kizuna.model.labels import Labels
from kizuna.storage import tokens
from kizuna.storage.instants import maybe_micros, micros

PREFIX = "kz"
SCOPES = ("read", "write", "admin")
"""read asks; write also decides and starts syncs; admin also connects systems."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a token stands for."""

    token_id: str
    name: str
    scopes: frozenset[str]
    role: str
    labels: Labels
    last_used_at: int | None
    seal: bytes = field(repr=False)  # the key of cursors for whoever may read the same


def create(
    sql: Connection,
    name: str,
    scopes: Collection[str] = ("read",),
    expires_at: datetime | None = None,
    *,
    role: str = roles.EVERYTHING,
    labels: Collection[str] = (),
) -> SecretStr:
    """A new token, to be shown once and never again; it reads what its role may, and those labels besides.

    Raises ConfigError for a scope, a role or a label that there is not.
    """
    roles.checked(role, labels)
    unknown = set(scopes) - set(SCOPES)
    if unknown or not scopes:
        raise ConfigError(
            f"A token's scopes are {', '.join(SCOPES)}; {', '.join(sorted(unknown)) or 'none'} was given."
        )
    pepper = tokens.keep_pepper(sql, secrets.token_hex(32))
    token_id, secret = secrets.token_hex(6), secrets.token_hex(32)
    now = micros(clock.now())
    digest, until = _digest(pepper, token_id, secret), maybe_micros(expires_at)
    tokens.add(sql, token_id, name, digest, scopes, role, labels, now, until)
    return SecretStr(f"{PREFIX}_{token_id}_{secret}")


def holder(sql: Connection, presented: str) -> Holder | None:
    """Whom a presented token stands for; None when it is malformed, unknown, wrong, expired or taken back."""
    prefix, _, rest = presented.partition("_")
    token_id, _, secret = rest.partition("_")
    if prefix != PREFIX or not token_id or not secret or not presented.isascii() or len(presented) > 200:
        return None
    stored, pepper = tokens.get(sql, token_id), tokens.pepper(sql)
    # A digest is compared even where no token is known, so that the time taken does not tell which ids exist.
    expected = stored.digest if stored else "0" * 64
    right = hmac.compare_digest(_digest(pepper or "", token_id, secret), expected)
    if not right or stored is None or pepper is None or stored.revoked_at is not None:
        return None
    if stored.expires_at is not None and stored.expires_at <= micros(clock.now()):
        return None
    may_read = roles.readable(stored.role, stored.labels)
    seal = seals.key_of(pepper, may_read)
    return Holder(stored.id, stored.name, frozenset(stored.scopes), stored.role, may_read, stored.last_used_at, seal)


def _digest(pepper: str, token_id: str, secret: str) -> str:
    return hmac.new(pepper.encode(), f"{token_id}.{secret}".encode(), hashlib.sha256).hexdigest()
