"""What was paid for before the first version that was seen, from the lines of invoices.

What cannot be known is not made up: docs/explanation/revenue-history.md says what that is and what stands in its place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, tzinfo
from itertools import groupby

import msgspec

from kizuna.metrics.dated import Discount, Item, Span
from kizuna.metrics.invoiced import Billed, Prices, Terms, prices, telling
from kizuna.metrics.reductions import Period, past_discounts
from kizuna.model.money import exponent

__all__ = ["Billed", "Rebuilt", "rebuilt"]


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Items, discounts and pauses over the whole life: those before the first version, then those that are known."""

    items: tuple[Item, ...]
    discounts: tuple[Discount, ...] = ()
    pauses: tuple[Span, ...] = ()


def rebuilt(
    items: Sequence[Item],
    lines: Sequence[Billed],
    first_seen: date,
    zone: tzinfo,
    currency: str,
    *,
    discounts: Sequence[Discount] = (),
    pauses: Sequence[Span] = (),
) -> Rebuilt | None:
    """What the lines tell of the time before ``first_seen``, with what is known; None when they tell nothing of it.

    ``items``, ``discounts`` and ``pauses`` are as known from the first version on, an item that was there at first
    without a beginning.
    """
    told = telling(lines, items, currency)
    if not any(_day(line.starts_at, zone) < first_seen for line in told):
        return None
    costs = prices(told, items, zone, currency)
    stretches = [one for one in _stretches(told, costs) if one.since is None or _day(one.since, zone) < first_seen]
    periods = _periods(told, zone)
    past = past_discounts(periods, discounts, first_seen, 10 ** exponent(currency))
    return Rebuilt(
        items=tuple(_dated(stretches, items, first_seen, zone)),
        discounts=(*past, *discounts),
        pauses=tuple(_pauses(periods, pauses, first_seen, zone)),
    )


class _Stretch(msgspec.Struct, frozen=True, gc=False):
    """What was agreed for an item from an instant (None: from the beginning) until another one (None: not ended)."""

    item: str
    terms: Terms
    since: datetime | None
    until: datetime | None
    source: str


class _Open(msgspec.Struct, gc=False):
    """An item in force while lines are read: its stretch so far, and until when it is billed."""

    stretch: _Stretch
    paid_until: datetime


def _stretches(lines: Sequence[Billed], costs: Prices) -> Iterator[_Stretch]:
    """What was in force when, line after line.

    A line of a whole period says what is in force from its beginning on, a debit within a period what is from then on; a
    credit alone ends an item, and so does a day on which others are billed anew and it is not, when its time is over.
    """
    open_: dict[str, _Open] = {}
    first = lines[0].starts_at
    for at, group in groupby(lines, key=lambda line: line.starts_at):
        now = list(group)
        told = dict(_said(now, open_, costs))
        renewed = any(not line.proration for line in now)
        for item, held in list(open_.items()):
            line = told.get(item)
            over = item in told if line is None else False
            if over or (renewed and item not in told and held.paid_until <= at):
                yield msgspec.structs.replace(open_.pop(item).stretch, until=at)
        for item, line in told.items():
            if line is None:
                continue
            terms, before = costs.agreed(line), open_.get(item)
            if before is not None and _alike(before.stretch.terms, terms):
                before.paid_until = line.ends_at
                continue
            if before is not None:
                yield msgspec.structs.replace(before.stretch, until=at)
            since = None if at == first else at
            open_[item] = _Open(_Stretch(item, terms, since, None, line.source), line.ends_at)
    yield from (held.stretch for held in open_.values())


def _alike(one: Terms, other: Terms) -> bool:
    return msgspec.structs.replace(one, price=other.price) == other


def _said(lines: Sequence[Billed], open_: dict[str, _Open], costs: Prices) -> Iterator[tuple[str, Billed | None]]:
    """Item → the line that says what is in force now, None: no more. A debit corrects the whole period it begins with."""
    by_item: dict[str, list[Billed]] = defaultdict(list)
    for line in lines:
        by_item[line.item].append(line)
    for item, found in by_item.items():
        whole = [line for line in found if not line.proration]
        debits = [line for line in found if line.proration and _is_debit(line, found, open_.get(item), costs)]
        if debits:
            yield item, debits[-1]
        elif whole and not any(line.proration and line.ends_at == whole[-1].ends_at for line in found):
            yield item, whole[-1]
        else:
            yield item, None


