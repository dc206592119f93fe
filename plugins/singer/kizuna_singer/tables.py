"""Tables of a TOML file read with care: each mistake names the file, the line, the key and what to write."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kizuna import sdk
from kizuna_singer.places import Path as Keys
from kizuna_singer.places import Places


@dataclass(frozen=True, slots=True)
class Source:
    """The file that is read."""

    path: Path
    places: Places

    def wrong(self, keys: Keys, what: str) -> sdk.ConfigError:
        """The error for the value at ``keys``."""
        name = ".".join(str(key) for key in keys)
        return sdk.ConfigError(f"{self.path}:{self.places.line(keys)}: {name}: {what}")


@dataclass(frozen=True, slots=True)
class Table:
    """One table. Every method raises ConfigError for what is not as it should be."""

    source: Source
    keys: Keys
    values: dict[str, Any]

    def wrong(self, key: str | None, what: str) -> sdk.ConfigError:
        """The error for one of the table's keys, or the table itself."""
        return self.source.wrong(self.keys if key is None else (*self.keys, key), what)

    def only(self, *known: str) -> None:
        """Refuses every other key, naming the nearest right one."""
        for key in self.values:
            if key not in known:
                raise self.wrong(key, f"there is no such key; {nearest(key, known)}")

    def text(self, key: str) -> str | None:
        """A text that is not empty, None where it is absent."""
        value = self.values.get(key)
        if value is not None and not (isinstance(value, str) and value):
            raise self.wrong(key, "must be a text")
        return value

    def texts(self, key: str) -> tuple[str, ...] | None:
        """A list of texts, None where it is absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise self.wrong(key, 'must be a list of texts, such as ["id"]')
        return tuple(value)

    def seconds(self, key: str, default: float) -> float:
        """A span above zero."""
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise self.wrong(key, "must be a number of seconds above 0")
        return float(value)

    def one_of(self, key: str, known: Iterable[str]) -> str | None:
        """One of the known words, None where it is absent."""
        value, words = self.text(key), tuple(known)
        if value is not None and value not in words:
            raise self.wrong(key, f"{value!r} is not known; {nearest(value, words)}")
        return value

    def table(self, key: str) -> Table:
        """The table at that key, empty where it is absent."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, f"must be a table: write [{'.'.join(str(k) for k in (*self.keys, key))}]")
        return Table(self.source, (*self.keys, key), value)

    def tables(self, key: str) -> Iterator[Table]:
        """The tables of the array at that key, none where it is absent."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.wrong(key, f"must be tables: write [[{'.'.join(str(k) for k in (*self.keys, key))}]]")
        for number, one in enumerate(value):
            yield Table(self.source, (*self.keys, key, number), one)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like it as a question, else all of them."""
    words = sorted(str(one) for one in known)
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(words) or 'none'}."
