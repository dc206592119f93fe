"""Whether a customer is about to leave: imminent by dated facts, suspected by a score, unknown where neither is seen."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from kizuna.metrics.exact import Result
from kizuna.metrics.inputs import Count, Inputs, Points, Share

ChurnState = Literal["none", "unknown", "suspected", "imminent", "churned"]

ORDER: tuple[ChurnState, ...] = ("none", "unknown", "suspected", "imminent", "churned")
"""From the calmest to the worst; none of the last three is left without a fact that resolves it."""

SUSPICIOUS_HEALTH = 50
SUSPICIOUS_DROP = 20
RENEWAL_DAYS = 30
CHAMPION_DAYS = 90
SIGNALS = 2
ENOUGH_COVERAGE = Fraction(1, 2)


class Account(Inputs, frozen=True, kw_only=True):
    """What is known of a customer; ``days_to_renewal`` is below 0 after it, ``coverage`` None: whole where health is.

    ``health_30d_ago`` gives the drop where ``health_drop_30d`` does not. ``was`` is the state so far, ``resolved_by``
    the fact that ends it.
    """

    id: str
    health: Points | None = None
    coverage: Share | None = None
    health_drop_30d: Decimal | None = None
    health_30d_ago: Points | None = None
    risk_signals: Count | tuple[str, ...] | None = 0
    cancel_requested: bool | None = False
    cancel_scheduled: bool | None = False
    notice_given: bool | None = False
    days_to_renewal: int | None = None
    forecast: Literal["committed", "best_case", "at_risk", "lost", "unknown"] | None = None
    payment: str | None = None
    champion_left: bool | None = False
    churned: bool | None = False
    was: ChurnState | None = None
    resolved_by: str | None = None

    def seen(self) -> bool:
        """Whether enough is known of its health to say that nothing is wrong."""
        return self.health is not None and (self.coverage is None or Fraction(self.coverage) >= ENOUGH_COVERAGE)

    def drop(self) -> Decimal:
        """By how much health fell within 30 days, 0 where that is not known."""
        if self.health_drop_30d is not None:
            return self.health_drop_30d
        if self.health is None or self.health_30d_ago is None:
            return Decimal(0)
        return self.health_30d_ago - self.health


class Accounts(Inputs, frozen=True, kw_only=True):
    """Customers, each id once; ``rules`` says where the rules stand, for people."""

    accounts: tuple[Account, ...]
    rules: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if len({account.id for account in self.accounts}) < len(self.accounts):
            raise ValueError("an id stands twice in `accounts`")


class States(Result, frozen=True, kw_only=True):
    """The state of each customer by id, and the facts that put it there."""

    state: dict[str, ChurnState]
    facts: dict[str, tuple[str, ...]]


def churn_state(inputs: Accounts) -> States:
    """Each customer's state with its facts; a worse state stays until a fact resolves it."""
    judged = {account.id: _judged(account) for account in inputs.accounts}
    return States(
        state={name: state for name, (state, _) in judged.items()},
        facts={name: facts for name, (_, facts) in judged.items()},
    )


def _judged(account: Account) -> tuple[ChurnState, tuple[str, ...]]:
    state, facts = _found(account)
    was = account.was
    if was in ("suspected", "imminent") and ORDER.index(state) < ORDER.index(was) and account.resolved_by is None:
        return was, (*facts, "not_resolved")
    return state, facts


def _found(account: Account) -> tuple[ChurnState, tuple[str, ...]]:
    if account.churned:
        return "churned", ("churned",)
    if dated := tuple(_dated(account)):
        return "imminent", dated
    if signs := tuple(_signs(account)):
        return "suspected", signs
    return ("none" if account.seen() else "unknown"), ()


def _dated(account: Account) -> Iterator[str]:
    """The dated facts of a customer who is leaving."""
    days = account.days_to_renewal
    facts = {
        "cancel_requested": account.cancel_requested,
        "cancel_scheduled": account.cancel_scheduled,
        "notice_given": account.notice_given,
        "renewal_at_risk": days is not None and days <= RENEWAL_DAYS and account.forecast in ("at_risk", "lost"),
        "dunning_exhausted": account.payment == "dunning_exhausted",
        "champion_left": account.champion_left and days is not None and days <= CHAMPION_DAYS,
    }
    return (name for name, holds in facts.items() if holds)


def _signs(account: Account) -> Iterator[str]:
    """What raises suspicion without being a fact with a date."""
    signals = account.risk_signals
    count = len(signals) if isinstance(signals, tuple) else signals or 0
    facts = {
        "low_health": account.seen() and account.health is not None and account.health < SUSPICIOUS_HEALTH,
        "health_dropped": account.seen() and account.drop() >= SUSPICIOUS_DROP,
        "risk_signals": count >= SIGNALS,
    }
    return (name for name, holds in facts.items() if holds)
