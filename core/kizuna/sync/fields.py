"""Watching the fields of a stream's payloads, on a sample of each batch, without slowing it down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from kizuna.storage.drift import SeenField

SAMPLES_A_BATCH = 8
PATHS_MOST = 2_000
_DECODE = msgspec.json.Decoder(dict[str, Any])


@dataclass(frozen=True, slots=True)
class Shown:
    """The fields that a sample of a batch shows, path → JSON types, and how many records were looked at."""

    paths: dict[str, set[str]]
    samples: int
    records: int


def shown_by(raws: Sequence[bytes]) -> Shown:
    """What a sample of these records shows."""
    found: dict[str, set[str]] = {}
    samples = 0
    step = max(1, len(raws) // SAMPLES_A_BATCH)
    for raw in raws[::step]:
        try:
            record = _DECODE.decode(raw)
        except msgspec.DecodeError:
            continue
        samples += 1
        for path, kind in paths(record):
            found.setdefault(path, set()).add(kind)
    return Shown(found, samples, len(raws))


class FieldWatch:
    """What a stream's records have shown so far; ``known`` is path → types from earlier batches."""

    def __init__(self, known: dict[str, str]) -> None:
        self._known = {path: set(types.split("|")) for path, types in known.items()}
        self._settled = bool(known)  # the first batch of a stream shows everything for the first time
        self._shown: set[str] = set()
        self._samples = 0

    def news(self, shown: Shown) -> list[SeenField]:
        """The fields that are new or have a new type in what a batch has shown."""
        self._samples += shown.samples
        self._shown |= shown.paths.keys()
        found = [news for path, kinds in shown.paths.items() if (news := self._news(path, kinds))]
        self._settled = self._settled or bool(shown.records)
        return found

    def vanished(self) -> list[SeenField]:
        """The fields that were known and that no sample of this whole pass has shown.

        Fields of inner objects come and go, so only those of the records themselves are told; too few samples tell nothing.
        """
        if self._samples < SAMPLES_A_BATCH:
            return []
        gone = sorted(path for path in self._known if "." not in path and path not in self._shown)
        return [SeenField(path, "", "|".join(sorted(self._known[path])), "vanished_field") for path in gone]

    def _news(self, path: str, kinds: set[str]) -> SeenField | None:
        known = self._known.get(path)
        if known is not None and kinds <= known:
            return None
        if known is None and len(self._known) >= PATHS_MOST:
            return None
        before = "|".join(sorted(known)) if known else None
        after = kinds | (known or set())
        self._known[path] = after
        change = None
        if self._settled:
            meaningful = kinds - {"null"} - (known or set()) if known else kinds
            typed = (known or set()) - {"null"}
            change = "new_field" if known is None else "type_change" if meaningful and typed else None
        return SeenField(path, "|".join(sorted(after)), before, change)


def paths(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(path, JSON type) of the record's fields and of the fields of its inner objects, one level deep."""
    for name, value in record.items():
        yield name, json_type(value)
        if isinstance(value, dict):
            for inner, deeper in value.items():
                yield f"{name}.{inner}", json_type(deeper)


def json_type(value: Any) -> str:
    """JSON's own name of a value's type, whole numbers apart."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
