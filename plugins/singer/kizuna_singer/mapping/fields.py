"""The fields of a fact, each compiled from what the file says into a function of the record."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Union, get_args, get_origin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kizuna import sdk
from kizuna_singer.mapping import values
from kizuna_singer.paths import Seen
from kizuna_singer.records import joined
from kizuna_singer.tables import Table, nearest

Read = Callable[[Seen, list[sdk.Unmapped]], Any]
"""What a field holds for a record; words that no vocabulary knows are added to the list."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a fact as the file describes it: ``given`` stands in ``table`` under ``name``."""

    table: Table
    name: str
    hint: Any
    streams: frozenset[str]

    def wrong(self, what: str) -> sdk.ConfigError:
        """The error for it."""
        return self.table.wrong(self.name, what)

    def described(self, given: Any, *also: str) -> Table:
        """The description as a table, where a bare text is a path. Raises ConfigError for anything else."""
        if isinstance(given, str) and given:
            return Table(self.table.source, (*self.table.keys, self.name), {"path": given})
        if not isinstance(given, dict):
            raise self.wrong('must be a path such as "company.name", or a table such as { constant = "company" }')
        found = Table(self.table.source, (*self.table.keys, self.name), given)
        found.only("path", "constant", *also)
        if ("path" in given) == ("constant" in given):
            raise self.wrong("needs either a path or a constant")
        return found


def compiled(field: Field) -> Read:
    """The function that reads the field. Raises ConfigError naming file, line and key."""
    given, kind = field.table.values[field.name], _kind(field.hint)
    if get_origin(kind) is tuple:
        item = get_args(kind)[0]
        described = given if isinstance(given, list) else [given]
        return _several([_one(field, item, one, several=True) for one in described])
    if isinstance(given, list):
        raise field.wrong("holds one value: give one path, no list")
    return _one(field, kind, given)


def _one(field: Field, kind: Any, given: Any, *, several: bool = False) -> Read:
    if kind is sdk.Ref:
        return _ref(field, given)
    if kind is sdk.CrossRef:
        return _cross_ref(field, given)
    if kind is sdk.Money:
        return _money(field, given)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _word(field, kind, given)
    if kind in (date, datetime):
        return _time(field, kind, given)
    described = field.described(given, *(("words",) if kind is str else ()))
    words, convert = _words(field, described), values.PLAIN[kind]
    convert = _through(words, convert) if words else convert
    return _plain(described, _each(convert) if several else convert)


def _plain(described: Table, convert: values.Convert) -> Read:
    """The value of a path, converted; or a constant, converted now."""
    if "constant" in described.values:
        try:
            constant = convert(described.values["constant"])
        except sdk.PayloadError as error:
            raise described.wrong("constant", str(error)) from error
        return lambda _, __: constant
    path = _path(described)
    return lambda seen, _: convert(seen.at(path))


def _several(reads: list[Read]) -> Read:
    """All that is there, one after the other; a list in the record gives each of its items."""

    def read(seen: Seen, unmapped: list[sdk.Unmapped]) -> tuple[Any, ...]:
        found: dict[Any, None] = {}
        for one in reads:
            value = one(seen, unmapped)
            found.update(dict.fromkeys(value if isinstance(value, tuple) else (value,)))
        return tuple(value for value in found if value is not None)

    return read


def _ref(field: Field, given: Any) -> Read:
    if not isinstance(given, dict):
        raise field.wrong('names another record: write { path = "customer_id", stream = "customers" }')
    found = Table(field.table.source, (*field.table.keys, field.name), given)
    found.only("path", "paths", "stream")
    stream, paths = found.text("stream"), found.texts("paths") or ((found.text("path") or ""),)
    if stream is None or stream not in field.streams:
        raise field.wrong(f"stream must be one of this file's; {nearest(stream or '', field.streams)}")
    if not all(paths):
        raise field.wrong("needs the path of the other record's id, or the paths of its keys")

    def read(seen: Seen, _: list[sdk.Unmapped]) -> sdk.Ref | None:
        keys = [seen.at(path) for path in paths]
        return None if any(key in (None, "") for key in keys) else sdk.Ref(stream, joined(keys))

    return read


