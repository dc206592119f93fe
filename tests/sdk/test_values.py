"""What vendors write, read tolerantly; what is no value, refused without repeating it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from kizuna import sdk
from kizuna.model.enums import TicketStatus

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-05-01T12:00:00Z",
        "2026-05-01T12:00:00.000+0000",
        "2026-05-01T21:00:00+09:00",
        "2026-05-01T12:00:00",
        1777636800,
        "1777636800",
        1777636800000,
        NOON,
    ],
)
def test_instants_come_as_iso_and_epoch(written: object) -> None:
    assert sdk.instant(written) == NOON  # type: ignore[arg-type]  # every form at once


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_stays_nothing(nothing: str | None) -> None:
    assert sdk.instant(nothing) is None
    assert sdk.day(nothing) is None
    assert sdk.number(nothing) is None
    assert sdk.truth(nothing) is None


@pytest.mark.parametrize("bad", ["soon", "2026-13-01T00:00:00Z"])
def test_what_is_no_instant_is_refused_without_its_value(bad: str) -> None:
    with pytest.raises(sdk.PayloadError) as caught:
        sdk.instant(bad)

    assert bad not in str(caught.value)


def test_days_numbers_and_truths() -> None:
    assert sdk.day("2026-03-08") == date(2026, 3, 8)
    assert sdk.day("2026-03-08T23:30:00-09:00") == date(2026, 3, 9)
    assert sdk.number("1,234.50") == Decimal("1234.50")
    assert sdk.whole("12.9") == 12
    assert (sdk.truth("TRUE"), sdk.truth(False), sdk.truth("perhaps")) == (True, False, None)


def test_html_becomes_readable_text() -> None:
    assert sdk.plain("<p>Hello&nbsp;<b>Sato</b></p><br>Thanks &amp; regards") == "Hello Sato\nThanks & regards"


def test_an_unknown_word_is_kept_as_a_note() -> None:
    words = {"open": TicketStatus.OPEN}

    assert sdk.known("Open", words, TicketStatus.OTHER, "status") == (TicketStatus.OPEN, ())
    found, notes = sdk.known("parked", words, TicketStatus.OTHER, "status")

    assert found is TicketStatus.OTHER
    assert notes == (sdk.Unmapped(field="status", value="parked"),)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("12.345", "usd", 1235), ("1000", "JPY", 1000), ("1.2345", "KWD", 1235), (0.1, "EUR", 10)],
)
def test_money_is_rounded_half_up_in_the_currency_s_own_units(amount: str | float, currency: str, minor: int) -> None:
    assert sdk.money(amount, currency) == sdk.Money(minor, currency.upper())
