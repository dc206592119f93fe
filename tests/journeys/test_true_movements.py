"""The ledger of recurring revenue is what truly moved in the simulated world, however the changes came to be known."""

from __future__ import annotations

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from kizuna.derive import decide
from kizuna.sandbox import Served
from kizuna.sandbox.records import Coupon, Invoice, Subscription
from tests.support.movements import kinds, told, truly, truth, until, whole_ledger
from tests.support.worlds import kizuna, world

COMPANIES = 80
UTC, TOKYO = ZoneInfo("UTC"), ZoneInfo("Asia/Tokyo")

PAUSED_WITHIN = "a pause that began before the first sync shows from the first invoice that was voided on"
COUPON_OF_ONE_INVOICE = (
    "a lasting coupon that ended before the first sync and reduced one invoice looks like one of a single use"
)


def boundaries(held: Subscription, invoices: list[Invoice], zone: ZoneInfo) -> list[date]:
    """The days on which its periods began."""
    own = (one for one in invoices if one.subscription_id == held.id)
    return sorted(
        {line.period_start.astimezone(zone).date() for one in own for line in one.lines if not line.proration}
    )


def of_one_invoice(held: Subscription, coupons: dict[str, Coupon], invoices: list[Invoice], served: Served) -> bool:
    """Whether a coupon for several months is over and reduced one period alone."""
    coupon, ends = coupons.get(held.coupon_id or ""), held.coupon_until
    if coupon is None or coupon.duration != "repeating" or ends is None or ends > served.clock.now():
        return False
    lines = (line for one in invoices if one.subscription_id == held.id for line in one.lines if not line.proration)
    return len({line.period_start for line in lines if line.discount}) == 1


def unknowable(served: Served, zone: ZoneInfo) -> dict[tuple[str, date], str]:
    """(subscription, day) → why what moved on that day cannot be known from what a first sync sees."""
    state, kind = served.state("stripe"), kinds(truth(served), zone)
    invoices = [one for one in state.of_kind("invoice") if isinstance(one, Invoice)]
    coupons = {coupon.id: coupon for coupon in state.view.coupons}
    held = {one.id: one for one in state.of_kind("subscription") if isinstance(one, Subscription)}
    found: dict[tuple[str, date], str] = {}
    for key, day in kind:
        if of_one_invoice(held[key], coupons, invoices, served):
            found[key, day] = COUPON_OF_ONE_INVOICE
        elif kind[key, day] == "pause":
            begins = next(start for start in boundaries(held[key], invoices, zone) if start >= day)
            found |= {(key, one): PAUSED_WITHIN for one in (day, begins)}
    return found


@pytest.mark.parametrize(
    ("seed", "zone", "database"),
    [
        (7, UTC, "sqlite_url"),
        (42, TOKYO, "sqlite_url"),
        pytest.param(7, TOKYO, "postgres_url", marks=pytest.mark.postgres),
    ],
)
def test_synced_once_the_ledger_is_the_truth_but_for_what_cannot_be_known(
    seed: int, zone: ZoneInfo, database: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(database)
    with world("stripe", companies=COMPANIES, seed=seed) as served, kizuna(url, served, zone=zone.key) as one:
        one.sync("stripe")
        today = served.clock.now().astimezone(zone).date()

        ours, theirs, excused = until(told(one, served), today), truly(truth(served), zone), unknowable(served, zone)
        before = whole_ledger(one)
        one.sync("stripe")
        one.sync("stripe", full=True)

        assert whole_ledger(one) == before
        assert one.not_as_rebuilt() == []
    days = {(key, day) for moved in (ours, theirs) for key, held in moved.items() for day in held}
    wrong = {(key, day) for key, day in days if ours.get(key, {}).get(day) != theirs.get(key, {}).get(day)}
    kind = {one: name for one, name in kinds(truth(served), zone).items() if one in days}
    met = Counter(name for one, name in kind.items() if one not in wrong)
    print(f"\nmet {dict(met)} of {dict(Counter(kind.values()))}")
    assert {one: kind.get(one) for one in wrong - excused.keys()} == {}
    assert {key: sum(held.values()) for key, held in ours.items()} == {
        key: sum(held.values()) for key, held in theirs.items()
    }
    assert met.total() / len(kind) > 0.9
    assert len(kind) > 80


def test_a_merge_and_its_undoing_leave_the_very_same_rows(database_url: str) -> None:
    with world("stripe", companies=12, seed=7) as served, kizuna(database_url, served) as one:
        one.sync("stripe")
        before = whole_ledger(one)
        first, second = sorted({str(row[0]) for row in before})[:2]

        decided = decide.merge(one.parts.deriver, first, second, actor="tests", confirmed=True)
        merged, same = whole_ledger(one), one.not_as_rebuilt()
        decide.undo(one.parts.deriver, decided.decisions[0])

        assert len({row[0] for row in merged}) == len({row[0] for row in before}) - 1
        assert same == []
        assert whole_ledger(one) == before
        assert one.not_as_rebuilt() == []
