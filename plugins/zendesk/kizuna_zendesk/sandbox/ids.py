"""Ids as Zendesk gives them: long numbers, of one series for end users and agents, short ones for tickets."""

from __future__ import annotations

from datetime import datetime

SERIES = 10_000_000_000_000
"""Each kind has a series of its own; numbers of the world are below 2**40, so that no two series meet."""

_PLACE = {"account": 1, "person": 2, "staff": 3, "comment": 4, "rating": 5}
MEMBERSHIP, METRIC, COMMENT_EVENT, STATUS_EVENT = 6 * SERIES, 7 * SERIES, 8 * SERIES, 100 * SERIES
REDACTION_EVENT, METRIC_EVENT = 500 * SERIES, 600 * SERIES
STATUSES_A_TICKET = 64
EVENTS_A_TICKET = 8
IDENTITIES_A_USER = 10
GROUPS = {"Help desk": 6_130_852_536_346, "Billing desk": 6_130_852_536_347, "Engineering support": 6_130_852_536_348}
BRAND, FORM = 6_130_830_354_842, 6_130_830_344_474

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def native_id(kind: str, number: int) -> str:
    """The id of the ``number``-th record of a kind."""
    return str(number) if kind == "ticket" else str(_PLACE.get(kind, 9) * SERIES + number)


def is_staff(user_id: str) -> bool:
    """Whether that user is one of us."""
    return int(user_id) // SERIES == _PLACE["staff"]


def identity_id(user_id: str, place: int) -> str:
    """The id of a user's identity; places from the end are for those that came with a merged user."""
    return str(int(user_id) * IDENTITIES_A_USER + place)


def status_event_id(ticket_number: int, place: int) -> str:
    """The id of the event that a ticket took its ``place``-th status."""
    return str(STATUS_EVENT + ticket_number * STATUSES_A_TICKET + place)


def survey_id(rating_id: str, offered_at: datetime) -> str:
    """The id of the survey that asked for that rating: a ULID, which says when it was sent."""
    value = (int(offered_at.timestamp() * 1000) << 80) + int(rating_id)
    return "".join(_CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))


def stamp(at: datetime | None) -> str | None:
    """An instant as the API writes it, whole seconds."""
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(at: datetime) -> int:
    """An instant in whole seconds since 1970, as exports count."""
    return int(at.timestamp())
