"""The page of the conformance suite: every promise, and every seeded mistake with the promise that finds it."""

from __future__ import annotations

import inspect

from kizuna.testing import (
    ConnectorSuite,
    disturbances,
    journeys,
    meaning,
    pace,
    reading,
    rehearsal,
    released,
    samples,
    secrecy,
)
from kizuna.testing.travelling import Travelling
from tests.testing.seeded import COMPLAINTS
from tests.testing.seeded.mistakes import MISTAKES

_ROOMS = (meaning, reading, samples, secrecy, released, rehearsal, journeys, disturbances, pace)

_HEAD = """
`kizuna.testing.ConnectorSuite` holds a connector to the promises below; [how to use it](../howto/write-a-connector.md#how-it-is-tried).
A promise that cannot be tried is skipped with its reason; one that cannot apply is declared in `exempt`, with a reason too.
"""

_BY_ONE = """
## One question at a time

Tried with the author's own records. Where a stream is a `Listing`, the suite plays the vendor; elsewhere `vendor()` does.
"""

_OVER_TIME = """
## Over time

Tried with the connector's `sandbox`: the real engine reads it into a database, a page at a time, while its clock moves, its records change
and its line is cut. What is held at the end is compared with what the vendor shows, and with what a first load of it would give.
Every stream takes part, together with the others in one small world; one that cannot is declared in `exempt`, by promise and stream.
"""

_SEEDED = """
## What the promises find

The suite is tried itself: each of these mistakes is made in a connector of this project, and the promise beside it has to find it, while
the connector as it is has to hold. They are what users of connectors complain of most.
"""


def page(note: str) -> str:
    """The page, below a note for whoever would edit it."""
    head = f"# Conformance\n\n{note}\n{_HEAD}"
    over_time = [name for name in _promises() if hasattr(Travelling, f"test_{name}")]
    by_one = [name for name in _promises() if name not in over_time]
    return "\n".join(
        [head, _BY_ONE, *_table(by_one), _OVER_TIME, *_table(over_time), _SEEDED, *_mistakes(), ""]
    ).replace("\n\n\n", "\n\n")


def _promises() -> list[str]:
    """The names of all promises, in the order of the suite."""
    named = [name for owner in (ConnectorSuite, Travelling) for name in vars(owner) if name.startswith("test_")]
    return [name.removeprefix("test_") for name in named]


def _table(names: list[str]) -> list[str]:
    """A promise a line, with what it complains of."""
    return ["| promise | complains |", "|---|---|", *(f"| `{name}` | {_complains(name)} |" for name in names)]


def _complains(name: str) -> str:
    promise = next(getattr(room, name) for room in _ROOMS if hasattr(room, name))
    first = (inspect.getdoc(promise) or "").split("\n\n")[0].replace("\n", " ")
    assert first.startswith("Complaints "), f"{name} does not say what it complains of"
    return first.removeprefix("Complaints ").rstrip(".").replace("``", "`")


def _mistakes() -> list[str]:
    """A complaint a heading, below it the mistakes that cause it."""
    lines: list[str] = []
    for number, complaint in enumerate(COMPLAINTS, 1):
        lines += [f"### {number}. {complaint.capitalize()}", ""]
        lines += ["| mistake | in | costs | found by |", "|---|---|---|---|"]
        lines += [
            f"| {one.name} | {one.connector} | {one.costs} | `{one.promise}` |"
            for one in MISTAKES
            if one.complaint == number
        ]
        lines.append("")
    return lines[:-1]