def _cross_ref(field: Field, given: Any) -> Read:
    if not isinstance(given, dict) or not isinstance(given.get("system"), str) or not given["system"]:
        raise field.wrong(
            'names a record of another system: write { path = "crm_id", system = "the connector\'s key" }'
        )
    described, system = field.described(given, "system"), given["system"]
    read_id = _plain(described, values.text)

    def read(seen: Seen, unmapped: list[sdk.Unmapped]) -> sdk.CrossRef | None:
        found = read_id(seen, unmapped)
        return sdk.CrossRef(system, found) if found else None

    return read


def _money(field: Field, given: Any) -> Read:
    if not isinstance(given, dict) or "currency" not in given:
        raise field.wrong('needs a currency: write { path = "amount", currency = "currency", unit = "minor" }')
    described = field.described(given, "currency", "unit")
    currency = _plain(
        Field(described, "currency", str, field.streams).described(given["currency"]),
        values.text,
    )
    minor = described.one_of("unit", ("major", "minor")) == "minor"
    amount = described.values.get("constant")
    path = "" if "constant" in described.values else _path(described)

    def read(seen: Seen, unmapped: list[sdk.Unmapped]) -> sdk.Money | None:
        return values.money(seen.at(path) if path else amount, currency(seen, unmapped), minor=minor)

    return read


def _time(field: Field, kind: Any, given: Any) -> Read:
    described = field.described(given, "format", "zone")
    name = described.text("zone")
    try:
        zone = ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise described.wrong("zone", f"there is no time zone {name!r}; write one such as Asia/Tokyo") from error
    make = values.instant if kind is datetime else values.day
    return _plain(described, make(described.text("format"), zone))


def _word(field: Field, kind: type[StrEnum], given: Any) -> Read:
    described = field.described(given, "words", "other")
    if "constant" in described.values:
        return _plain(described, values.word(kind))
    words = {source: _member(field, kind, meant) for source, meant in _words(field, described).items()}
    vocabulary: Mapping[str, StrEnum] = {**{str(one): one for one in kind}, **words}
    other = described.text("other")
    fallback = _member(field, kind, other) if other else next((one for one in kind if one == "other"), None)
    path = _path(described)

    def read(seen: Seen, unmapped: list[sdk.Unmapped]) -> StrEnum | None:
        given_word = values.text(seen.at(path))
        if given_word is None:
            return None
        found = vocabulary.get(given_word) or vocabulary.get(given_word.lower())
        if found is None:
            unmapped.append(sdk.Unmapped(field=path, value=given_word[:100]))
        return found or fallback

    return read


def _member(field: Field, kind: type[StrEnum], meant: str) -> StrEnum:
    if meant not in list(kind):
        raise field.wrong(f"{meant!r} is no word of {kind.__name__}; {nearest(meant, kind)}")
    return kind(meant)


def _words(field: Field, described: Table) -> dict[str, str]:
    words = described.values.get("words", {})
    if not isinstance(words, dict) or not all(isinstance(meant, str) and meant for meant in words.values()):
        raise field.wrong('words must be a table of texts, such as words = { won = "won" }')
    return words


def _through(words: Mapping[str, str], convert: values.Convert) -> values.Convert:
    return lambda value: words.get(found, found) if (found := convert(value)) is not None else None


def _each(convert: values.Convert) -> values.Convert:
    """A list is converted item by item."""
    return lambda value: tuple(convert(one) for one in value) if isinstance(value, list) else convert(value)


def _path(described: Table) -> str:
    path = described.text("path")
    if path is None:
        raise described.wrong("path", "must be a path such as company.name")
    return path


def _kind(hint: Any) -> Any:
    """The type without None."""
    if get_origin(hint) in (Union, types.UnionType):
        return next(one for one in get_args(hint) if one is not type(None))
    return hint
