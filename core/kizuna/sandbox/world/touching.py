"""Activities of sales and success with a company: calls, meetings, mails, notes, tasks."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from random import Random

from kizuna.sandbox.records import Activity, Deal
from kizuna.sandbox.seeds import between, moment, office_hour, pick
from kizuna.sandbox.words.talk import ACTIVITIES
from kizuna.sandbox.world.commerce import ROOM
from kizuna.sandbox.world.truth_values import TrueCompany

_TOUCHES = {"sole": (0, 4), "small": (1, 9), "mid": (3, 20), "enterprise": (8, 45)}
_DIRECTIONS = {
    "call": ("we_to_them", "we_to_them", "they_to_us"),
    "meeting": ("mutual",),
    "email": ("we_to_them", "we_to_them", "they_to_us"),
    "note": ("internal",),
    "task": ("internal",),
}


@cache
def subjects(language: str) -> tuple[tuple[str, str], ...]:
    """Kind and subject of touches in a language; English serves where there is none."""
    words = ACTIVITIES.get(language, ACTIVITIES["en"]).replace("\n", "|").split("|")
    return tuple(zip(words[::2], words[1::2], strict=True))


def activities(
    rng: Random,
    company: TrueCompany,
    people: list[int],
    staff: tuple[int, int],
    deals: list[Deal],
    now: datetime,
    richness: float,
) -> list[Activity]:
    """The touches of a company; ``staff`` is its account executive and its CSM."""
    low, high = _TOUCHES[company.segment]
    count = int(between(rng, low, high) * richness * (0.5 if company.stage in {"lead", "prospect"} else 1.0))
    return [_activity(rng, company, people, staff, deals, now, place) for place in range(count)]


def _activity(
    rng: Random,
    company: TrueCompany,
    people: list[int],
    staff: tuple[int, int],
    deals: list[Deal],
    now: datetime,
    place: int,
) -> Activity:
    number = company.number * ROOM + place
    kind, subject = pick(rng, subjects(company.language))
    at = max(company.first_seen_at, office_hour(rng, moment(rng, company.first_seen_at, now)))
    due_later = kind == "task" and rng.random() < 0.25
    if due_later:
        at = office_hour(rng, now + timedelta(days=between(rng, 1, 21)))
    at = at if due_later else min(at, now - timedelta(minutes=1))
    created = min(now, at) if not due_later else max(company.first_seen_at, now - timedelta(days=between(rng, 0, 10)))
    deal = pick(rng, deals) if deals and rng.random() < 0.35 else None
    person = str(people[int(rng.random() ** 1.5 * len(people))]) if people and rng.random() < 0.8 else None
    return Activity(
        id=str(number),
        number=number,
        account_id=str(company.number),
        person_id=person,
        owner_id=str(staff[0] if rng.random() < 0.55 else staff[1]),
        deal_id=deal.id if deal is not None and deal.created_at <= at else None,
        kind=kind,
        direction=pick(rng, _DIRECTIONS[kind]),
        subject=subject,
        body=f"{company.brand}: {subject}" if rng.random() < 0.4 else None,
        at=at,
        duration_s=_duration(rng, kind),
        done=not due_later,
        created_at=created,
        updated_at=max(created, min(at, now)),
    )


def _duration(rng: Random, kind: str) -> int | None:
    if kind == "call":
        return between(rng, 1, 40) * 60
    return pick(rng, (1800, 3600, 3600, 5400)) if kind == "meeting" else None
