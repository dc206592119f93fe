"""What is tried: one stream of a connector, with the records its author gave; and what a try may come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec

from kizuna.model.facts import Fact
from kizuna.sdk import AnyConnector, AnyStream, Record
from kizuna.sync.prepare import Decoding, Rejected, Understood

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class NotChecked(Exception):
    """A promise that does not apply or cannot be tried; the message says why."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One stream of a connector, its records as the vendor sends them, and who plays the vendor when it is not us."""

    connector: AnyConnector
    stream: AnyStream
    records: Sequence[Mapping[str, Any]]
    vendor: httpx.AsyncBaseTransport | None = None
    single_page: bool = False

    def payloads(self) -> list[Any]:
        """The author's records, decoded. Raises NotChecked when one is not understood: another promise says so."""
        decoder = msgspec.json.Decoder(self.stream.payload)
        try:
            return [decoder.decode(raw) for raw in self.raws()]
        except msgspec.DecodeError as error:
            raise NotChecked("a record of yours is not understood") from error

    def raws(self) -> list[bytes]:
        """The author's records as JSON."""
        return [msgspec.json.encode(record) for record in self.records]

    def sorted(self, record: Record) -> Understood | Rejected:
        """The record as the engine understands it, mapped, or why it is set aside."""
        decoding = Decoding("suite", self.stream)
        found = decoding.understood(record, NOW)
        return found if isinstance(found, Rejected) else decoding.said(found)

    def facts(self) -> list[tuple[Fact, ...]]:
        """What each of the author's records says; nothing for one that is set aside."""
        found = [self.sorted(Record(raw=raw)) for raw in self.raws()]
        return [record.facts for record in found if isinstance(record, Understood)]


@dataclass(frozen=True, slots=True)
class Part:
    """A stream among those that are tried over time, by name; ``kept_as`` is the sandbox's collection of its records."""

    stream: str
    kept_as: str
