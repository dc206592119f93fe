"""Houses to ask about: one that nobody changes, shared by a whole file; a fresh one for whoever changes things."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.graphql.firms import furnished
from tests.graphql.house import House, house
from tests.support.fixtures import fresh_database

DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="module", params=DATABASES)
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Three firms with three of everything, known to three systems; only to be asked."""
    if request.param == "sqlite":
        with house(f"sqlite:///{tmp_path_factory.mktemp('house') / 'kizuna.db'}") as made:
            furnished(made, firms=3)
            yield made
        return
    server = request.getfixturevalue("postgres_server")
    with fresh_database(server) as url, house(url) as made:
        furnished(made, firms=3)
        yield made


@pytest.fixture
def fresh(database_url: str) -> Iterator[House]:
    """Three connected systems that have said nothing yet."""
    with house(database_url) as made:
        yield made


@pytest.fixture
def small(sqlite_url: str) -> Iterator[House]:
    """The same on SQLite alone, for what no database has a part in."""
    with house(sqlite_url) as made:
        yield made
