"""Bands at every edge: a lower bound belongs to its band, and what cannot be judged is unknown, never red."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kizuna.metrics.adoption import Engagement, Licences, license_utilisation_band, user_engagement_band
from kizuna.metrics.reasons import Reason

YOUNG, MIDDLE, OLD = ("2", "5.99"), ("6", "9"), ("9.01", "48")


@pytest.mark.parametrize(
    ("utilisation", "months", "band"),
    [
        *((share, month, "red") for share in ("0", "0.0999") for month in (*YOUNG, *MIDDLE, *OLD)),
        *((share, month, "yellow") for share in ("0.10", "0.50") for month in YOUNG),
        *((share, month, "red") for share in ("0.10", "0.50") for month in (*MIDDLE, *OLD)),
        *((share, month, "green") for share in ("0.5001", "0.75") for month in YOUNG),
        *((share, month, "yellow") for share in ("0.5001", "0.75") for month in MIDDLE),
        *((share, month, "red") for share in ("0.5001", "0.75") for month in OLD),
        *((share, month, "green") for share in ("0.7501", "1", "1.3") for month in (*YOUNG, *MIDDLE, *OLD)),
    ],
)
def test_a_licence_band_follows_from_the_share_and_the_age(utilisation, months, band):
    found = license_utilisation_band(Licences(utilisation=Decimal(utilisation), months_since_start=Decimal(months)))

    assert (found.band, found.reason) == (band, None)


@pytest.mark.parametrize(
    ("licences", "reason"),
    [
        (Licences(utilisation=Decimal("0.9"), months_since_start=Decimal("1.99")), Reason.NO_DATA),
        (Licences(utilisation=Decimal("0.9"), months_since_start=None), Reason.NO_DATA),
        (Licences(utilisation=None, months_since_start=Decimal(4)), Reason.NO_DATA),
        (Licences(used=3, licensed=0, months_since_start=Decimal(4)), Reason.NO_DATA),
    ],
)
def test_a_licence_band_that_cannot_be_judged_is_unknown(licences, reason):
    found = license_utilisation_band(licences)

    assert (found.band, found.reason) == ("unknown", reason)


@pytest.mark.parametrize(
    ("active", "billable", "band"),
    [
        (0, 1, "red"),
        (4999, 10_000, "red"),
        (1, 2, "yellow"),
        (7999, 10_000, "yellow"),
        (4, 5, "green"),
        (6, 5, "green"),
    ],
)
def test_an_engagement_band_begins_at_its_lower_bound(active, billable, band):
    found = user_engagement_band(Engagement(active_28d=active, billable=billable))

    assert (found.band, found.reason) == (band, None)


@pytest.mark.parametrize(
    ("engagement", "reason"),
    [
        (Engagement(active_28d=5, billable=0), Reason.NO_DATA),
        (Engagement(active_28d=None, billable=5), Reason.NO_DATA),
        (Engagement(active_28d=5, billable=None), Reason.NO_DATA),
    ],
)
def test_an_engagement_band_without_users_is_unknown(engagement, reason):
    found = user_engagement_band(engagement)

    assert (found.value, found.band, found.reason) == (None, "unknown", reason)
