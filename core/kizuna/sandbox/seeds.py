"""Randomness that is the same on every machine, in every process and for every entity on its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from random import Random
from typing import TypeVar

T = TypeVar("T")


def stream_of(*parts: object) -> Random:
    """A generator of its own for what ``parts`` name, so that one entity's draws never shift another's.

    ``Random`` hashes a string with SHA-512, not with Python's per-process ``hash``.
    """
    return Random("/".join(map(str, parts)))


def share_of(*parts: object) -> float:
    """One draw in [0, 1) that belongs to what ``parts`` name; ten times quicker than a generator for a single draw."""
    digest = blake2b("/".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / (1 << 64)


def pick(rng: Random, options: Sequence[T]) -> T:
    """One of the options, each as likely; quicker than ``Random.choice``."""
    return options[int(rng.random() * len(options))]


def pick_early(rng: Random, options: Sequence[T]) -> T:
    """One of the options, the earlier ones more often, as family names are."""
    return options[int(rng.random() ** 1.6 * len(options))]


def between(rng: Random, low: int, high: int) -> int:
    """A whole number from ``low`` to ``high``, both included."""
    return low + int(rng.random() * (high - low + 1))


def moment(rng: Random, start: datetime, end: datetime) -> datetime:
    """A whole second in [``start``, ``end``)."""
    return start + timedelta(seconds=int(rng.random() * max(1, int((end - start).total_seconds()))))


def office_hour(rng: Random, day: datetime) -> datetime:
    """A whole second between 00:00 and 10:00 UTC of that day: office hours in Japan, early morning in Europe."""
    return day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(seconds=int(rng.random() * 36_000))
