"""A stream: one collection of a vendor, how it is read, what its records are and what they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from kizuna.model.facts import Fact, Merged, Unmapped
from kizuna.sdk.payload import Payload
from kizuna.sdk.reading import Named, Reading

P = TypeVar("P", bound=Payload)

Said = Fact | Merged | Unmapped
"""What a mapping may say of a record."""


@dataclass(frozen=True, kw_only=True)  # no slots: Python 3.11 cannot subscript a slotted generic
class Stream(Generic[P]):
    """One collection. ``map`` is pure: the same payload gives the same facts, whatever the time.

    ``key`` is the record's id in its system; ``version`` is when the vendor last changed it (None: the engine takes
    the time of asking); ``deleted`` gives the reason when the payload itself says that the record is gone. ``only`` reads
    just the records named, as they are now: for webhooks, which name them. Such a reading needs no bookmark, though it
    may look at the stream's for what it has learned, and gives none; it never says ``whole``, and tells of a record that
    is gone by a tombstone. Without it the changes since the bookmark are read.
    """

    name: str  # as the vendor's API names the collection
    payload: type[P]
    map: Callable[[P], Said | Iterable[Said]]
    reading: Reading
    key: Callable[[P], str] = lambda record: str(getattr(record, "id"))  # noqa: B009  P has no declared id
    version: Callable[[P], datetime | None] = lambda _: None
    deleted: Callable[[P], str | None] = lambda _: None
    only: Callable[[Sequence[Named]], Reading] | None = None
    also: tuple[str, ...] = ()  # other names a file or a person may use for it
    scope: str = ""  # the permission to grant when the vendor forbids it
    optional: bool = False  # absent in some plans: degraded is then expected
    sweep: bool = False  # a whole listing proves that what it lacks is gone
    steady: bool = False  # it does so however long it paused: it goes on behind a record, not at the number of a page

    def said(self, record: P) -> tuple[Said, ...]:
        """All that the record says, as a tuple."""
        said = self.map(record)
        return (said,) if isinstance(said, Fact | Merged | Unmapped) else tuple(said)

    def answers_to(self, name: str) -> bool:
        """Whether a person means this stream by ``name`` (any case)."""
        folded = name.casefold()
        return folded == self.name.casefold() or any(folded == other.casefold() for other in self.also)


AnyStream = Stream[Any]
