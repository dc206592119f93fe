"""Policies: the questions on which tools disagree about recurring revenue, each answered once under one name.

A policy is a value. Another policy recomputes, it never rewrites what another one said. The answers and whose they are
stand in docs/reference/metrics.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from kizuna.errors import ConfigError
from kizuna.model.enums import Interval, SubscriptionStatus

PAYING = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE})


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One set of answers; what is not said is answered as ``kizuna`` does.

    ``discounts``: which discounts in force come off. ``cancel``: whether revenue ends when the cancellation takes effect
    or when it is asked for. ``paused``: whether a pause takes the revenue and leaves the customer, takes both, or
    neither. ``same_period_new_churn``: whether who comes and goes within one period is counted as both.
    ``reactivation_days``: after a longer gap who comes back is new again; None: never. ``week`` and ``day``: how many
    are in a month. ``contracts``: whether a contract without a subscription beside it counts. ``migration_days``: the
    longest gap between two linked subscriptions that is no churn. ``fx_balance`` and ``fx_movements`` say how the tool
    itself converts; Kizuna converts a balance at its day and a period at its first, under every policy.
    """

    name: str
    statuses: frozenset[SubscriptionStatus] = PAYING
    discounts: Literal["none", "forever", "forever_and_repeating", "all"] = "forever_and_repeating"
    cancel: Literal["effective_date", "request"] = "effective_date"
    metered: Literal["exclude", "include"] = "exclude"
    paused: Literal["zero_as_contraction", "zero", "keep"] = "zero_as_contraction"
    same_period_new_churn: Literal["both", "ignore"] = "both"
    reactivation_days: int | None = None
    week: str = "52/12"
    day: str = "365/12"
    fx_balance: Literal["as_of", "service_period_start", "current"] = "as_of"
    fx_movements: Literal["period_start"] = "period_start"
    logo_churn_denominator: Literal["start", "start_plus_new"] = "start"
    contracts: Literal["without_billing", "never"] = "without_billing"
    migration_days: int = 30

    def a_month(self, interval: Interval, count: int) -> Fraction:
        """What one price for ``count`` intervals is in a month; 0 for what does not recur."""
        return _a_month(interval, count, self.week, self.day)


@lru_cache(maxsize=1_024)
def _a_month(interval: Interval, count: int, week: str, day: str) -> Fraction:
    times = {
        Interval.DAY: Fraction(day),
        Interval.WEEK: Fraction(week),
        Interval.MONTH: Fraction(1),
        Interval.YEAR: Fraction(1, 12),
    }
    return times.get(interval, Fraction(0)) / count if count > 0 else Fraction(0)


KIZUNA = Policy(name="kizuna")

POLICIES: Mapping[str, Policy] = MappingProxyType(
    {
        policy.name: policy
        for policy in (
            KIZUNA,
            Policy(name="chartmogul", discounts="all", fx_balance="service_period_start"),
            Policy(
                name="profitwell", discounts="all", metered="include", paused="zero", same_period_new_churn="ignore"
            ),
            Policy(name="maxio", discounts="all", cancel="request", paused="keep", reactivation_days=90),
            Policy(name="paddle_billing", discounts="none", fx_balance="current"),
        )
    }
)
"""The policies that belong to no connector; a connector adds its vendor's by declaring ``revenue_policies``."""


def named(name: str, known: Mapping[str, Policy] = POLICIES) -> Policy:
    """The policy of that name. Raises ConfigError for another, naming those there are."""
    if name in known:
        return known[name]
    raise ConfigError(f"There is no policy {name!r}; take one of {', '.join(sorted(known))}, or define it.")


def defined(name: str, answers: Mapping[str, Any]) -> Policy:
    """A policy of a user's own: some answers, the others those of ``kizuna``. Raises ConfigError for one it cannot have.

    A note behind an answer in brackets is left out; ``setting`` means that the tool leaves it to its user.
    """
    said = {key: _answer(value) for key, value in answers.items()}
    given = {key: value for key, value in said.items() if value != "setting"}
    try:
        policy = msgspec.convert({**given, "name": name}, Policy)
        for text in (policy.week, policy.day):
            Fraction(text)
    except (msgspec.ValidationError, ValueError, ZeroDivisionError) as error:
        raise ConfigError(f"The policy {name!r} cannot be read: {error}.") from error
    return policy


def _answer(value: Any) -> Any:
    return value.partition(" (")[0] if isinstance(value, str) else value
