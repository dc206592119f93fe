"""The project's own files, as the tests about form and documentation see them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[2]
SOURCE_ROOTS: Final = (
    "core",
    "migrations",
    "plugins/salesforce",
    "plugins/hubspot",
    "plugins/zendesk",
    "plugins/stripe",
    "plugins/singer",
)
CONNECTORS: Final = ("kizuna_salesforce", "kizuna_hubspot", "kizuna_zendesk", "kizuna_stripe", "kizuna_singer")
PACKAGES: Final = ("kizuna", "kizuna_migrations", *CONNECTORS)


def sources() -> list[Path]:
    """Every Python file that is shipped: core, migrations and the connectors, without their tests."""
    return sorted(
        path
        for package in packages()
        for path in package.rglob("*.py")
        if not path.relative_to(package).is_relative_to("versions")
    )


def packages() -> Iterator[Path]:
    """The folders of the import packages that exist."""
    for root in SOURCE_ROOTS:
        yield from (folder for folder in sorted((PROJECT / root).glob("kizuna*")) if folder.is_dir())


def tracked() -> list[Path]:
    """Every file under version control, or every file when this is no checkout (an unpacked source archive)."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        check=False,
        capture_output=True,
        text=True,
    )
    if listed.returncode != 0:
        return [path for path in PROJECT.rglob("*") if path.is_file() and not _generated(path)]
    return [path for name in listed.stdout.split("\0") if name and (path := PROJECT / name).is_file()]


def relative(path: Path) -> str:
    """A path as it is written in a message."""
    return str(path.relative_to(PROJECT))


def _generated(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(PROJECT).parts[:-1])
