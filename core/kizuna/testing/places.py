"""Where in the author's own code something happened: paths as seen from where the tests run, none of ours."""

from __future__ import annotations

import traceback
from collections.abc import Generator
from pathlib import Path

import pytest

import kizuna

_OURS = Path(kizuna.__file__).parent


def came_about(error: Exception) -> str:
    """The error with the author's lines that led to it, the innermost last."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_theirs(Path(frame.filename))]
    lines = [f"  {shown(Path(frame.filename))}:{frame.lineno} in {frame.name}: {frame.line}" for frame in frames]
    return "\n".join([f"{type(error).__name__}: {error}", *lines])


def shown(path: Path) -> str:
    """The path as seen from the folder the tests run in."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _is_theirs(path: Path) -> bool:
    return path.is_absolute() and not path.is_relative_to(_OURS) and "site-packages" not in path.parts


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A promise that cannot be tried is reported at the author's test, which inherits it, and not in our suite."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple) and Path(report.longrepr[0]).is_relative_to(_OURS):
        report.longrepr = (str(item.path), _first_line(item), report.longrepr[2])
    return report


def _first_line(item: pytest.Item) -> int:
    """The line on which the author's class begins; 1 for a test without a class."""
    owner = getattr(item, "cls", None)
    if owner is None:
        return 1
    lines = item.path.read_text(encoding="utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if line.lstrip().startswith(f"class {owner.__name__}(")), 1)
