"""Connectors broken on purpose, as real ones have been: what is changed, what it costs users, the promise that finds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from kizuna import sdk

COMPLAINTS = (
    "silent record loss",
    "a search's ceiling of 10,000",
    "updates, and a feed's window of 30 days",
    "deletes, archives and merges",
    "slow syncs",
    "rate limits",
    "late visibility and same-second ties",
    "bulk jobs and their fallback",
    "custom fields",
    "lost tokens, and one bad stream that loses all state",
)
"""What users of connectors complain of most."""

Change = Callable[[type[sdk.AnyConnector]], type[sdk.AnyConnector]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """One mistake: in which connector, in words, what it costs, which promise finds it.

    ``change`` makes a broken connector of the good one. ``patches`` are values of its modules that are another one
    meanwhile. ``conditions`` names a way in which the vendor is played; the good connector passes under it too.
    """

    connector: str
    name: str
    costs: str
    promise: str
    complaint: int  # place in COMPLAINTS, from 1 on
    change: Change = lambda good: good
    patches: tuple[tuple[str, Any], ...] = ()
    conditions: str = ""


@dataclass(slots=True)
class Altered:
    """A reading that does what another does, but for one thing."""

    inner: Any
    begun: Callable[[sdk.Turn], sdk.Turn] = lambda turn: turn
    turned: Callable[[sdk.Turn, sdk.Ask], sdk.Turn] = lambda turn, _: turn
    opened: Callable[[sdk.Bookmark | None], sdk.Bookmark | None] = lambda bookmark: bookmark
    answered: Callable[[sdk.Answer], sdk.Answer] = lambda answer: answer
    kept: dict[str, Any] = field(default_factory=dict)

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        return self.begun(self.inner.begin(self.opened(bookmark), start))

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        return self.turned(self.inner.turn(state, ask, self.answered(answer)), ask)


def streams(change: Callable[[sdk.AnyStream], sdk.AnyStream], *names: str) -> Change:
    """A connector with these of its streams changed, all of them when none is named."""

    def broken(good: type[sdk.AnyConnector]) -> type[sdk.AnyConnector]:
        class Broken(good):  # type: ignore[misc, valid-type]  # a class that is known at run time only
            def streams(self) -> tuple[sdk.AnyStream, ...]:
                return tuple(change(one) if not names or one.name in names else one for one in super().streams())

        return Broken

    return broken


def having(*names: str, **fields: Any) -> Change:
    """A connector whose streams have other values in these fields."""
    return streams(lambda stream: replace(stream, **fields), *names)


def reading(make: Callable[[Any], Any], *names: str) -> Change:
    """A connector whose streams are read in another way, made of the good one."""
    return streams(lambda stream: replace(stream, reading=make(stream.reading)), *names)


def altered(*names: str, **steps: Any) -> Change:
    """A connector whose readings do one thing differently."""
    return reading(lambda inner: Altered(inner, **steps), *names)


def methods(**members: Any) -> Change:
    """A connector with other methods or values."""
    return lambda good: type("Broken", (good,), members)


def limited(*limits: sdk.Limit) -> Change:
    """A connector that declares these limits."""

    def made(self: Any, settings: Any) -> None:
        super(type(self), self).__init__(settings)
        vars(self)["limits"] = limits

    return methods(__init__=made)


def without_merges(stream: sdk.AnyStream) -> sdk.AnyStream:
    """The stream whose mapping says nothing of merges."""
    return replace(
        stream, map=lambda record: tuple(one for one in stream.said(record) if not isinstance(one, sdk.Merged))
    )
