"""A change, a deletion and a merge at each vendor, while Kizuna's processes run: told by webhook, found by poll, seen in the API."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from kizuna.sandbox import Endpoint, Served
from kizuna.storage.database import Database
from kizuna.storage.schema import upgrade
from tests.faults.serving import Serving, serving
from tests.support.project import PROJECT
from tests.support.webhooks import SECRET, VARIABLE, trust, until
from tests.support.worlds import connect, kizuna, world

COMPANIES = 8
# What is seen of a company as soon as a webhook tells it: a flow of Salesforce hears of what is saved only.
TOLD = {
    "salesforce": {"change"},
    "hubspot": {"change", "delete", "merge"},
    "zendesk": {"change", "delete", "merge"},
    "stripe": {"change", "delete", "merge"},
}
EVERYTHING = """{customers(first: 100) {nodes {name records(first: 20) {nodes {sourceId deleted payload}}}}}"""
START = "mutation($name: String!, $full: Boolean!) {startSync(input: {connection: $name, full: $full}) {userErrors {message}}}"
RUNS = "{syncRuns(first: 100) {nodes {state}}}"


@dataclass(frozen=True, slots=True)
class Live:
    """A vendor, and Kizuna's processes that serve what it says."""

    sandbox: Endpoint
    serving: Serving

    def control(self, method: str, path: str, **body: Any) -> Any:
        """What the sandbox's control API answers."""
        url = f"{self.sandbox.base_url}/_sandbox/{path}"
        answer = httpx.request(method, url, json=body or None, trust_env=False, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def happens(self, method: str, path: str, **body: Any) -> None:
        """Something changes at the vendor, and two minutes pass: some vendors show changes late, and time stands still there."""
        self.control(method, path, **body)
        self.control("POST", "clock", advance_s=120)

    def asked(self, query: str, **variables: Any) -> Any:
        """The answer of Kizuna's API."""
        body = {"query": query, "variables": variables}
        answer = httpx.post(f"{self.serving.url}/graphql", json=body, trust_env=False, timeout=60).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def names(self) -> set[str]:
        """The names of all customers."""
        return {node["name"] for node in self.asked(EVERYTHING)["customers"]["nodes"]}

    def living(self) -> set[str]:
        """The ids of the account records that customers are made of."""
        customers = self.asked(EVERYTHING)["customers"]["nodes"]
        records = (record for one in customers for record in one["records"]["nodes"])
        return {record["sourceId"] for record in records if record["deleted"] is None}

    def companies(self) -> list[str]:
        """An account of each true company that has only one, by id."""
        held = self.control("GET", "neutral/account")["records"]
        by_company: dict[str, list[str]] = {}
        for one in held:
            by_company.setdefault(one["company"], []).append(one["id"])
        return [ids[0] for ids in by_company.values() if len(ids) == 1]

    def poll(self) -> None:
        """A whole pass, asked for in the API, to its end."""
        self.asked(START, name=self.sandbox.vendor, full=True)
        until(lambda: {node["state"] for node in self.asked(RUNS)["syncRuns"]["nodes"]} == {"complete"})


@contextmanager
def worker(url: str) -> Iterator[None]:
    """`kizuna worker` in a process of its own."""
    command = [sys.executable, "-m", "kizuna", "worker", "--database", url]
    environ = os.environ | {"KIZUNA_LOG_LEVEL": "error", "KIZUNA_SYNC_EVERY_MINUTES": "0"}
    process = subprocess.Popen(command, cwd=PROJECT, env=environ, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def live(vendor: str, url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """A vendor that has been read once, and the processes: `kizuna serve`, over PostgreSQL with a worker beside it."""
    monkeypatch.setenv(VARIABLE, SECRET)
    database = Database(url)
    upgrade(database)
    database.close()
    with ExitStack() as held:
        served: Served = held.enter_context(world(vendor, companies=COMPANIES))
        with kizuna(url) as made:
            connect(made.parts.database, served)
            trust(made.parts.database, vendor)
            made.sync(vendor)
        found = Live(served.endpoints[0], held.enter_context(serving(url)))
        if url.startswith("postgresql"):
            held.enter_context(worker(url))
        found.control("POST", "clock", advance_s=3600)
        yield found


@pytest.fixture(
    params=[
        *((vendor, "sqlite_url") for vendor in TOLD),
        pytest.param(("stripe", "postgres_url"), marks=pytest.mark.postgres),
    ],
    ids=lambda given: f"{given[0]}-{given[1].removesuffix('_url')}",
)
def running(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    vendor, database = request.param
    with live(vendor, request.getfixturevalue(database), monkeypatch) as found:
        yield found


def test_what_happens_at_a_vendor_is_seen_in_the_api(running: Live) -> None:
    vendor = running.sandbox.vendor
    first, second, third, fourth, *_ = running.companies()
    key = f"?key={SECRET}" if vendor == "salesforce" else ""
    hook = {"url": f"{running.serving.url}/webhooks/{vendor}{key}", "secret": SECRET}

    running.control("POST", "webhooks", **hook)
    running.happens("PATCH", f"neutral/account/{first}", name="Momiji Kogyo")
    until(lambda: "Momiji Kogyo" in running.names())
    if "delete" in TOLD[vendor]:
        running.happens("DELETE", f"neutral/account/{second}")
        until(lambda: second not in running.living())
    if "merge" in TOLD[vendor]:
        running.happens("POST", "neutral/account/merge", winner=third, loser=fourth)
        until(lambda: fourth not in running.living())

    running.control("DELETE", "webhooks")
    first, second, third, *_ = [one for one in running.companies() if one in running.living()]
    running.happens("PATCH", f"neutral/account/{first}", name="Hinoki Shoji")
    running.happens("DELETE", f"neutral/account/{second}")
    winner = next(one for one in running.companies() if one not in (first, second, third))
    running.happens("POST", "neutral/account/merge", winner=winner, loser=third)
    running.poll()

    living = running.living()
    assert "Hinoki Shoji" in running.names()
    assert {second, third} & living == set()
    assert {first, winner} <= living
