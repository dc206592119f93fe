"""What is asked record by record: rewritten comments, audits of merged tickets, measures, the identities of users."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from kizuna import sdk
from kizuna_zendesk.following import Details
from kizuna_zendesk.payloads import Comment, Id
from kizuna_zendesk.sideloads import rewritten_of, with_fields

MERGE_TAG = "closed_by_merge"
MERGED_INTO = "merged_into"
FOLLOWS = "follow_up"
MERGE_CHANNELS = ("merge", 19)
_COMMENT = msgspec.json.Decoder(Comment)
_NUMBER = re.compile(r"#(\d+)")


class Row(msgspec.Struct):
    """What a row of an export must tell, for its record to be asked for more."""

    id: Id
    status: str | None = None
    tags: list[str] | None = None
    active: bool | None = None
    via: Any = None
    via_followup_source_id: Id | None = None
    metric_set: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET

    def deleted(self) -> bool:
        return (self.status or "").lower() == "deleted"

    def merged(self) -> bool:
        """Whether it was closed by a merge; a follow-up inherits the tags of the ticket it follows."""
        source = self.via.get("source") if isinstance(self.via, dict) else None
        follows = isinstance(source, dict) and source.get("rel") == FOLLOWS
        tagged = MERGE_TAG in (self.tags or ()) and (self.status or "").lower() == "closed"
        return tagged and not follows and not self.via_followup_source_id


class Source(msgspec.Struct, rename={"from_": "from"}):
    """Whence an update came."""

    rel: str | None = None
    from_: dict[str, Any] | None = None
    to: dict[str, Any] | None = None


class MergeVia(msgspec.Struct):
    """How an update came about."""

    channel: str | int | None = None
    source: Source | None = None


class AuditEvent(msgspec.Struct):
    """One thing that changed at once with others."""

    type: Any = None
    body: str | None = None
    via: MergeVia | None = None
    value: Any = None
    previous_value: Any = None


class Audit(msgspec.Struct):
    """What changed on a ticket at once."""

    via: MergeVia | None = None
    events: list[AuditEvent] | None = None


_ROW = msgspec.json.Decoder(Row)
_AUDIT = msgspec.json.Decoder(Audit)


@dataclass(frozen=True, slots=True)
class RewrittenComments:
    """The comments, as they are now, of every ticket where one was redacted or made private.

    A redaction's event names the comment and not its new text, and the export goes on showing the old event. What is
    read again is dated by the redaction, so that the old text never comes back.
    """

    path: str = "/api/v2/tickets/{id}/comments.json"
    items: str = "comments"
    paged: bool = True
    unless: str | None = None

    def wanted(self, rows: Sequence[msgspec.Raw]) -> Sequence[str]:
        return tuple(rewritten_of(rows))

    def joined(
        self, records: Sequence[sdk.Record], rows: Sequence[msgspec.Raw], details: Details
    ) -> Sequence[sdk.Record]:
        at = rewritten_of(rows)
        again = (rewritten(row, own, at[own]) for own, comments in details.items() for row in comments)
        return (*records, *again)


@dataclass(frozen=True, slots=True)
class MergedTickets:
    """The audits of every ticket closed by a merge: no field names the ticket it was merged into, its closing does.

    Put into the ticket's payload as ``merged_into``.
    """

    path: str = "/api/v2/tickets/{id}/audits.json"
    items: str = "audits"
    paged: bool = True
    unless: str | None = None

    def wanted(self, rows: Sequence[msgspec.Raw]) -> Sequence[str]:
        return tuple(dict.fromkeys(str(row.id) for row in map(_row, rows) if row is not None and row.merged()))

    def joined(
        self, records: Sequence[sdk.Record], rows: Sequence[msgspec.Raw], details: Details
    ) -> Sequence[sdk.Record]:
        winners = {own: winner for own, audits in details.items() if (winner := winner_of(own, audits)) is not None}
        fields = {own: f'"{MERGED_INTO}":{winner}' for own, winner in winners.items()}
        return tuple(_added(record, fields) for record in records)


@dataclass(frozen=True, slots=True)
class EachIdentity:
    """The identities of every living user, for an account whose export does not bring them along."""

    path: str = "/api/v2/users/{id}/identities.json"
    items: str = "identities"
    paged: bool = True
    unless: str | None = None

    def wanted(self, rows: Sequence[msgspec.Raw]) -> Sequence[str]:
        return tuple(
            dict.fromkeys(str(row.id) for row in map(_row, rows) if row is not None and row.active is not False)
        )

    def joined(
        self, records: Sequence[sdk.Record], rows: Sequence[msgspec.Raw], details: Details
    ) -> Sequence[sdk.Record]:
        fields = {own: f'"identities":[{b",".join(map(bytes, found)).decode()}]' for own, found in details.items()}
        return tuple(_added(record, fields) for record in records)


@dataclass(frozen=True, slots=True)
class EachMetric:
    """The measures of every ticket that came without, for an account whose export does not bring them along."""

    path: str = "/api/v2/tickets/{id}/metrics.json"
    items: str = "ticket_metric"
    paged: bool = False
    unless: str | None = "metric_sets"

    def wanted(self, rows: Sequence[msgspec.Raw]) -> Sequence[str]:
        bare = (row for row in map(_row, rows) if row is not None and row.metric_set is msgspec.UNSET)
        return tuple(dict.fromkeys(str(row.id) for row in bare if not row.deleted()))

    def joined(
        self, records: Sequence[sdk.Record], rows: Sequence[msgspec.Raw], details: Details
    ) -> Sequence[sdk.Record]:
        fields = {own: f'"metric_set":{bytes(found[-1]).decode()}' for own, found in details.items()}
        return tuple(_added(record, fields) for record in records)


def rewritten(raw: msgspec.Raw, ticket: str, at: datetime | None) -> sdk.Record:
    """A comment as it is now, not older than its rewriting."""
    try:
        said_at = _COMMENT.decode(raw).created_at
    except msgspec.DecodeError:
        said_at = None
    version = max((one for one in (at, said_at) if one is not None), default=None)
    return sdk.Record(raw=with_fields(raw, f'"ticket_id":"{ticket}"'), version=version)


def winner_of(own: str, audits: Sequence[msgspec.Raw]) -> int | None:
    """The other ticket that the audits of a merge name, the latest where there are several; None where they name none.

    By ``via`` where it says so, else by the number in the comment that closed the ticket.
    """
    return next((winner for raw in reversed(audits) if (winner := _winner(own, raw)) is not None), None)


def _winner(own: str, raw: msgspec.Raw) -> int | None:
    try:
        audit = _AUDIT.decode(raw)
    except msgspec.DecodeError:
        return None
    events = audit.events or []
    vias = [via for via in (audit.via, *(event.via for event in events)) if via is not None and merges(via)]
    named = (number for via in vias for number in numbers_of(via) if str(number) != own)
    found = next(named, None)
    if found is not None or not (vias or any(tags_merge(event) for event in events)):
        return found
    bodies = (event.body for event in events if event.type == "Comment" and event.body)
    told = (number for body in bodies for number in _NUMBER.findall(body) if number != own)
    return next((int(number) for number in told), None)


def merges(via: MergeVia) -> bool:
    """Whether an update came about by a merge."""
    return via.channel in MERGE_CHANNELS or (via.source is not None and via.source.rel == "merge")


def tags_merge(event: AuditEvent) -> bool:
    """Whether an event put the tag of a merge on the ticket; one that is created with it inherited it."""
    return event.type == "Change" and _tagged(event.value) and not _tagged(event.previous_value)


def _tagged(value: Any) -> bool:
    return isinstance(value, str | list) and MERGE_TAG in value


def numbers_of(via: MergeVia) -> Iterator[int]:
    """The tickets that a merge's ``via`` names."""
    for side in (via.source.to, via.source.from_) if via.source is not None else ():
        named = [(side or {}).get("ticket_id"), *((side or {}).get("ticket_ids") or ())]
        yield from (int(own) for own in named if isinstance(own, int) or (isinstance(own, str) and own.isdigit()))


def _row(raw: msgspec.Raw) -> Row | None:
    try:
        return _ROW.decode(raw)
    except msgspec.DecodeError:
        return None


def _added(record: sdk.Record, fields: dict[str, str]) -> sdk.Record:
    """The record with the fields of its id; one that cannot be read stays as it is, to be set aside later."""
    raw = msgspec.Raw(bytes(record.raw))
    row = _row(raw)
    own = fields.get(str(row.id)) if row is not None else None
    return record if own is None else msgspec.structs.replace(record, raw=with_fields(raw, own))
