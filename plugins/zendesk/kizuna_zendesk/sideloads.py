"""What comes beside the records of a page, or inside them, turned into records of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from kizuna import sdk
from kizuna_zendesk.payloads import REWRITES, ChildEvent, Id, TicketEvent, is_said


class Owner(msgspec.Struct):
    """What tells whose row it is: a record's own id, or that of the user or ticket it belongs to."""

    id: Id | None = None
    user_id: Id | None = None
    ticket_id: Id | None = None


_OWNER = msgspec.json.Decoder(Owner)
_EVENT = msgspec.json.Decoder(TicketEvent)
_CHILD = msgspec.json.Decoder(ChildEvent)


@dataclass(frozen=True, slots=True)
class Sideload:
    """Rows at the top of the answer, ``items``, that belong to the page's records by ``owner``: put inside them.

    All of a record's rows stand under the name of the list, or the last of them alone under ``single``. So a user holds
    every address of theirs, and a ticket its measures, in one request for a thousand of them.
    """

    items: str
    owner: str = "user_id"
    single: str | None = None

    def joined(self, rows: Sequence[msgspec.Raw], beside: Sequence[msgspec.Raw]) -> list[msgspec.Raw]:
        """The rows with what belongs to them; a row that cannot be read stays as it is, to be set aside later."""
        belonging: defaultdict[str, list[bytes]] = defaultdict(list)
        for row in beside:
            owner = id_of(row, self.owner)
            if owner is not None:
                belonging[owner].append(bytes(row))
        return [self._with(row, belonging) for row in rows] if belonging else list(rows)

    def _with(self, row: msgspec.Raw, belonging: dict[str, list[bytes]]) -> msgspec.Raw:
        own = belonging.get(id_of(row, "id") or "")
        if own is None:
            return row
        if self.single is not None:
            return with_fields(row, f'"{self.single}":{own[-1].decode()}')
        return with_fields(row, f'"{self.items}":[{b",".join(own).decode()}]')


def comments_of(events: Sequence[msgspec.Raw]) -> Iterator[sdk.Record]:
    """The comments among the ticket events, each with its ticket's id; an event that cannot be read is a record as it is.

    The engine then sets that one aside and shows it, so that a comment is never lost without a word.
    """
    for raw in events:
        try:
            event = _EVENT.decode(raw)
            comments = [child for child in event.child_events or () if is_comment(child)]
        except msgspec.DecodeError:
            yield sdk.Record(raw=raw)
            continue
        for child in comments:
            yield sdk.Record(raw=comment_of(event, child))


def rewritten_of(events: Sequence[msgspec.Raw]) -> dict[str, datetime]:
    """Ticket → when a comment of it was last rewritten, for every ticket where that happened.

    An event that cannot be read tells nothing here; ``comments_of`` hands it on to be set aside.
    """
    found: dict[str, datetime] = {}
    for raw in events:
        try:
            event = _EVENT.decode(raw)
            rewrites = any(_CHILD.decode(child).said_type() in REWRITES for child in event.child_events or ())
            at = sdk.instant(event.created_at) if rewrites else None
        except (msgspec.DecodeError, sdk.PayloadError):
            continue
        if at is not None and event.ticket_id is not None:
            own = str(event.ticket_id)
            found[own] = max(at, found.get(own, at))
    return found


def is_comment(child: msgspec.Raw) -> bool:
    """Whether a child event is something written or said; changes, notifications and flags are not."""
    return is_said(_CHILD.decode(child).said_type())


def comment_of(event: TicketEvent, child: msgspec.Raw) -> msgspec.Raw:
    """The comment with what only its event says: the ticket, and the time where it has none of its own."""
    added = f'"ticket_id":{msgspec.json.encode(event.ticket_id).decode()}'
    if _CHILD.decode(child).created_at is None:
        added += f',"created_at":{msgspec.json.encode(event.created_at).decode()}'
    return with_fields(child, added)


def with_fields(row: msgspec.Raw, fields: str) -> msgspec.Raw:
    """The JSON object with further fields at its end, where a reader takes the last of two equal names."""
    body = bytes(row).rstrip()[:-1].rstrip()
    comma = b"" if body.endswith(b"{") else b","
    return msgspec.Raw(body + comma + fields.encode() + b"}")


def id_of(row: msgspec.Raw, name: str) -> str | None:
    """The id a row has under that name, None where it has none or cannot be read."""
    try:
        found = getattr(_OWNER.decode(row), name)
    except msgspec.DecodeError:
        return None
    return None if found is None else str(found)
