"""What vanished for good: ``/deleted`` names ids, and those that even the recycle bin lacks are purged.

A query shows deleted rows only while they lie in the recycle bin; a hard delete leaves nothing. The log behind
``/deleted`` keeps 15 days or less; when it does not reach back far enough, the object is listed whole again. Of objects that
are not ``replicateable`` there is no such log: they are listed whole now and then.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from kizuna import sdk
from kizuna_salesforce import pages, soql
from kizuna_salesforce.ids import full_id
from kizuna_salesforce.marks import Place, bookmarked

if TYPE_CHECKING:
    from kizuna_salesforce.readings import Keyset

ASK_EVERY = timedelta(hours=1)
LIST_EVERY = timedelta(days=1)
LIST_EVERY_WITH_BIN = timedelta(days=7)
"""How often an object is listed whole of which no log tells the deletions: seldom where the recycle bin shows most of them."""
OUT_OF_REACH = frozenset({"INVALID_REPLICATION_DATE", "EXCEEDED_ID_LIMIT"})
NO_LOG = frozenset({400, 404})
"""How Salesforce refuses the log of an object that has none; who may not read one is refused with 403."""
IDS_A_QUERY = 300  # 27 bytes each in the URL, which may have 16,384
NEAR = 16  # queries that are worth naming ahead; the others have their time
replace = msgspec.structs.replace


def due(reading: Keyset, place: Place, done: sdk.Turn, vendor_now: datetime) -> sdk.Turn:
    """``done`` as it is, or with the question for purged records when an hour has passed since the last one."""
    mark, until = place.mark, vendor_now.replace(second=0, microsecond=0)
    asked_at = mark.purged_asked_at
    if not mark.logged:
        every = LIST_EVERY_WITH_BIN if "IsDeleted" in mark.fields else LIST_EVERY
        return done if place.whole or asked_at is None or place.now - asked_at < every else _listing_next(done)
    if not reading.purges or place.whole or asked_at is None or place.now - asked_at < ASK_EVERY:
        return done
    if mark.purged_until is None or until - mark.purged_until < timedelta(minutes=1):
        return done
    done.ask = reading.get(
        f"sobjects/{reading.sobject}/deleted/", start=soql.moment(mark.purged_until), end=soql.moment(until)
    )
    done.state = replace(place, asking="purged")
    return done


def listed(reading: Keyset, place: Place, answer: sdk.Answer) -> sdk.Turn:
    """The ids deleted since the last time; each is looked for among the rows that still exist."""
    found, mark = pages.purged(answer, reading.sobject), place.mark
    if mark.purged_until and found.earliest_date_available and found.earliest_date_available > mark.purged_until:
        return unknown()
    mark = replace(mark, purged_until=found.latest_date_covered or mark.purged_until, purged_asked_at=place.now)
    gone = tuple((full_id(entry.id), entry.deleted_date) for entry in found.deleted_records)
    if not gone:
        return sdk.Turn(bookmark=bookmarked(mark))
    return _look_for(reading, replace(place, mark=mark, purged=gone))


def checked(reading: Keyset, place: Place, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
    """Tombstones for the ids that no query finds any more."""
    found = pages.page(answer, reading.sobject, ask.path)
    try:
        existing = {full_id(row.id) for row in map(_id, found.records) if row.id}
    except msgspec.DecodeError as error:
        raise sdk.PageError(f"{reading.sobject}: the answer is no list of ids; it is refused") from error
    here, rest = place.purged[:IDS_A_QUERY], place.purged[IDS_A_QUERY:]
    records = tuple(
        sdk.Record(raw=b"{}", id=source_id, deleted="deleted", version=at)
        for source_id, at in here
        if source_id not in existing
    )
    if not rest:
        return sdk.Turn(records=records, bookmark=bookmarked(place.mark))
    following = _look_for(reading, replace(place, purged=rest))
    following.records = records
    return following


def unlogged(place: Place) -> sdk.Turn:
    """The log is refused of this object, whatever its description says: it is listed whole now and then instead.

    Deletions are known up to the last question that was answered, so that the time to the listing runs from there.
    """
    return sdk.Turn(bookmark=bookmarked(replace(place.mark, log_refused=True)))


def unknown() -> sdk.Turn:
    """The log does not reach back: from an empty bookmark the next pass lists everything, and what it lacks is gone."""
    return sdk.Turn(bookmark={})


def _listing_next(done: sdk.Turn) -> sdk.Turn:
    """The end of a pass whose next one lists everything, see :func:`unknown`."""
    done.bookmark = {}
    return done


def _look_for(reading: Keyset, place: Place) -> sdk.Turn:
    """Looks for the first ids; the questions for the others do not wait for its answer."""
    near = place.purged[: IDS_A_QUERY * NEAR]
    parts = (near[begin : begin + IDS_A_QUERY] for begin in range(0, len(near), IDS_A_QUERY))
    first, *others = (
        reading.query(soql.among(reading.sobject, [source_id for source_id, _ in part])) for part in parts
    )
    return sdk.Turn(ask=first, ahead=tuple(others), state=replace(place, asking="existing"))


def _id(raw: msgspec.Raw) -> pages.Row:
    return msgspec.json.decode(raw, type=pages.Row)
