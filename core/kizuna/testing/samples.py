"""Promises about samples: the vendor's own words, replayed.

A sample is a whole page as the vendor's documentation or API gives it, in ``samples/STREAM.json`` or
``samples/STREAM/*.json`` beside the connector: ``{"url": …, "read": "YYYY-MM-DD", "body": the page}``. The last of a
stream's samples, by name, is its last page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from kizuna.errors import KizunaError
from kizuna.sdk import Answer, Listing, Record, Start
from kizuna.sync.files.unwrap import records
from kizuna.sync.prepare import Rejected
from kizuna.testing.subject import NOW, NotChecked, Subject


@dataclass(frozen=True, slots=True)
class Sample:
    """A recorded page, and the name of its file."""

    name: str
    body: bytes


def replays_samples(subject: Subject, folder: Path) -> Iterator[str]:
    """Complaints when a recorded page is not read, a record not understood, a field never seen, or paging never ends."""
    found, wrong = samples(folder, subject.stream.name)
    yield from wrong
    if not found and not wrong:
        raise NotChecked(f"{subject.stream.name}: no samples, so that a wrong name or path cannot be noticed")
    seen: set[str] = set()
    for sample in found:
        is_last = sample is found[-1]
        try:
            raws = _raws(subject, sample, is_last=is_last)
        except (KizunaError, ValueError) as error:
            yield f"{sample.name}: {error}"
            continue
        for number, raw in enumerate(raws):
            record = subject.sorted(Record(raw=raw))
            if isinstance(record, Rejected):
                yield f"{sample.name}: record {number} is not understood: {record.reason}"
            seen |= set(msgspec.json.decode(raw, type=dict[str, msgspec.Raw]))
    if found:
        declared = {field.encode_name for field in msgspec.structs.fields(subject.stream.payload)}
        for name in sorted(declared - seen):
            yield f"no sample has the field {name!r}: is it spelt as the vendor spells it?"


def samples(folder: Path, stream: str) -> tuple[list[Sample], list[str]]:
    """The recorded pages of a stream in the order of their names, and what is wrong with the files."""
    found: list[Sample] = []
    wrong: list[str] = []
    for path in [*sorted(folder.glob(f"{stream}.json")), *sorted(folder.glob(f"{stream}/*.json"))]:
        try:
            said = msgspec.json.decode(path.read_bytes(), type=dict[str, msgspec.Raw])
        except msgspec.DecodeError as error:
            wrong.append(f"{path.name} is no JSON object ({error})")
            continue
        if missing := {"url", "read", "body"} - said.keys():
            wrong.append(f"{path.name} does not say its {', '.join(sorted(missing))}")
            continue
        found.append(Sample(path.name, bytes(said["body"])))
    return found, wrong


def _raws(subject: Subject, sample: Sample, *, is_last: bool) -> list[Any]:
    """The records of a page, by the stream's own reading where it is a list. Raises ValueError when paging is wrong."""
    if not isinstance(subject.stream.reading, Listing):
        return list(records(sample.body, (subject.stream.name, *subject.stream.also)))
    begun = subject.stream.reading.begin(None, Start(now=NOW))
    assert begun.ask is not None
    answer = Answer(status=200, body=sample.body, headers={}, asked_at=NOW)
    turn = subject.stream.reading.turn(begun.state, begun.ask, answer)
    if is_last and turn.ask is not None and turn.records:
        raise ValueError("it is the last page, yet another one would be asked for")
    if not is_last and turn.ask is None:
        raise ValueError("it is not the last page, yet no other would be asked for")
    return [record.raw for record in turn.records]
