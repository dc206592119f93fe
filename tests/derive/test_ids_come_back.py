"""Whoever comes back takes back the id they had, however often they go and return."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kizuna.derive import decide
from kizuna.storage import identity
from tests.support.toys import Bench, at, bench

ACME = {"id": "1", "name": "Acme", "site": "acme.jp", "at": at(0)}
ZENITH = {"id": "9", "name": "Zenith", "site": "zenith.jp", "at": at(0)}
WHO = "SELECT r.rid FROM source_record r JOIN connection c ON c.id = r.connection_id WHERE c.name = :c AND r.source_id = :s"
HOMES = """
    SELECT c.name, r.source_id, m.entity_id FROM membership m
    JOIN source_record r ON r.rid = m.rid JOIN connection c ON c.id = r.connection_id ORDER BY 1, 2
"""


@pytest.fixture
def firms(database_url: str) -> Iterator[Bench]:
    """Three systems that know Acme."""
    with bench(database_url) as made:
        for name in ("b", "c"):
            made.connect(name)
        for name in ("toy", "b", "c"):
            made.write(ACME, connection=name)
        yield made


def record(firms: Bench, connection: str, source_id: str = "1") -> int:
    ((rid,),) = firms.rows(WHO, c=connection, s=source_id)
    assert isinstance(rid, int)
    return rid


def homes(firms: Bench) -> dict[tuple[Any, Any], Any]:
    return {(name, source_id): entity_id for name, source_id, entity_id in firms.rows(HOMES)}


@pytest.mark.parametrize("who", ["toy", "b", "c"])
def test_a_record_split_off_for_the_second_time_takes_back_the_id_of_the_first(firms: Bench, who: str) -> None:
    whole = homes(firms)
    decide.split(firms.deriver, "account", record(firms, who), "ann")
    apart = homes(firms)
    ((latest,),) = firms.rows("SELECT MAX(id) FROM identity_decision")
    decide.undo(firms.deriver, latest)
    together = homes(firms)

    decide.split(firms.deriver, "account", record(firms, who), "ann")

    assert together == whole
    assert homes(firms) == apart
    assert firms.write(ZENITH).written == 1  # the derivation goes on


@pytest.mark.parametrize("who", ["toy", "b", "c"])
def test_a_record_that_leaves_again_and_again_stops_nobody(firms: Bench, who: str) -> None:
    umber = {"id": "1", "name": "Umber Foods", "site": "umber.jp"}

    for minute in range(1, 5):
        firms.write({**(umber if minute % 2 else ACME), "at": at(minute)}, connection=who)

    assert len(set(homes(firms).values())) == 1


def test_a_customer_taken_out_of_another_has_the_id_it_had_and_not_one_that_a_record_once_had(firms: Bench) -> None:
    for name in "defg":
        firms.connect(name)
        firms.write(ZENITH, connection=name)
    firms.write({**ACME, "name": "Umber", "site": "umber.jp", "at": at(1)}, connection="b")
    firms.write({**ACME, "at": at(2)}, connection="b")
    before = homes(firms)
    acme, zenith = before["c", "1"], before["d", "9"]

    done = decide.merge(firms.deriver, acme, zenith, actor="ann", confirmed=True)
    decide.undo(firms.deriver, done.decisions[0])

    assert homes(firms) == before
    with firms.database.read() as sql:
        assert identity.standing_id(sql, acme) == acme
