"""What the support desk does: tickets with comments, times and ratings. A CRM sees the same as its cases."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Comment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something written on a ticket, by a person (``person_id``) or by one of us (``staff_id``); internal when not public."""

    id: str
    number: int
    person_id: str | None
    staff_id: str | None
    body: str
    public: bool
    at: datetime


class StatusChange(msgspec.Struct, frozen=True, gc=False):
    """A ticket took ``status`` at ``at``."""

    status: str
    at: datetime


class Rating(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How the requester judged a solved ticket: ``score`` is good · bad · offered (asked, no answer)."""

    id: str
    number: int
    score: str
    comment: str | None
    offered_at: datetime
    answered_at: datetime | None


class Ticket(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A request for help with everything that happened to it.

    ``status``: new · open · pending · hold · solved · closed. ``priority``: low · normal · high · urgent, None when unset.
    ``channel``: email · web · chat · phone · api. ``category``: how_to · incident · bug · request · billing · other.
    ``first_reply_at`` is the first public comment of ours; ``account_id`` is often None, as at a real desk.
    """

    id: str
    number: int
    account_id: str | None
    person_id: str | None
    staff_id: str | None
    team: str
    subject: str
    description: str
    status: str
    priority: str | None
    channel: str
    category: str
    tags: tuple[str, ...]
    comments: tuple[Comment, ...]
    history: tuple[StatusChange, ...]
    rating: Rating | None
    first_reply_at: datetime | None
    solved_at: datetime | None
    reopens: int
    created_at: datetime
    updated_at: datetime
