"""Tags of answers: who asks again with one is told in a word that nothing has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import version

import msgspec

from kizuna import clock
from kizuna.graphql import Caller
from kizuna.storage.versions import Versions
from kizuna.web.requests import Question

HEADERS: Mapping[str, str] = {"cache-control": "private, no-cache", "vary": "Authorization, Accept"}
"""Nobody but the caller may keep the answer, and they must ask whether it still stands."""


class Tags:
    """Makes the tag of an answer before it is made; asks the database, so call it in a worker thread."""

    def __init__(self, versions: Versions, schema_version: str) -> None:
        self.versions = versions
        self.code = f"{version('kizuna')} {schema_version}"

    def of(self, caller: Caller, asked: Question, query: str, media_type: str) -> str:
        """The tag: of the data, of who asks and what, of the code that answers.

        What a caller may read is part of the data. The hour stands in it for the few answers that time alone changes,
        such as which questions were put off until today.
        """
        hour = clock.now().strftime("%Y-%m-%dT%H")
        told = (caller.name, query, asked.variables, asked.operation_name, media_type)
        parts = msgspec.json.encode((self.versions.now(), hour, self.code, *told), order="deterministic")
        return f'W/"{hashlib.sha256(parts).hexdigest()[:40]}"'


def is_among(tag: str, presented: str | None) -> bool:
    """Whether a tag stands in ``If-None-Match``; whether it is weak does not matter there (RFC 9110, 13.1.2)."""
    return tag in [f"W/{one.strip().removeprefix('W/')}" for one in (presented or "").split(",")]
