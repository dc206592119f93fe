"""What the versions of a subscription tell of its past, and what they do not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from kizuna.metrics import history
from kizuna.metrics.history import Version
from kizuna.metrics.movements import ledger
from kizuna.metrics.policy import KIZUNA
from kizuna.metrics.reconstruction import Billed
from kizuna.metrics.revenue import amount, standing

ITEM = {"unit_minor": 10000, "quantity": "1", "interval": "month", "interval_count": 1}
PLAN = {"status": "active", "currency": "USD", "started_at": "2025-01-01T00:00:00+00:00"}
TRIAL = {"trial_starts_at": "2025-01-01T00:00:00+00:00", "trial_ends_at": "2025-01-15T00:00:00+00:00"}


def said(kind: str, number: int, day: str, body: dict[str, Any] | None, part: str = "") -> Version:
    """A version of a fact of the one record."""
    return Version(kind, part, number, datetime.fromisoformat(f"{day}T00:00:00+00:00"), body, f"7/{number}")


def plan(number: int, day: str, **more: Any) -> Version:
    return said("subscription", number, day, {**PLAN, **more})


def item(day: str, part: str = "si") -> Version:
    return said("subscription_item", 1, day, ITEM, part)


def discount(number: int, day: str, percent: str, part: str, **more: Any) -> Version:
    return said("discount", number, day, {"percent_off": percent, "duration": "forever", **more}, part)


def line(month: int, amount: int, status: str) -> Billed:
    """A line for the month of 2025 that begins then."""
    return Billed(
        item="si",
        product="",
        price="",
        quantity=Decimal(1),
        amount=Decimal(amount),
        currency="USD",
        starts_at=datetime(2025, month, 15, tzinfo=UTC),
        ends_at=datetime(2025, month + 1, 15, tzinfo=UTC),
        status=status,
        source=f"{month}/",
    )


def moves(*versions: Version, billed: tuple[Billed, ...] = ()) -> list[tuple[str, str, Decimal]]:
    """The day, kind and amount of each movement."""
    found = history.subscription("7", "c", versions, UTC, billed=billed)
    assert found is not None
    return [(one.date.isoformat(), one.kind.value, one.amount) for one in ledger([found], KIZUNA)]


def revenue(day: str, *versions: Version, of_account: tuple[Version, ...] = ()) -> Decimal:
    """A month's revenue at the end of the day."""
    found = history.subscription("7", "c", versions, UTC, of_account=of_account)
    assert found is not None
    return amount(standing(found, date.fromisoformat(day), KIZUNA).micro, "USD")


@pytest.mark.parametrize("status", ["paused", "other"])
def test_what_is_first_seen_as_no_paid_status_has_no_paid_past(status: str) -> None:
    first = plan(1, "2025-09-01", status=status, **TRIAL)

    found = moves(first, item("2025-09-01"))

    assert found == []


def test_it_is_new_on_the_day_on_which_it_is_seen_to_be_paid_for() -> None:
    first, later = plan(1, "2025-09-01", status="paused", **TRIAL), plan(2, "2025-10-01", **TRIAL)

    found = moves(first, item("2025-09-01"), later)

    assert found == [("2025-10-01", "new", Decimal(100))]


@pytest.mark.parametrize("status", ["paid", "open"])
def test_a_paused_one_was_paid_for_when_invoices_say_so(status: str) -> None:
    first = plan(1, "2025-09-01", status="paused", **TRIAL)

    found = moves(first, item("2025-09-01"), billed=(line(1, 100, status), line(2, 100, status)))

    assert found == [("2025-01-15", "new", Decimal(100)), ("2025-09-01", "churn", Decimal(-100))]


@pytest.mark.parametrize(("asked", "status"), [(0, "paid"), (100, "void"), (100, "draft")])
def test_no_other_invoice_says_so(asked: int, status: str) -> None:
    first = plan(1, "2025-09-01", status="paused", **TRIAL)

    found = moves(first, item("2025-09-01"), billed=(line(1, asked, status),))

    assert found == []


def test_a_trial_that_is_seen_to_be_paused_after_its_end_was_not_paid_for_in_between() -> None:
    trial = plan(1, "2025-01-01", status="trialing", **TRIAL)
    paused = plan(2, "2025-01-17", status="paused", **TRIAL)

    found = moves(trial, item("2025-01-01"), paused)

    assert found == []


BEGINS = {"starts_at": "2025-01-01T00:00:00+00:00"}
QUARTER = {"starts_at": "2025-03-01T00:00:00+00:00", "ends_at": "2025-06-01T00:00:00+00:00"}


def test_the_accounts_discount_holds_before_and_after_an_own_one() -> None:
    said_so = (plan(1, "2025-01-01"), item("2025-01-01"), discount(1, "2025-01-01", "50", "own", **QUARTER))
    of_account = (discount(1, "2025-01-01", "20", "account", **BEGINS),)

    found = [revenue(day, *said_so, of_account=of_account) for day in ("2025-02-28", "2025-03-01", "2025-06-01")]

    assert found == [Decimal(80), Decimal(50), Decimal(80)]


def test_the_accounts_discount_holds_again_when_the_own_one_is_shown_no_more() -> None:
    own, gone = discount(1, "2025-01-01", "50", "own", **BEGINS), said("discount", 2, "2025-04-01", None, "own")
    of_account = (discount(1, "2025-01-01", "20", "account", **BEGINS),)

    versions = (plan(1, "2025-01-01"), item("2025-01-01"), own, gone)
    found = [revenue(day, *versions, of_account=of_account) for day in ("2025-03-31", "2025-04-01")]

    assert found == [Decimal(50), Decimal(80)]


def test_a_discount_without_a_beginning_holds_from_the_version_that_shows_it_first() -> None:
    late = discount(2, "2025-09-01", "30", "late")

    versions = (plan(1, "2025-01-01"), item("2025-01-01"), late)
    found = [revenue(day, *versions) for day in ("2025-06-01", "2025-08-31", "2025-09-01")]

    assert found == [Decimal(100), Decimal(100), Decimal(70)]


def test_one_that_was_there_at_first_holds_from_the_start() -> None:
    found = revenue("2025-01-01", plan(1, "2025-09-01"), item("2025-09-01"), discount(1, "2025-09-01", "30", "first"))

    assert found == Decimal(70)


@pytest.mark.parametrize(
    ("told", "seen", "resumes"),
    [
        ("2025-06-01", "2025-06-20", "2025-06-01"),  # the vendor said when, and was read later
        ("2025-08-01", "2025-06-20", "2025-06-20"),  # resumed before the day that was told
        (None, "2025-06-20", "2025-06-20"),
    ],
)
def test_a_pause_is_over_on_the_day_that_was_told_or_when_it_is_seen_to_be(
    told: str | None, seen: str, resumes: str
) -> None:
    until = None if told is None else f"{told}T00:00:00+00:00"
    paused = plan(2, "2025-05-10", paused=True, paused_until=until)

    found = moves(plan(1, "2025-04-01"), item("2025-04-01"), paused, plan(3, seen))

    assert [(day, kind) for day, kind, _ in found[1:]] == [("2025-05-10", "contraction"), (resumes, "expansion")]
