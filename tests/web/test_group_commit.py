"""Deliveries kept together: one that cannot be kept costs the others of its group nothing, and no count is lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import OperationalError

from kizuna.errors import PayloadError
from kizuna.sdk import Hint
from kizuna.storage import deliveries, schema
from kizuna.storage.database import Database
from kizuna.storage.deliveries import Arrival
from kizuna.web.group_commit import GroupCommit


@pytest.fixture
def inbox(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    schema.upgrade(database)
    opened = deliveries.inbox(database)
    yield opened
    opened.close()
    database.close()


def arrival(name: str, *, connection_id: int = 1) -> Arrival:
    return Arrival(connection_id, name, (Hint(stream="customers", id="1", event=name),), 1)


def kept(inbox: Database, arrivals: Sequence[Arrival], counted: Sequence[str] = ()) -> list[BaseException | None]:
    """What each sender is told when all come at once."""

    async def scenario() -> list[BaseException | None]:
        commits = GroupCommit(inbox)
        for outcome in counted:
            commits.count(1, outcome)
        senders = [asyncio.create_task(commits.keep(one)) for one in arrivals]
        await asyncio.sleep(0)  # all wait before the first transaction begins
        working = asyncio.create_task(commits.run())
        told = await asyncio.gather(*senders, return_exceptions=True)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        commits.close()
        return told

    return asyncio.run(scenario())


def test_a_hint_is_kept_with_all_it_says(inbox: Database) -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    hint = Hint(stream="comments", id="9", event="e", deleted=True, at=at, parent="35")

    kept(inbox, [Arrival(1, "e", (hint,), 1)])

    with inbox.read() as sql:
        (found,) = deliveries.due(sql, 1, 2, 10, None)
    assert found.hints == (hint,)


def names(inbox: Database) -> list[str]:
    with inbox.read() as sql:
        return sorted(sql.exec_driver_sql("SELECT name FROM webhook_delivery").scalars())


def counts(inbox: Database) -> dict[str, int]:
    with inbox.read() as sql:
        return deliveries.counts(sql, 1)


# A lone half of a pair is no character; no database takes it.
UNFIT = "evt_\ud800"


def test_a_delivery_that_cannot_be_kept_fails_alone(inbox: Database) -> None:
    good = [arrival(f"evt_{number:02}") for number in range(20)]

    told = kept(inbox, [*good[:7], arrival(UNFIT), *good[7:]])

    assert [type(one) for one in told] == [type(None)] * 7 + [PayloadError] + [type(None)] * 13
    assert names(inbox) == [one.name for one in good]
    assert counts(inbox) == {"accepted": 20, "unfit": 1}


def test_several_that_cannot_be_kept_fail_each_alone(inbox: Database) -> None:
    told = kept(inbox, [arrival(UNFIT), arrival("evt_1"), arrival("x" + UNFIT), arrival("evt_2"), arrival("evt_2")])

    assert [one is None for one in told] == [False, True, False, True, True]
    assert names(inbox) == ["evt_1", "evt_2"]
    assert counts(inbox) == {"accepted": 2, "duplicate": 1, "unfit": 2}


def test_a_name_too_long_for_an_index_fails_alone(postgres_url: str) -> None:
    database = Database(postgres_url)
    schema.upgrade(database)
    long = "".join(random.Random(7).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=50_000))

    told = kept(database, [arrival("evt_1"), arrival(long), arrival("evt_2")])

    assert [one is None for one in told] == [True, False, True]
    assert names(database) == ["evt_1", "evt_2"]
    database.close()


def test_a_text_that_only_postgresql_refuses_fails_alone(postgres_url: str) -> None:
    database = Database(postgres_url)
    schema.upgrade(database)

    told = kept(database, [arrival("evt_1"), arrival("evt\x00"), arrival("evt_2")])

    assert [one is None for one in told] == [True, False, True]
    assert names(database) == ["evt_1", "evt_2"]
    database.close()


def test_when_the_database_is_away_nothing_is_sorted_out_and_no_count_is_lost(
    inbox: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []
    whole = deliveries.keep

    def away(sql: object, arrivals: Sequence[Arrival]) -> object:
        tried.append(len(arrivals))
        if len(tried) == 1:
            raise OperationalError("INSERT", {}, Exception("the disk is full"))
        return whole(sql, arrivals)  # type: ignore[arg-type]  # what was given is passed on

    monkeypatch.setattr(deliveries, "keep", away)

    told = kept(inbox, [arrival("evt_1"), arrival("evt_2")], counted=["refused"])

    assert [type(one) for one in told] == [OperationalError, OperationalError]
    assert tried[0] == 2
    assert counts(inbox) == {"refused": 1}
