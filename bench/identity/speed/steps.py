"""Where the time of a derivation goes: each of its steps watched from outside, and its statements counted."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from kizuna.derive import contacts, homes, place, profiles, work
from kizuna.storage import direct

WATCHED: tuple[tuple[Any, str, str], ...] = (
    (profiles, "refresh", "profiles"),
    (place, "refreshed", "placements"),
    (contacts, "refresh", "contacts"),
    (work, "touch", "touch"),
    (homes, "refresh", "homes"),
    (place, "place", "place"),
    (work, "unify", "unify"),
)
IDENTITY = ("profiles", "contacts", "touch", "homes")
"""The steps that find who is who; the others place facts and choose values."""


class Steps:
    """Seconds by step (on the wall, and of this process), and the statements sent to the database."""

    def __init__(self) -> None:
        self.wall_s: defaultdict[str, float] = defaultdict(float)
        self.cpu_s: defaultdict[str, float] = defaultdict(float)
        self.statements = 0

    def told(self) -> dict[str, Any]:
        """Plain numbers."""
        return {"wall_s": dict(self.wall_s), "cpu_s": dict(self.cpu_s), "statements": self.statements}


@contextmanager
def watched(engine: Engine) -> Iterator[Steps]:
    """A block in which every step of the derivation is timed."""
    found = Steps()

    def count(*_: Any) -> None:
        found.statements += 1

    def timed(name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **options: Any) -> Any:
            wall_s, cpu_s = time.perf_counter(), time.process_time()
            try:
                return inner(*args, **options)
            finally:
                found.wall_s[name] += time.perf_counter() - wall_s
                found.cpu_s[name] += time.process_time() - cpu_s

        return run

    inner = {(module, attribute): getattr(module, attribute) for module, attribute, _ in WATCHED}
    for module, attribute, name in WATCHED:
        setattr(module, attribute, timed(name, inner[module, attribute]))
    sent = direct._sent

    def counted(*args: Any) -> Any:
        count()
        return sent(*args)

    vars(direct)["_sent"] = counted  # it has no events
    event.listen(engine, "before_cursor_execute", count)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", count)
        vars(direct)["_sent"] = sent
        for (module, attribute), was in inner.items():
            setattr(module, attribute, was)
