"""Collections as Stripe lists them: newest first, living ones only, each record's JSON made once a version."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

import msgspec

from kizuna.sandbox import SandboxState, StoredRecord
from kizuna_stripe.sandbox.objects.common import moment

_REMEMBERED = 16  # filtered lists, so that the second page needs no new search


@dataclass(slots=True)
class Shelf:
    """One collection of a running sandbox."""

    state: SandboxState
    stream: str
    _revision: int = -1
    _rows: list[StoredRecord] = field(default_factory=list)
    _created: list[int] = field(default_factory=list)
    _filtered: dict[Hashable, list[StoredRecord]] = field(default_factory=dict)
    _places: dict[Hashable, dict[str, int]] = field(default_factory=dict)
    _bodies: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def rows(
        self, name: Hashable, keeps: Callable[[StoredRecord], bool] | None, begin: int, end: int
    ) -> tuple[list[StoredRecord], dict[str, int]]:
        """The living records created in [begin, end] that the filter keeps, newest first, and the place of each id.

        ``name`` names filter and range: what was found is remembered under it until something changes.
        """
        self._refresh()
        found = self._filtered.get(name)
        if found is None:
            # Times fall, so they are searched with their sign turned.
            first = bisect_left(self._created, -end)
            last = bisect_right(self._created, -begin)
            found = [row for row in self._rows[first:last] if keeps is None or keeps(row)]
            if len(self._filtered) >= _REMEMBERED:
                self._filtered.clear()
                self._places.clear()
            self._filtered[name] = found
            self._places[name] = {row.id: place for place, row in enumerate(found)}
        return found, self._places[name]

    def find(self, object_id: str) -> StoredRecord | None:
        """The living record with that id."""
        found = self.state.find(self.stream, object_id)
        return found if found is not None and found.live else None

    def bodies(self, rows: Sequence[StoredRecord]) -> list[bytes]:
        """The JSON of each record."""
        return [self.body(row) for row in rows]

    def body(self, row: StoredRecord) -> bytes:
        """The JSON of a record as it is now."""
        held = self._bodies.get(row.id)
        if held is None or held[0] != len(row.versions):
            held = (len(row.versions), msgspec.json.encode(row.payload))
            self._bodies[row.id] = held
        return held[1]

    def _refresh(self) -> None:
        collection = self.state.stream(self.stream)
        if collection.revision == self._revision:
            return
        ordered = collection.ordered("newest first", lambda row: (-moment(row.created_at), -row.sequence))
        self._rows = [row for row in ordered if row.live]
        self._created = [-moment(row.created_at) for row in self._rows]
        self._filtered.clear()
        self._places.clear()
        self._revision = collection.revision
