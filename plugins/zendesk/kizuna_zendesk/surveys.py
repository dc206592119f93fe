"""Answers to the newer satisfaction surveys, which take the place of ratings where an account has switched to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from kizuna import sdk
from kizuna_zendesk.mapping import ref
from kizuna_zendesk.payloads import Id

CATEGORIES = {"good": 1.0, "bad": 0.0}
MOST_STARS = 5.0
"""The best rating where the question does not carry its options."""

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID_LENGTH, _ULID_TIME = 26, 10


class Option(sdk.Payload):
    """An answer that a question offers."""

    id: Id | None = None
    rating: float | None = None
    label: Any = None


class Question(sdk.Payload):
    """What was asked."""

    type: str | None = None
    sub_type: str | None = None
    options: tuple[Option, ...] | None = None


class Selection(sdk.Payload):
    """A chosen option."""

    option_id: Id | None = None


class Answer(sdk.Payload):
    """What was answered: a rating, chosen reasons, words, or nothing."""

    type: str | None = None
    rating: float | None = None
    rating_category: str | None = None
    value: str | None = None
    selections: tuple[Selection, ...] | None = None
    question: Question | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class Subject(sdk.Payload):
    """What the survey is about."""

    id: Id | None = None
    type: str | None = None
    zrn: str | None = None


class SurveyAnswers(sdk.Payload):
    """One survey sent to one person; without answers it is not answered yet."""

    id: str
    responder_id: Id | None = None
    subjects: tuple[Subject, ...] | None = None
    answers: tuple[Answer, ...] | None = None

    def changed_at(self) -> datetime | None:
        """When an answer last changed, else when the survey was sent."""
        changes = [at for answer in self.answers or () if (at := answer.updated_at or answer.created_at) is not None]
        return max(changes, default=None) or sent_at(self.id)


def survey_response(record: SurveyAnswers) -> Iterator[sdk.Said]:
    """The rating on the survey's own scale; where only good or bad is told, 1 and 0 of 1."""
    answers = [answer for answer in record.answers or () if answer.type != "skipped"]
    rated = next((answer for answer in answers if answer.type == "rating_scale"), None)
    word = (rated.rating_category or "").lower() if rated is not None else ""
    score, best = scored(rated, word)
    times = [at for answer in answers if (at := answer.updated_at or answer.created_at) is not None]
    yield sdk.SurveyResponse(
        survey_kind=sdk.SurveyKind.CSAT,
        score=score,
        scale_max=best,
        label=sdk.text(word) or ("offered" if not answers else None),
        comment=words(answers),
        person=ref("users", record.responder_id),
        parent=ticket(record),
        asked_at=sent_at(record.id),
        answered_at=max(times, default=None),
    )
    if word and word not in CATEGORIES and score is None:
        yield sdk.Unmapped(field="rating_category", value=word[:100])


def scored(rated: Answer | None, word: str) -> tuple[float | None, float]:
    """The score and the best score of its scale."""
    if rated is None or rated.rating is None:
        return CATEGORIES.get(word), 1.0
    options = rated.question.options if rated.question is not None else None
    best = max((option.rating for option in options or () if option.rating is not None), default=MOST_STARS)
    return rated.rating, max(best, rated.rating)


def words(answers: list[Answer]) -> str | None:
    """What was written, else the first reason chosen."""
    written = next((found for answer in answers if (found := sdk.text(answer.value)) is not None), None)
    return written or next((reason for answer in answers for reason in reasons(answer)), None)


def reasons(answer: Answer) -> Iterator[str]:
    """The labels of the options chosen, where the question tells them."""
    offered = answer.question.options if answer.question is not None else None
    labels = {option.id: option.label for option in offered or ()}
    for selection in answer.selections or ():
        label = labels.get(selection.option_id)
        found = sdk.text(str((label.get("value") or label.get("key")) if isinstance(label, dict) else label or ""))
        if found is not None:
            yield found


def ticket(record: SurveyAnswers) -> sdk.Ref | None:
    """The ticket among what the survey is about."""
    for subject in record.subjects or ():
        own = subject.id if subject.id is not None else (subject.zrn or "").rpartition(":")[2]
        if subject.type == "ticket" or (subject.zrn or "").startswith("zen:ticket:"):
            return ref("tickets", own)
    return None


def sent_at(own: str) -> datetime | None:
    """When the id was made: its first ten letters count milliseconds. None for an id of another form.

    Source: the ULID specification.
    """
    if len(own) != _ULID_LENGTH or any(letter not in _CROCKFORD for letter in own.upper()):
        return None
    milliseconds = 0
    for letter in own.upper()[:_ULID_TIME]:
        milliseconds = milliseconds * 32 + _CROCKFORD.index(letter)
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None
