"""Certain comments only, as they are now: what a webhook names. A comment is shown among those of its ticket alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote

from kizuna import sdk
from kizuna_zendesk.following import LIST_PAGE, NEAR
from kizuna_zendesk.followups import rewritten
from kizuna_zendesk.readings import NOT_FOUND, PageCursor, listed, opened
from kizuna_zendesk.sideloads import id_of

ITEMS = "comments"


@dataclass(frozen=True, slots=True)
class Left:
    """What is still to be asked: tickets, and of the first of them which comments are not found yet."""

    tickets: tuple[str, ...]
    wanted: frozenset[str]


@dataclass(frozen=True, slots=True)
class TheseComments:
    """The named comments, each among those of its ticket; no bookmark, and nothing is said of others.

    One that is not shown among them, or whose ticket is gone or was not told, is left to the export.
    """

    named: tuple[sdk.Named, ...]

    def begin(self, bookmark: sdk.Bookmark | None, start: sdk.Start) -> sdk.Turn:
        return self._next(tuple(self._of_tickets()), ())

    def turn(self, state: Left, ask: sdk.Ask, answer: sdk.Answer) -> sdk.Turn:
        ticket, *others = state.tickets
        if answer.status == NOT_FOUND:
            return self._next(tuple(others), ())
        page = opened(answer, ask.path)
        told = {each.id: each for each in self.named}
        found = [(row, own) for row in listed(page, ITEMS, ask.path) if (own := id_of(row, "id")) in state.wanted]
        # A comment does not say when it was changed: what is shown now is not older than the event that tells of it.
        records = tuple(rewritten(row, ticket, told[own].at) for row, own in found)
        left = replace(state, wanted=state.wanted - {own for _, own in found})
        following = PageCursor().following(ask, page, None) if left.wanted else None
        if following is None:
            return self._next(tuple(others), records)
        return sdk.Turn(ask=following, ahead=tuple(_asks(tuple(others))), state=left, records=records)

    def _next(self, tickets: tuple[str, ...], records: tuple[sdk.Record, ...]) -> sdk.Turn:
        if not tickets:
            return sdk.Turn(records=records)
        ask, *ahead = _asks(tickets)
        return sdk.Turn(
            ask=ask, ahead=tuple(ahead), state=Left(tickets, self._of_tickets()[tickets[0]]), records=records
        )

    def _of_tickets(self) -> dict[str, frozenset[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for each in self.named:
            if each.parent is not None and each.parent.isdecimal():
                found[each.parent].add(each.id)
        return {ticket: frozenset(ids) for ticket, ids in found.items()}


def _asks(tickets: tuple[str, ...]) -> Iterator[sdk.Ask]:
    for ticket in tickets[:NEAR]:
        yield sdk.Ask(path=f"/api/v2/tickets/{quote(ticket, safe='')}/comments.json", params=(LIST_PAGE,))
