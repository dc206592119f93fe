"""Mistakes in reading Stripe."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import msgspec

from kizuna import sdk
from tests.testing.seeded import Seeded, altered, limited, reading


def short_by_one(turn: sdk.Turn, _ask: sdk.Ask) -> sdk.Turn:
    """Where a page ends, its last record is taken for the first one of the next."""
    return msgspec.structs.replace(turn, records=turn.records[:-1]) if turn.ask is not None else turn


def by_creation(good: Any) -> Any:
    """The list asked for what was created since: it knows no other filter."""
    return sdk.Listing(
        path=f"/v1/{good.feed.collection}",
        payload=Created,
        paging=sdk.LastId(param="starting_after"),
        since=sdk.Since("created[gte]", lambda record: sdk.epoch(record.created), form="epoch"),
        params=(("limit", "100"), *good.params),
    )


class Created(sdk.Payload):
    """What a list's filter reads."""

    id: str
    created: int


def deaf_to_deletions(good: Any) -> Any:
    """The feed without the events that say that an object is gone."""
    types = tuple(name for name in good.feed.types if not name.endswith(".deleted"))
    return replace(good, feed=replace(good.feed, types=types, gone=()))


def begun_too_late(turn: sdk.Turn, _ask: sdk.Ask) -> sdk.Turn:
    """The feed is read from the end of the listing on, not from before its beginning."""
    mark = turn.bookmark
    if turn.ask is None and mark and mark.get("phase") == "events" and not mark.get("known"):
        turn.bookmark = {**mark, "since": mark["since"] + 1_800}
    return turn


def stamped() -> Any:
    """Every record with the number of its reading inside."""
    numbers = count()

    def stamp(turn: sdk.Turn, _ask: sdk.Ask) -> sdk.Turn:
        records = [
            msgspec.structs.replace(record, raw=bytes(record.raw)[:-1] + f',"_read":{next(numbers)}}}'.encode())
            for record in turn.records
        ]
        return msgspec.structs.replace(turn, records=records)

    return stamp


def ahead_of_the_data(turn: sdk.Turn, _ask: sdk.Ask) -> sdk.Turn:
    """The first page of a listing leaves the bookmark of its end."""
    mark = turn.bookmark
    if mark and mark.get("phase") == "listing":
        turn.bookmark = {"phase": "events", "since": mark["since"], "known": []}
    return turn


PAYMENTS = (
    Seeded(
        connector="stripe",
        name="the last record of a page is skipped",
        costs="one customer in a hundred is never there, and nothing says so",
        promise="follows_changes",
        complaint=1,
        change=altered("customers", turned=short_by_one),
    ),
    Seeded(
        connector="stripe",
        name="changes are asked for by the time of creation",
        costs="a subscription that is cancelled stays active for ever",
        promise="follows_changes",
        complaint=3,
        change=reading(by_creation, "customers"),
    ),
    Seeded(
        connector="stripe",
        name="the feed is believed to reach back for ever",
        costs="after a pause of 30 days, what happened before is never read",
        promise="comes_back_after_a_long_pause",
        complaint=3,
        patches=(("kizuna_stripe.readings.KEPT_S", 10**12),),
    ),
    Seeded(
        connector="stripe",
        name="events of deletion are not asked for",
        costs="deleted customers live on",
        promise="follows_deletes",
        complaint=4,
        change=reading(deaf_to_deletions, "customers"),
    ),
    Seeded(
        connector="stripe",
        name="the feed begins where the listing ended",
        costs="what changes while a first load runs is lost",
        promise="reads_on_while_records_change",
        complaint=1,
        change=altered("customers", turned=begun_too_late),
    ),
    Seeded(
        connector="stripe",
        name="the feed is read without looking back",
        costs="an event that surfaces two minutes late is never heard",
        promise="catches_late_records",
        complaint=7,
        patches=(("kizuna_stripe.readings.LOOKBACK_S", 0),),
    ),
    Seeded(
        connector="stripe",
        name="records carry the number of their reading",
        costs="nothing is ever unchanged: every sync rewrites all",
        promise="replays_without_a_change",
        complaint=5,
        change=altered("customers", turned=stamped()),
    ),
    Seeded(
        connector="stripe",
        name="the account's limit is not declared",
        costs="ten requests a second where thousands are allowed",
        promise="keeps_to_the_limits",
        complaint=5,
        change=limited(sdk.Limit(10, 1.0)),
    ),
    Seeded(
        connector="stripe",
        name="the bookmark runs ahead of the data",
        costs="a crash in a first load loses all that was not read yet",
        promise="goes_on_after_a_kill",
        complaint=10,
        change=altered(turned=ahead_of_the_data),
    ),
)
