"""What most tests of syncs begin with: a database with one toy connection, and what reads it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kizuna.sync.run import Syncer
from tests.support.toys import Bench, Toy, bench, host


@pytest.fixture
def toy(database_url: str) -> Iterator[Bench]:
    """A fresh database with the connection `toy`."""
    with bench(database_url) as made:
        yield made


@pytest.fixture
def connector() -> type[Toy]:
    """The connector of `toy`; a test file that has one of its own says so with a fixture of this name."""
    return Toy


@pytest.fixture
def syncer(toy: Bench, connector: type[Toy]) -> Iterator[Syncer]:
    """What syncs `toy`, by that connector alone."""
    made = Syncer(toy.database, host(connector), toy.deriver)
    yield made
    made.close()
