"""What a customer is worth over its life: simple, by margin, with growth and discounting, and one customer's own."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from kizuna.metrics.exact import Result, known
from kizuna.metrics.inputs import Inputs, NotNegative, Share
from kizuna.metrics.reasons import Reason

CAP_MONTHS = 60
"""The most months that one customer is expected to stay."""


class Lifetime(Result, frozen=True, kw_only=True):
    """The value of a lifetime in the currency of the revenue given, and how many periods it lasts."""

    clv: Fraction | None = None
    periods: Fraction | None = None


class Revenue(Inputs, frozen=True, kw_only=True):
    """Revenue of an account in a period, and the share of customers lost in one: both of a month, or both of a year."""

    arpa: Decimal | None
    churn: Share | None


class MarginRevenue(Revenue, frozen=True, kw_only=True):
    """Revenue with the share of it that is left after the cost of serving; below 0 where serving costs more."""

    gross_margin: Decimal | None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.gross_margin is not None and self.gross_margin > 1:
            raise ValueError(f"`gross_margin` must not be more than 1, and is {self.gross_margin}")


class GrowingRevenue(MarginRevenue, frozen=True, kw_only=True):
    """Revenue that grows by the share ``growth`` of the first period's in every period, discounted by ``discount``."""

    growth: Decimal | None = Decimal(0)
    discount: Share | None = Decimal(0)


def clv_simple(inputs: Revenue) -> Lifetime:
    """Revenue of an account over churn; without churn there is no finite answer."""
    return _over_churn(inputs.arpa, Decimal(1), inputs.churn)


def clv_margin(inputs: MarginRevenue) -> Lifetime:
    """Margin of an account over churn; without churn there is no finite answer."""
    return _over_churn(inputs.arpa, inputs.gross_margin, inputs.churn)


def _over_churn(arpa: Decimal | None, margin: Decimal | None, churn: Decimal | None) -> Lifetime:
    figures = known(arpa, margin, churn)
    if figures is None:
        return Lifetime(reason=Reason.NO_DATA)
    revenue, share, lost = figures
    if lost == 0:
        return Lifetime(reason=Reason.ZERO_CHURN)
    return Lifetime(clv=revenue * share / lost, periods=1 / lost)


def clv_skok(inputs: GrowingRevenue) -> Lifetime:
    """Margin of an account whose revenue grows evenly, each period kept with K = (1 − churn)(1 − discount).

    Σ ARPA·GM·(1 + G·n)·Kⁿ over n ≥ 0 is ARPA·GM·(1/(1−K) + G·K/(1−K)²).
    """
    figures = known(inputs.arpa, inputs.gross_margin, inputs.churn, inputs.growth, inputs.discount)
    if figures is None:
        return Lifetime(reason=Reason.NO_DATA)
    arpa, margin, churn, growth, discount = figures
    kept = (1 - churn) * (1 - discount)
    if kept == 1:
        return Lifetime(reason=Reason.ZERO_CHURN)
    worth = arpa * margin * (1 / (1 - kept) + growth * kept / (1 - kept) ** 2)
    return Lifetime(clv=worth, periods=1 / (1 - kept))


class OneCustomer(Inputs, frozen=True, kw_only=True):
    """What a customer has paid, the tax in it, what was given back, its revenue a month, its segment's monthly churn."""

    paid: NotNegative | None
    tax: NotNegative | None = Decimal(0)
    refunds: NotNegative | None = Decimal(0)
    mrr: NotNegative | None
    churn: Share | None


class CustomerLifetime(Result, frozen=True, kw_only=True):
    """The value realised, that expected, both together, and for how many months it is expected."""

    clv: Fraction | None = None
    realised: Fraction | None = None
    expected: Fraction | None = None
    months: Fraction | None = None


def clv_customer(inputs: OneCustomer) -> CustomerLifetime:
    """What a customer paid net, and its revenue over the months its segment is expected to stay, 60 at the most."""
    paid = known(inputs.paid, inputs.tax, inputs.refunds)
    ahead = known(inputs.mrr, inputs.churn)
    realised = paid[0] - paid[1] - paid[2] if paid else None
    if realised is None or ahead is None:
        return CustomerLifetime(realised=realised, reason=Reason.NO_DATA)
    mrr, churn = ahead
    months = min(1 / churn, Fraction(CAP_MONTHS)) if churn else Fraction(CAP_MONTHS)
    return CustomerLifetime(clv=realised + mrr * months, realised=realised, expected=mrr * months, months=months)
