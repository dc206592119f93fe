"""Reading certain records only, by their ids, as they are now: what a webhook names.

HubSpot answers a batch read from its store and not from the search index, so that a change shows at once. What it does not
answer is gone where a delivery said so; an id that was merged away may be answered with the record it became.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from kizuna import sdk
from kizuna_hubspot.readings.completing import (
    BATCH_PROPERTIES,
    BATCH_PROPERTIES_CHARACTERS,
    READ_AT_ONCE,
    Completing,
    batch_read,
    chunks,
    fitting,
    wanted,
)
from kizuna_hubspot.readings.currency import company_currency, with_currency
from kizuna_hubspot.readings.granting import refused_kind, told
from kizuna_hubspot.readings.merging import losers, tombstone
from kizuna_hubspot.readings.objects import ObjectReading, custom_names
from kizuna_hubspot.readings.pages import Row, changed_at, page
from kizuna_hubspot.readings.partial import refused
from kizuna_hubspot.readings.stages import with_stage


@dataclass(frozen=True, slots=True)
class Left:
    """What is still to be asked: properties known by name, batches of ids, the batch that is being completed.

    ``gone`` are the tombstones of that batch, ``now`` is HubSpot's clock when it answered it.
    """

    names: tuple[str, ...]
    batches: tuple[tuple[str, ...], ...]
    completing: Completing | None = None
    gone: tuple[sdk.Record, ...] = ()
    now: datetime | None = None
    currency: str | None = None
    stages: Mapping[str, str] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()  # kinds that the token may not read


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before the first batch: the portal's currency."""

    currency: str | None = None


@dataclass(frozen=True, slots=True)
class These:
    """The named records of one kind; no bookmark, and nothing is said of others."""

    reading: ObjectReading
    named: tuple[sdk.Named, ...]

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        """Asks for the portal's currency where records need it, then as :meth:`knowing`."""
        if self.named and self.reading.company_currency:
            return sdk.Turn(ask=sdk.Ask(path=self.reading.paths.account()))
        return self.knowing(Known())

    def knowing(self, known: Known) -> sdk.Turn:
        """Asks for the properties' definitions where the portal's own are read too, else for the records."""
        if self.named and self.reading.custom_properties:
            return sdk.Turn(ask=self.reading.defining(), state=known)
        return self.onward(Left(self.reading.kind.properties, self.batches(), currency=known.currency), ())

    def turn(self, state: object, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        completing = state.completing if isinstance(state, Left) else None
        refused_to = refused_kind(completing, answer)
        if refused_to is not None and completing is not None:
            assert isinstance(state, Left)
            told(self.reading.kind.name, refused_to, answer)
            left = replace(state, withheld=state.withheld | {refused_to})
            return self.completed(left, completing.without(refused_to))
        if isinstance(state, Known):
            kind = self.reading.kind
            custom = custom_names(answer.body, ask.path, kind)
            stages = self.reading.stages(answer.body, ask.path)
            names = (*kind.properties, *custom)
            return self.onward(Left(names, self.batches(), currency=state.currency, stages=stages), ())
        if not isinstance(state, Left):
            return self.knowing(Known(company_currency(answer.body, ask.path)))
        if state.completing is not None:
            return self.completed(state, state.completing.with_answer(answer))
        return self.answered(state, ask, answer)

    def batches(self) -> tuple[tuple[str, ...], ...]:
        """The ids, each once, as many together as a request takes."""
        ids = tuple(dict.fromkeys(each.id for each in self.named))
        return tuple(tuple(chunk) for chunk in chunks(ids, READ_AT_ONCE))

    def answered(self, left: Left, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        """The records of a batch, to be completed. One that HubSpot would not answer is left to the next pass."""
        found, batch = page(answer.body, ask.path), left.batches[0]
        here = {row.id for row in found.rows if row.id}
        merged = losers(found.rows)
        away = here | set(refused(found.faults, batch, here)) | {record.id for record in merged if record.id}
        # Archived or erased; one of which nobody said so may only not be shown yet.
        said = {each.id: each.deleted for each in self.named if each.deleted and each.id not in away}
        reasons = {key: sdk.ERASED if reason == sdk.ERASED else "deleted" for key, reason in said.items()}
        gone = (tombstone(key, reasons[key], answer.date()) for key in batch if key in reasons)
        _, rest = fitting(left.names, BATCH_PROPERTIES, BATCH_PROPERTIES_CHARACTERS)
        kind = self.reading.kind
        granted = replace(kind, associations=tuple(to for to in kind.associations if to not in left.withheld))
        wants = tuple(wanted(self.reading.paths, granted, found.rows, rest, associated=False))
        held = replace(left, batches=left.batches[1:], gone=(*merged, *gone), now=answer.date())
        return self.completed(held, Completing(found.rows, wants))

    def completed(self, left: Left, completing: Completing) -> sdk.Turn:
        """The records of a batch that lacks nothing, else the next request for it."""
        if completing.wants:
            first, *others = (want.ask for want in completing.wants)
            return sdk.Turn(ask=first, ahead=tuple(others), state=replace(left, completing=completing))
        changed = {each.id: each.at for each in self.named if each.at is not None}
        assert left.now is not None
        dated = [
            sdk.Record(
                raw=with_stage(with_currency(record, left.currency), row, left.stages).raw,
                version=version(row, changed.get(row.id or ""), left.now),
            )
            for row, record in zip(completing.rows, completing.records(), strict=True)
        ]
        following = replace(left, completing=None, gone=(), now=None)
        return self.onward(following, (*dated, *left.gone))

    def onward(self, left: Left, records: Sequence[sdk.Record]) -> sdk.Turn:
        """The records, and the next batch."""
        if not left.batches:
            return sdk.Turn(records=records)
        names, _ = fitting(left.names, BATCH_PROPERTIES, BATCH_PROPERTIES_CHARACTERS)
        ask = batch_read(self.reading.paths, self.reading.kind, left.batches[0], names)
        return sdk.Turn(ask=ask, state=left, records=records)


def version(row: Row, told_at: datetime | None, now: datetime) -> datetime | None:
    """The event's time where the record's own is older: neither restoring nor associating moves that. Never after ``now``.

    None leaves it to the record.
    """
    own = changed_at(row)
    if told_at is None or own is None or told_at <= own:
        return None
    return max(own, min(told_at, now))
