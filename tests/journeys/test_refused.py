"""What a vendor refuses: revoked credentials stop their connection and no other, a missing right stops its stream only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from kizuna.graphql import Engine, Request
from kizuna.jobs import RunState
from kizuna.sandbox import Served
from kizuna.storage import schema
from kizuna.storage.database import Database
from kizuna_hubspot.sandbox.routes import withhold
from kizuna_salesforce.sandbox.queries import withhold as hide
from kizuna_zendesk.sandbox.desk import withhold as forbid
from kizuna_zendesk.sandbox.exports import BY_CURSOR, BY_TIME
from tests.support.worlds import Kizuna, kizuna, secrets, world

VENDORS = ("salesforce", "hubspot", "zendesk", "stripe")
SENTENCES = {  # how they end
    "salesforce": "salesforce: the token endpoint refused (invalid_client); check the client id and secret.",
    "hubspot": "hubspot: credentials refused (401); run `kizuna connections check` after correcting them.",
    "zendesk": "check the e-mail and its API token, or the OAuth token.",
    "stripe": "the API key was refused; put a valid restricted key where the connection finds it.",
}

NOT_GRANTED = "zendesk: the owner of the token may not read this (403, Forbidden); grant the right."


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with world(*VENDORS, companies=3) as playing:
        yield playing


@pytest.fixture
def connected(sqlite_url: str, served: Served) -> Iterator[Kizuna]:
    database = Database(sqlite_url)
    schema.upgrade(database)  # the command asks for the version
    database.close()
    with kizuna(sqlite_url, served) as made:
        yield made
    for vendor, word in (
        ("salesforce", "unreadable"),
        ("hubspot", "withheld"),
        ("zendesk", "forbidden"),
        ("stripe", "forbidden"),
    ):
        served.state(vendor).memory.pop(word, None)


@pytest.mark.parametrize("revoked", [("salesforce", "zendesk"), ("hubspot", "stripe")])
def test_revoked_credentials_ask_for_a_person_and_the_other_connections_run_on(
    connected: Kizuna, served: Served, monkeypatch: pytest.MonkeyPatch, revoked: tuple[str, str]
) -> None:
    connected.sync(*VENDORS)
    for vendor in revoked:
        for variable in secrets(served):
            if variable.startswith(f"KZ_{vendor.upper()}_"):
                monkeypatch.setenv(variable, "revoked")

    runs = connected.sync(*VENDORS)
    asked, listed = by_api(connected), by_command(connected)
    monkeypatch.undo()
    again = connected.sync(*revoked)

    for run in runs:
        state, error = asked[run.key]
        assert listed[run.key][0] == state
        if run.key in revoked:
            assert (run.state, state) == (RunState.FAILED, "needs_authorisation")
            assert (error or "").endswith(SENTENCES[run.key])
            assert SENTENCES[run.key].endswith((listed[run.key][1] or "?")[-50:])
        else:
            assert (run.state, state, error) == (RunState.DONE, "active", None)
    assert [run.state for run in again] == [RunState.DONE, RunState.DONE]
    assert set(by_api(connected).values()) == {("active", None)}


def test_a_right_that_is_missing_degrades_its_stream_and_names_what_to_grant(connected: Kizuna, served: Served) -> None:
    withhold(served.state("hubspot"), "deals", "crm.objects.deals.read")
    served.state("stripe").memory["forbidden"] = {"invoices"}

    runs = connected.sync("hubspot", "stripe")

    assert [run.state for run in runs] == [RunState.DONE, RunState.DONE]
    streams = {
        (connection, stream): (state, reason)
        for connection, stream, state, reason in connected.rows(
            "SELECT connection.name, stream.name, stream.state, reason FROM stream JOIN connection ON connection.id = connection_id"
        )
    }
    state, reason = streams[("hubspot", "deals")]
    assert state == "degraded"
    assert str(reason).startswith("hubspot: a scope is missing; grant crm.objects.deals.read to the app")
    state, reason = streams[("stripe", "invoices")]
    assert state == "degraded"
    assert "the key may not read invoices; grant it read access in the Stripe dashboard." in str(reason)
    assert {state for place, (state, _) in streams.items() if place[1] in ("contacts", "companies", "customers")} == {
        "complete"
    }
    assert dict(connected.rows("SELECT name, state FROM connection"))["hubspot"] == "active"


def test_a_token_without_the_role_of_an_administrator_degrades_the_exports_and_the_lists_go_on(
    connected: Kizuna, served: Served
) -> None:
    state = served.state("zendesk")
    forbid(state, *BY_CURSOR, *BY_TIME)

    (run,) = connected.sync("zendesk")
    asked, listed = streams_by_api(connected, "zendesk"), streams_by_command(connected, "zendesk")
    forbid(state)
    connected.sync("zendesk")

    exports = {"organizations", "users", "tickets", "comments", "ticket_metric_events"}
    assert run.state is RunState.DONE
    assert {name for name, (state, _) in asked.items() if state != "complete"} == exports
    assert asked["tickets"] == (
        "degraded",
        f"{NOT_GRANTED} It needs: a token of an administrator (or an OAuth token of one, with scope read).",
    )
    assert listed == asked
    assert {state for state, _ in streams_by_api(connected, "zendesk").values()} == {"complete"}


def test_an_object_the_user_may_not_read_is_degraded_and_the_others_go_on(connected: Kizuna, served: Served) -> None:
    state = served.state("salesforce")
    hide(state, "Case")
    hide(state, "Lead", openly=True)

    (run,) = connected.sync("salesforce")
    asked, listed = streams_by_api(connected, "salesforce"), streams_by_command(connected, "salesforce")
    printed = command(connected)

    assert run.state is RunState.DONE
    assert {name: reason for name, (state, reason) in asked.items() if state != "complete"} == {
        name: f"{who}: the object is absent or not readable ({code}); grant read access to it. "
        f"It needs: api, and «Read» and «View All» for {name}."
        for name, who, code in (("Case", "salesforce", "NOT_FOUND"), ("Lead", "Lead", "INSUFFICIENT_ACCESS"))
    }
    assert listed == asked
    assert (
        "\nsalesforce Case is degraded: the object is absent or not readable (NOT_FOUND); grant read access to it. "
        "It needs: api, and «Read» and «View All» for Case.\n"
    ) in printed


def test_a_right_that_is_taken_back_costs_no_record_and_is_mended_by_granting_it(
    connected: Kizuna, served: Served
) -> None:
    connected.sync("salesforce", "zendesk")
    before = connected.living("salesforce"), connected.living("zendesk")
    hide(served.state("salesforce"), "Account")
    forbid(served.state("zendesk"), "tickets", "organizations")

    connected.sync("salesforce", "zendesk")
    states = [streams_by_api(connected, vendor) for vendor in ("salesforce", "zendesk")]
    kept = connected.living("salesforce"), connected.living("zendesk")
    served.state("salesforce").memory["unreadable"].clear()
    forbid(served.state("zendesk"))
    connected.sync("salesforce", "zendesk")

    assert [{name for name, (state, _) in one.items() if state != "complete"} for one in states] == [
        {"Account"},
        {"tickets", "organizations"},
    ]
    assert "(INVALID_TYPE); grant read access to it." in (states[0]["Account"][1] or "")
    assert kept == before
    assert connected.rows("SELECT name FROM stream WHERE state <> 'complete'") == []


def streams_by_api(connected: Kizuna, name: str) -> dict[str, tuple[str, str | None]]:
    """Stream → state and reason, as the API answers."""
    parts = connected.parts
    engine = Engine(parts.database, parts.plugins, parts.settings)
    body = engine.answer(Request("{ connections { name streams { name state reason } } }", {})).body
    found = next(one for one in body["data"]["connections"] if one["name"] == name)
    return {one["name"]: (one["state"], one["reason"]) for one in found["streams"]}


def streams_by_command(connected: Kizuna, name: str) -> dict[str, tuple[str, str | None]]:
    """Stream → state and reason, as `kizuna connections` lists them."""
    found = next(one for one in json.loads(command(connected, "--json")) if one["name"] == name)
    return {stream: (state, found["reasons"].get(stream)) for stream, state in found["streams"].items()}


def by_api(connected: Kizuna) -> dict[str, tuple[str, str | None]]:
    """Connection → state and last error, as the API answers."""
    parts = connected.parts
    engine = Engine(parts.database, parts.plugins, parts.settings)
    body = engine.answer(Request("{ connections { name state lastError } }", {})).body
    return {one["name"]: (one["state"], one["lastError"]) for one in body["data"]["connections"]}


def by_command(connected: Kizuna) -> dict[str, tuple[str, str | None]]:
    """Connection → state and last error, as `kizuna connections` lists them."""
    return {one["name"]: (one["state"], one["last_error"]) for one in json.loads(command(connected, "--json"))}


def command(connected: Kizuna, *options: str) -> str:
    """What `kizuna connections` prints."""
    url = connected.parts.database.url.set(drivername="sqlite").render_as_string()
    words = [sys.executable, "-m", "kizuna", "connections", *options, "--database", url]
    done = subprocess.run(words, env=dict(os.environ), capture_output=True, text=True, timeout=240, check=True)
    return done.stdout
