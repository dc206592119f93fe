"""Words that must not stand in the project's files, wherever they come from."""

import re
from pathlib import Path

import pytest

from tests.support.project import CONNECTORS, PROJECT, relative, sources, tracked

# Spelt in pieces, so that this file does not contain what it forbids.
REGISTRY_HOSTS = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "registry." + "npmjs",
    "proxy." + "golang",
    "crates" + ".io/api",
)
MACHINE_PATHS = (
    r"/wo" + r"rk/(?:main|shared)\b",
    r"/ro" + r"ot/",
    r"/tm" + r"p/kz\b",
    r"/ho" + r"me/\w+/",
    r"/Us" + r"ers/\w+/",
)
UNFINISHED = r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b"
BINARY = {".png", ".jpg", ".gif", ".ico", ".woff2", ".zst", ".gz", ".xlsx", ".db"}


@pytest.fixture(scope="module")
def texts() -> dict[Path, str]:
    """Every tracked text file with its content."""
    return {path: path.read_text(encoding="utf-8") for path in tracked() if path.suffix not in BINARY}


def test_no_file_names_a_package_registry(texts):
    found = [relative(path) for path, text in texts.items() if any(host in text for host in REGISTRY_HOSTS)]

    assert found == []


def test_no_file_names_a_folder_of_some_machine(texts):
    pattern = re.compile("|".join(MACHINE_PATHS))

    assert places(texts, pattern) == []


def test_nothing_is_left_unfinished(texts):
    pattern = re.compile(UNFINISHED)
    code = {path: text for path, text in texts.items() if path.suffix in {".py", ".toml", ".sh", ".yml", ".md"}}

    assert places(code, pattern) == []


def test_core_names_no_vendor():
    vendors = re.compile("|".join(name.removeprefix("kizuna_") for name in CONNECTORS), re.IGNORECASE)
    core = {path: path.read_text(encoding="utf-8") for path in sources() if "core" in path.relative_to(PROJECT).parts}

    assert places(core, vendors) == []


def test_an_ignored_type_error_names_its_code(texts):
    bare = re.compile(r"#\s*(?:type|pyright):\s*ignore(?!\[)|#\s*noqa(?!:)")
    code = {path: text for path, text in texts.items() if path.suffix == ".py" and path != Path(__file__)}

    assert places(code, bare) == []


def places(texts: dict[Path, str], pattern: re.Pattern[str]) -> list[str]:
    """Where the pattern stands: file, line number, and the words found."""
    return [
        f"{relative(path)}:{number}: {found.group()}"
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if (found := pattern.search(line))
    ]