def _is_debit(line: Billed, others: Sequence[Billed], held: _Open | None, costs: Prices) -> bool:
    """Whether the correction is for what comes; one of nothing is for what goes when that is what was in force."""
    if line.amount:
        return line.amount > 0
    if any(other.amount > 0 for other in others if other.proration):
        return False
    return held is None or not _alike(held.stretch.terms, costs.agreed(line))


def _dated(stretches: Sequence[_Stretch], items: Sequence[Item], first_seen: date, zone: tzinfo) -> Iterator[Item]:
    """The items before ``first_seen``, then the known ones, each from the day from which it is known to be the same."""
    begins: dict[str, date | None] = {}
    at_first = {item.id: item for item in items if item.since is None and item.usage == "licensed"}
    for stretch in sorted(stretches, key=lambda one: (one.since is not None, one.since, one.item)):
        since = None if stretch.since is None else _day(stretch.since, zone)
        until = first_seen if stretch.until is None else min(_day(stretch.until, zone), first_seen)
        known = at_first.get(stretch.item)
        if known is not None and until == first_seen and stretch.terms.same(known):
            begins[stretch.item] = since
        elif since is None or since < until:
            yield _item(stretch, since, until, items)
    for item in items:
        if at_first.get(item.id) is not item:
            yield item
            continue
        since = begins.get(item.id, first_seen)
        if item.until is None or since is None or since < item.until:
            yield msgspec.structs.replace(item, since=since)


def _item(stretch: _Stretch, since: date | None, until: date, items: Sequence[Item]) -> Item:
    terms = stretch.terms
    alike = [item for item in items if item.product == terms.product]
    like = next((item for item in alike if item.id == stretch.item), alike[0] if alike else None)
    return Item(
        id=stretch.item,
        product=terms.product,
        price=terms.price,
        name=like.name if like is not None else None,
        tax_inclusive_rate=like.tax_inclusive_rate if like is not None else None,
        unit_amount=terms.unit,
        quantity=terms.quantity,
        interval=terms.term[0],
        interval_count=terms.term[1],
        since=since,
        until=until,
        source=stretch.source,
    )


def _periods(lines: Sequence[Billed], zone: tzinfo) -> list[Period]:
    """The whole periods by the instant at which they begin."""
    whole = [line for line in lines if not line.proration]
    return [Period(_day(at, zone), tuple(group)) for at, group in groupby(whole, key=lambda line: line.starts_at)]


def _pauses(periods: Sequence[Period], known: Sequence[Span], first_seen: date, zone: tzinfo) -> Iterator[Span]:
    """Periods whose invoices were voided after others that were not, then the known pauses, one of which may go on with them.

    The day on which a pause was asked for lies in the period before; what is known is that the next one was not to be paid.
    """
    rest = list(known)
    billed = False
    runs = groupby(
        (period for period in periods if period.day < first_seen),
        key=lambda period: all(line.voided for line in period.lines),
    )
    found = [(voided, list(group)) for voided, group in runs]
    for place, (voided, group) in enumerate(found):
        if not voided or not billed:
            billed = billed or not voided
            continue
        since = group[0].day
        if place + 1 < len(found):
            yield Span(since=since, until=found[place + 1][1][0].day)
            continue
        until = min(max(_day(line.ends_at, zone) for line in group[-1].lines), first_seen)
        goes_on = [one for one in rest if one.since is None or one.since <= until]
        if goes_on and (goes_on[-1].since is None or goes_on[-1].since <= since):
            continue
        if goes_on:
            rest[rest.index(goes_on[-1])] = Span(since=since, until=goes_on[-1].until)
        else:
            yield Span(since=since, until=until)
    yield from rest


def _day(instant: datetime, zone: tzinfo) -> date:
    return instant.astimezone(zone).date()
