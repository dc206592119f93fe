"""Completing a page of records: associations that a search never sends, properties that did not fit into one request.

What is found is written into the raw JSON of the record in the shape in which the list endpoint would have sent it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from kizuna import sdk
from kizuna_hubspot.kinds import Kind
from kizuna_hubspot.paths import Paths
from kizuna_hubspot.readings.pages import Paging, Row, opened, token

ASSOCIATED_AT_ONCE = 1000
READ_AT_ONCE = 100

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


class _Fault(sdk.Payload):
    category: str | None = None


class _Associations(sdk.Payload):
    results: list[_Targets]
    errors: tuple[_Fault, ...] = ()


class _Read(sdk.Payload):
    id: str | int
    properties: dict[str, msgspec.Raw]


class _BatchRead(sdk.Payload):
    results: list[_Read]


_ASSOCIATIONS = msgspec.json.Decoder(_Associations)
_BATCH = msgspec.json.Decoder(_BatchRead)
_RECORD = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Want:
    """One request that completes a page: associations with the kind ``to``, or further properties when it is None."""

    ask: sdk.Ask
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What one answer adds, by the record's id: associations with ``to``, or properties."""

    to: str | None
    associated: Mapping[str, Associated] = field(default_factory=dict)
    properties: Mapping[str, Mapping[str, msgspec.Raw]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Completing:
    """A page on its way: its records, what is still wanted (the first is under way), what has come."""

    rows: tuple[Row, ...]
    wants: tuple[Want, ...]
    parts: tuple[Part, ...] = ()

    def with_answer(self, answer: sdk.Answer) -> Completing:
        """The page with one more part; what did not fit into it is wanted next.

        Raises PageError when the answer is not what HubSpot documents.
        """
        want, *rest = self.wants
        if want.to is None:
            read = opened(_BATCH, answer.body, want.ask.path)
            part = Part(None, properties={str(found.id): found.properties for found in read.results})
            return replace(self, wants=tuple(rest), parts=(*self.parts, part))
        part, further = associations(want, answer.body)
        return replace(self, wants=(*further, *rest), parts=(*self.parts, part))

    def records(self) -> tuple[sdk.Record, ...]:
        """The records, completed; one of which nothing more is known goes on as it came."""
        return tuple(sdk.Record(raw=completed(row, self.parts)) for row in self.rows)


def wanted(paths: Paths, kind: Kind, rows: Sequence[Row], rest: Sequence[str], *, associated: bool) -> Iterator[Want]:
    """The requests that complete a page: ``rest`` are properties not asked for yet.

    ``associated`` says that the page came with associations, so that only what spilled over is wanted.
    """
    ids = [row.id for row in rows if row.id is not None]
    for to in kind.associations:
        lacking = [row.id for row in rows if row.id is not None and to in row.spilled] if associated else ids
        for chunk in chunks(lacking, ASSOCIATED_AT_ONCE):
            inputs = [{"id": found} for found in chunk]
            yield Want(sdk.Ask(method="POST", path=paths.associations(kind.name, to), json={"inputs": inputs}), to)
    for chunk in chunks(ids, READ_AT_ONCE) if rest else ():
        body = {"inputs": [{"id": found} for found in chunk], "properties": list(rest)}
        yield Want(sdk.Ask(method="POST", path=paths.batch_read(kind.name), json=body))


def associations(want: Want, body: bytes) -> tuple[Part, tuple[Want, ...]]:
    """What an answer says of associations, and the request for those that did not fit into it.

    HTTP 207 with OBJECT_NOT_FOUND for ids that merely have no association is HubSpot's normal answer. Another fault
    in it may hide associations: raises PageError.
    """
    assert want.to is not None
    found = opened(_ASSOCIATIONS, body, want.ask.path)
    for fault in found.errors:
        if fault.category != "OBJECT_NOT_FOUND":
            raise sdk.PageError(f"hubspot: {want.ask.path} answers in part ({fault.category}); the page is refused")
    prefix = type_prefix(want.ask.path, want.to)
    associated: dict[str, Associated] = {}
    for result in found.results:
        here = associated.setdefault(str(result.source.id), [])
        for target in result.to:
            words = type_words(prefix, target.association_types, primary=want.to in _HAVE_PRIMARY)
            here.extend({"id": str(target.to_object_id), "type": word} for word in words)
    inputs = [
        {"id": str(result.source.id), "after": after} for result in found.results if (after := token(result.paging))
    ]
    if not inputs:
        return Part(want.to, associated=associated), ()
    if want.ask.json == {"inputs": inputs}:
        raise sdk.PageError(f"hubspot: {want.ask.path} answers with the same page tokens again; the page is refused")
    further = msgspec.structs.replace(want.ask, json={"inputs": inputs})
    return Part(want.to, associated=associated), (Want(further, want.to),)


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
    """The record's raw JSON with what the parts say of it."""
    if row.id is None:
        return row.raw
    associated: dict[str, Associated] = {}
    properties: dict[str, msgspec.Raw] = {}
    for part in parts:
        if part.to is not None and row.id in part.associated:
            associated.setdefault(part.to, []).extend(part.associated[row.id])
        properties.update(part.properties.get(row.id, {}))
    if not associated and not properties:
        return row.raw
    record: dict[str, Any] = dict(_RECORD.decode(row.raw))
    if associated:
        had = _RECORD.decode(record["associations"]) if "associations" in record else {}
        record["associations"] = {**had, **{to: {"results": found} for to, found in associated.items()}}
    if properties:
        # A record is asked for twice: its first answer stands, the second only adds.
        record["properties"] = {**properties, **_RECORD.decode(record["properties"])}
    return msgspec.json.encode(record)


def chunks(values: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    for begin in range(0, len(values), most):
        yield values[begin : begin + most]
