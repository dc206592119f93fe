"""Documents that callers name by their hash instead of sending them, and those that alone are answered."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from kizuna import clock
from kizuna.config import Settings
from kizuna.storage import documents as stored
from kizuna.storage.database import Database
from kizuna.storage.instants import micros
from kizuna.web.requests import Refused

KNOWN_S: Final = 10.0
"""So long a document is believed to stand as it was read; then another process may have removed it."""
KNOWN_MOST: Final = 1_000
_NAME: Final = re.compile(r"sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Known:
    """A document as it was read, and until when that is believed (monotonic seconds)."""

    text: str
    trusted: bool
    until_s: float


class Persisted:
    """Finds documents by name; its questions to the database block, so call it in a worker thread."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.only_trusted = settings.graphql.documents == "trusted"
        self.sent_most = settings.graphql.max_sent_documents
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._lock = threading.Lock()

    def text_of(self, query: str | None, document_id: str | None) -> str:
        """The document that is asked for. Raises Refused when it is not known, not trusted, or not what its name says."""
        sha256 = _sha256(document_id) if document_id is not None else None
        if query is not None and sha256 is not None and _sha256_of(query) != sha256:
            raise Refused(400, "BAD_REQUEST", "`documentId` is not the SHA-256 of `query`.")
        if query is not None and not self.only_trusted:
            return query
        known = self._find(sha256 or _sha256_of(query or ""))
        if self.only_trusted and (known is None or not known.trusted):
            raise Refused(
                403,
                "DOCUMENT_NOT_TRUSTED",
                "Only documents that were added beforehand are answered; `kizuna documents add` adds one.",
            )
        if known is None:
            raise Refused(
                404, "DOCUMENT_NOT_FOUND", "This document is not known; send it once as `query` with its `documentId`."
            )
        return known.text

    def is_new(self, query: str | None, document_id: str | None) -> bool:
        """Whether a caller sends a document with its name for others to come, and it is not kept yet."""
        if query is None or document_id is None or self.only_trusted or self.sent_most == 0:
            return False
        return self._find(_sha256(document_id)) is None

    def keep(self, query: str) -> None:
        """The document kept for all processes."""
        with self.database.write() as sql:
            stored.remember(sql, query, micros(clock.now()), self.sent_most)

    def _find(self, sha256: str) -> Known | None:
        now_s = time.monotonic()
        with self._lock:
            known = self._known.get(sha256)
            if known is not None and known.until_s > now_s:
                self._known.move_to_end(sha256)
                return known
        with self.database.read() as sql:
            found = stored.get(sql, sha256)
        with self._lock:
            if found is None:
                self._known.pop(sha256, None)
                return None
            known = self._known[sha256] = Known(found.document, found.trusted, now_s + KNOWN_S)
            self._known.move_to_end(sha256)
            while len(self._known) > KNOWN_MOST:
                self._known.popitem(last=False)
        return known


def _sha256(document_id: str) -> str:
    matched = _NAME.fullmatch(document_id)
    if matched is None:
        raise Refused(400, "BAD_REQUEST", "`documentId` is `sha256:` and 64 hexadecimal digits in lower case.")
    return matched.group(1)


def _sha256_of(query: str) -> str:
    return stored.sha256_of(query)
