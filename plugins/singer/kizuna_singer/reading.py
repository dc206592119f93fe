"""A stream of a tap as a reading: batches of messages in, records and the bookmark that covers them out.

The bookmark holds the last STATE, and while a pass is under way which tap it reads and how far. A STATE is taken over only
with all records before it: they stand in the same batch or in one that is committed earlier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from kizuna import sdk
from kizuna_singer import records
from kizuna_singer.exchange import Came, Wish, came
from kizuna_singer.messages import ACTIVATE_VERSION, BATCH, RECORD, SCHEMA, STATE, Message, message
from kizuna_singer.paths import value_of
from kizuna_singer.tapfile import FULL_TABLE


class Pass(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Where a pass stands, as it is kept in the bookmark.

    ``fresh``: it began without a STATE. ``spoken``: the tap has said something of the stream. ``version`` is the table version that is in force, ``before`` the one when the pass
    began, ``mixed``: records of another version came too.
    """

    state: Any = None
    tap: str | None = None
    batch: int = 0
    fresh: bool = False
    spoken: bool = False
    keys: tuple[str, ...] | None = None
    dated: str | None = None
    version: Any = None
    before: Any = None
    seen_version: Any = None
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class TapReading:
    """Reads one stream. ``keys`` are those the administrator's file gives; ``dated``: it also says what dates a record."""

    stream: str
    keys: tuple[str, ...] | None = None
    dated: bool = False

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        mark = {} if bookmark is None or start.full else bookmark
        if "tap" in mark:
            return self._turn(msgspec.convert(mark, Pass))
        state, version = mark.get("state"), mark.get("version")
        return self._turn(Pass(state=state, fresh=state is None, version=version, before=version))

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        batch = came(answer)
        now = msgspec.convert(state, Pass)
        if now.tap != batch.tap:  # begun anew, by plan or after it died: what it lists now counts
            now.tap, now.seen_version, now.mixed = batch.tap, None, False
        now.batch = batch.batch
        found: list[sdk.Record] = []
        for line in answer.body.splitlines():
            if line.strip():
                found += self._read(line, now)
        if batch.end:
            return self._end(now, batch, found)
        going_on = self._turn(now)
        going_on.records, going_on.bookmark = found, going_on.state
        return going_on

    def _turn(self, now: Pass) -> sdk.Turn:
        wish = Wish(stream=self.stream, state=now.state, tap=now.tap, after=now.batch)
        return sdk.Turn(ask=wish.ask(), state=msgspec.to_builtins(now))

    def _read(self, line: bytes, now: Pass) -> list[sdk.Record]:
        """The record of a line; nothing for the other messages, which change where the pass stands."""
        said = message(line)
        if said is None:
            return [sdk.Record(raw=records.malformed(line))]
        if said.type == STATE:
            now.state = said.value
            return []
        if said.stream != self.stream:
            return []  # a tap that heeds no selection: the other stream's own reading takes it
        now.spoken = True
        if said.type == RECORD:
            return [self._record(said, now)]
        if said.type == SCHEMA:
            now.keys = said.key_properties or ()
            now.dated = (said.bookmark_properties or (None,))[0]
        elif said.type == ACTIVATE_VERSION:
            now.version = said.version
        elif said.type == BATCH:
            raise sdk.RefusedError(
                f"The tap hands {self.stream} over in files (BATCH); take batch_config out of its config."
            )
        return []

    def _record(self, said: Message, now: Pass) -> sdk.Record:
        now.mixed = now.mixed or (now.seen_version is not None and said.version != now.seen_version)
        now.seen_version = said.version
        raw: bytes | msgspec.Raw = said.record
        if self.keys is None:
            if now.keys is None:
                raise sdk.RefusedError(
                    f"The tap sent a record of {self.stream} before its SCHEMA, so that its keys are unknown; "
                    "name them in the file: key = [...]."
                )
            raw = records.named(said.record, now.keys)
        return sdk.Record(raw=raw, version=None if self.dated else self._version(said, now))

    def _version(self, said: Message, now: Pass) -> Any:
        """When the record was changed: its replication key where that is a time, else when the tap saw it."""
        if now.dated is not None:
            found = records.opened(said.record).get(now.dated)
            at = records.moment(value_of(found)) if found is not None else None
            if at is not None:
                return at
        return records.moment(said.time_extracted)

    def _end(self, now: Pass, batch: Came, found: list[sdk.Record]) -> sdk.Turn:
        if now.fresh and not now.spoken:
            raise sdk.DegradedError(
                f"The tap ended well and said nothing of {self.stream}, not even its SCHEMA; look whether it heeds the "
                "catalog, and whether the stream needs another one (select_with)."
            )
        replaced = now.version is not None and now.version != now.before
        listed_version = now.version is not None and now.seen_version == now.version and not now.mixed
        whole = now.fresh and (batch.method == FULL_TABLE or listed_version)
        # Begun anew next time: where every pass lists all, and where another table took the place of the one that was
        # read on: what the new one lacks can be told from a listing of all only.
        anew = batch.method == FULL_TABLE or (replaced and not now.fresh)
        kept: sdk.Bookmark = {} if anew or now.state is None else {"state": now.state}
        if kept and now.version is not None:
            kept["version"] = now.version
        return sdk.Turn(records=found, bookmark=kept, whole=whole)
