"""The vendors' own Node clients read the sandboxes: the same lists, pages, changes, refusals and signatures."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kizuna.sandbox import Served
from tests.support.worlds import world

pytestmark = pytest.mark.node

FOLDER = Path(__file__).parent / "node"
LOCK, INSTALLED = FOLDER / "package-lock.json", FOLDER / "node_modules" / ".package-lock.json"
CLIENTS = {"salesforce": "jsforce", "hubspot": "hubspot", "stripe": "stripe"}
ROWS_A_PAGE = 50
INSTALL_LIMIT_S, RUN_LIMIT_S = 300, 120


@pytest.fixture(scope="module")
def node() -> str:
    """The program, with the clients that the lock names installed beside the scripts."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found is None or npm is None:
        pytest.skip("node and npm are absent: the vendors' Node clients are not run")
    if not INSTALLED.exists() or INSTALLED.stat().st_mtime < LOCK.stat().st_mtime:
        install = [npm, "ci", "--no-progress", "--loglevel=error"]
        done = subprocess.run(install, cwd=FOLDER, capture_output=True, text=True, timeout=INSTALL_LIMIT_S, check=False)
        if done.returncode != 0:
            told = (done.stderr.strip().splitlines() or ["no reason given"])[0]
            pytest.skip(f"npm could not install the vendors' Node clients: {told}")
    return found


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with world(*CLIENTS, companies=40) as made:
        made.state("salesforce").memory["page_rows"] = ROWS_A_PAGE
        yield made


@pytest.mark.parametrize("vendor", CLIENTS)
def test_the_node_client_finds_the_vendor_as_it_knows_it(vendor: str, node: str, served: Served) -> None:
    addresses = {f"KIZUNA_SANDBOX_{one.vendor.upper()}": one.base_url for one in served.endpoints}
    command = [node, "--test", "--test-force-exit", "--test-reporter=tap", f"{CLIENTS[vendor]}.test.js"]

    done = subprocess.run(
        command,
        cwd=FOLDER,
        env=os.environ | addresses,
        capture_output=True,
        text=True,
        timeout=RUN_LIMIT_S,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# pass 0\n" not in done.stdout
    assert "\n# skipped 0\n" in done.stdout


def test_the_lock_names_versions_and_hashes_but_no_address() -> None:
    text = LOCK.read_text(encoding="utf-8")

    assert '"integrity": "sha512-' in text
    assert "://" not in text
