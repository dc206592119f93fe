"""The suite finds what users complain of: each mistake, seeded into a connector of this project, by the promise it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import pytest

from kizuna.sandbox import SandboxState
from kizuna.testing import ConnectorSuite
from tests.testing.seeded import COMPLAINTS, Seeded, reading
from tests.testing.seeded.mistakes import MISTAKES

FOUR = ("salesforce", "hubspot", "zendesk", "stripe")
FEW: Mapping[str, tuple[str, ...]] = {
    "salesforce": ("Account", "Contact"),
    "hubspot": ("companies", "contacts"),
    "zendesk": ("users", "organizations"),
    "stripe": ("customers", "products"),
}
CASES = sorted({(one.connector, one.promise, one.conditions) for one in MISTAKES})


def suite(connector: str, conditions: str) -> Any:
    """The connector's own suite over few streams of a small world, and under these conditions."""
    if connector == "salesforce":
        from plugins.salesforce.tests.test_suite import TestSalesforce as Own
    elif connector == "hubspot":
        from plugins.hubspot.tests.test_suite import TestHubSpot as Own
    elif connector == "zendesk":
        from plugins.zendesk.tests.test_suite import TestZendesk as Own
    else:
        from plugins.stripe.tests.test_suite import TestStripe as Own

    class Few(Own):  # type: ignore[misc, valid-type]  # one of four
        travelled = FEW[connector]
        merges = tuple(kind for kind in Own.merges if kind in ("account", "person"))
        companies = 4

    if conditions == "bulk jobs are refused":
        good = Few.connector
        Few.narrowed = refusing_jobs
        Few.connector = reading(partial(_with_jobs))(good)
    if conditions == "pages of five":
        Few.travelled, Few.companies = ("organizations",), 6
    return Few()


def refusing_jobs(_suite: ConnectorSuite, state: SandboxState) -> None:
    """Short pages, and no bulk job of any object."""
    state.memory.update(page_rows=2, no_bulk={"Account", "Contact"})


def _with_jobs(good: Any) -> Any:
    """The reading that wants a job for a few rows."""
    from dataclasses import replace

    return replace(good, bulk_from_rows=3)


def first_complaint(tried: Any, promise: str) -> str | None:
    """The first complaint of the promise, None when it is held; one stream where it is tried by stream."""
    held: list[str | None] = []

    def hold(kept: Any, *arguments: Any) -> None:
        complaints: Iterable[str] = kept(*arguments)
        held.append(next(iter(complaints), None))

    tried.hold = hold
    test = getattr(tried, f"test_{promise}")
    test(*[tried.made().streams()[0].name] * ("stream" in test.__code__.co_varnames))
    return held[0]


def play(conditions: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The vendor's own page of a time-based export, a thousand rows, made one of five."""
    if conditions == "pages of five":
        monkeypatch.setattr("kizuna_zendesk.sandbox.exports.FULL_PAGE", 5)
        monkeypatch.setattr("kizuna_zendesk.readings.FULL_PAGE", 5)


@pytest.fixture(autouse=True)
def low_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search gives up after nine rows, in place of ten thousand."""
    monkeypatch.setattr("kizuna_hubspot.sandbox.searching.MOST_ROWS", 9)


@pytest.mark.parametrize(("connector", "promise", "conditions"), CASES)
def test_the_good_connector_holds(
    connector: str, promise: str, conditions: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(conditions, monkeypatch)

    assert first_complaint(suite(connector, conditions), promise) is None


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: f"{one.connector}: {one.name}")
def test_is_found(mistake: Seeded, monkeypatch: pytest.MonkeyPatch) -> None:
    play(mistake.conditions, monkeypatch)
    tried = suite(mistake.connector, mistake.conditions)
    tried.connector = mistake.change(tried.connector)
    for name, value in mistake.patches:
        monkeypatch.setattr(name, value)

    assert first_complaint(tried, mistake.promise) is not None


def test_everything_users_complain_of_is_among_the_mistakes() -> None:
    assert {one.complaint for one in MISTAKES} == set(range(1, len(COMPLAINTS) + 1))
    assert {one.connector for one in MISTAKES} == set(FOUR)
    assert len(MISTAKES) >= 20
    assert len({(one.connector, one.name) for one in MISTAKES}) == len(MISTAKES)
