"""Completing a page of records: associations that a search never sends, properties that did not fit into one request.

What is found is written into the raw JSON of the record in the shape in which the list endpoint would have sent it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from kizuna import sdk
from kizuna_hubspot.kinds import Kind
from kizuna_hubspot.paths import Paths
from kizuna_hubspot.readings.pages import Paging, Row, opened, token
from kizuna_hubspot.readings.partial import ATTEMPTS, Fault, refused

ASSOCIATED_AT_ONCE = 1000
READ_AT_ONCE = 100
BATCH_PROPERTIES = 500
BATCH_PROPERTIES_CHARACTERS = 10_000  # of a body; how much HubSpot takes is not documented

# With companies there is a primary association; the others are then called «unlabeled».
_HAVE_PRIMARY = frozenset({"companies"})
_SINGULAR = {"companies": "company"}

Associated = list[dict[str, str]]


class _AssociationType(sdk.Payload, rename="camel"):
    category: str | None = None
    label: str | None = None


class _Target(sdk.Payload, rename="camel"):
    to_object_id: int | str
    association_types: tuple[_AssociationType, ...] = ()


class _From(sdk.Payload):
    id: str | int


class _Targets(sdk.Payload, rename={"source": "from"}):
    source: _From
    to: tuple[_Target, ...] = ()
    paging: Paging | None = None


class _Associations(sdk.Payload):
    results: list[_Targets]
    errors: tuple[Fault, ...] | None = None


class _Read(sdk.Payload):
    id: str | int
    properties: dict[str, msgspec.Raw]


class _BatchRead(sdk.Payload):
    results: list[_Read]
    errors: tuple[Fault, ...] | None = None


_ASSOCIATIONS = msgspec.json.Decoder(_Associations)
_BATCH = msgspec.json.Decoder(_BatchRead)
_RECORD = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Want:
    """One request that completes a page: associations with the kind ``to``, or further properties when it is None.

    ``attempt`` counts how often its ids were asked for: HubSpot may refuse some of a batch.
    """

    ask: sdk.Ask
    to: str | None = None
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Part:
    """What one answer adds, by the record's id: associations with ``to``, or properties; and what was refused for good."""

    to: str | None
    associated: Mapping[str, Associated] = field(default_factory=dict)
    properties: Mapping[str, Mapping[str, msgspec.Raw]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Completing:
    """A page on its way: its records, what is still wanted (the first is under way), what has come.

    ``version`` is what the records are to count as when they do not say themselves that something happened to them;
    ``gone`` are tombstones of others that go on together with them.
    """

    rows: tuple[Row, ...]
    wants: tuple[Want, ...]
    parts: tuple[Part, ...] = ()
    version: datetime | None = None
    gone: tuple[sdk.Record, ...] = ()

    def with_answer(self, answer: sdk.Answer) -> Completing:
        """The page with one more part; what did not fit into it, or was refused in part, is wanted next.

        Raises PageError when the answer is not what HubSpot documents.
        """
        want, *rest = self.wants
        part, further = associations(want, answer.body) if want.to else properties(want, answer.body)
        return replace(self, wants=(*further, *rest), parts=(*self.parts, part))

    def without(self, to: str) -> Completing:
        """The page without asking for associations with the kind ``to``; those that have come stay."""
        return replace(self, wants=tuple(want for want in self.wants if want.to != to))

    def records(self) -> tuple[sdk.Record, ...]:
        """The records, completed; one of which nothing more is known goes on as it came."""
        return tuple(sdk.Record(raw=completed(row, self.parts), version=self.version) for row in self.rows)

    def refused(self) -> tuple[str, ...]:
        """The ids of the records that HubSpot would not complete."""
        return tuple(dict.fromkeys(key for part in self.parts for key in part.refused))


def wanted(paths: Paths, kind: Kind, rows: Sequence[Row], rest: Sequence[str], *, associated: bool) -> Iterator[Want]:
    """The requests that complete a page: ``rest`` are properties not asked for yet.

    ``associated`` says that the page came with associations, so that only what spilled over is wanted.
    """
    ids = [row.id for row in rows if row.id is not None and row.understood]
    for to in kind.associations:
        lacking = [row.id for row in rows if row.id is not None and to in row.spilled] if associated else ids
        for chunk in chunks(lacking, ASSOCIATED_AT_ONCE):
            inputs = [{"id": found} for found in chunk]
            yield Want(sdk.Ask(method="POST", path=paths.associations(kind.name, to), json={"inputs": inputs}), to)
    while rest and ids:
        names, rest = fitting(rest, BATCH_PROPERTIES, BATCH_PROPERTIES_CHARACTERS)
        for chunk in chunks(ids, READ_AT_ONCE):
            yield Want(batch_read(paths, kind, chunk, names))


def batch_read(paths: Paths, kind: Kind, ids: Sequence[str], names: Sequence[str]) -> sdk.Ask:
    """The request for at most a hundred records by id."""
    body = {"inputs": [{"id": found} for found in ids], "properties": list(names)}
    return sdk.Ask(method="POST", path=paths.batch_read(kind.name), json=body)


def fitting(names: Sequence[str], most: int, characters: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """As many names as one request takes (at least one), and the others."""
    length = count = 0
    for name in names[:most]:
        length += len(quote(name, safe="")) + 3  # a comma is %2C in a URL, quotes and a comma in a body
        if length > characters and count:
            break
        count += 1
    return tuple(names[:count]), tuple(names[count:])


def properties(want: Want, body: bytes) -> tuple[Part, tuple[Want, ...]]:
    """The properties an answer adds; a record that is not there any more is simply absent."""
    read = opened(_BATCH, body, want.ask.path)
    found = {str(each.id): each.properties for each in read.results}
    refusal, further = partly(want, read.errors or (), set(found))
    return Part(None, properties=found, refused=refusal), further


def associations(want: Want, body: bytes) -> tuple[Part, tuple[Want, ...]]:
    """What an answer says of associations, and the requests for those that did not fit into it or were refused."""
    assert want.to is not None
    found = opened(_ASSOCIATIONS, body, want.ask.path)
    prefix = type_prefix(want.ask.path, want.to)
    associated: dict[str, Associated] = {}
    for result in found.results:
        here = associated.setdefault(str(result.source.id), [])
        for target in result.to:
            words = type_words(prefix, target.association_types, primary=want.to in _HAVE_PRIMARY)
            here.extend({"id": str(target.to_object_id), "type": word} for word in words)
    refusal, further = partly(want, found.errors or (), set(associated))
    part = Part(want.to, associated=associated, refused=refusal)
    inputs = [
        {"id": str(result.source.id), "after": after} for result in found.results if (after := token(result.paging))
    ]
    if not inputs:
        return part, further
    if want.ask.json == {"inputs": inputs}:
        raise sdk.PageError(f"hubspot: {want.ask.path} answers with the same page tokens again; the page is refused")
    return part, (Want(msgspec.structs.replace(want.ask, json={"inputs": inputs}), want.to), *further)


def partly(want: Want, faults: Sequence[Fault], answered: set[str]) -> tuple[Mapping[str, str], tuple[Want, ...]]:
    """What a batch was refused for good (id → category), and the request that tries the refused ids again.

    Raises PageError when nothing of several records was answered: that is no trouble of single ones.
    """
    asked = want.ask.json["inputs"]
    refusal = refused(faults, [each["id"] for each in asked], answered)
    if not refusal:
        return {}, ()
    if want.attempt == 1 and len(refusal) == len(asked) > 1:
        words = ", ".join(sorted(set(refusal.values())))
        raise sdk.PageError(f"hubspot: {want.ask.path} answers with nothing but faults ({words}); the page is refused")
    if want.attempt == ATTEMPTS:
        return refusal, ()
    body = {**want.ask.json, "inputs": [each for each in asked if each["id"] in refusal]}
    return {}, (Want(msgspec.structs.replace(want.ask, json=body), want.to, want.attempt + 1),)


def type_prefix(path: str, to: str) -> str:
    """``contact_to_company`` for the batch read of contacts' companies."""
    kind = path.rsplit("/", 4)[1]
    return f"{singular(kind)}_to_{singular(to)}"


def singular(kind: str) -> str:
    return _SINGULAR.get(kind) or kind.removesuffix("s")


def type_words(prefix: str, types: Sequence[_AssociationType], *, primary: bool) -> list[str]:
    """The list endpoint's words for the association's types; a label people made stands as it is."""
    words = []
    for found in types:
        if found.category == "HUBSPOT_DEFINED" and found.label == "Primary":
            words.append(prefix)
        elif found.label is None:
            words.append(f"{prefix}_unlabeled" if primary else prefix)
        else:
            words.append(found.label)
    return words or [f"{prefix}_unlabeled" if primary else prefix]


def completed(row: Row, parts: Sequence[Part]) -> bytes | msgspec.Raw:
    """The record's raw JSON with what the parts say of it; ``incomplete`` says what HubSpot would not tell."""
    if row.id is None or not row.understood:
        return row.raw
    associated: dict[str, Associated] = {}
    more: dict[str, msgspec.Raw] = {}
    lacking: list[str] = []
    for part in parts:
        if part.to is not None and row.id in part.associated:
            associated.setdefault(part.to, []).extend(part.associated[row.id])
        more.update(part.properties.get(row.id, {}))
        if row.id in part.refused:
            what = f"associations with {part.to}" if part.to else "further properties"
            lacking.append(f"{what}: {part.refused[row.id]}")
    if not associated and not more and not lacking:
        return row.raw
    record: dict[str, Any] = dict(_RECORD.decode(row.raw))
    if associated:
        had = _RECORD.decode(record["associations"]) if "associations" in record else {}
        record["associations"] = {**had, **{to: {"results": found} for to, found in associated.items()}}
    if more:
        # A record is asked for twice: its first answer stands, the second only adds.
        record["properties"] = {**more, **_RECORD.decode(record["properties"])}
    if lacking:
        record["incomplete"] = "; ".join(lacking)
    return msgspec.json.encode(record)


def chunks(values: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    for begin in range(0, len(values), most):
        yield values[begin : begin + most]
