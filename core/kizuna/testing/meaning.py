"""Promises about meaning: every record understood, the same every time, in aware time, of streams that exist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from kizuna.clock import now
from kizuna.model.refs import Ref
from kizuna.sdk import Listing, Record
from kizuna.sync.prepare import Rejected
from kizuna.testing.subject import Subject

ENOUGH = 2


def has_records_to_try(subject: Subject) -> Iterator[str]:
    """Complaints when there are too few records, when one is not understood, or when two have one id."""
    name = subject.stream.name
    if not subject.records:
        yield f"records[{name!r}] is missing: give some as the vendor sends them"
        return
    if len(subject.records) < ENOUGH and not subject.single_page:
        yield f"records[{name!r}] has one record: give two, so that there are two pages"
    found = [subject.sorted(Record(raw=raw)) for raw in subject.raws()]
    for number, record in enumerate(found):
        if isinstance(record, Rejected):
            yield f"records[{name!r}][{number}] is not understood: {record.reason}"
        elif not record.facts and not record.merged and record.deleted is None:
            yield f"records[{name!r}][{number}] says nothing: its mapping gives no fact"
    for source_id, times in Counter(record.source_id for record in found).items():
        if times > 1:
            yield f"{times} records have the id {source_id}: `key` must tell them apart"


def means_the_same_every_time(subject: Subject) -> Iterator[str]:
    """Complaints when a mapping depends on anything but the payload, changes it, or gives a time without a zone."""
    for number, payload in enumerate(subject.payloads()):
        before, began = msgspec.json.encode(payload), now()
        once, times = subject.stream.said(payload), _dates(subject, payload)
        while now() == began:
            pass  # until the clock shows another instant, so that a mapping that reads it gives itself away
        if subject.stream.said(payload) != once:
            yield f"record {number} is mapped differently the second time; a mapping reads no clock and no chance"
        for name, at in _dates(subject, payload).items():
            if at != times[name]:
                yield f"record {number}: {name} is another the second time; it is the vendor's time, not ours"
        if msgspec.json.encode(payload) != before:
            yield f"record {number} is changed by its mapping; a mapping only reads"
        for name, at in [*times.items(), *_times(once)]:
            if at is not None and at.utcoffset() is None:
                yield f"record {number}: {name} is a time without a zone; make it aware (sdk.instant)"


def refers_to_its_own_streams(subject: Subject) -> Iterator[str]:
    """Complaints when a reference names a stream that the connector does not have, so that it would lead nowhere."""
    known = {stream.name for stream in subject.connector.streams()}
    for facts in subject.facts():
        for fact in facts:
            for name in fact.__struct_fields__:
                value = getattr(fact, name)
                if isinstance(value, Ref) and value.stream not in known:
                    yield f"{type(fact).__name__}.{name} refers to the stream {value.stream!r}, which is none of {sorted(known)}"


def _dates(subject: Subject, payload: Any) -> dict[str, datetime | None]:
    """When the record was changed, in the words of its stream and of its list."""
    found, reading = {"version": subject.stream.version(payload)}, subject.stream.reading
    if isinstance(reading, Listing) and reading.since:
        found["since"] = reading.since.at(payload)
    return found


def _times(said: tuple[Any, ...]) -> Iterator[tuple[str, datetime]]:
    for one in said:
        for name in one.__struct_fields__:
            if isinstance(value := getattr(one, name), datetime):
                yield f"{type(one).__name__}.{name}", value
