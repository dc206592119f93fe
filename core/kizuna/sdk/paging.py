"""Paging strategies, each with two sides: what Kizuna asks next, and how the vendor would answer.

The second side lets ``kizuna.testing`` play the vendor for a plugin's tests with no extra code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from kizuna.errors import PageError
from kizuna.sdk.reading import Ask

Envelope = Mapping[str, Any]


class Paging(Protocol):
    """How a list goes on."""

    def following(self, ask: Ask, envelope: Envelope, last_id: str | None) -> Ask | None:
        """The next request, None after the last page. ``envelope`` is the answer with the records left raw.

        ``last_id`` is None for an empty page and "" when the last record has no readable id. Raises PageError when
        the list promises more but cannot go on.
        """
        ...

    def imitate(self, ask: Ask, ids: Sequence[str], size: int) -> tuple[int, int, dict[str, Any]]:
        """As the vendor: the slice [from, to) of records to answer ``ask`` with, and the envelope's other fields."""
        ...


def dig(envelope: Envelope, path: str) -> Any:
    """The value at a dotted path, None where any step is missing."""
    value: Any = envelope
    for step in path.split("."):
        if isinstance(value, msgspec.Raw):
            value = msgspec.json.decode(value)
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value


def planted(path: str, value: Any) -> dict[str, Any]:
    """A nested dict that holds ``value`` at a dotted path."""
    for step in reversed(path.split(".")):
        value = {step: value}
    return dict(value)


def asked(ask: Ask, param: str) -> str | None:
    """The value of a query parameter of the ask, None when it is not there."""
    return next((value for name, value in ask.params if name == param), None)


@dataclass(frozen=True, slots=True)
class SinglePage:
    """Everything comes in one answer."""

    def following(self, ask: Ask, envelope: Envelope, last_id: str | None) -> Ask | None:
        return None

    def imitate(self, ask: Ask, ids: Sequence[str], size: int) -> tuple[int, int, dict[str, Any]]:
        return 0, len(ids), {}


@dataclass(frozen=True, slots=True)
class Cursor:
    """The answer holds a token (dotted path ``token``) to send back as ``param``; no token ends the list."""

    param: str
    token: str

    def following(self, ask: Ask, envelope: Envelope, last_id: str | None) -> Ask | None:
        token = dig(envelope, self.token)
        if token is None or token == "":
            return None
        if str(token) == asked(ask, self.param):
            raise PageError(f"{ask.path}: the next page has the token of this one; the list does not go on.")
        return ask.having(**{self.param: str(token)})

    def imitate(self, ask: Ask, ids: Sequence[str], size: int) -> tuple[int, int, dict[str, Any]]:
        begin = int(asked(ask, self.param) or 0)
        end = min(begin + size, len(ids))
        return begin, end, planted(self.token, str(end)) if end < len(ids) else {}


@dataclass(frozen=True, slots=True)
class NextLink:
    """The answer holds the next request's path or URL (dotted path ``link``)."""

    link: str

    def following(self, ask: Ask, envelope: Envelope, last_id: str | None) -> Ask | None:
        link = dig(envelope, self.link)
        return Ask(path=str(link), headers=ask.headers, family=ask.family) if link and str(link) != ask.path else None

    def imitate(self, ask: Ask, ids: Sequence[str], size: int) -> tuple[int, int, dict[str, Any]]:
        begin = int(ask.path.rpartition("page-from-")[2]) if "page-from-" in ask.path else 0
        end = min(begin + size, len(ids))
        base = ask.path.partition("?page-from-")[0]
        return begin, end, planted(self.link, f"{base}?page-from-{end}") if end < len(ids) else {}


@dataclass(frozen=True, slots=True)
class LastId:
    """The next page begins after the last record's id, sent as ``param``, while ``more`` is true."""

    param: str
    more: str = "has_more"

    def following(self, ask: Ask, envelope: Envelope, last_id: str | None) -> Ask | None:
        if not dig(envelope, self.more):
            return None
        if not last_id:
            raise PageError(f"{ask.path}: more records are promised but the last one has no id to go on from.")
        return ask.having(**{self.param: last_id})

    def imitate(self, ask: Ask, ids: Sequence[str], size: int) -> tuple[int, int, dict[str, Any]]:
        after = asked(ask, self.param)
        begin = ids.index(after) + 1 if after in ids else 0
        end = min(begin + size, len(ids))
        return begin, end, planted(self.more, end < len(ids))


@dataclass(frozen=True, slots=True)
class PageNumber:
    """Pages are numbered from ``first``; an empty page (or a false ``more``) ends the list."""

    param: str = "page"
    first: int = 1
    more: str | None = None

    def following(self, ask: Ask, envelope: Envelope, last_id: str | None) -> Ask | None:
        if last_id is None or (self.more is not None and not dig(envelope, self.more)):
            return None
        return ask.having(**{self.param: str(int(asked(ask, self.param) or self.first) + 1)})

    def imitate(self, ask: Ask, ids: Sequence[str], size: int) -> tuple[int, int, dict[str, Any]]:
        begin = min((int(asked(ask, self.param) or self.first) - self.first) * size, len(ids))
        end = min(begin + size, len(ids))
        return begin, end, planted(self.more, end < len(ids)) if self.more else {}
