"""Amounts that name no currency: the portal's own, asked for once a pass, unless a setting says another."""

import msgspec
import pytest

from kizuna import sdk
from kizuna_hubspot import HubSpot, HubSpotSettings
from kizuna_hubspot.readings import These
from kizuna_hubspot.readings.currency import with_currency
from plugins.hubspot.tests.answered import DONE, START, asked, raw, results, step

PORTAL = {"portalId": 7, "companyCurrency": "JPY"}
ACCOUNT = "/account-info/v3/details"


def stream(name: str, **settings: object) -> sdk.AnyStream:
    said = {"access_token": "pat-na1-x", "commerce": True, **settings}
    hubspot = HubSpot(HubSpotSettings.model_validate(said))
    return next(each for each in hubspot.streams() if each.name == name)


def facts(found: sdk.AnyStream, record: sdk.Record) -> list[sdk.Said]:
    return list(found.said(msgspec.json.decode(record.raw, type=found.payload)))


def listed(found: sdk.AnyStream, properties: dict[str, str], portal: object = PORTAL) -> sdk.Record:
    """The record as the first page of a list brings it."""
    opening = found.reading.begin(None, START)
    defining = step(found.reading, opening, portal)
    first = step(found.reading, defining, results())
    body = {"results": [{"id": "1", "properties": properties}]}
    turn = step(found.reading, first, body)
    while not turn.records:
        turn = step(found.reading, turn, {"results": []})
    return turn.records[0]


def test_amounts_that_name_no_currency_are_in_the_portals() -> None:
    deals, products = stream("deals"), stream("products")

    (deal,) = facts(deals, listed(deals, {"amount": "3000"}))
    _, price = facts(products, listed(products, {"name": "x", "price": "980"}))

    assert isinstance(deal, sdk.Deal)
    assert deal.amount == sdk.Money(3000, "JPY")
    assert isinstance(price, sdk.Price)
    assert (price.currency, price.unit_minor) == ("JPY", 980)


def test_an_amounts_own_currency_goes_before_the_portals() -> None:
    deals = stream("deals")

    (deal,) = facts(deals, listed(deals, {"amount": "30", "deal_currency_code": "EUR"}))

    assert isinstance(deal, sdk.Deal)
    assert deal.amount == sdk.Money(3000, "EUR")


@pytest.mark.parametrize("portal", [{"portalId": 7}, {"companyCurrency": ""}, {"companyCurrency": "yen"}])
def test_without_a_currency_of_the_portal_nothing_is_guessed(portal: dict[str, object]) -> None:
    deals, products = stream("deals"), stream("products")

    (deal,) = facts(deals, listed(deals, {"amount": "3000"}, portal))
    said = facts(products, listed(products, {"name": "x", "price": "980"}, portal))

    assert isinstance(deal, sdk.Deal)
    assert deal.amount is None
    assert [type(fact) for fact in said] == [sdk.Product]


def test_a_setting_spares_the_question() -> None:
    deals = stream("deals", default_currency="EUR")

    first = deals.reading.begin(None, START)

    assert asked(first).path == "/crm/v3/properties/deals"
    record = sdk.Record(raw=b'{"id": "1", "properties": {"amount": "30"}}')
    (deal,) = facts(deals, record)
    assert isinstance(deal, sdk.Deal)
    assert deal.amount == sdk.Money(3000, "EUR")


def test_kinds_without_amounts_are_not_asked_about_money() -> None:
    first = stream("contacts").reading.begin(None, START)

    assert asked(first).path == "/crm/v3/properties/contacts"


def test_one_answer_opens_a_pass_that_needs_no_definitions() -> None:
    deals = stream("deals", custom_properties=False)

    opening = deals.reading.begin(DONE, START)
    searching = step(deals.reading, opening, PORTAL)

    assert asked(opening).path == ACCOUNT
    assert asked(searching).path == "/crm/v3/objects/deals/search"


def test_a_record_that_a_webhook_names_gets_it_too() -> None:
    deals = stream("deals", custom_properties=False)
    assert deals.only is not None
    these = deals.only((sdk.Named(id="1"),))
    assert isinstance(these, These)

    opening = these.begin(DONE, START)
    turn = step(these, step(these, opening, PORTAL), {"results": [{"id": "1", "properties": {"amount": "3"}}]})
    while not turn.records:
        turn = step(these, turn, {"results": []})

    assert asked(opening).path == ACCOUNT
    assert raw(turn.records[0])["companyCurrency"] == "JPY"


@pytest.mark.parametrize("body", [b"{}", b"{ }", b"[1]", b"null"])
def test_what_is_no_record_stays_as_it_came(body: bytes) -> None:
    record = sdk.Record(raw=body)

    assert with_currency(record, "JPY") is record
