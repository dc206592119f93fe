"""Any life that is billed faithfully is rebuilt day by day: the biller here shares nothing with what reads its invoices."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from kizuna.metrics.dated import Discount, Item, Subscription
from kizuna.metrics.policy import KIZUNA
from kizuna.metrics.reconstruction import Billed, rebuilt
from kizuna.metrics.revenue import standing, worth
from kizuna.model.enums import DiscountDuration, Interval, SubscriptionStatus

ZONES = tuple(ZoneInfo(name) for name in ("UTC", "Asia/Tokyo", "America/New_York"))
UNITS = {"p1": Decimal(333), "p2": Decimal(1000), "p3": Decimal("24.99"), "p4": Decimal("70.5")}
TERMS = ((Interval.MONTH, 1), (Interval.MONTH, 3), (Interval.YEAR, 1), (Interval.WEEK, 2))

Held = dict[str, tuple[str, int]]  # item → price and quantity


@dataclass
class Life:
    """What was in force from when on, what was billed for it, and when nothing was to be paid."""

    start: datetime
    term: tuple[Interval, int]
    states: list[tuple[datetime, Held]] = field(default_factory=list)
    lines: list[Billed] = field(default_factory=list)
    discount: tuple[Decimal, datetime] | None = None
    pause: tuple[datetime, datetime] | None = None
    seen: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def at(self, instant: datetime) -> Held:
        return [state for since, state in self.states if since <= instant][-1]

    def items(self, instant: datetime) -> list[Item]:
        interval, count = self.term
        return [
            Item(
                id=item,
                product=f"of {price}",
                price=price,
                unit_amount=UNITS[price],
                quantity=Decimal(quantity),
                interval=interval,
                interval_count=count,
            )
            for item, (price, quantity) in self.at(instant).items()
        ]


def later(start: datetime, term: tuple[Interval, int], times: int) -> datetime:
    interval, count = term
    if interval is Interval.WEEK:
        return start + timedelta(weeks=count * times)
    months = start.month - 1 + count * times * (12 if interval is Interval.YEAR else 1)
    year, month = start.year + months // 12, months % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))


def cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def demand(life: Life, number: int, held: Held, start: datetime, end: datetime, *, part: Decimal, void: bool) -> None:
    """Invoice these items for the time; a part of the period is a correction, below nothing a credit."""
    for item, (price, quantity) in held.items():
        amount = cents(UNITS[price] * quantity * part)
        percent, until = life.discount or (Decimal(0), start)
        whole = part == 1
        life.lines.append(
            Billed(
                item=item,
                product=f"of {price}",
                price=price,
                quantity=Decimal(quantity),
                amount=amount,
                discount=cents(amount * percent / 100) if whole and start < until else None,
                starts_at=start,
                ends_at=end,
                proration=not whole,
                status="void" if void else "paid",
                billed_at=start,
                invoice=f"in_{number}_{start.isoformat()}",
            )
        )


@st.composite
def changed(draw: st.DrawFn, held: Held, fresh: str) -> Held:
    """The items after a change: more or fewer of one, another price, one more, one less. The first is always there."""
    item = draw(st.sampled_from(sorted(held)))
    price, quantity = held[item]
    how = draw(st.sampled_from(("quantity", "price", "more", "less")))
    if how == "more":
        return {**held, fresh: (draw(st.sampled_from(sorted(UNITS))), draw(st.integers(1, 40)))}
    if how == "price":
        return {**held, item: (draw(st.sampled_from(sorted(UNITS))), quantity)}
    if how == "less" and item != "si_0":
        return {key: value for key, value in held.items() if key != item}
    return {**held, item: (price, draw(st.integers(1 if item == "si_0" else 0, 40)))}


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Up to eight periods. In the first each price is billed once, so that what it costs is known."""
    term = draw(st.sampled_from(TERMS))
    start = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 60 * 24 * 59)))
    periods = draw(st.integers(2, 8 if term[0] is not Interval.YEAR else 3))
    life = Life(start, term)
    held: Held = {f"si_{place}": (price, 1 + place) for place, price in enumerate(sorted(UNITS))}
    if draw(st.booleans()):
        life.discount = (Decimal(draw(st.sampled_from((10, 25, 50)))), later(start, term, draw(st.integers(2, 9))))
    paused = range(0)
    if periods > 3 and draw(st.booleans()):
        first = draw(st.integers(1, periods - 3))
        paused = range(first, draw(st.integers(first + 1, periods - 2)))
        life.pause = (later(start, term, paused.start), later(start, term, paused.stop))
    for number in range(periods):
        begins, ends = later(start, term, number), later(start, term, number + 1)
        if number and draw(st.booleans()):
            held = draw(changed(held, f"si_b{number}"))
        life.states.append((begins, held))
        demand(life, number, held, begins, ends, part=Decimal(1), void=number in paused)
        if number not in paused and draw(st.booleans()):
            held = inside(draw, life, number, held, begins, ends)
    last = later(start, term, periods - 1)
    life.seen = last + (later(start, term, periods) - last) * 0.99
    return life


