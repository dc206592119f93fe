"""Stripe's times: whole seconds since 1970, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from kizuna import sdk


def at(seconds: int | None) -> datetime | None:
    """The instant, None when Stripe names none."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise sdk.PayloadError("not a time in seconds since 1970") from error
