"""A published tap in an environment of its own, made once from a lock with hashes."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import filelock
import pytest

from tests.support.project import PROJECT

LOCK = Path(__file__).with_name("requirements.lock")
PLACE = PROJECT / ".kizuna" / "test-taps"
FORGED = "DO NOT MATCH THE HASHES"


def published_tap() -> Path:
    """The program. Skips the test, saying why, where the packages cannot be had; a wrong hash fails it."""
    name = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    home = PLACE / name
    PLACE.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(PLACE / f"{name}.lock"):
        if not (home / "complete").exists():
            _make(home)
    return home / "bin" / "tap-spreadsheets"


def _make(home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, capture_output=True)
    command = [
        str(home / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "--only-binary",
        ":all:",
    ]
    done = subprocess.run([*command, "-r", str(LOCK)], capture_output=True, text=True, check=False)
    if FORGED in done.stderr:
        pytest.fail(done.stderr, pytrace=False)
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["pip said nothing"]
        pytest.skip(f"the published tap cannot be installed here: {said[-1]}")
    (home / "complete").touch()
