"""Lifecycle stages that the portal made itself: numbers in the records, labels in the property's definition."""

from typing import Any

import msgspec
import pytest

from kizuna import sdk
from kizuna_hubspot import HubSpot, HubSpotSettings
from plugins.hubspot.tests.answered import DONE, START, asked, raw, results, step

OPTIONS = [
    {"label": "Kunde", "value": "customer", "displayOrder": 5, "hidden": False},
    {"label": " Partner ", "value": "1084612053", "displayOrder": 8, "hidden": False},
    {"label": "", "value": "1084612054", "displayOrder": 9, "hidden": True},
]
DEFINITIONS = {"results": [{"name": "lifecyclestage", "hubspotDefined": True, "options": OPTIONS}]}


def stream(name: str) -> sdk.AnyStream:
    said = {"access_token": "pat-na1-x", "default_currency": "EUR"}
    return next(each for each in HubSpot(HubSpotSettings.model_validate(said)).streams() if each.name == name)


def listed(found: sdk.AnyStream, stage: Any) -> sdk.Record:
    """The record as the first page of a list brings it."""
    turn = step(found.reading, found.reading.begin(None, START), DEFINITIONS)
    turn = step(found.reading, turn, {"results": [{"id": "1", "properties": {"lifecyclestage": stage}}]})
    return turn.records[0]


def stage_of(found: sdk.AnyStream, record: sdk.Record) -> str | None:
    (account,) = found.said(payload(found, record))
    assert isinstance(account, sdk.Account)
    return account.lifecycle_stage


def payload(found: sdk.AnyStream, record: sdk.Record) -> sdk.Payload:
    made: sdk.Payload = msgspec.json.decode(record.raw, type=found.payload)
    return made


@pytest.mark.parametrize(
    ("stage", "told"),
    [("1084612053", "Partner"), ("customer", "customer"), ("1084612054", "1084612054"), ("77", "77"), (None, None)],
)
def test_a_stage_of_the_portals_own_is_called_by_its_label_and_the_others_by_hubspots_word(
    stage: str | None, told: str | None
) -> None:
    companies = stream("companies")

    record = listed(companies, stage)

    assert stage_of(companies, record) == told


def test_the_label_is_kept_beside_the_properties() -> None:
    contacts = stream("contacts")

    record = raw(listed(contacts, "1084612053"))

    assert (record["properties"]["lifecyclestage"], record["lifecycleStageLabel"]) == ("1084612053", "Partner")


def test_kinds_without_stages_get_no_label() -> None:
    tickets = stream("tickets")

    assert "lifecycleStageLabel" not in raw(listed(tickets, "1084612053"))


def test_a_record_that_a_webhook_names_gets_it_too() -> None:
    companies = stream("companies")
    assert companies.only is not None
    these = companies.only((sdk.Named(id="1"),))

    turn = step(these, these.begin(DONE, START), DEFINITIONS)
    turn = step(these, turn, {"results": [{"id": "1", "properties": {"lifecyclestage": "1084612053"}}]})

    assert turn.ask is None
    assert stage_of(companies, turn.records[0]) == "Partner"


def test_a_search_gives_it_too() -> None:
    companies = stream("companies")

    turn = step(companies.reading, companies.reading.begin(DONE, START), DEFINITIONS)
    assert asked(turn).family == "search"
    turn = step(
        companies.reading, turn, results() | {"results": [{"id": "1", "properties": {"lifecyclestage": "1084612053"}}]}
    )

    assert stage_of(companies, turn.records[0]) == "Partner"
