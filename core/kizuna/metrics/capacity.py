"""What each customer success manager has to look after."""

from __future__ import annotations

from fractions import Fraction

from kizuna.metrics.exact import Result, ratio
from kizuna.metrics.inputs import Count, Inputs, NotNegative
from kizuna.metrics.reasons import Reason


class Team(Inputs, frozen=True, kw_only=True):
    """Yearly recurring revenue and accounts, and the managers of whom some are ramped; None: not known."""

    arr: NotNegative | None
    csms: Count | None
    ramped: Count | None = None
    accounts: Count | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.csms is not None and self.ramped is not None and self.ramped > self.csms:
            raise ValueError(f"`ramped` is {self.ramped}, more than the {self.csms} of `csms`")


class Load(Result, frozen=True, kw_only=True):
    """Revenue and accounts a manager, over all of them and over those who are ramped."""

    arr_per_csm: Fraction | None = None
    arr_per_ramped_csm: Fraction | None = None
    accounts_per_csm: Fraction | None = None
    accounts_per_ramped_csm: Fraction | None = None


def csm_ratio(inputs: Team) -> Load:
    """Revenue and accounts divided by the managers; without managers there is no figure."""
    whole = ratio(inputs.arr, inputs.csms)
    ramped = ratio(inputs.arr, inputs.ramped)
    missing = whole is None or (ramped is None and inputs.ramped is not None)
    return Load(
        arr_per_csm=whole,
        arr_per_ramped_csm=ramped,
        accounts_per_csm=ratio(inputs.accounts, inputs.csms),
        accounts_per_ramped_csm=ratio(inputs.accounts, inputs.ramped),
        reason=Reason.NO_DATA if missing else None,
    )
