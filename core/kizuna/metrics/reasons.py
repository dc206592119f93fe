"""Why a figure is not computable: a closed list, shown in place of the figure, which is never shown as 0."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why there is no figure."""

    EMPTY_COHORT = "empty_cohort"
    """No customer, and no contract, is in the group whose share is taken."""
    ZERO_CHURN = "zero_churn"
    """Nobody leaves, so a lifetime has no end."""
    NO_LOSSES = "no_losses"
    """Nothing was lost, so nothing can be set against losses or found among them."""
    NO_ANSWERS = "no_answers"
    """Nobody answered."""
    MISSING_FX = "missing_fx"
    """A rate of exchange is missing."""
    MIXED_CURRENCIES = "mixed_currencies"
    """It is paid in several currencies, and none is named to answer in."""
    NO_DATA = "no_data"
    """What is needed is not known, or there is none of what would be divided by."""
    INSUFFICIENT = "insufficient"
    """Less than half of the weight has a value."""
    TOO_FEW_CHURNS = "too_few_churns"
    """Too few customers left for a verdict."""
