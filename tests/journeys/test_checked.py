"""Trying a connection: what is wrong with credentials, a right, a plan or an object is told apart, over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from kizuna.graphql import Engine, Request
from kizuna.sandbox import Served
from kizuna.storage import connections
from kizuna.sync.checking import CREDENTIALS, Verdict, checked
from kizuna_hubspot.sandbox.routes import withhold
from kizuna_salesforce.sandbox.queries import withhold as hide
from kizuna_zendesk.sandbox.desk import withhold as forbid
from tests.support.worlds import Kizuna, kizuna, secrets, world

VENDORS = ("salesforce", "hubspot", "zendesk", "stripe")
CHECK = """mutation ($name: String!) { checkConnection(input: {name: $name}) {
    result { good verdicts { stream verdict records reason } } userErrors { code message } } }"""


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with world(*VENDORS, companies=3) as playing:
        yield playing


@pytest.fixture
def connected(sqlite_url: str, served: Served) -> Iterator[Kizuna]:
    with kizuna(sqlite_url, served) as made:
        yield made
    words = {"salesforce": "unreadable", "hubspot": "withheld", "zendesk": "forbidden", "stripe": "forbidden"}
    for vendor, word in words.items():
        served.state(vendor).memory.pop(word, None)


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_connection_that_lacks_nothing_is_good_stream_by_stream(connected: Kizuna, vendor: str) -> None:
    verdicts = tried(connected, vendor)

    assert verdicts[CREDENTIALS].verdict == "good"
    assert {name: one for name, one in verdicts.items() if not one.well} == {}
    assert sum(one.records or 0 for one in verdicts.values()) > 0


@pytest.mark.parametrize("vendor", VENDORS)
def test_revoked_credentials_are_said_to_be_so_and_no_stream_is_asked(
    connected: Kizuna, served: Served, monkeypatch: pytest.MonkeyPatch, vendor: str
) -> None:
    for variable in secrets(served):
        if variable.startswith(f"KZ_{vendor.upper()}_"):
            monkeypatch.setenv(variable, "revoked")

    verdicts = tried(connected, vendor)

    assert [(name, one.verdict) for name, one in verdicts.items()] == [(CREDENTIALS, "revoked")]


def test_a_missing_right_is_no_fault_of_good_credentials(connected: Kizuna, served: Served) -> None:
    served.state("stripe").memory["forbidden"] = {"customers"}
    withhold(served.state("hubspot"), "deals", "crm.objects.deals.read")
    forbid(served.state("zendesk"), "tickets")

    stripe, hubspot, zendesk = (tried(connected, vendor) for vendor in ("stripe", "hubspot", "zendesk"))

    assert {name for name, one in stripe.items() if not one.well} == {CREDENTIALS, "customers"}
    assert {one.verdict for one in stripe.values() if not one.well} == {"missing scope"}
    assert (stripe["customers"].reason or "").endswith(
        "the key may not read customers; grant it read access in the Stripe dashboard. "
        "It needs: Customers, Coupons and Events: read."
    )
    assert (hubspot[CREDENTIALS].verdict, hubspot["deals"].verdict) == ("good", "missing scope")
    assert "grant crm.objects.deals.read" in (hubspot["deals"].reason or "")
    assert {name: one.verdict for name, one in zendesk.items() if not one.well} == {"tickets": "missing scope"}


def test_an_object_that_is_not_shown_is_told_from_one_that_is_forbidden(connected: Kizuna, served: Served) -> None:
    hide(served.state("salesforce"), "Case")
    hide(served.state("salesforce"), "Lead", openly=True)

    verdicts = tried(connected, "salesforce")

    assert {name: one.verdict for name, one in verdicts.items() if one.verdict != "good"} == {
        "Case": "no object",
        "Lead": "missing scope",
    }
    assert (verdicts["Case"].well, verdicts["Lead"].well) == (True, True), "not every org sells or serves"
    assert "It needs: api, and «Read» and «View All» for Case." in (verdicts["Case"].reason or "")


def test_a_check_starts_nothing_at_the_vendor(connected: Kizuna, served: Served) -> None:
    with connected.parts.database.write() as sql:
        stored = connections.get(sql, "salesforce")
        connections.configure(sql, stored.id, {**stored.settings, "bulk_from_rows": 1}, stored.secrets, 0)

    served.state("salesforce").memory["page_rows"] = 1  # so that something is left for jobs

    verdicts = tried(connected, "salesforce")

    served.state("salesforce").memory.pop("page_rows")
    assert verdicts["Account"].verdict == "good"
    assert not served.state("salesforce").memory.get("jobs_made")


def test_the_api_gives_the_same_verdicts_to_an_administrator(connected: Kizuna, served: Served) -> None:
    served.state("stripe").memory["forbidden"] = {"invoices"}

    told = asked(connected, "stripe")
    unknown = asked(connected, "strip")

    assert told["userErrors"] == []
    assert told["result"]["good"] is False
    assert {
        Verdict(one["stream"], one["verdict"], one["records"], _without_id(one["reason"]))
        for one in told["result"]["verdicts"]
    } == {
        Verdict(one.stream, one.verdict, one.records, _without_id(one.reason))
        for one in tried(connected, "stripe").values()
    }
    assert unknown["userErrors"][0]["code"] == "NOT_FOUND"
    assert json.loads(str(connected.rows("SELECT detail FROM audit_entry ORDER BY at DESC LIMIT 1")[0][0])) == {
        "good": False
    }


def tried(connected: Kizuna, vendor: str) -> dict[str, Verdict]:
    """Stream → the verdict on it."""
    parts = connected.parts
    place = checked(parts.database, parts.plugins, parts.outbound, parts.vault, vendor)
    return {one.stream: one for one in asyncio.run(place.tried(parts.settings.sync.answer_bytes))}


def asked(connected: Kizuna, vendor: str) -> Any:
    """What the API answers about that connection."""
    parts = connected.parts
    engine = Engine(parts.database, parts.plugins, parts.settings)
    return engine.answer(Request(CHECK, {"name": vendor})).body["data"]["checkConnection"]


def _without_id(reason: str | None) -> str | None:
    """Stripe names each request by an id of its own."""
    return reason and reason.partition(": ")[2].partition(": ")[2]
