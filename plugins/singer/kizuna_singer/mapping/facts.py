"""A fact that the file says of a stream's records: which kind, when, once or for every part of a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from kizuna import sdk
from kizuna_singer.mapping import values
from kizuna_singer.mapping.fields import Field, Read, compiled
from kizuna_singer.paths import Row, Seen
from kizuna_singer.tables import Table, nearest

MERGED = "merged"
KINDS: Mapping[str, type[Any]] = {
    **{one.kind: one for one in vars(sdk).values() if isinstance(one, type) and issubclass(one, sdk.Fact) and one.kind},
    MERGED: sdk.Merged,
}
"""Kind → class of all that a mapping may say."""

_OWN_KEYS = ("kind", "when", "each")


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether a fact is said: the text at ``path`` is one of ``words`` (any text that is there, when there are none)."""

    path: str
    words: frozenset[str]
    negated: bool = False

    def holds(self, seen: Seen) -> bool:
        """Whether it is so for this record or part."""
        value = seen.at(self.path)
        if self.words:
            found = value not in (None, "") and values.text(value) in self.words
        else:
            found = value not in (None, "", False, [], {})
        return found is not self.negated


@dataclass(frozen=True, slots=True)
class FactRule:
    """One fact of a stream: ``each`` names the list whose every part says one."""

    kind: str
    made: type[Any]
    reads: tuple[tuple[str, Read], ...]
    required: frozenset[str]
    when: Condition | None
    each: str | None

    def facts(self, row: Row) -> Iterator[sdk.Said]:
        """What the record says by this rule. Raises PayloadError naming the field that is not as described."""
        for number, seen in enumerate(self._parts(row)):
            if self.when is not None and not self.when.holds(seen):
                continue
            unmapped: list[sdk.Unmapped] = []
            found = {
                name: value
                for name, read in self.reads
                if (value := self._read(name, read, seen, unmapped)) is not None
            }
            missing = self.required - found.keys()
            if missing:
                raise sdk.PayloadError(f"{self.kind} needs {', '.join(sorted(missing))}", min(missing))
            if self.each is not None and self.made is not sdk.Merged:
                found.setdefault("part", str(number))
            yield self.made(**found)
            yield from unmapped

    def _parts(self, row: Row) -> Iterable[Seen]:
        if self.each is None:
            return (Seen(row),)
        parts = Seen(row).at(self.each)
        if parts is None:
            return ()
        if not isinstance(parts, list):
            raise sdk.PayloadError("a list is expected", self.each)
        return [Seen(row, part, in_part=True) for part in parts]

    def _read(self, name: str, read: Read, seen: Seen, unmapped: list[sdk.Unmapped]) -> Any:
        try:
            return read(seen, unmapped)
        except (sdk.PayloadError, ValueError) as error:
            raise sdk.PayloadError(f"{self.kind}.{name}: {error}", name) from error


def say(rules: Iterable[FactRule], row: Row) -> tuple[sdk.Said, ...]:
    """All that the rules say of a record."""
    return tuple(said for rule in rules for said in rule.facts(row))


def fact_rule(table: Table, streams: frozenset[str]) -> FactRule:
    """The rule that a table of the file describes. Raises ConfigError naming file, line and key."""
    kind = table.text("kind")
    if kind is None:
        raise table.wrong(None, f"needs a kind; {nearest('', KINDS)}")
    if kind not in KINDS:
        raise table.wrong("kind", f"there is no kind of fact {kind!r}; {nearest(kind, KINDS)}")
    made = KINDS[kind]
    fields = {field.name: field for field in msgspec.structs.fields(made)}
    table.only(*_OWN_KEYS, *fields)
    reads = tuple(
        (name, compiled(Field(table, name, fields[name].type, streams))) for name in table.values if name in fields
    )
    required = frozenset(name for name, field in fields.items() if field.required)
    for name in sorted(required - {name for name, _ in reads}):
        raise table.wrong(None, f"a fact of the kind {kind} needs {name}")
    return FactRule(kind, made, reads, required, _condition(table), table.text("each"))


def _condition(table: Table) -> Condition | None:
    if "when" not in table.values:
        return None
    given = table.table("when")
    given.only("path", "is", "is_not")
    path, wanted, unwanted = given.text("path"), given.texts("is"), given.texts("is_not")
    if path is None or (wanted and unwanted):
        raise table.wrong("when", 'write { path = "type" }, with is = ["a", "b"] or is_not = ["c"]')
    return Condition(path, frozenset(wanted or unwanted or ()), negated=unwanted is not None)
