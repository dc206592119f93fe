"""How recurring revenue goes on: the roll-forward, what is committed, and what is won for each part lost."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from kizuna.metrics.exact import Result, known, ratio
from kizuna.metrics.inputs import Inputs, NotNegative
from kizuna.metrics.reasons import Reason

ZERO = Decimal(0)


class Movements(Inputs, frozen=True, kw_only=True):
    """Sums of a period's movements, each without a sign; a kind left out did not happen."""

    new: NotNegative | None = ZERO
    expansion: NotNegative | None = ZERO
    reactivation: NotNegative | None = ZERO
    contraction: NotNegative | None = ZERO
    churn: NotNegative | None = ZERO


class RollForward(Movements, frozen=True, kw_only=True):
    """Opening revenue and what moved; ``fx``, ``identity`` and ``migration`` carry their signs."""

    start: Decimal | None
    fx: Decimal | None = ZERO
    identity: Decimal | None = ZERO
    migration: Decimal | None = ZERO


class RolledForward(Result, frozen=True, kw_only=True):
    """Closing revenue a month and a year, and what the customers themselves added."""

    end: Fraction | None = None
    arr: Fraction | None = None
    net_new: Fraction | None = None
    gained: Fraction | None = None
    lost: Fraction | None = None


def mrr_rollforward(inputs: RollForward) -> RolledForward:
    """Opening plus every movement is closing; rates of exchange and changes of identity are no growth."""
    gains = known(inputs.new, inputs.expansion, inputs.reactivation)
    losses = known(inputs.contraction, inputs.churn)
    rest = known(inputs.start, inputs.fx, inputs.identity, inputs.migration)
    if gains is None or losses is None or rest is None:
        return RolledForward(reason=Reason.NO_DATA)
    net_new = sum(gains) - sum(losses)
    end = sum(rest) + net_new
    return RolledForward(
        end=Fraction(end),
        arr=Fraction(12 * end),
        net_new=Fraction(net_new),
        gained=Fraction(sum(gains)),
        lost=Fraction(sum(losses)),
    )


class QuickRatio(Result, frozen=True, kw_only=True):
    """Revenue gained for each unit lost, and both sides."""

    quick_ratio: Fraction | None = None
    gained: Fraction | None = None
    lost: Fraction | None = None


def quick_ratio(inputs: Movements) -> QuickRatio:
    """New, expanded and returned revenue over what was lost; nothing lost leaves no ratio."""
    gains = known(inputs.new, inputs.expansion, inputs.reactivation)
    losses = known(inputs.churn, inputs.contraction)
    if gains is None or losses is None:
        return QuickRatio(reason=Reason.NO_DATA)
    gained, lost = Fraction(sum(gains)), Fraction(sum(losses))
    found = ratio(gained, lost)
    return QuickRatio(quick_ratio=found, gained=gained, lost=lost, reason=Reason.NO_LOSSES if found is None else None)


class Commitments(Inputs, frozen=True, kw_only=True):
    """Revenue now, and dated facts about what comes: signed and not yet live, scheduled, cancelled; without signs."""

    mrr: NotNegative | None
    committed_new: NotNegative | None = ZERO
    committed_expansion: NotNegative | None = ZERO
    known_contraction: NotNegative | None = ZERO
    known_churn: NotNegative | None = ZERO


class Committed(Result, frozen=True, kw_only=True):
    """Committed recurring revenue, and its difference from today's."""

    cmrr: Fraction | None = None
    net_change: Fraction | None = None


def cmrr(inputs: Commitments) -> Committed:
    """Today's revenue with every dated fact about it carried out; nothing that is only likely."""
    comes = known(inputs.committed_new, inputs.committed_expansion)
    goes = known(inputs.known_contraction, inputs.known_churn)
    if inputs.mrr is None or comes is None or goes is None:
        return Committed(reason=Reason.NO_DATA)
    change = Fraction(sum(comes) - sum(goes))
    return Committed(cmrr=Fraction(inputs.mrr) + change, net_change=change)


class CommittedParts(Inputs, frozen=True, kw_only=True):
    """Committed revenue when the period begins and what changed it, without signs; ``renewal_flat`` changes nothing."""

    opening: NotNegative | None
    new: NotNegative | None = ZERO
    add_on: NotNegative | None = ZERO
    renewal_flat: NotNegative | None = ZERO
    renewal_upgrade: NotNegative | None = ZERO
    renewal_downgrade: NotNegative | None = ZERO
    withdrawal: NotNegative | None = ZERO
    first_archive: NotNegative | None = ZERO
    churn: NotNegative | None = ZERO


class CommittedChange(Result, frozen=True, kw_only=True):
    """Committed revenue when the period ends, and the change with its two sides."""

    closing: Fraction | None = None
    net_change: Fraction | None = None
    gained: Fraction | None = None
    lost: Fraction | None = None


def cmrr_breakdown(inputs: CommittedParts) -> CommittedChange:
    """The change of committed revenue by its parts: new, add-on, renewals up and down, withdrawn, archived, churned."""
    comes = known(inputs.new, inputs.add_on, inputs.renewal_upgrade)
    goes = known(inputs.renewal_downgrade, inputs.withdrawal, inputs.first_archive, inputs.churn)
    if inputs.opening is None or comes is None or goes is None:
        return CommittedChange(reason=Reason.NO_DATA)
    gained, lost = Fraction(sum(comes)), Fraction(sum(goes))
    return CommittedChange(
        closing=Fraction(inputs.opening) + gained - lost, net_change=gained - lost, gained=gained, lost=lost
    )
