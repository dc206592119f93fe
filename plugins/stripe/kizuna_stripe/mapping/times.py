"""Stripe's times: whole seconds since 1970, in UTC."""

from __future__ import annotations

from datetime import datetime

from kizuna import sdk


def at(seconds: int | None) -> datetime | None:
    """The instant, None when Stripe names none."""
    return None if seconds is None else sdk.instant(seconds)
