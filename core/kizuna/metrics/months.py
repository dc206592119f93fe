"""Counting in months: the same day of another month, and the last days of months."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of that month: when a term ends that began on the day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last day of a month stays a last day: since when a period runs."""
    found = months_after(day, -months)
    return month_end(found) if day == month_end(day) else found


def month_end(day: date) -> date:
    """The last day of the day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def month_ends(day: date, most: int) -> list[date]:
    """The last days of the months before the day's own, the latest first."""
    last = day.replace(day=1) - timedelta(days=1)
    return [months_before(last, number) for number in range(most)]
