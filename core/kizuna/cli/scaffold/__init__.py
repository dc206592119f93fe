"""What `kizuna plugins new` writes: a complete connector with its test, to be changed into a vendor's own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final

from kizuna.errors import ConfigError

FILES: Final = {
    "pyproject.toml": "pyproject.toml.txt",
    "README.md": "README.md.txt",
    "kizuna_${key}/__init__.py": "connector.py.txt",
    "kizuna_${key}/py.typed": "",
    "tests/test_${key}.py": "test.py.txt",
}
"""Path in the new folder → template in this one."""


def write(folder: Path, key: str) -> list[Path]:
    """The files of a new connector. Raises ConfigError when the folder holds something already."""
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(f"The folder {folder} is not empty; name another with --into.")
    words = {"key": key, "Class": "".join(part.capitalize() for part in key.split("_")), "KEY": key.upper()}
    words["title"] = key.replace("_", " ").title()
    written = []
    for name, template in FILES.items():
        path = folder / Template(name).substitute(words)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = files(__package__).joinpath(template).read_text(encoding="utf-8") if template else ""
        path.write_text(Template(content).substitute(words), encoding="utf-8")
        written.append(path)
    return written
