"""The engine's own log, made bearable: it speaks through Kizuna's handlers, and says each thing once a minute."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

ONCE_IN_S = 60.0


class OnceAMinute(logging.Filter):
    """Lets a line of code speak once a minute, and never of what is no fault: ``expected`` are types of exceptions."""

    def __init__(self, expected: tuple[type[BaseException], ...]) -> None:
        super().__init__()
        self._expected = expected
        self._spoke_at: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], self._expected):
            return False
        place, now_s = (record.pathname, record.lineno), time.monotonic()
        if now_s - self._spoke_at.get(place, -ONCE_IN_S) < ONCE_IN_S:
            return False
        self._spoke_at[place] = now_s
        return True


@contextmanager
def quieted(name: str, expected: tuple[type[BaseException], ...]) -> Iterator[None]:
    """While the context lasts, the logger has no handler of its own that would write to the terminal."""
    logger, sink, once = logging.getLogger(name), logging.NullHandler(), OnceAMinute(expected)
    logger.addHandler(sink)
    logger.addFilter(once)
    try:
        yield
    finally:
        logger.removeFilter(once)
        logger.removeHandler(sink)
