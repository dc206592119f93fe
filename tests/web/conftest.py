"""A house with one firm to serve."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.graphql.house import House, house
from tests.graphql.systems import record


@pytest.fixture
def made(sqlite_url: str) -> Iterator[House]:
    """A house with one firm, on SQLite."""
    with house(sqlite_url) as one:
        one.tell("crm", "accounts", record("a1", {"kind": "account", "name": "Momiji", "domains": ["momiji.example"]}))
        yield one