def inside(draw: st.DrawFn, life: Life, number: int, held: Held, begins: datetime, ends: datetime) -> Held:
    """One change within the period, with a credit for what was in force and a debit for what is from then on."""
    seconds = int((ends - begins).total_seconds())
    at = begins + timedelta(seconds=draw(st.integers(1, seconds * 9 // 10)))
    after = draw(changed(held, f"si_i{number}"))
    left = Decimal(int((ends - at).total_seconds())) / Decimal(seconds)
    gone = {item: told for item, told in held.items() if after.get(item) != told}
    come = {item: told for item, told in after.items() if held.get(item) != told}
    demand(life, number, gone, at, ends, part=-left, void=False)
    demand(life, number, come, at, ends, part=left, void=False)
    life.states.append((at, after))
    return after


def end_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), zone) - timedelta(microseconds=1)


@settings(max_examples=100, deadline=None)
@given(lives(), st.sampled_from(ZONES))
def test_any_life_that_is_billed_faithfully_is_rebuilt_day_by_day(life: Life, zone: ZoneInfo) -> None:
    seen = life.seen.astimezone(zone).date()
    percent, until = life.discount or (Decimal(0), life.start)
    off = Discount(value=percent, duration=DiscountDuration.REPEATING) if percent else None
    lasting = off is not None and until > life.seen
    known = (
        [Discount(value=percent, duration=DiscountDuration.REPEATING, since=life.start.astimezone(zone).date())]
        if lasting
        else []
    )

    found = rebuilt(life.items(life.seen), life.lines, seen, zone, "USD", discounts=known)

    assert found is not None
    subscription = Subscription(
        id="s",
        customer="c",
        status=SubscriptionStatus.ACTIVE,
        currency="USD",
        start=life.start.astimezone(zone).date(),
        items=found.items,
        discounts=found.discounts,
        pauses=found.pauses,
    )
    for day in sorted(days(life, subscription, zone, seen)):
        now = end_of(day, zone)
        in_force = [off] if off is not None and now < until else []
        paused = life.pause is not None and life.pause[0] <= now < life.pause[1]
        truly = 0 if paused else sum(one.micro for one in worth(life.items(now), in_force, "USD", KIZUNA))
        assert (day, standing(subscription, day, KIZUNA).micro) == (day, truly)


def days(life: Life, told: Subscription, zone: ZoneInfo, seen: date) -> set[date]:
    """Every day before it is seen on which anything changes, truly or as told, and the days around it: all others are as these."""
    instants = [since for since, _ in life.states] + list(life.pause or ())
    instants += [life.discount[1]] if life.discount else []
    turns = {at.astimezone(zone).date() for at in instants} | set(told.turns())
    around = {day + timedelta(days=move) for day in turns for move in (-1, 0, 1)}
    return {day for day in around if life.start.astimezone(zone).date() <= day < seen}
