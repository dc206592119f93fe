"""A fault of a connector is shown at the author's own lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from kizuna.testing.places import came_about, shown


def fails() -> None:
    raise ValueError("no such field")


def test_only_the_authors_own_lines_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent)
    with pytest.raises(ValueError, match="no such field") as caught:
        fails()

    lines = came_about(caught.value).splitlines()

    assert lines[0] == "ValueError: no such field"
    assert lines[-1].startswith("  test_places.py:")
    assert lines[-1].endswith('in fails: raise ValueError("no such field")')


def test_a_path_elsewhere_stays_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert shown(Path(__file__)) == __file__
