"""Where in a TOML file a key stands: the parser says it for broken syntax only, people want it for every mistake."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]
"""The keys from the root to a value; a number counts the tables of an array from 0."""

_HEADER = re.compile(r"\s*(\[\[?)[^\[\]]+\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")


class Places:
    """Path → line, counted from 1, of the tables and keys that stand on a line of their own."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        for path, line in _found(text):
            for depth in range(1, len(path) + 1):  # `[a.b]` opens `a` as well
                self._lines.setdefault(path[:depth], line)

    def line(self, path: Path) -> int:
        """The line of the value, of what contains it where it has none of its own; 1 for the file itself."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[:-1]
        return 1


def _found(text: str) -> Iterator[tuple[Path, int]]:
    table: Path = ()
    counts: Counter[Path] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            names = _names(line)
            if names:
                table = _numbered(names, counts, is_array=header.group(1) == "[[")
                yield table, number
        elif key := _KEY.match(line):
            yield table + _names(f"{key.group(1)} = 0"), number


def _names(line: str) -> tuple[str, ...]:
    """The keys that a line opens, read by the parser itself; none where it is no line of TOML."""
    try:
        inner: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    names: list[str] = []
    while isinstance(inner, dict | list) and inner:
        if isinstance(inner, list):
            inner = inner[0]
            continue
        name, inner = next(iter(inner.items()))
        names.append(name)
    return tuple(names)


def _numbered(names: tuple[str, ...], counts: Counter[Path], *, is_array: bool) -> Path:
    """The path of a table, with the number of each array's table it is in."""
    path: Path = ()
    for depth, name in enumerate(names, 1):
        path += (name,)
        if depth == len(names) and is_array:
            counts[path] += 1
        if counts[path]:
            path += (counts[path] - 1,)
    return path
