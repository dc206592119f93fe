"""What one request brings along: the database, who asks, what is selected, how long it may take."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from sqlalchemy import Connection

from kizuna.access import roles
from kizuna.access.namable import Namable
from kizuna.access.vault import Vault
from kizuna.config import GraphQLLimits
from kizuna.graphql.errors import Forbidden, TooLate
from kizuna.graphql.permissions import Masked
from kizuna.graphql.registry import Registry
from kizuna.graphql.selection import Selection
from kizuna.graphql.sight import Sight
from kizuna.model.labels import ALL, Labels
from kizuna.plugins import Plugins
from kizuna.sdk.outbound import Outbound
from kizuna.storage.answers import patience
from kizuna.storage.database import Database

QueueSync = Callable[[str, bool, Collection[str]], str]
"""Queues a run of a connection (name, full, streams) and gives its id."""

READ, WRITE, ADMIN = "read", "write", "admin"
_IMPLIED = {READ: {READ, WRITE, ADMIN}, WRITE: {WRITE, ADMIN}, ADMIN: {ADMIN}}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as it stands in the audit log, what they may do, and what they may read."""

    name: str
    scopes: frozenset[str] = frozenset({READ})
    role: str = roles.EVERYTHING
    labels: Labels = ALL
    seal: bytes | None = field(default=None, repr=False)  # the key of their cursors; None leaves them open

    def may(self, scope: str) -> bool:
        """Whether a scope of theirs includes this one: admin includes write, write includes read."""
        return bool(self.scopes & _IMPLIED[scope])


LOCAL = Caller("local", frozenset({ADMIN}))
"""Whoever sits at this machine."""


@dataclass(slots=True)
class Context:
    """One request under way."""

    database: Database
    plugins: Plugins
    outbound: Outbound
    namable: Namable
    vault: Vault
    limits: GraphQLLimits
    registry: Registry
    selection: Selection
    caller: Caller
    request_id: str
    queue_sync: QueueSync
    deadline_s: float  # of time.monotonic()
    answer_bytes: int  # the largest answer of a vendor that is read
    zone: tzinfo = UTC  # the organisation's
    behind: Any = None  # reads what figures name, for types, which cannot know it: kizuna.graphql.behind
    masked: Masked = field(default_factory=Masked)
    _open: list[Connection] = field(default_factory=list)

    @property
    def sql(self) -> Connection:
        """The transaction that this request reads in."""
        return self._open[-1]

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Everything read inside sees one state of the database."""
        with self.database.read() as sql:
            patience.limit(sql, self.limits.statement_timeout_s, self.deadline_s)
            self._open.append(sql)
            try:
                yield
            finally:
                self._open.pop()
                patience.unlimit(sql)

    @property
    def sight(self) -> Sight:
        """What the caller may read."""
        return self.selection.sight

    def hides(self, type_name: str, where: str) -> bool:
        """Whether the caller may not meet anything of that type; if so the answer says where it was left out."""
        missing = self.sight.lacks_type(type_name)
        if missing:
            self.masked.note(where, missing)
        return bool(missing)

    def check(self) -> None:
        """Raises TooLate when the request has used up its time."""
        if time.monotonic() > self.deadline_s:
            raise TooLate("The request took longer than it may; ask for less at once.")

    def require(self, scope: str) -> None:
        """Raises Forbidden unless the caller may do that."""
        if not self.caller.may(scope):
            raise Forbidden(f"This needs a token with the scope `{scope}`.")
