"""How well scores told apart, account by account, who left and who stayed: beside chance and beside simple guesses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

import msgspec

from kizuna.metrics.backtest import Backtest, Flagged, health_backtest
from kizuna.metrics.exact import Result, mean
from kizuna.metrics.inputs import Count, Inputs, Points
from kizuna.metrics.reasons import Reason

DECILES = 10

Pair = tuple[Fraction, bool]
"""A score, the lower the worse, and whether the account left."""


class Scored(Inputs, frozen=True, kw_only=True):
    """An account as it was known before its outcome; a score of None: it had none.

    ``factors``: its health without each factor, by the factor. The last two are what simple guesses go by.
    """

    id: str
    score: Points | None
    churned: bool
    factors: dict[str, Points] = msgspec.field(default_factory=dict)
    contract_age_days: Count | None = None
    tickets_90d: Count | None = None


class Scores(Inputs, frozen=True, kw_only=True):
    """Accounts, each id once; those below ``threshold`` are flagged."""

    accounts: tuple[Scored, ...]
    threshold: Points = Decimal(50)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len({one.id for one in self.accounts}) < len(self.accounts):
            raise ValueError("an id stands twice in `accounts`")


class Decile(msgspec.Struct, frozen=True):
    """A tenth of the accounts in the order of their scores: the mean score, and the share of them that left."""

    accounts: int
    mean_score: Fraction
    churned: Fraction


class Foresight(Result, frozen=True, kw_only=True):
    """What the flag found, how often who left scored below who stayed, and the same for each simple guess.

    ``auc``: 1 tells everybody apart, 0.5 is chance. ``without``: by how much it falls when a factor is left out; below 0
    the score is better without it. ``coverage``: the share of the accounts that had a score.
    """

    flag: Backtest
    auc: Fraction | None = None
    by_contract_age: Fraction | None = None
    by_tickets: Fraction | None = None
    without: dict[str, Fraction] = msgspec.field(default_factory=dict)
    deciles: tuple[Decile, ...] = ()
    coverage: Fraction | None = None


def health_foresight(inputs: Scores) -> Foresight:
    """Scores known before the outcome held against it; young contracts and many tickets are the simple guesses."""
    held = [one for one in inputs.accounts if one.score is not None]
    pairs = _pairs(held, lambda one: one.score)
    low = [churned for score, churned in pairs if score < Fraction(inputs.threshold)]
    counts = Flagged(
        n=len(pairs),
        flagged=len(low),
        churned=sum(churned for _, churned in pairs),
        flagged_and_churned=sum(low),
    )
    whole = _auc(pairs)
    return Foresight(
        flag=health_backtest(counts),
        auc=whole,
        by_contract_age=_auc(_pairs(held, lambda one: one.contract_age_days)),
        by_tickets=_auc(_pairs(held, lambda one: None if one.tickets_90d is None else -one.tickets_90d)),
        without=_without(held),
        deciles=tuple(_deciles(pairs)),
        coverage=Fraction(len(held), len(inputs.accounts)) if inputs.accounts else None,
        reason=None if whole is not None else Reason.NO_LOSSES if pairs and not counts.churned else Reason.NO_DATA,
    )


def _pairs(accounts: Iterable[Scored], score: Callable[[Scored], Decimal | int | None]) -> list[Pair]:
    return [(Fraction(found), one.churned) for one in accounts if (found := score(one)) is not None]


def _without(accounts: Sequence[Scored]) -> dict[str, Fraction]:
    """Factor → what the score loses without it, over the accounts that say what it would have been."""
    lost = {}
    for factor in sorted({name for one in accounts for name in one.factors}):
        there = [one for one in accounts if factor in one.factors]
        whole = _auc(_pairs(there, lambda one: one.score))
        part = _auc([(Fraction(one.factors[factor]), one.churned) for one in there])
        if whole is not None and part is not None:
            lost[factor] = whole - part
    return lost


def _auc(pairs: Iterable[Pair]) -> Fraction | None:
    """How often, of one who left and one who stayed, the first scores lower; a tie is half. None without both kinds."""
    ordered = sorted(pairs)
    stayed_in_all = sum(not churned for _, churned in ordered)
    left_in_all = len(ordered) - stayed_in_all
    if not stayed_in_all or not left_in_all:
        return None
    halves, above, place = 0, stayed_in_all, 0
    while place < len(ordered):
        score = ordered[place][0]
        left = stayed = 0
        while place < len(ordered) and ordered[place][0] == score:
            left, stayed = left + ordered[place][1], stayed + (not ordered[place][1])
            place += 1
        above -= stayed
        halves += left * (2 * above + stayed)
    return Fraction(halves, 2 * left_in_all * stayed_in_all)


def _deciles(pairs: Iterable[Pair]) -> Iterable[Decile]:
    """Ten groups from the lowest scores up, as equal as they can be; fewer where there are fewer accounts."""
    ordered = sorted(pairs)
    for number in range(DECILES):
        part = ordered[number * len(ordered) // DECILES : (number + 1) * len(ordered) // DECILES]
        if part:
            score = mean(score for score, _ in part) or Fraction(0)
            yield Decile(len(part), score, Fraction(sum(churned for _, churned in part), len(part)))
