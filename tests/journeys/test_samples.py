"""Recordings of the four vendors loaded into one database: nearly all is understood, the rest is set aside truly."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

import pytest
from sqlalchemy import text

from kizuna.sync.files.unwrap import records
from kizuna.sync.service import Service
from tests.support.recordings import PAGE, RECORDINGS, Read, explanations, page, taken_in, unread

pytestmark = pytest.mark.samples

# Streams of which nothing was recorded but that there is nothing.
EMPTY: set[tuple[str, str]] = set()
# Where the names of customers stand in a recording that is loaded.
NAMED = {
    "salesforce": ("ELv2-local-only_nango/retrieve-query-more.json", ("Account",), ("Name",)),
    "hubspot": ("ELv2-local-only_nango/search-companies.json", ("companies",), ("properties", "name")),
    "zendesk": ("nango-recordings-ELv2/list-organizations.test.json", ("organizations",), ("name",)),
    "stripe": ("nango-recordings-ELv2/list-customers.test.json", ("customers",), ("name",)),
}


@pytest.fixture(scope="module")
def taken(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, list[Read]]]:
    with taken_in(f"sqlite:///{tmp_path_factory.mktemp('recordings') / 'kizuna.db'}", samples) as made:
        yield made


def test_recordings_of_four_vendors_become_customers(taken: tuple[Service, list[Read]], samples: Path) -> None:
    parts, found = taken

    customers = rows(parts, "SELECT systems, name FROM customer")

    read: Counter[tuple[str, str]] = Counter()
    for one in found:
        read[one.vendor, one.stream] += one.mapped
    assert {place for place in RECORDINGS if not read[place]} == EMPTY
    assert read.total() > 5_000
    for vendor, names in named(samples).items():
        known = {name for systems, name in customers if vendor in json.loads(systems)}
        assert names
        assert names <= known, (vendor, sorted(names - known)[:5])


def test_a_record_that_is_set_aside_has_a_documented_reason(taken: tuple[Service, list[Read]]) -> None:
    _, found = taken

    unexplained = {
        (one.vendor, one.stream, reason) for one in found for reason, why in explanations(one).items() if not why
    }

    assert unexplained == set()
    assert sum(one.wrote.quarantined for one in found) <= 0.01 * sum(one.wrote.read for one in found)


def test_every_recording_is_read_or_it_is_said_why_not(samples: Path) -> None:
    assert unread(samples).get("", []) == []


def test_the_page_of_recordings_is_what_became_of_them(taken: tuple[Service, list[Read]], samples: Path) -> None:
    _, found = taken

    drawn = page(found, unread(samples))

    assert PAGE.read_text(encoding="utf-8") == drawn, (
        "docs/reference/recordings.md is behind; run ./dev scripts/recordings"
    )


def named(samples: Path) -> dict[str, set[str]]:
    """The names of customers in one recording of each vendor."""
    found: dict[str, set[str]] = {}
    for vendor, (path, streams, place) in NAMED.items():
        content = (samples / vendor / path).read_bytes()
        for record in map(json.loads, records(content, streams)):
            name = reduce(dict.__getitem__, place, record)
            if name:
                found.setdefault(vendor, set()).add(name)
    return found


def rows(parts: Service, question: str) -> list[tuple[str, ...]]:
    with parts.database.read() as sql:
        return [tuple(row) for row in sql.execute(text(question))]
