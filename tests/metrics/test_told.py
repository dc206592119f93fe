"""A movement names the record that said it then; what is said later changes no earlier movement."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from kizuna.metrics import history
from kizuna.metrics.history import Version
from kizuna.metrics.movements import ledger
from kizuna.metrics.policy import KIZUNA

ITEM = {"unit_minor": "1000", "quantity": "2", "currency": "JPY", "interval": "month", "interval_count": 1}
PLAN = {"status": "active", "currency": "JPY", "started_at": "2026-03-01T00:00:00+00:00"}
COUPON = {"percent_off": "50", "duration": "forever", "starts_at": "2026-03-10T00:00:00+00:00"}


def said(kind: str, number: int, day: int, body: dict[str, Any] | None) -> Version:
    """A version of the one record, of a day in March."""
    return Version(kind, "", number, datetime(2026, 3, day, 12, tzinfo=UTC), body, f"7/{number}")


def sources(versions: list[Version]) -> list[tuple[date, tuple[str, ...]]]:
    """Which records each movement names."""
    found = history.subscription("7", "c", versions, UTC)
    assert found is not None
    return [(one.date, one.sources) for one in ledger([found], KIZUNA)]


def test_each_movement_names_what_said_it() -> None:
    begins = [said("subscription", 1, 1, PLAN), said("subscription_item", 1, 1, ITEM)]
    ended = {**PLAN, "status": "canceled", "ended_at": "2026-03-20T00:00:00+00:00"}

    before = sources(begins)
    after = sources(
        [*begins, said("subscription", 2, 9, {**PLAN, "paused": False}), said("subscription", 3, 20, ended)]
    )

    assert before == [(date(2026, 3, 1), ("7/1",))]
    assert after == [*before, (date(2026, 3, 20), ("7/3", "7/1"))]


def test_who_repeats_a_discount_is_not_who_said_it() -> None:
    begins = [said("subscription", 1, 1, PLAN), said("subscription_item", 1, 1, ITEM)]
    given = [*begins, said("discount", 2, 10, COUPON)]

    before, after = sources(given), sources([*given, said("discount", 3, 15, COUPON)])

    assert before == after
    assert before[-1] == (date(2026, 3, 10), ("7/1", "7/2"))
