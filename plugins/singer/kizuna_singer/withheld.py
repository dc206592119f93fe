"""Secrets of a tap, and texts without them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

WITHHELD = "[withheld]"
_SHORTEST = 4  # a shorter value is no secret, and would be found in every word


class Withheld:
    """Takes the secrets out of whatever a tap says, as they are, as JSON and as URLs write them."""

    def __init__(self, secrets: Mapping[str, Any]) -> None:
        words: set[str] = set()
        for secret in _texts(secrets):
            words |= {secret, json.dumps(secret)[1:-1], quote(secret, safe=""), quote(secret)}
            words |= {
                line for line in secret.splitlines() if len(line) >= _SHORTEST
            }  # keys in PEM are logged by the line
        self._words = sorted((word for word in words if len(word) >= _SHORTEST), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for word in self._words:
            text = text.replace(word, WITHHELD)
        return text


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
