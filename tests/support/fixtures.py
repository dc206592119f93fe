"""Fixtures that tests in every room may ask for: databases, recordings, a clock that stands still."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from kizuna.clock import Frozen
from tests.support import postgres

PROJECT: Final = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server: ``KIZUNA_TEST_POSTGRES``, or one started for this session (and this xdist worker).

    A server that cannot be had is a failure: a test that needs one and is skipped proves nothing.
    """
    given = os.environ.get("KIZUNA_TEST_POSTGRES")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="kizuna-test-postgres-"))
    folder.chmod(0o755)
    server = postgres.start(folder, outlive_caller=False)
    yield server.url
    postgres.stop(folder)
    if server.process:
        server.process.wait(timeout=30)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test's own."""
    with fresh_database(postgres_server) as url:
        yield url


@contextlib.contextmanager
def fresh_database(server: str, template: str = "template0") -> Iterator[str]:
    """The URL of a new database on the server, dropped at the end whoever is still connected."""
    name = f"kizuna_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that does not exist yet, of this test's own."""
    return f"sqlite:///{tmp_path / 'kizuna.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database: the test runs once on SQLite, once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of recordings that lie outside the project: ``KIZUNA_SAMPLES``, or ``../shared/samples``."""
    folder = Path(os.environ.get("KIZUNA_SAMPLES") or PROJECT.parent / "shared" / "samples")
    if not folder.is_dir():
        pytest.skip("the recordings are absent: set KIZUNA_SAMPLES to their folder")
    return folder


@pytest.fixture
def clock() -> Frozen:
    """A clock that stands at noon UTC on the first of March 2026."""
    return Frozen(datetime(2026, 3, 1, 12, tzinfo=UTC))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves nightly tests out unless the marker expression names them; marks what asks for a server or recordings."""
    for item in items:
        asked = getattr(item, "fixturenames", ())
        if "postgres_server" in asked and "sqlite_url" not in asked:
            item.add_marker(pytest.mark.postgres)
        if "samples" in asked:
            item.add_marker(pytest.mark.samples)
    if "nightly" in (config.option.markexpr or ""):
        return
    left_out = [item for item in items if item.get_closest_marker("nightly")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
