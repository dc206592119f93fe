"""Amounts of an org with one currency: its records name none, so the org itself is asked."""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from kizuna import sdk
from kizuna.sandbox import Served
from kizuna_salesforce import Salesforce, SalesforceSettings
from kizuna_salesforce.marks import marked
from plugins.salesforce.tests.passes import read

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEALS = {
    "fields": [
        {"name": "Id", "type": "id"},
        {"name": "Amount", "type": "currency"},
        {"name": "SystemModstamp", "type": "datetime"},
    ]
}
SEVERAL = {"fields": [*DEALS["fields"], {"name": "CurrencyIsoCode", "type": "picklist"}]}
ROW = {"Id": "006dM0000000001AAA", "Amount": 1200.0, "SystemModstamp": "2026-02-01T00:00:01.000+0000"}


def stream(name: str = "Opportunity", **settings: Any) -> sdk.AnyStream:
    said = {"login_url": "https://a.example", "access_token": "t", **settings}
    return next(s for s in Salesforce(SalesforceSettings.model_validate(said)).streams() if s.name == name)


def answer(body: Any, status: int = 200) -> sdk.Answer:
    return sdk.Answer(status=status, body=json.dumps(body).encode(), headers={}, asked_at=NOW)


def page(*rows: dict[str, Any]) -> sdk.Answer:
    return answer({"totalSize": len(rows), "done": True, "records": list(rows)})


def told(reading: sdk.Reading, turn: sdk.Turn, said: sdk.Answer) -> sdk.Turn:
    assert turn.ask is not None
    return reading.turn(turn.state, turn.ask, said)


def question(turn: sdk.Turn) -> str:
    assert turn.ask is not None
    return dict(turn.ask.params).get("q", turn.ask.path)


def deal(found: sdk.AnyStream, record: sdk.Record) -> sdk.Deal:
    (made,) = found.said(msgspec.json.decode(record.raw, type=found.payload))
    assert isinstance(made, sdk.Deal)
    return made


def loaded(found: sdk.AnyStream, org: sdk.Answer, bookmark: sdk.Bookmark | None = None) -> sdk.Turn:
    """The first page of a load of an org that tells its currency so."""
    turn = told(found.reading, found.reading.begin(bookmark, sdk.Start(now=NOW)), answer(DEALS))
    turn = told(found.reading, turn, org)
    while "DESC LIMIT 1" in question(turn):
        turn = told(found.reading, turn, page(ROW))
    return told(found.reading, turn, page(ROW))


def test_amounts_that_name_no_currency_are_in_the_orgs() -> None:
    deals = stream()

    turn = loaded(deals, page({"DefaultCurrencyIsoCode": "JPY"}))

    assert deal(deals, turn.records[0]).amount == sdk.Money(1200, "JPY")
    assert json.loads(bytes(turn.records[0].raw))["CurrencyIsoCode"] == "JPY"
    assert marked(turn.bookmark).currency == "JPY"


def test_the_org_is_asked_once_with_the_description() -> None:
    deals = stream()

    asking = told(deals.reading, deals.reading.begin(None, sdk.Start(now=NOW)), answer(DEALS))
    again = deals.reading.begin(loaded(deals, page({"DefaultCurrencyIsoCode": "JPY"})).bookmark, sdk.Start(now=NOW))

    assert question(asking) == "SELECT DefaultCurrencyIsoCode FROM Organization"
    assert "FROM Opportunity WHERE" in question(again)
    assert "JPY" in bytes(told(deals.reading, again, page(ROW)).records[0].raw).decode()


@pytest.mark.parametrize(
    ("name", "settings", "described"),
    [("Opportunity", {"default_currency": "EUR"}, DEALS), ("Opportunity", {}, SEVERAL), ("Contact", {}, DEALS)],
    ids=["a setting says it", "records say it", "there are no amounts"],
)
def test_nobody_is_asked_where_it_is_known_or_not_needed(
    name: str, settings: dict[str, str], described: dict[str, Any]
) -> None:
    reading = stream(name, **settings).reading

    turn = told(reading, reading.begin(None, sdk.Start(now=NOW)), answer(described))

    assert "DESC LIMIT 1" in question(turn)


@pytest.mark.parametrize(
    "said",
    [
        answer([{"errorCode": "INVALID_FIELD", "message": "No such column"}], 400),
        answer([{"errorCode": "INSUFFICIENT_ACCESS", "message": "…"}], 403),
        page(),
        page({"DefaultCurrencyIsoCode": None}),
        page({"DefaultCurrencyIsoCode": "yen"}),
    ],
    ids=["no such field", "no access", "no row", "empty", "no code"],
)
def test_an_org_that_does_not_say_it_leaves_amounts_out_and_names_the_setting(
    said: sdk.Answer, caplog: pytest.LogCaptureFixture
) -> None:
    deals = stream()

    with caplog.at_level(logging.WARNING):
        turn = loaded(deals, said)

    assert deal(deals, turn.records[0]).amount is None
    assert "default_currency" in caplog.text


def test_a_currency_that_has_become_known_reads_everything_again() -> None:
    deals = stream()
    without = loaded(deals, page()).bookmark
    tomorrow = sdk.Start(now=NOW + timedelta(days=2))

    turn = told(deals.reading, deals.reading.begin(without, tomorrow), answer(DEALS))
    turn = told(deals.reading, turn, page({"DefaultCurrencyIsoCode": "JPY"}))

    assert "DESC LIMIT 1" in question(turn)


def test_one_that_is_not_told_any_more_stays() -> None:
    deals = stream()
    known = loaded(deals, page({"DefaultCurrencyIsoCode": "JPY"})).bookmark
    tomorrow = sdk.Start(now=NOW + timedelta(days=2))

    turn = told(deals.reading, deals.reading.begin(known, tomorrow), answer(DEALS))
    turn = told(deals.reading, turn, page())

    assert "FROM Opportunity WHERE" in question(turn)
    assert deal(deals, told(deals.reading, turn, page(ROW)).records[0]).amount == sdk.Money(1200, "JPY")


def test_a_record_that_a_webhook_names_gets_it_too() -> None:
    deals = stream()
    assert deals.only is not None
    these = deals.only((sdk.Named(id=ROW["Id"]),))  # type: ignore[arg-type]  # a value of several types

    known = told(
        these,
        these.begin(loaded(deals, page({"DefaultCurrencyIsoCode": "JPY"})).bookmark, sdk.Start(now=NOW)),
        page(ROW),
    )
    turn = told(these, these.begin(None, sdk.Start(now=NOW)), answer(DEALS))
    first = told(these, told(these, turn, page({"DefaultCurrencyIsoCode": "EUR"})), page(ROW))

    assert deal(deals, known.records[0]).amount == sdk.Money(1200, "JPY")
    assert deal(deals, first.records[0]).amount == sdk.Money(120000, "EUR")


@pytest.mark.parametrize("bulk_from_rows", [0, 1])
def test_an_org_with_one_currency_has_amounts(org: Served, bulk_from_rows: int) -> None:
    org.states[0].memory["one_currency"] = True

    found = read(org, names=["Opportunity", "Account"], bulk_from_rows=bulk_from_rows)

    assert {raw["CurrencyIsoCode"] for raw in found.raws["Opportunity"] + found.raws["Account"]} == {"JPY"}
