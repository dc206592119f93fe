"""The ledger of a Kizuna and what truly moved in a sandbox, both by subscription and day, in minor units."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, tzinfo
from fractions import Fraction

from kizuna.model.money import MICRO
from kizuna.model.refs import record_id
from kizuna.sandbox import Served, TrueMovement, true_movements
from tests.support.worlds import Kizuna

Moved = dict[str, dict[date, int]]
"""Subscription (by the vendor's id) → day → what the day added to its monthly revenue, or took from it."""


def truth(served: Served) -> list[TrueMovement]:
    """All that truly happened to the subscriptions, in order of time."""
    return true_movements(served.states)


def truly(happened: Iterable[TrueMovement], zone: tzinfo) -> Moved:
    """What moved, the changes of a day netted."""
    found: Moved = defaultdict(lambda: defaultdict(int))
    for one in happened:
        found[one.subscription_id][one.at.astimezone(zone).date()] += one.after - one.before
    return _without_nothing(found)


def kinds(happened: Iterable[TrueMovement], zone: tzinfo) -> dict[tuple[str, date], str]:
    """(subscription, day) → the kind of the last change that moved its revenue on that day."""
    moving = (one for one in happened if one.after != one.before)
    return {(one.subscription_id, one.at.astimezone(zone).date()): one.kind for one in moving}


def told(one: Kizuna, served: Served, vendor: str = "stripe") -> Moved:
    """What the ledger says moved, rounded as the truth is: half up, where a balance is no whole number."""
    names = {
        str(record_id(vendor, "subscriptions", held.id)): held.id
        for held in served.state(vendor).of_kind("subscription")
    }
    exact: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for day, parts in one.rows("SELECT day, parts FROM revenue_movement"):
        for part in json.loads(str(parts)):
            exact[part["subscription"]][date.fromisoformat(str(day))] += part["micro"]
    return _without_nothing({names[key]: _rounded(by_day) for key, by_day in exact.items()})


def whole_ledger(one: Kizuna) -> list[tuple[object, ...]]:
    """Every row as it stands, in order."""
    return one.rows("SELECT * FROM revenue_movement ORDER BY customer_id, day, n")


def until(moved: Moved, last: date) -> Moved:
    """What moved up to that day; what is known to come is no part of it."""
    return _without_nothing(
        {key: {day: micro for day, micro in held.items() if day <= last} for key, held in moved.items()}
    )


def since(moved: Moved, first: date) -> Moved:
    """What moved from that day on."""
    return _without_nothing(
        {key: {day: micro for day, micro in held.items() if day >= first} for key, held in moved.items()}
    )


def _rounded(by_day: Mapping[date, int]) -> dict[date, int]:
    found, exact, shown = {}, 0, 0
    for day in sorted(by_day):
        exact += by_day[day]
        now = int(Fraction(exact, MICRO) + Fraction(1, 2))
        found[day], shown = now - shown, now
    return found


def _without_nothing(moved: Mapping[str, Mapping[date, int]]) -> Moved:
    kept = {key: {day: amount for day, amount in sorted(held.items()) if amount} for key, held in moved.items()}
    return {key: held for key, held in kept.items() if held}
