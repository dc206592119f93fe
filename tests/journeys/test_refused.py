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
from tests.support.worlds import Kizuna, kizuna, secrets, world

VENDORS = ("salesforce", "hubspot", "zendesk", "stripe")
SENTENCES = {  # how they end
    "salesforce": "salesforce: the token endpoint refused (invalid_client); check the client id and secret.",
    "hubspot": "hubspot: credentials refused (401); run `kizuna connections check` after correcting them.",
    "zendesk": "check the e-mail and its API token, or the OAuth token.",
    "stripe": "the API key was refused; put a valid restricted key where the connection finds it.",
}


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
    assert "the key may not read this; grant it read access in the Stripe dashboard." in str(reason)
    assert {state for place, (state, _) in streams.items() if place[1] in ("contacts", "companies", "customers")} == {
        "complete"
    }
    assert dict(connected.rows("SELECT name, state FROM connection"))["hubspot"] == "active"


def by_api(connected: Kizuna) -> dict[str, tuple[str, str | None]]:
    """Connection → state and last error, as the API answers."""
    parts = connected.parts
    engine = Engine(parts.database, parts.plugins, parts.settings)
    body = engine.answer(Request("{ connections { name state lastError } }", {})).body
    return {one["name"]: (one["state"], one["lastError"]) for one in body["data"]["connections"]}


def by_command(connected: Kizuna) -> dict[str, tuple[str, str | None]]:
    """Connection → state and last error, as `kizuna connections` lists them."""
    url = connected.parts.database.url.set(drivername="sqlite").render_as_string()
    command = [sys.executable, "-m", "kizuna", "connections", "--json", "--database", url]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, timeout=240, check=True)
    return {one["name"]: (one["state"], one["last_error"]) for one in json.loads(done.stdout)}
