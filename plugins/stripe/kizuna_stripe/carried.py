"""The object that an event carries, and when it may stand for the object itself without being asked for.

Source: https://docs.stripe.com/api/events/object (read 2026-05): ``data.object`` is written once, in ``api_version``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from kizuna import sdk
from kizuna_stripe.elsewhere import account_of
from kizuna_stripe.events import Event, EventData, EventObject, Feed, Subject
from kizuna_stripe.pages import Page


class _Data(msgspec.Struct):
    object: msgspec.Raw


class _Told(msgspec.Struct):
    id: str
    type: str
    created: int
    data: _Data
    api_version: str | None = None
    account: str | None = None
    context: str | None = None


_TOLD = msgspec.json.Decoder(_Told)
_OBJECT = msgspec.json.Decoder(EventObject)


@dataclass(frozen=True, slots=True)
class Heard:
    """An event of the feed with its object left raw; ``subject`` is None when it speaks of nothing that is read.

    ``own`` says that the object is one of the collection itself and not something beside it.
    """

    id: str
    created: int
    api_version: str | None
    subject: Subject | None
    raw: msgspec.Raw
    own: bool
    happened_in: str | None = None


def heard(page: Page, feed: Feed) -> list[Heard]:
    """The events of a page, in its order; PageError when one of them is no event."""
    try:
        return [_heard(raw, feed) for raw in page.data]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise sdk.PageError("stripe: /v1/events answered with what is no event; the page is refused") from error


def _heard(raw: msgspec.Raw, feed: Feed) -> Heard:
    told = _TOLD.decode(raw)
    held = _OBJECT.decode(told.data.object)
    subject = feed.subject(Event(id=told.id, type=told.type, created=told.created, data=EventData(object=held)))
    own = held.object == feed.objects[0]
    return Heard(
        told.id, told.created, told.api_version, subject, told.data.object, own, account_of(told.account, told.context)
    )


@dataclass(slots=True)
class Last:
    """Which events of a page are the last word on their object, as far as a page can tell.

    An event before ``since`` surfaced late: what was read since may be newer. One that shares its second with another
    of the same object, or with the end of a page after which there is ``more``, may be the older of the two.
    """

    events: Sequence[Heard]
    since: int
    api_version: str
    more: bool
    _newest: dict[str, list[Heard]] = field(default_factory=dict)
    _ends: int = 0

    def __post_init__(self) -> None:
        self._ends = min((event.created for event in self.events), default=0) if self.more else 0
        for event in self.events:
            if event.subject is not None:
                held = self._newest.setdefault(event.subject.id, [])
                if held and event.created > held[0].created:
                    held.clear()
                if not held or event.created == held[0].created:
                    held.append(event)

    def says_all(self, event: Heard, carried: Callable[[msgspec.Raw], bool]) -> bool:
        """Whether the object is as the event shows it: nothing of it left out, and nothing newer known."""
        if not event.own or event.api_version != self.api_version or event.subject is None:
            return False
        newest = self._newest[event.subject.id]
        if event.created <= max(self.since, self._ends) or event.created < newest[0].created:
            return False
        body = bytes(event.raw)
        return all(other.own and bytes(other.raw) == body for other in newest) and carried(event.raw)
