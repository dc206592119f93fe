"""What customers say when they are asked: NPS and CSAT; who did not answer is counted as that, never as a score."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import Annotated

from kizuna.metrics.exact import Result, ratio
from kizuna.metrics.inputs import Bounds, Count, DatedInstant, Inputs, Instant
from kizuna.metrics.reasons import Reason

Score = Annotated[int, Bounds(low=0, high=10)]
Star = Annotated[int, Bounds(low=1, high=5)]

MIXED = "`answers` and counted answers exclude each other"


class Answer(Inputs, frozen=True, kw_only=True):
    """A respondent's answer; a score of None: asked, not answered. ``kind`` tells surveys of a relationship from others."""

    respondent: str | None = None
    score: Score | None
    answered_at: DatedInstant | None = None
    kind: str | None = None


class Recommendations(Inputs, frozen=True, kw_only=True):
    """Answers from 0 to 10, or how many there are of each class, and how many people were asked.

    With ``as_of`` only answers of the ``window_days`` that end with that day count; of one respondent the latest.
    """

    promoters: Count = 0
    passives: Count = 0
    detractors: Count = 0
    answers: tuple[Score | Answer | None, ...] | None = None
    asked: Count | None = None
    as_of: date | None = None
    window_days: Count = 90

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.answers and (self.promoters or self.passives or self.detractors):
            raise ValueError(MIXED)
        kinds = {one.kind for one in self.answers or () if isinstance(one, Answer)}
        if len(kinds) > 1:
            raise ValueError("`answers` are of more than one `kind`; each has a score of its own")

    def classes(self) -> tuple[int, int, int]:
        """How many promoters, passives and detractors there are."""
        if not self.answers:
            return self.promoters, self.passives, self.detractors
        scores = _latest(self.answers, self.as_of, self.window_days)
        above = sum(score >= 9 for score in scores)
        below = sum(score <= 6 for score in scores)
        return above, len(scores) - above - below, below


class NetPromoters(Result, frozen=True, kw_only=True):
    """Points from −100 to 100, shown as a whole number; who answered, of how many that were asked."""

    nps: Fraction | None = None
    respondents: int = 0
    promoters: int = 0
    passives: int = 0
    detractors: int = 0
    response_rate: Fraction | None = None


def nps(inputs: Recommendations) -> NetPromoters:
    """The share of 9 and 10 less the share of 0 to 6, in points; an account's is that of its own respondents."""
    promoters, passives, detractors = inputs.classes()
    answered = promoters + passives + detractors
    found = ratio(100 * (promoters - detractors), answered)
    return NetPromoters(
        nps=found,
        respondents=answered,
        promoters=promoters,
        passives=passives,
        detractors=detractors,
        response_rate=_response(answered, inputs.asked),
        reason=Reason.NO_ANSWERS if found is None else None,
    )


def _latest(answers: Iterable[int | Answer | None], as_of: date | None, window_days: int) -> list[int]:
    """One score a respondent, the last one given in the window; answers without a name are each somebody's."""
    named: dict[str, Answer] = {}
    scores = []
    for one in answers:
        if isinstance(one, int):
            scores.append(one)
        elif one is None or one.score is None or not _within(one.answered_at, as_of, window_days):
            continue
        elif one.respondent is None:
            scores.append(one.score)
        else:
            before = named.get(one.respondent)
            if before is None or _not_before(one.answered_at, before.answered_at):
                named[one.respondent] = one
    return scores + [one.score for one in named.values() if one.score is not None]


def _within(at: Instant | None, as_of: date | None, window_days: int) -> bool:
    if at is None or as_of is None:
        return True
    return as_of - timedelta(days=window_days) < at.date() <= as_of


def _not_before(at: Instant | None, other: Instant | None) -> bool:
    """Whether an answer replaces another; an undated one is the oldest, and of two of one moment the later in the list."""
    if other is None:
        return True
    return at is not None and at >= other


def _response(answered: int, asked: int | None) -> Fraction | None:
    if asked is not None and answered > asked:
        raise ValueError(f"{answered} people answered, more than the {asked} of `asked`")
    return ratio(answered, asked)


class Satisfaction(Inputs, frozen=True, kw_only=True):
    """Ratings good and bad with the requests still open and those never made; or answers from 1 to 5. Never both."""

    good: Count = 0
    bad: Count = 0
    offered: Count = 0
    unoffered: Count = 0
    answers: tuple[Star | None, ...] | None = None
    asked: Count | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.answers and (self.good or self.bad or self.offered or self.unoffered):
            raise ValueError(MIXED)


class Satisfied(Result, frozen=True, kw_only=True):
    """The share of good answers among answers, and of answers among those asked."""

    csat: Fraction | None = None
    respondents: int = 0
    response_rate: Fraction | None = None


def csat(inputs: Satisfaction) -> Satisfied:
    """Good over good and bad, or 4 and 5 over all of five points; whoever was not asked is in no number."""
    if inputs.answers:
        scores = [score for score in inputs.answers if score is not None]
        good, answered, asked = sum(score >= 4 for score in scores), len(scores), len(inputs.answers)
    else:
        good, answered = inputs.good, inputs.good + inputs.bad
        asked = answered + inputs.offered
    asked = asked if inputs.asked is None else inputs.asked
    found = ratio(good, answered)
    return Satisfied(
        csat=found,
        respondents=answered,
        response_rate=_response(answered, asked),
        reason=Reason.NO_ANSWERS if found is None else None,
    )
