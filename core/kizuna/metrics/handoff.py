"""From sales to success: whether the introduction, the date of the kickoff and the kickoff itself came in time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from kizuna.metrics.exact import Result
from kizuna.metrics.inputs import Inputs, Instant, NotNegative
from kizuna.metrics.reasons import Reason

Clock = Literal["met", "breached", "running", "not_started"]

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Rule(Inputs, frozen=True, kw_only=True):
    """How long each step may take by the clock on the wall, the last moment included."""

    intro_hours: NotNegative = Decimal(24)
    schedule_hours_after_intro: NotNegative = Decimal(48)
    kickoff_days: NotNegative = Decimal(14)
    calendar: Literal["wall_clock"] = "wall_clock"


class Handoff(Inputs, frozen=True, kw_only=True):
    """When it was won and each step done; None: not yet. Without ``as_of`` a step not yet done is taken to be running."""

    won: Instant | None
    intro_sent: Instant | None = None
    kickoff_scheduled: Instant | None = None
    kickoff_held: Instant | None = None
    sla: Rule = Rule()
    as_of: Instant | None = None


class HandoffClocks(Result, frozen=True, kw_only=True):
    """Each clock's state and what it took (None until it is stopped)."""

    intro: Clock
    schedule: Clock
    kickoff: Clock
    intro_hours: Fraction | None = None
    schedule_hours: Fraction | None = None
    kickoff_days: Fraction | None = None


def handoff_sla(inputs: Handoff) -> HandoffClocks:
    """The clocks of a handoff: from the win to the introduction, from there to a date agreed, from the win to the kickoff."""
    rule, now = inputs.sla, inputs.as_of
    return HandoffClocks(
        intro=_state(inputs.won, inputs.intro_sent, rule.intro_hours, HOUR, now),
        schedule=_state(inputs.intro_sent, inputs.kickoff_scheduled, rule.schedule_hours_after_intro, HOUR, now),
        kickoff=_state(inputs.won, inputs.kickoff_held, rule.kickoff_days, DAY, now),
        intro_hours=_took(inputs.won, inputs.intro_sent, HOUR),
        schedule_hours=_took(inputs.intro_sent, inputs.kickoff_scheduled, HOUR),
        kickoff_days=_took(inputs.won, inputs.kickoff_held, DAY),
        reason=Reason.NO_DATA if inputs.won is None else None,
    )


def _state(
    started: Instant | None, stopped: Instant | None, allowed: Decimal, unit: timedelta, now: Instant | None
) -> Clock:
    took = _took(started, stopped or now, unit)
    if started is None or (took is not None and took < 0 and stopped is None):
        return "not_started"
    if took is not None and took > Fraction(allowed):
        return "breached"
    return "met" if stopped is not None else "running"


def _took(started: Instant | None, stopped: Instant | None, unit: timedelta) -> Fraction | None:
    if started is None or stopped is None:
        return None
    return Fraction((stopped - started) // timedelta(microseconds=1), unit // timedelta(microseconds=1))
