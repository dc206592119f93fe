"""From the versions of what a billing system said to a dated subscription. Today's status is never read into the past.

What systems date themselves (start, trial, cancellation, end, discounts) is believed for all time. What they only show as
it stands (items, pauses, the status) holds from the version that shows it until the next one that differs; before the
first version items, discounts and pauses are those of the invoices, see :mod:`kizuna.metrics.reconstruction`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

import msgspec

from kizuna.metrics.dated import Discount, Held, Item, Span, Subscription, Told
from kizuna.metrics.policy import PAYING
from kizuna.metrics.reconstruction import Billed, Rebuilt, rebuilt
from kizuna.model.enums import DiscountDuration, Interval, SubscriptionStatus
from kizuna.model.money import exponent

Body = Mapping[str, Any]

# What was true all along where it is seen first: such a subscription never was paid for.
_NEVER_PAYING = frozenset(
    {
        SubscriptionStatus.INCOMPLETE,
        SubscriptionStatus.INCOMPLETE_EXPIRED,
        SubscriptionStatus.SCHEDULED,
        SubscriptionStatus.PAUSED,
        SubscriptionStatus.OTHER,
    }
)


class Version(msgspec.Struct, frozen=True, gc=False):
    """What a fact of a record said from an instant on; ``body`` None: no more. ``source`` names record and version."""

    kind: str
    part: str
    number: int
    valid_from: datetime
    body: Body | None
    source: str


def subscription(
    key: str,
    customer: str,
    versions: Iterable[Version],
    zone: tzinfo,
    *,
    of_account: Sequence[Version] = (),
    billed: Sequence[Billed] = (),
) -> Subscription | None:
    """The subscription of one record over its life; None when nothing about one is known.

    ``of_account`` are discounts of its account, which hold where it has none of its own; ``billed`` the lines of its
    invoices.
    """
    by_kind: dict[str, list[Version]] = defaultdict(list)
    for version in sorted(versions, key=lambda one: (one.valid_from, one.number)):
        by_kind[version.kind].append(version)
    own = by_kind["subscription"]
    last = next((one for one in reversed(own) if one.body is not None), None)
    if last is None or last.body is None:
        return None
    said = last.body
    first_seen = own[0].valid_from
    items = _items(by_kind["subscription_item"], first_seen, zone, _currency(said, by_kind["subscription_item"]))
    currency = _currency(said, by_kind["subscription_item"])
    own_discounts = _discounts(by_kind["discount"], first_seen, zone, currency)
    discounts = (*own_discounts, *_between(_discounts(of_account, first_seen, zone, currency), own_discounts))
    start, trial_end = _day(said.get("started_at"), zone), _trial_end(said, zone)
    ends = _ends(own, said, zone)
    pauses = _pauses(own, zone)
    before = rebuilt(items, billed, _on(first_seen, zone), zone, currency, discounts=discounts, pauses=pauses)
    past = before or Rebuilt(items=items, discounts=discounts, pauses=pauses)
    return Subscription(
        id=key,
        customer=customer,
        status=SubscriptionStatus(said["status"]),
        currency=currency,
        start=start or _day(said.get("created_at"), zone),
        items=past.items,
        discounts=past.discounts,
        trial_end=trial_end,
        cancel_requested_at=_day(said.get("cancel_requested_at"), zone) if ends is not None else None,
        cancel_effective_at=ends,
        cancel_reason=said.get("cancel_reason"),
        pauses=past.pauses,
        statuses=_statuses(own, ends, zone, _was_billed(billed, first_seen)),
        basis="reconstructed" if before is not None else "billing",
        source=last.source,
        told=tuple(Told(since=_on(one.valid_from, zone), source=one.source) for one in own),
    )


def _currency(said: Body, items: Sequence[Version]) -> str:
    told = [said.get("currency"), *(one.body.get("currency") for one in items if one.body is not None)]
    return next((currency.upper() for currency in told if currency), "")


def _trial_end(said: Body, zone: tzinfo) -> date | None:
    """The first day that is paid, of a trial at the beginning; a later one is no trial of a new customer."""
    began, start = _day(said.get("trial_starts_at"), zone), _day(said.get("started_at"), zone)
    if began is not None and start is not None and began > start:
        return None
    return _day(said.get("trial_ends_at"), zone)


def _ends(own: Sequence[Version], said: Body, zone: tzinfo) -> date | None:
    """When it ends or has ended; a record that is gone has ended when that was said at the latest."""
    told = _day(said.get("ended_at") or said.get("cancels_at"), zone)
    if own[-1].body is not None:
        return told
    gone = _on(own[-1].valid_from, zone)
    return gone if told is None else min(told, gone)


def _was_billed(lines: Iterable[Billed], first_seen: datetime) -> bool:
    """Whether something was asked for a whole period that began before that instant, and not taken back."""
    asked = (line for line in lines if line.amount > 0 and not line.proration and line.status in ("paid", "open"))
    return any(line.starts_at < first_seen for line in asked)


def _statuses(own: Sequence[Version], ends: date | None, zone: tzinfo, was_billed: bool) -> tuple[Held, ...]:
    """The statuses it had; before the first that is known it was paid for, if that one is of something paid for.

    A paused one never was (its trial ended without a way to pay), unless invoices say that it was.
    """
    never = _NEVER_PAYING - {SubscriptionStatus.PAUSED} if was_billed else _NEVER_PAYING
    held: list[Held] = []
    shown = [one for one in own if one.body is not None]
    for place, version in enumerate(shown):
        assert version.body is not None
        status = SubscriptionStatus(version.body["status"])
        since = _on(version.valid_from, zone) if place else None
        until = _on(shown[place + 1].valid_from, zone) if place + 1 < len(shown) else None
        if status is SubscriptionStatus.CANCELED and ends is not None:
            continue  # its end is dated
        if place == 0 and status not in PAYING | never and status is not SubscriptionStatus.TRIALING:
            since = _on(version.valid_from, zone)
            held.append(Held(status=SubscriptionStatus.ACTIVE, until=since))
        following = shown[place + 1].body if place + 1 < len(shown) else None
        paused = following is not None and following["status"] == SubscriptionStatus.PAUSED
        if status is SubscriptionStatus.TRIALING and version.body.get("trial_ends_at") and not paused:
            status = SubscriptionStatus.ACTIVE  # the trial is dated
        if since is None or until is None or since < until:
            held.append(Held(status=status, since=since, until=until, source=version.source))
    if len({one.status for one in held}) == 1 and held[0].status is SubscriptionStatus.ACTIVE:
        return ()
    return tuple(held)


def _pauses(own: Sequence[Version], zone: tzinfo) -> tuple[Span, ...]:
    pauses: list[Span] = []
    since: date | None = None
    until: date | None = None
    for version in own:
        paused = version.body is not None and bool(version.body.get("paused"))
        if paused and version.body is not None:
            began = _day(version.body.get("paused_from"), zone) or _on(version.valid_from, zone)
            since = since or began
            until = _day(version.body.get("paused_until"), zone)
        elif since is not None:
            over = _on(version.valid_from, zone)
            pauses.append(Span(since=since, until=over if until is None else min(until, over)))
            since = until = None
    if since is not None:
        pauses.append(Span(since=since, until=until))
    return tuple(one for one in pauses if one.until is None or one.since is None or one.since < one.until)


def _items(versions: Sequence[Version], first_seen: datetime, zone: tzinfo, currency: str) -> tuple[Item, ...]:
    """The items in force from version to version; one that was there from the first version on has no beginning."""
    found: list[Item] = []
    for part, told in _by_part(versions).items():
        open_: Item | None = None
        for version in told:
            day = _on(version.valid_from, zone) if version.valid_from > first_seen else None
            now = None if version.body is None else _item(part, version.body, version.source, currency)
            if open_ is not None and now is not None and _same(open_, now):
                continue
            if open_ is not None and (open_.since is None or day is None or open_.since < day):
                found.append(msgspec.structs.replace(open_, until=day))
            open_ = None if now is None else msgspec.structs.replace(now, since=day)
        if open_ is not None:
            found.append(open_)
    return tuple(found)


def _by_part(versions: Sequence[Version]) -> dict[str, list[Version]]:
    found: dict[str, list[Version]] = defaultdict(list)
    for version in versions:
        found[version.part].append(version)
    return dict(sorted(found.items()))


def _item(part: str, said: Body, source: str, currency: str) -> Item:
    product = said.get("product") or {}
    price = said.get("price") or {}
    return Item(
        id=part,
        price=price.get("id") or "",
        product=product.get("id") or said.get("name") or "",
        name=said.get("name"),
        unit_amount=_major(said.get("unit_minor"), currency),
        quantity=Decimal(said["quantity"]) if said.get("quantity") is not None else Decimal(1),
        interval=Interval(said.get("interval", "month")),
        interval_count=said.get("interval_count", 1),
        usage="metered" if said.get("metered") else "licensed",
        source=source,
    )


def _same(one: Item, other: Item) -> bool:
    """Whether both say the same of what is paid; a new period is nothing new."""
    return msgspec.structs.replace(one, since=None, until=None, source="") == msgspec.structs.replace(
        other, since=None, until=None, source=""
    )


def _between(discounts: Sequence[Discount], others: Sequence[Discount]) -> tuple[Discount, ...]:
    """The discounts on the days on which none of the others holds."""
    left = list(discounts)
    for other in others:
        left = [part for one in left for part in _outside(one, other)]
    return tuple(left)


def _outside(one: Discount, other: Discount) -> list[Discount]:
    """The parts of the one before the other begins and after it has ended."""
    since, until = one.since or date.min, one.until or date.max
    begins, ends = other.since or date.min, other.until or date.max
    parts = []
    if since < min(until, begins):
        parts.append(msgspec.structs.replace(one, until=one.until if until <= begins else other.since))
    if max(since, ends) < until:
        parts.append(msgspec.structs.replace(one, since=one.since if ends <= since else other.until))
    return parts


def _discounts(versions: Sequence[Version], first_seen: datetime, zone: tzinfo, currency: str) -> tuple[Discount, ...]:
    """The discounts, dated by themselves; one that is shown no more has ended then at the latest.

    One that tells no beginning begins with the version that shows it, unless it was there when all was seen first.
    """
    found: list[Discount] = []
    for told in _by_part(versions).values():
        shown = next((one for one in reversed(told) if one.body is not None), None)
        if shown is None or shown.body is None:
            continue
        said = shown.body
        since, until = _day(said.get("starts_at"), zone), _day(said.get("ends_at"), zone)
        began = next(one for one in told if one.body is not None)
        # An account may be read a moment after its subscription: what its own first version shows was there at first.
        if since is None and began.number > 1 and began.valid_from > first_seen:
            since = _on(began.valid_from, zone)
        if told[-1].body is None:
            gone = _on(told[-1].valid_from, zone)
            until = gone if until is None else min(until, gone)
        if since is not None and until is not None and until <= since:
            continue
        # Whoever repeats what was said before is not the one who says it.
        source = next(one.source for one in told if one.body == said)
        discount = _discount(said, since, until, source, currency)
        if discount is not None:
            found.append(discount)
    return tuple(found)


def _discount(said: Body, since: date | None, until: date | None, source: str, currency: str) -> Discount | None:
    percent: str | None = said.get("percent_off")
    off: dict[str, Any] | None = said.get("amount_off")
    if percent is not None:
        value = Decimal(percent)
    elif off is not None and off["currency"].upper() == currency:
        value = Decimal(off["minor"]).scaleb(-exponent(currency))
    else:
        return None
    return Discount(
        kind="amount" if percent is None else "percent",
        value=value,
        duration=DiscountDuration(said["duration"]) if said.get("duration") else None,
        item=said.get("item"),
        since=since,
        until=until,
        source=source,
    )


def _major(minor: Any, currency: str) -> Decimal | None:
    return None if minor is None else Decimal(minor).scaleb(-exponent(currency))


def _day(told: str | None, zone: tzinfo) -> date | None:
    return None if told is None else _on(datetime.fromisoformat(told), zone)


def _on(instant: datetime, zone: tzinfo) -> date:
    return instant.astimezone(zone).date()
