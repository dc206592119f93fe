"""What `kizuna plugins new` writes: a whole distribution with its vendor played, to be changed into a vendor's own."""

from __future__ import annotations

from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final

from kizuna.errors import ConfigError

FILES: Final = {
    "pyproject.toml": "pyproject.toml.txt",
    "README.md": "README.md.txt",
    "LICENSE": "LICENSE.txt",
    ".github/workflows/test.yml": "workflow.yml.txt",
    "kizuna_${key}/__init__.py": "connector.py.txt",
    "kizuna_${key}/sandbox.py": "sandbox.py.txt",
    "kizuna_${key}/py.typed": "",
    "kizuna_${key}/samples/people/1.json": "people-1.json.txt",
    "kizuna_${key}/samples/people/2.json": "people-2.json.txt",
    "kizuna_${key}/samples/cases.json": "cases.json.txt",
    "tests/test_${key}.py": "test.py.txt",
}
"""Path in the new folder → template in this one."""


def write(folder: Path, key: str) -> list[Path]:
    """The files of a new connector. Raises ConfigError when the folder holds something already."""
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(f"The folder {folder} is not empty; name another with --into.")
    words = {"key": key, "Class": "".join(part.capitalize() for part in key.split("_")), "KEY": key.upper()}
    words |= {"title": key.replace("_", " ").title(), "dashed": key.replace("_", "-")}
    words["version"], words["next_version"] = _versions()
    written = []
    for name, template in FILES.items():
        path = folder / Template(name).substitute(words)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = files(__package__).joinpath(template).read_text(encoding="utf-8") if template else ""
        path.write_text(Template(content).substitute(words), encoding="utf-8")
        written.append(path)
    return written


def _versions() -> tuple[str, str]:
    """This minor version, and the first that may differ: until 1.0, a minor release may change what is public."""
    major, minor, *_ = version("kizuna").split(".")
    return f"{major}.{minor}", f"{major}.{int(minor) + 1}" if major == "0" else f"{int(major) + 1}"
