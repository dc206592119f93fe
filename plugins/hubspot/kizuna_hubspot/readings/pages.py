"""Opening HubSpot's answers: pages of records left raw, and what a reading must know of each record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec

from kizuna import sdk
from kizuna_hubspot.readings.partial import Fault

T = TypeVar("T")


class _Next(sdk.Payload):
    after: str | int | None = None


class Paging(sdk.Payload):
    next: _Next | None = None


class _Envelope(sdk.Payload):
    results: list[msgspec.Raw]
    paging: Paging | None = None
    total: int | None = None
    errors: tuple[Fault, ...] | None = None


class _Relation(sdk.Payload):
    paging: Paging | None = None


class _Looked(sdk.Payload):
    hs_merged_object_ids: str | None = None
    hs_calculated_merged_vids: str | None = None
    hs_all_contact_vids: str | None = None
    lifecyclestage: object = None


class _Row(sdk.Payload, rename="camel"):
    id: str | int | None = None
    archived_at: str | int | None = None
    updated_at: str | int | None = None
    properties: _Looked | None = None
    associations: dict[str, _Relation] | None = None


class _Named(sdk.Payload):
    id: str | int | None = None


class Row(msgspec.Struct, frozen=True):
    """A record of a page: raw, and what the reading looks at; of one that is not understood only its id, if that is."""

    raw: msgspec.Raw
    id: str | None = None
    archived_at: str | int | None = None
    merged: tuple[str, ...] = ()
    spilled: tuple[str, ...] = ()  # the kinds whose associations did not fit into the record
    updated_at: str | int | None = None
    understood: bool = True
    stage: str | None = None  # of its lifecycle


@dataclass(frozen=True, slots=True)
class Page:
    """A page; ``after`` is the token of the next one, ``total`` what a search says it found in all."""

    rows: tuple[Row, ...]
    after: str | None
    total: int | None
    faults: tuple[Fault, ...] = ()  # of a batch that was answered in part


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_ROW = msgspec.json.Decoder(_Row)
_NAMED = msgspec.json.Decoder(_Named)


def opened(decoder: msgspec.json.Decoder[T], body: bytes, what: str) -> T:
    """The decoded answer. Raises PageError when it is not what HubSpot documents."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise sdk.PageError(f"hubspot: the answer of {what} is not as documented; the page is refused") from error


def page(body: bytes, what: str) -> Page:
    """A page of a list or search. Raises PageError when it has no list of results."""
    envelope = opened(_ENVELOPE, body, what)
    return Page(
        tuple(row(raw) for raw in envelope.results), token(envelope.paging), envelope.total, envelope.errors or ()
    )


def row(raw: msgspec.Raw) -> Row:
    """What a reading must know of one record; a bad one goes on to be set aside by the engine."""
    try:
        found = _ROW.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Row(raw, id_of(raw), understood=False)
    key = None if found.id is None else str(found.id)
    spilled = [kind for kind, relation in found.associations.items() if relation.paging] if found.associations else ()
    # Some of the lists name the record itself too.
    merged = tuple(each for each in merged_ids(found.properties) if each != key)
    stage = found.properties.lifecyclestage if found.properties else None
    return Row(
        raw,
        key,
        found.archived_at,
        merged,
        tuple(spilled),
        found.updated_at,
        stage=stage if isinstance(stage, str) else None,
    )


def id_of(raw: msgspec.Raw) -> str | None:
    """The id of a record of which the rest may be anything, None when not even that is understood."""
    try:
        found = _NAMED.decode(raw).id
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return None if found is None else str(found)


def changed_at(row: Row) -> datetime | None:
    """When a record says that it was last changed, None when it does not say it properly."""
    try:
        return sdk.instant(row.updated_at)
    except sdk.PayloadError:
        return None


def merged_ids(properties: _Looked | None) -> tuple[str, ...]:
    """The ids of the records that were merged into one: ``id;id`` and ``vid:milliseconds;…``."""
    if properties is None:
        return ()
    lists = (properties.hs_merged_object_ids, properties.hs_calculated_merged_vids, properties.hs_all_contact_vids)
    return tuple(part.partition(":")[0].strip() for words in lists if words for part in words.split(";") if part)


def token(paging: Paging | None) -> str | None:
    """The token of the next page, None on the last one (where ``paging`` is absent)."""
    if paging is None or paging.next is None or paging.next.after in (None, ""):
        return None
    return str(paging.next.after)


def advanced(after: str | None, ask: sdk.Ask) -> str | None:
    """``after``, unless it is the token just used: a list that does not move on would be read for ever."""
    if after is not None and ("after", after) in ask.params:
        raise sdk.PageError(f"hubspot: {ask.path} answers with the same page token again; the page is refused")
    return after
