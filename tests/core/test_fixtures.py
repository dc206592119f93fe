"""The databases that tests are given are real, empty, and one's own."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.support import postgres


def test_each_test_has_an_empty_postgresql_database_of_its_own(postgres_url, postgres_server):
    with psycopg.connect(postgres_url) as connection:
        tables = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
        version = connection.info.server_version

    assert tables == (0,)
    assert version >= 140000
    assert postgres_url != postgres_server


def test_a_database_url_is_one_of_both_kinds(database_url):
    assert database_url.startswith(("sqlite:///", "postgresql://"))


def test_a_server_dies_with_the_process_that_started_it(server_folder):
    program = (
        "import os, pathlib, signal, sys; from tests.support import postgres;"
        "server = postgres.start(pathlib.Path(sys.argv[1]), outlive_caller=False);"
        "print(server.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    environ = {**os.environ, "PYTHONPATH": str(postgres.PROJECT)}

    ended = subprocess.run(
        [sys.executable, "-c", program, str(server_folder)], check=False, capture_output=True, text=True, env=environ
    )
    pid = int(ended.stdout)
    alive = psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=20)[1]

    assert alive == []


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """A folder that the server's own user can enter, which pytest's are not when root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="kizuna-test-postgres-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
