"""A contract over its versions: each says what holds from then on, none erases what was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from kizuna.metrics import contract_history
from kizuna.metrics.dated import Subscription
from kizuna.metrics.history import Version
from kizuna.metrics.movements import ledger
from kizuna.metrics.policy import KIZUNA

SIGNED = {
    "value": {"minor": 1200000, "currency": "USD"},
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
    "term_months": 12,
    "status": "active",
    "number": "C-1",
}
NEW = ("2026-01-01", "new", Decimal(1000))


def said(number: int, day: str, **more: Any) -> Version:
    """A version of the contract."""
    seen = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    return Version("contract", "", number, seen, {**SIGNED, **more}, f"7/{number}")


def gone(number: int, day: str) -> Version:
    return Version("contract", "", number, datetime.fromisoformat(f"{day}T00:00:00+00:00"), None, f"7/{number}")


def contract(*versions: Version) -> Subscription:
    found = contract_history.contract("7", "c", versions, UTC)
    assert found is not None
    return found


def moves(*versions: Version) -> list[tuple[str, str, Decimal]]:
    """The day, kind and amount of each movement."""
    return [(one.date.isoformat(), one.kind.value, one.amount) for one in ledger([contract(*versions)], KIZUNA)]


def test_another_value_holds_from_the_version_that_shows_it() -> None:
    signed, amended = said(1, "2025-12-20"), said(2, "2026-07-01", value={"minor": 2400000, "currency": "USD"})

    found = moves(signed, amended)

    assert found == [
        NEW,
        ("2026-07-01", "expansion", Decimal(1000)),
        ("2027-01-01", "churn", Decimal(-2000)),
    ]


def test_the_first_value_that_was_seen_holds_from_the_start() -> None:
    found = moves(said(1, "2026-09-01"))

    assert found == [NEW, ("2027-01-01", "churn", Decimal(-1000))]


def test_a_longer_term_spreads_the_value_from_the_version_that_shows_it() -> None:
    longer = said(2, "2026-07-01", term_months=24, ends_on="2027-12-31")

    found = moves(said(1, "2026-01-01"), longer)

    assert found == [NEW, ("2026-07-01", "contraction", Decimal(-500)), ("2028-01-01", "churn", Decimal(-500))]


def test_it_ends_when_it_is_first_said_to_be_canceled() -> None:
    canceled = said(2, "2026-04-01", status="canceled")
    noted = said(3, "2026-09-01", status="canceled", signed_at="2026-01-02T00:00:00+00:00")

    found = moves(said(1, "2026-01-01"), canceled, noted)

    assert found == [NEW, ("2026-04-01", "churn", Decimal(-1000))]


def test_it_ends_when_its_record_is_gone() -> None:
    found = moves(said(1, "2026-01-01"), gone(2, "2026-04-01"))

    assert found == [NEW, ("2026-04-01", "churn", Decimal(-1000))]


def test_without_a_last_day_it_ends_with_its_term() -> None:
    found = contract(said(1, "2026-01-31", starts_on="2026-01-31", ends_on=None, term_months=13))

    assert found.cancel_effective_at == date(2027, 2, 28)


def test_a_status_that_is_not_signed_ends_it_and_leaves_its_past() -> None:
    for status in ("draft", "other"):
        found = moves(said(1, "2026-01-01"), said(2, "2026-09-01", status=status))

        assert found == [NEW, ("2026-09-01", "churn", Decimal(-1000))]


def test_a_draft_counts_from_when_it_is_signed() -> None:
    found = moves(said(1, "2026-01-01", status="draft"), said(2, "2026-02-01"))

    assert found == [("2026-02-01", "new", Decimal(1000)), ("2027-01-01", "churn", Decimal(-1000))]


def test_a_cancellation_taken_back_carries_on() -> None:
    canceled, again = said(2, "2026-04-01", status="canceled"), said(3, "2026-06-01")

    found = moves(said(1, "2026-01-01"), canceled, again)

    assert found == [
        NEW,
        ("2026-04-01", "churn", Decimal(-1000)),
        ("2026-06-01", "reactivation", Decimal(1000)),
        ("2027-01-01", "churn", Decimal(-1000)),
    ]


def test_a_next_term_leaves_the_one_that_runs_until_then() -> None:
    renewed = {"starts_on": "2027-01-01", "ends_on": "2027-12-31", "value": {"minor": 2400000, "currency": "USD"}}

    early = moves(said(1, "2026-01-01"), said(2, "2026-11-15", **renewed))
    late = moves(said(1, "2026-01-01"), said(2, "2027-01-15", **renewed))

    assert early == [NEW, ("2027-01-01", "expansion", Decimal(1000)), ("2028-01-01", "churn", Decimal(-2000))]
    assert late == early


def test_an_earlier_last_day_is_believed_though_it_is_told_later() -> None:
    found = moves(said(1, "2026-01-01"), said(2, "2026-10-01", ends_on="2026-08-31"))

    assert found == [NEW, ("2026-09-01", "churn", Decimal(-1000))]


def test_a_start_that_is_put_off_before_it_comes_is_the_start() -> None:
    found = moves(said(1, "2025-12-01"), said(2, "2025-12-20", starts_on="2026-03-01", ends_on="2027-02-28"))

    assert found == [("2026-03-01", "new", Decimal(1000)), ("2027-03-01", "churn", Decimal(-1000))]


def test_a_value_that_is_known_later_was_the_value_all_along() -> None:
    found = moves(said(1, "2026-01-01", value=None), said(2, "2026-05-01"))

    assert found == [NEW, ("2027-01-01", "churn", Decimal(-1000))]


def test_an_expired_one_had_its_term() -> None:
    found = moves(said(1, "2027-03-01", status="expired"))

    assert found == [NEW, ("2027-01-01", "churn", Decimal(-1000))]


def test_what_was_never_signed_or_has_no_value_counts_nowhere() -> None:
    bodies: list[dict[str, Any]] = [{"status": "draft"}, {"status": "other"}, {"value": None}, {"starts_on": None}]

    found = [contract_history.contract("7", "c", [said(1, "2026-01-01", **body)], UTC) for body in bodies]

    assert found == [None] * 4
    assert contract_history.contract("7", "c", [], UTC) is None


def test_each_movement_names_the_version_that_said_it() -> None:
    versions = [
        said(1, "2026-01-01"),
        said(2, "2026-03-01", signed_at="2026-01-02T00:00:00+00:00"),
        said(3, "2026-04-01", status="canceled"),
    ]

    found = ledger([contract(*versions)], KIZUNA)

    assert [one.sources for one in found] == [("7/1",), ("7/3", "7/1")]
