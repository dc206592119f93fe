"""How far a product is used: shares of licences, users, days and features, and the bands they fall into by age."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal

from kizuna.metrics.exact import Result, ratio
from kizuna.metrics.inputs import Count, Inputs, NotNegative
from kizuna.metrics.reasons import Reason

Band = Literal["red", "yellow", "green", "unknown"]

LICENCE_ROWS: tuple[tuple[Band, Band, Band], ...] = (
    ("red", "red", "red"),
    ("yellow", "red", "red"),
    ("green", "yellow", "red"),
    ("green", "green", "green"),
)
"""Below 10 %, to 50 %, to 75 %, above; at 2 to 6 months, from 6 to 9, over 9.

https://handbook.gitlab.com/handbook/customer-success/product-usage-data/use-case-adoption (read 2026-11-22)
"""


class Licences(Inputs, frozen=True, kw_only=True):
    """The share of licences in use, or how many are used of how many there are, and the months since the start."""

    utilisation: NotNegative | None = None
    used: Count | None = None
    licensed: Count | None = None
    months_since_start: Decimal | None

    def share(self) -> Fraction | None:
        """The share in use; None where it is not known, and of no licences."""
        return ratio(self.used, self.licensed) if self.utilisation is None else Fraction(self.utilisation)


class Banded(Result, frozen=True, kw_only=True):
    """A share and its band; without a share, or before bands hold, the band is ``unknown``."""

    value: Fraction | None = None
    band: Band


def license_utilisation_band(inputs: Licences) -> Banded:
    """The band of the licences in use for a customer of that age; in the first two months there is none yet."""
    share, months = inputs.share(), inputs.months_since_start
    if share is None:
        return Banded(band="unknown", reason=Reason.NO_DATA)
    if months is None or months < 2:
        return Banded(value=share, band="unknown", reason=Reason.NO_DATA)
    column = 0 if months < 6 else 1 if months <= 9 else 2
    return Banded(value=share, band=LICENCE_ROWS[_row(share)][column])


def _row(share: Fraction) -> int:
    if share < Fraction(10, 100):
        return 0
    if share <= Fraction(50, 100):
        return 1
    return 2 if share <= Fraction(75, 100) else 3


class Engagement(Inputs, frozen=True, kw_only=True):
    """How many users were active in 28 days, of how many that are paid for."""

    active_28d: Count | None
    billable: Count | None


def user_engagement_band(inputs: Engagement) -> Banded:
    """The share of users active in 28 days: red below 50 %, green from 80 % on."""
    share = ratio(inputs.active_28d, inputs.billable)
    if share is None:
        return Banded(band="unknown", reason=Reason.NO_DATA)
    band: Band = "red" if share < Fraction(50, 100) else "yellow" if share < Fraction(80, 100) else "green"
    return Banded(value=share, band=band)


class Usage(Inputs, frozen=True, kw_only=True):
    """What a customer uses of what it could; None: not known."""

    active_days: Count | None = None
    days: Count = 28
    active_users: Count | None = None
    licensed: Count | None = None
    key_features_used: Count | None = None
    key_features: Count | None = None
    active_executives: Count | None = None
    executives: Count | None = None


class Adoption(Result, frozen=True, kw_only=True):
    """Four shares, each None where it is not known."""

    frequency: Fraction | None = None
    breadth: Fraction | None = None
    depth: Fraction | None = None
    executive: Fraction | None = None


def adoption(inputs: Usage) -> Adoption:
    """How often, by how many, how deep, and whether by executives a product is used."""
    shares = {
        "frequency": ratio(inputs.active_days, inputs.days),
        "breadth": ratio(inputs.active_users, inputs.licensed),
        "depth": ratio(inputs.key_features_used, inputs.key_features),
        "executive": ratio(inputs.active_executives, inputs.executives),
    }
    return Adoption(reason=Reason.NO_DATA if None in shares.values() else None, **shares)
