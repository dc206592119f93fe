"""Certain rows of an object only, asked for by their ids: what a webhook names.

Deleted and merged rows are shown as long as they lie in the recycle bin. One that is not shown is gone only if the log of
deletions says so: a row may also have become invisible to the user, and nothing tells when it is shown again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from kizuna import sdk
from kizuna_salesforce import currency, pages, soql
from kizuna_salesforce.errors import codes, columns, refusal
from kizuna_salesforce.fields import chosen, without
from kizuna_salesforce.ids import full_id
from kizuna_salesforce.marks import marked
from kizuna_salesforce.readings import MOST_DESCRIPTIONS, Keyset

IDS_A_QUERY = 40  # 30 bytes each in a URL of at most 16,384, of which the fields may take 14,000
TOLD_WITHIN = timedelta(hours=25)
"""A message is sent again for a day; a deletion told later is seen in a pass."""


@dataclass(frozen=True, slots=True)
class Left:
    """What is still to be asked: the ids, those of the query under way first; ``here`` are those it has shown.

    ``missing`` were not shown by any query. ``unsure``: a row was shown whose id could not be read.
    """

    fields: tuple[str, ...]
    ids: tuple[str, ...]
    asking: Literal["describe", "currency", "rows", "deleted"] = "rows"
    here: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()
    unsure: bool = False
    descriptions: int = 0
    logged: bool = True  # whether there is a log of deletions
    currency: str | None = None  # the org's, where records name none


@dataclass(frozen=True, slots=True)
class These:
    """The named rows; no bookmark, though it tells which fields there are, and nothing is said of other rows."""

    reading: Keyset
    named: tuple[sdk.Named, ...]

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        known, ids = marked(bookmark), tuple(dict.fromkeys(each.id for each in self.named))
        left = Left(known.fields, ids, logged=known.logged, currency=known.currency)
        if not left.ids:
            return sdk.Turn()
        return self._rows(left, ()) if left.fields else self._describe(left)

    def turn(self, state: Left, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        if state.asking == "currency":
            code = currency.told(self.reading.sobject, answer)
            return self._rows(replace(state, currency=code, asking="rows"), ())
        if answer.status >= 400:
            return self._recover(state, answer)
        if state.asking == "describe":
            return self._described(state, answer)
        if state.asking == "deleted":
            return sdk.Turn(records=tuple(self._purged(state, answer)))
        return self._page(state, ask, answer)

    def _describe(self, left: Left) -> sdk.Turn:
        ask = self.reading.get(f"sobjects/{self.reading.sobject}/describe")
        return sdk.Turn(ask=ask, state=replace(left, asking="describe", descriptions=left.descriptions + 1))

    def _described(self, left: Left, answer: sdk.Answer) -> sdk.Turn:
        """The question for the org's currency where the rows do not tell theirs, else for the rows."""
        reading = self.reading
        found = pages.description(answer, reading.sobject)
        fields, _ = chosen(reading.sobject, found.fields, reading.wanted, custom=reading.custom)
        left = replace(left, fields=fields, asking="rows", logged=found.replicateable)
        if left.currency is None and reading.ask_currency and currency.needed(reading.wanted, fields):
            return sdk.Turn(ask=reading.get("query", q=currency.QUESTION), state=replace(left, asking="currency"))
        return self._rows(left, ())

    def _rows(self, left: Left, records: tuple[sdk.Record, ...]) -> sdk.Turn:
        """The query for the next ids."""
        question = soql.these(self.reading.sobject, left.fields, left.ids[:IDS_A_QUERY])
        return sdk.Turn(ask=self.reading.query(question), state=left, records=records)

    def _page(self, left: Left, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        found = pages.page(answer, self.reading.sobject, ask.path)
        records = tuple(sdk.Record(raw=currency.with_currency(raw, left.currency)) for raw in found.records)
        shown = [_id(raw) for raw in found.records]
        left = replace(left, here=left.here.union(filter(None, shown)), unsure=left.unsure or None in shown)
        if found.next_records_url and not found.done:
            return sdk.Turn(ask=sdk.Ask(path=found.next_records_url), state=left, records=records)
        asked, rest = left.ids[:IDS_A_QUERY], left.ids[IDS_A_QUERY:]
        missing = () if left.unsure else tuple(each for each in asked if each not in left.here)
        left = replace(left, ids=rest, here=frozenset(), unsure=False, missing=(*left.missing, *missing))
        if rest:
            return self._rows(left, records)
        if left.missing and left.logged and self.reading.purges:
            return self._deleted(left, records, answer.date())
        return sdk.Turn(records=records)

    def _deleted(self, left: Left, records: tuple[sdk.Record, ...], now: datetime) -> sdk.Turn:
        """The question which rows were deleted of late."""
        until = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        since, path = until - TOLD_WITHIN, f"sobjects/{self.reading.sobject}/deleted/"
        ask = self.reading.get(path, start=soql.moment(since), end=soql.moment(until))
        return sdk.Turn(ask=ask, state=replace(left, asking="deleted"), records=records)

    def _purged(self, left: Left, answer: sdk.Answer) -> list[sdk.Record]:
        """Tombstones for the missing rows that were deleted."""
        log = {
            full_id(gone.id): gone.deleted_date for gone in pages.purged(answer, self.reading.sobject).deleted_records
        }
        return [
            sdk.Record(raw=b"{}", id=each, deleted="deleted", version=log[each] or answer.date())
            for each in left.missing
            if each in log
        ]

    def _recover(self, left: Left, answer: sdk.Answer) -> sdk.Turn:
        """What to ask after an error from which the reading can go on."""
        name, said = self.reading.sobject, codes(answer)
        if left.asking == "deleted":
            return sdk.Turn()  # the log does not reach back so far, or holds too much: the next pass tells what is gone
        if "INVALID_FIELD" in said and left.descriptions < MOST_DESCRIPTIONS:
            return self._describe(left)
        if "INVALID_FIELD" in said and (rest := without(left.fields, columns(answer))):
            return self._rows(replace(left, fields=rest), ())
        if "QUERY_TIMEOUT" in said or "INVALID_QUERY_LOCATOR" in said:
            raise sdk.TransientError(f"{name}: Salesforce cannot answer a query of few rows now; tried later.")
        raise refusal(name, answer)


class _Id(msgspec.Struct, rename="pascal"):
    id: str | None = None


def _id(raw: msgspec.Raw) -> str | None:
    try:
        found = msgspec.json.decode(raw, type=_Id).id
    except msgspec.DecodeError:
        return None
    return full_id(found) if found else None
