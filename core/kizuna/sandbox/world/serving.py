"""Tickets: requests with their conversation, times, reopenings and ratings."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from random import Random

from kizuna.sandbox.records import Comment, Rating, StatusChange, Ticket
from kizuna.sandbox.seeds import between, moment, pick
from kizuna.sandbox.words.talk import INTERNAL, RATING_COMMENTS, REPLIES, REQUESTS, THANKS
from kizuna.sandbox.world.commerce import ROOM
from kizuna.sandbox.world.truth_values import TrueCompany, TruePerson

_CHANNELS = ("email",) * 5 + ("web",) * 3 + ("chat", "phone", "api")
_TICKETS = {"sole": (0, 4), "small": (0, 7), "mid": (1, 16), "enterprise": (4, 34)}
_TEAMS = {"billing": "Billing desk", "bug": "Engineering support", "incident": "Engineering support"}


@cache
def requests_in(language: str) -> tuple[tuple[str, str, str], ...]:
    """Category, subject and text of what is asked in a language."""
    rows = (line.split("|") for line in REQUESTS[language].splitlines())
    return tuple((category, subject, text) for category, subject, text in rows)


def tickets(
    rng: Random,
    company: TrueCompany,
    people: list[TruePerson],
    agents: list[int],
    now: datetime,
    until: datetime | None,
    richness: float,
) -> list[Ticket]:
    """The tickets of a company from when it was first seen until it left."""
    if not people:
        return []
    low, high = _TICKETS[company.segment]
    # A company that never bought asks seldom; trouble comes unevenly.
    busy = 0.15 if company.stage in {"lead", "prospect"} else 0.3 + 1.3 * rng.random()
    count = int(between(rng, low, high) * busy * richness)
    last = min(now, until) if until is not None else now
    times = sorted(moment(rng, company.first_seen_at, last) for _ in range(count))
    return [
        _ticket(rng, company, people, agents, at, now, company.number * ROOM + place) for place, at in enumerate(times)
    ]


def _ticket(
    rng: Random,
    company: TrueCompany,
    people: list[TruePerson],
    agents: list[int],
    at: datetime,
    now: datetime,
    number: int,
) -> Ticket:
    person = people[int(rng.random() ** 1.5 * len(people))]
    language = person.language if person.language == company.language else company.language
    category, subject, text = pick(rng, requests_in(language))
    agent = pick(rng, agents)
    hours = 0.1 + rng.expovariate(1 / (3.0 if category == "incident" else 9.0))
    replied = at + timedelta(hours=hours)
    solved = replied + timedelta(hours=0.2 + rng.expovariate(1 / 40.0))
    reopened = rng.random() < 0.08 and solved + timedelta(days=3) < now
    history = _history(rng, at, replied, solved, now, reopened=reopened)
    status = history[-1].status
    done = status in {"solved", "closed"}
    solved_at = next((change.at for change in reversed(history) if change.status == "solved"), None) if done else None
    comments = _comments(rng, number, person, agent, language, (text, at, replied, solved, now))
    updated = max(history[-1].at, comments[-1].at)
    return Ticket(
        id=str(number),
        number=number,
        account_id=str(company.number),
        person_id=str(person.number),
        staff_id=str(agent) if replied <= now else None,
        team=_TEAMS.get(category, "Help desk"),
        subject=subject,
        description=text,
        status=status,
        priority=_priority(rng, category),
        channel=pick(rng, _CHANNELS),
        category=category,
        tags=(category, *(("vip",) if company.segment == "enterprise" and rng.random() < 0.3 else ())),
        comments=comments,
        history=history,
        rating=_rating(rng, number, solved_at, hours, now),
        first_reply_at=replied if replied <= now else None,
        solved_at=solved_at,
        reopens=sum(1 for before, after in pairwise(history) if before.status == "solved" and after.status == "open"),
        created_at=at,
        updated_at=updated,
    )


def _history(
    rng: Random, at: datetime, replied: datetime, solved: datetime, now: datetime, *, reopened: bool
) -> tuple[StatusChange, ...]:
    changes = [StatusChange("new", at), StatusChange("open", replied)]
    middle = replied + (solved - replied) * 0.4
    draw = rng.random()
    if draw < 0.5:
        changes.append(StatusChange("pending" if draw < 0.4 else "hold", middle))
    changes.append(StatusChange("solved", solved))
    end = solved
    if reopened:
        end = solved + timedelta(days=2)
        changes += [StatusChange("open", solved + timedelta(days=1)), StatusChange("solved", end)]
    if end + timedelta(days=4) <= now:
        changes.append(StatusChange("closed", end + timedelta(days=4)))
    return tuple(
        StatusChange(change.status, change.at.replace(microsecond=0))
        for change in changes
        if change.at <= now or change is changes[0]
    )


def _comments(
    rng: Random,
    ticket: int,
    person: TruePerson,
    agent: int,
    language: str,
    story: tuple[str, datetime, datetime, datetime, datetime],
) -> tuple[Comment, ...]:
    text, at, replied, solved, now = story
    made: list[tuple[datetime, str, bool, bool]] = [(at, text, True, True)]
    made.append((replied, pick(rng, REPLIES[language]), False, True))
    if rng.random() < 0.5:
        made.append((replied + (solved - replied) * 0.3, pick(rng, THANKS[language]), True, True))
    if rng.random() < 0.25:
        made.append((replied + (solved - replied) * 0.5, pick(rng, INTERNAL), False, False))
    made.append((solved, pick(rng, REPLIES[language]), False, True))
    if rng.random() < 0.3:
        made.append((solved + timedelta(hours=2), THANKS[language][0], True, True))
    shown = [entry for place, entry in enumerate(made) if place == 0 or entry[0] <= now]
    return tuple(
        Comment(
            id=str(ticket * 16 + place),
            number=ticket * 16 + place,
            person_id=str(person.number) if theirs else None,
            staff_id=None if theirs else str(agent),
            body=body,
            public=public,
            at=when.replace(microsecond=0),
        )
        for place, (when, body, theirs, public) in enumerate(shown)
    )


def _priority(rng: Random, category: str) -> str | None:
    draw = rng.random()
    if category == "incident":
        return "urgent" if draw < 0.4 else "high"
    if draw < 0.25:
        return None
    return "normal" if draw < 0.75 else ("low" if draw < 0.9 else "high")


def _rating(rng: Random, ticket: int, solved_at: datetime | None, hours: float, now: datetime) -> Rating | None:
    """One in two solved tickets is asked about; slow answers are judged worse."""
    draw, mood = rng.random(), rng.random()
    if solved_at is None or draw < 0.45:
        return None
    offered = (solved_at + timedelta(hours=24)).replace(microsecond=0)
    if offered > now:
        return None
    answered = offered + timedelta(hours=int(1 + draw * 30))
    if draw < 0.7 or answered > now:
        return Rating(
            id=str(ticket), number=ticket, score="offered", comment=None, offered_at=offered, answered_at=None
        )
    score = "bad" if mood < 0.08 + min(0.4, hours / 60) else "good"
    comment = pick(rng, RATING_COMMENTS[score]) if rng.random() < 0.4 else None
    return Rating(id=str(ticket), number=ticket, score=score, comment=comment, offered_at=offered, answered_at=answered)
