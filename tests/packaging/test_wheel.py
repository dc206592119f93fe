"""What a user installs holds all of Kizuna, nothing else, and works away from the checkout."""

import importlib.util
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.support.packaging import build_wheel
from tests.support.project import CONNECTORS, PACKAGES, PROJECT, SOURCE_ROOTS


def test_the_wheel_holds_the_packages_of_the_project_and_nothing_else(wheel):
    names = contents(wheel)

    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}

    assert tops == set(PACKAGES)


def test_every_file_of_the_packages_is_in_the_wheel(wheel):
    shipped = contents(wheel)

    missing = [
        str(path.relative_to(PROJECT / root))
        for root in SOURCE_ROOTS
        for package in (PROJECT / root).glob("kizuna*")
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and str(path.relative_to(PROJECT / root)) not in shipped
    ]

    assert missing == []
    assert "kizuna/py.typed" in shipped


def test_the_wheel_names_its_command_and_its_connectors(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))
        entries = ConfigParser()
        entries.read_string(archive.read(name).decode())

    assert dict(entries["console_scripts"]) == {"kizuna": "kizuna.cli:main"}
    assert set(dict(entries["kizuna.plugins"]).values()) == set(CONNECTORS)


def test_the_source_archive_builds_the_same_wheel(wheel, tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    (unpacked,) = (path for path in tmp_path.iterdir() if path.is_dir())

    rebuilt = build_wheel(unpacked, tmp_path)

    assert contents(rebuilt) == contents(wheel)


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_is_imported_from_where_it_was_installed(installed, package):
    result = installed("python", "-c", f"import {package}; print({package}.__file__)")

    assert result.returncode == 0, result.stderr
    assert "site-packages" in result.stdout
    assert str(PROJECT) not in result.stdout


def test_the_command_answers_away_from_the_checkout(installed):
    result = installed("kizuna", "--help")

    assert result.returncode == 0, result.stderr
    assert "Usage: kizuna" in result.stdout


@pytest.mark.skipif(importlib.util.find_spec("kizuna.demo") is None, reason="kizuna.demo is not there yet")
def test_the_promise_of_the_readme_holds_away_from_the_checkout(installed, tmp_path):
    database = f"sqlite:///{tmp_path / 'demo.db'}"
    (query,) = re.findall(r"kizuna query '([^']+)'", (PROJECT / "README.md").read_text(encoding="utf-8"))

    demo = installed("kizuna", "demo", "--once", "--customers", "40", "--database", database, cwd=tmp_path)
    asked = installed("kizuna", "query", query, "--database", database, cwd=tmp_path)

    assert demo.returncode == 0, demo.stderr
    assert asked.returncode == 0, asked.stderr
    assert "errors" not in json.loads(asked.stdout)
    assert json.loads(asked.stdout)["data"]["customers"]["nodes"]


def contents(wheel: Path) -> set[str]:
    """The names of the files in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}
