"""How a Salesforce object is read: described, then walked by (SystemModstamp, Id), then asked what was purged.

A first load takes every row, deleted ones too (``queryAll``), in the order of change. Later passes ask for what changed
since the newest change seen, less a lookback: a row is stamped when it is written and visible when its transaction
commits, so it may appear behind newer ones. The lookback ends once it has passed since that newest change was seen.

Within one query the pages follow Salesforce's locator, which is a frozen result; an interrupted pass goes on with a new
query behind its position. Rows that committed between the two would be missed by position, so the watermark then
ends at the ceiling: the newest change there was when a full pass began, the position of the break in a later one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from kizuna import sdk
from kizuna_salesforce import bulk, currency, pages, purges, results, soql
from kizuna_salesforce.errors import codes, columns, refusal
from kizuna_salesforce.fields import chosen, told, without
from kizuna_salesforce.marks import Mark, Place, bookmarked, marked

DESCRIBE_EVERY = timedelta(days=1)
MOST_DESCRIPTIONS = 2  # in one conversation: fields may vanish between description and query, but not for ever
LEAST_ROWS = 250
MOST_ROWS = 2000
replace = msgspec.structs.replace
_log = logging.getLogger("kizuna.salesforce")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyset:
    """The reading of one object. ``wanted`` are the fields the mapping reads; the org may have fewer of them."""

    sobject: str
    wanted: tuple[str, ...]
    version: str
    lookback: timedelta = timedelta(minutes=10)
    purges: bool = True  # whether records of this object can vanish without a trace in a query
    custom: bool = True  # whether the org's own fields are asked for too
    ask_currency: bool = False  # whether the org is asked for the currency of amounts that name none
    bulk_from_rows: int = 0  # rows left of a first load for which a bulk job is made; 0: never
    bulk_page_rows: int = 1000  # rows in an answer of a job's results

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        # An empty bookmark is that of a pass to come that has to find what is gone; so has one asked for as a whole one.
        owed = start.full or bookmark == {}
        mark = Mark(owed=True) if owed else marked(bookmark)
        place = self._again(Place(mark=mark, now=start.now, whole=mark.watermark is None, unbroken=start.unbroken))
        # An interrupted first load may go on by a job, whose results need the types of the fields.
        typeless = (
            mark.watermark is None and mark.ceiling is not None and self.bulk_from_rows > 0 and mark.types is None
        )
        stale = mark.described_at is None or start.now - mark.described_at >= DESCRIBE_EVERY
        if not mark.fields or stale or typeless:
            return self.describe(place)
        return self._resumed(place)

    def turn(self, state: Any, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        place: Place = state
        if answer.status >= 400 and place.asking not in ("currency", "abort", "drop"):
            return self._recover(place, answer)
        match place.asking:
            case "describe":
                return self._described(place, answer)
            case "currency":
                return self._chosen(place, currency.told(self.sobject, answer) or place.mark.currency)
            case "newest":
                return self._newest(place, ask, answer)
            case "rows":
                return self._page(place, ask, answer)
            case "lowest" | "highest":
                return bulk.bounded(self, place, ask, answer)
            case "job":
                return bulk.launched(self, place, answer)
            case "state":
                return bulk.watched(self, place, answer)
            case "results":
                return bulk.collected(self, place, answer)
            case "abort" | "drop":
                return bulk.dropped(self, place, answer)
            case "purged":
                return purges.listed(self, place, answer)
            case "existing":
                return purges.checked(self, place, ask, answer)

    def close(self, bookmark: sdk.Bookmark) -> sdk.Closed | None:
        """The bulk jobs that are not collected, aborted and deleted; the rows behind the position are read anew."""
        return bulk.closed(self, marked(bookmark))

    def get(self, resource: str, **params: str) -> sdk.Ask:
        """A request below the versioned root."""
        return sdk.Ask(path=f"/services/data/v{self.version}/{resource}", params=tuple(params.items()))

    def query(self, question: str) -> sdk.Ask:
        """A query that sees deleted, merged and archived rows too."""
        return self.get("queryAll", q=question)

    def describe(self, place: Place) -> sdk.Turn:
        """The question which fields there are."""
        ask = self.get(f"sobjects/{self.sobject}/describe")
        state = replace(place, asking="describe", descriptions=place.descriptions + 1)
        return sdk.Turn(ask=ask, state=state, bookmark=self._unbegun(place.mark))

    def _described(self, place: Place, answer: sdk.Answer) -> sdk.Turn:
        found = pages.description(answer, self.sobject)
        refused = tuple(field.name for field in found.fields if field.name in place.mark.refused)
        described = tuple(field for field in found.fields if field.name not in refused)
        place = replace(place, mark=replace(place.mark, refused=refused, unlogged=not found.replicateable))
        fields, left_out = chosen(self.sobject, described, self.wanted, custom=self.custom)
        if left_out:
            _log.warning("%s: %s fields do not fit in a query: %s", self.sobject, len(left_out), ", ".join(left_out))
        if self.bulk_from_rows:
            types = ((field.name, field.type) for field in described if field.name in fields)
            place = replace(place, types=tuple((name, type_) for name, type_ in types if type_ in results.TYPED))
        if "Id" not in fields:
            raise sdk.PageError(f"{self.sobject}: the description lists no Id; it is refused")
        place = replace(place, described=fields)
        if self.ask_currency and currency.needed(self.wanted, fields):
            return sdk.Turn(ask=self.get("query", q=currency.QUESTION), state=replace(place, asking="currency"))
        return self._chosen(place, None)

    def _chosen(self, place: Place, code: str | None) -> sdk.Turn:
        """Where the reading goes on once it knows the fields and the currency of records that name none."""
        fields, known = place.described, place.mark
        told(self.sobject, set(known.fields) - set(fields))
        types = place.types if known.watermark is None else None
        mark = replace(known, fields=fields, described_at=place.now, currency=code, types=types)
        if known.fields and (not set(fields) <= set(known.fields) or (code is not None and code != known.currency)):
            # A field that has become readable is empty in all that was read so far, and no stamp moves for that.
            mark = Mark(
                unlogged=mark.unlogged,
                log_refused=mark.log_refused,
                fields=fields,
                described_at=place.now,
                purged_until=mark.purged_until,
                owed=mark.owed,
                currency=code,
                refused=mark.refused,
                types=place.types,
            )
            anew = replace(place, mark=mark, whole=True, high=None)
            left_over = bulk.unfinished(known)
            return bulk.discarded(self, anew, left_over, "rows") if left_over else self.rows(anew)
        return self._resumed(replace(place, mark=mark))

    def _resumed(self, place: Place) -> sdk.Turn:
        """Where the pass goes on: with its jobs, where it has any whose results can be had and read, else with a query."""
        mark = place.mark
        if not mark.jobs:
            return self.rows(place)
        if mark.job_version != self.version or mark.types is None:  # no other version is given the results
            return bulk.given_up(self, place)
        return bulk.made(self, place)

    def rows(self, place: Place) -> sdk.Turn:
        """The query for what is still to be read in this pass."""
        mark = place.mark
        if mark.watermark is None and mark.ceiling is None:
            return sdk.Turn(
                ask=self.query(soql.newest(self.sobject, self.cursor(mark))),
                state=replace(place, asking="newest"),
                bookmark=self._unbegun(mark),
            )
        cursor = self.cursor(mark)
        if mark.at is not None and mark.id is not None:
            where = soql.beyond(cursor, mark.at, mark.id)
        elif mark.watermark is not None:
            where = soql.changed_since(cursor, mark.watermark - (timedelta(0) if mark.settled else self.lookback))
        else:
            where = ""
        question = soql.select(self.sobject, mark.fields, where, cursor, place.most)
        state = replace(place, asking="rows", counted=0, behind=(mark.at, mark.id))
        return sdk.Turn(ask=self.query(question), state=state)

    def _unbegun(self, mark: Mark) -> sdk.Bookmark | None:
        """What to remember before the first row: nothing, or that the pass has to find what is gone."""
        return {} if mark.owed and mark.ceiling is None else None

    def cursor(self, mark: Mark) -> str:
        """The stamp that orders this object's rows. Raises DegradedError when the user may read none."""
        for name in pages.CURSORS:
            if name in mark.fields:
                return name
        raise sdk.DegradedError(f"{self.sobject}: no time stamp is readable; grant the user read access to it.")

    def _newest(self, place: Place, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        found = pages.page(answer, self.sobject, ask.path)
        seen = pages.rows(found)
        # What was purged before a listing that proves nothing absent is told by the log alone.
        known_until = place.mark.purged_until or answer.date().replace(second=0, microsecond=0)
        mark = replace(place.mark, purged_until=known_until, purged_asked_at=place.now)
        if not found.records:
            paid = place.unbroken or not mark.owed
            return sdk.Turn(bookmark=bookmarked(replace(mark, owed=False)) if paid else {}, whole=place.whole)
        # A row without a readable stamp does not make the object empty: what there was by now was changed by now.
        return self.rows(replace(place, mark=replace(mark, ceiling=seen[0][0] if seen else answer.date())))

    def _page(self, place: Place, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        found = pages.page(answer, self.sobject, ask.path)
        seen = pages.rows(found)
        place = replace(self._moved(place, seen), counted=place.counted + len(found.records))
        records = tuple(sdk.Record(raw=currency.with_currency(raw, place.mark.currency)) for raw in found.records)
        if found.next_records_url and not found.done:
            left = (found.total_size or 0) - len(found.records)
            if bulk.worthwhile(self, place, left):
                return bulk.launch(self, place, records, left)
            following = sdk.Ask(path=found.next_records_url)
            return sdk.Turn(ask=following, state=place, records=records, bookmark=bookmarked(place.mark))
        if place.most and place.counted >= place.most:
            if place.behind == (place.mark.at, place.mark.id):
                # Nothing of it tells where to go on: the next pass reads what lies behind, and nothing is proved absent.
                return self.finished(replace(place, whole=False), records, answer)
            following_turn = self.rows(self._again(place))
            following_turn.records, following_turn.bookmark = records, bookmarked(place.mark)
            return following_turn
        return self.finished(place, records, answer)

    def _moved(self, place: Place, seen: list[tuple[datetime, str]]) -> Place:
        """The place behind these rows; refuses a page that lies before the position."""
        mark = place.mark
        high = max((at for at, _ in seen), default=None)
        if mark.watermark is None and mark.ceiling is not None:
            # A row changed since the pass began says nothing of how far the pass has come.
            seen = [row for row in seen if row[0] <= mark.ceiling]
        if seen and mark.at is not None and max(seen)[0] < mark.at:
            raise sdk.PageError(f"{self.sobject}: the rows are not in the order asked for; the page is refused")
        if seen and (mark.at is None or mark.id is None or seen[-1] > (mark.at, mark.id)):
            mark = replace(mark, at=seen[-1][0], id=seen[-1][1])
        return replace(place, mark=mark, high=max(filter(None, (place.high, high)), default=None))

    def finished(self, place: Place, records: tuple[sdk.Record, ...], answer: sdk.Answer) -> sdk.Turn:
        """The end of a pass: the watermark moves, and what was purged is asked for when its time has come."""
        mark, newest = place.mark, max(filter(None, (place.high, place.mark.at)), default=None)
        if newest is not None and mark.ceiling is not None:
            newest = min(newest, mark.ceiling)
        if newest is not None and (mark.watermark is None or newest > mark.watermark):
            mark = replace(mark, watermark=newest, found_at=answer.asked_at, settled=False)
        elif mark.ceiling is None and mark.found_at is not None and place.now - mark.found_at >= self.lookback:
            mark = replace(mark, settled=True)
        if mark.owed and not (place.whole and place.unbroken):
            return sdk.Turn(records=records, bookmark={}, whole=place.whole)
        mark = replace(mark, at=None, id=None, ceiling=None, jobs=(), job_version="")
        mark = replace(mark, unhurried=False, remade=0, types=None, owed=False)
        done = sdk.Turn(records=records, bookmark=bookmarked(mark), whole=place.whole)
        return purges.due(self, replace(place, mark=mark), done, answer.date())

    def _recover(self, place: Place, answer: sdk.Answer) -> sdk.Turn:
        """What to ask after an error from which a reading can go on; raises what it means when it cannot."""
        said = codes(answer)
        if place.asking == "purged" and purges.OUT_OF_REACH.intersection(said):
            return purges.unknown()
        if place.asking == "purged" and answer.status in purges.NO_LOG:
            return purges.unlogged(place)
        if place.asking in ("lowest", "highest"):
            return bulk.split(self, place, "")
        if place.asking in ("state", "results") and answer.status == 404:
            return bulk.expired(self, place)
        if place.asking in ("job", "state", "results"):
            return bulk.given_up(self, place)
        if "INVALID_FIELD" in said and place.descriptions < MOST_DESCRIPTIONS:
            return self.describe(self._again(place))
        if "INVALID_FIELD" in said and (rest := without(place.mark.fields, columns(answer))):
            refused = tuple(name for name in place.mark.fields if name not in rest)
            told(self.sobject, refused)
            mark = replace(place.mark, fields=rest, refused=(*place.mark.refused, *refused))
            return self.rows(self._again(replace(place, mark=mark)))
        if "INVALID_QUERY_LOCATOR" in said:
            return self.rows(self._again(place))
        if "QUERY_TIMEOUT" in said and (place.most or MOST_ROWS) > LEAST_ROWS:
            return self.rows(replace(self._again(place), most=place.most // 2 if place.most else MOST_ROWS))
        if "QUERY_TIMEOUT" in said:
            raise sdk.TransientError(f"{self.sobject}: Salesforce times out even for {LEAST_ROWS} rows; tried later.")
        raise refusal(self.sobject, answer)

    def _again(self, place: Place) -> Place:
        """The place from which a further query of the same pass goes on, with the watermark held back."""
        mark = place.mark
        if mark.watermark is None or mark.at is None or mark.ceiling is not None:
            return place
        return replace(place, mark=replace(mark, ceiling=mark.at))
