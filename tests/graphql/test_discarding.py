"""What is set aside and will never be understood is given up: counted, in the audit log, and taken when it comes again."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, text

from kizuna.storage import aside, connections, evidence
from kizuna.storage.aside import Chosen
from kizuna.sync.discarding import discard
from tests.graphql.house import House

DISCARD = """mutation ($wish: DiscardQuarantinedInput!) { discardQuarantined(input: $wish) {
    result { discarded chosen { connection stream reason records } } userErrors { code message } } }"""

_STREAM = """INSERT INTO stream (connection_id, name, state, kinds, updated_at)
    VALUES (:connection, :name, 'complete', '[]', 1)"""


@pytest.fixture
def house(fresh: House) -> House:
    """Five deals and one contact set aside."""
    with fresh.database.write() as sql:
        crm = connections.get(sql, "crm").id
        for stream in ("deals", "contacts"):
            sql.execute(text(_STREAM), {"connection": crm, "name": stream})
        for number in range(5):
            _aside(sql, "deals", f"d{number}", "Expected `int`" if number < 3 else "Expected `str`")
        _aside(sql, "contacts", "c1", "Expected `int`")
    return fresh


def test_a_dry_run_says_what_fits_and_changes_nothing(house: House) -> None:
    wish = {"connection": "crm", "reason": "expected `INT`", "dryRun": True}

    told = _discarded(house, wish)

    assert told["result"] == {
        "discarded": 0,
        "chosen": [
            {"connection": "crm", "stream": "contacts", "reason": "Expected `int`", "records": 1},
            {"connection": "crm", "stream": "deals", "reason": "Expected `int`", "records": 3},
        ],
    }
    assert _left(house) == ["c1", "d0", "d1", "d2", "d3", "d4"]


def test_what_fits_all_that_is_said_is_gone_counted_and_in_the_audit_log(house: House) -> None:
    told = _discarded(house, {"stream": "deals", "reason": "`int`"})

    shown = house.ask("{ connections { name streams { name discarded } } }")["connections"]
    streams = {
        stream["name"]: stream["discarded"] for one in shown for stream in one["streams"] if one["name"] == "crm"
    }
    entries = house.ask("{ auditLog(first: 1) { nodes { actor action subject detail } } }")["auditLog"]["nodes"]
    assert (told["result"]["discarded"], told["userErrors"]) == (3, [])
    assert _left(house) == ["c1", "d3", "d4"]
    assert (streams["deals"], streams["contacts"]) == (3, 0)
    assert entries == [
        {
            "actor": "local",
            "action": "quarantine.discard",
            "subject": "crm",
            "detail": {"stream": "deals", "reason": "`int`", "records": 3},
        }
    ]


def test_records_are_named_by_their_ids(house: House) -> None:
    listed = house.ask('{ quarantine(first: 50, stream: "deals") { nodes { id sourceId } } }')["quarantine"]["nodes"]
    ids = [one["id"] for one in listed if one["sourceId"] in ("d1", "d4")]

    told = _discarded(house, {"ids": ids})

    assert told["result"]["discarded"] == 2
    assert _left(house) == ["c1", "d0", "d2", "d3"]


@pytest.mark.parametrize(
    ("wish", "code", "said"),
    [
        ({}, "INVALID", "Say which records"),
        ({"reason": ""}, "INVALID", "Say which records"),
        ({"reason": " ", "connection": "", "stream": "\t"}, "INVALID", "Say which records"),
        ({"ids": []}, "INVALID", "1 to 1000"),
        ({"ids": ["run_1"]}, "INVALID", "take those that `quarantine` gives"),
        ({"connection": "crn"}, "NOT_FOUND", "did you mean 'crm'?"),
    ],
)
def test_a_wish_that_chooses_nothing_is_answered(house: House, wish: dict[str, Any], code: str, said: str) -> None:
    (wrong,) = _discarded(house, wish)["userErrors"]

    assert (wrong["code"], said in wrong["message"]) == (code, True)
    assert len(_left(house)) == 6


def test_a_newer_payload_that_takes_the_place_of_a_chosen_one_stays(house: House) -> None:
    with house.database.read() as sql:
        (((connection_id, _, stream), row),) = aside.chosen_page(sql, Chosen(stream="contacts"), 0, 1_000, 10)
    with house.database.write() as sql:
        _aside(sql, "contacts", "c1", "Expected `bool`", at=2)

    with house.database.write() as sql:
        gone = aside.discard(sql, connection_id, stream, [row], 3)

    assert gone == 0
    assert "c1" in _left(house)


def test_what_comes_again_is_set_aside_anew_and_discarding_goes_page_by_page(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kizuna.sync.discarding.PAGE", 2)

    first = discard(house.database, Chosen(connection="crm"), "tests")
    with house.database.write() as sql:
        _aside(sql, "deals", "d0", "Expected `int`")

    assert first == 6
    assert _left(house) == ["d0"]
    with house.database.read() as sql:
        assert (aside.discarded(sql), aside.discarded(sql, "crm", "DEALS"), aside.discarded(sql, "desk")) == (6, 5, 0)


def _discarded(house: House, wish: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = house.ask(DISCARD, wish=wish)["discardQuarantined"]
    return told


def _aside(sql: Connection, stream: str, source_id: str, reason: str, at: int = 1) -> None:
    row = {"connection_id": connections.get(sql, "crm").id, "stream": stream, "source_id": source_id, "at": at}
    rest = {"field": None, "payload": b"{}", "version": None, "deleted": None, "mapping_version": "1", "run_id": "r"}
    evidence.quarantine(sql, [{**row, **rest, "reason": reason}])


def _left(house: House) -> list[str]:
    with house.database.read() as sql:
        return list(sql.scalars(text("SELECT source_id FROM quarantine ORDER BY source_id")))
