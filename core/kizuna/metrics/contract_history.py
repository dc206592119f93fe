"""From the versions of what a CRM said of a contract to a dated agreement, its value spread over the months of its term.

A version holds from the day that shows it, the first one from the contract's start; what a later one says erases nothing
of what was before. Dates of the contract itself, its start and its last day, are believed for all time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from itertools import pairwise

import msgspec

from kizuna.metrics.dated import Held, Item, Subscription, Told
from kizuna.metrics.history import Body, Version
from kizuna.metrics.months import months_after
from kizuna.model.enums import ContractStatus, Interval, SubscriptionStatus
from kizuna.model.money import exponent

_UNSIGNED = frozenset({ContractStatus.DRAFT, ContractStatus.OTHER})


class _Term(msgspec.Struct, frozen=True, gc=False):
    """What a version agrees on: from a day until another one, and the item that is worth it."""

    begins: date
    ends: date
    item: Item


def contract(key: str, customer: str, versions: Iterable[Version], zone: tzinfo) -> Subscription | None:
    """The contract of one record over its life; None when it never was one, or has no value or term.

    It ends with its term, or with the first version that says that it is canceled or not signed, or that is no more. A
    value in another currency than the last one is taken for a slip and left out.
    """
    told = _of_one_currency(sorted(versions, key=lambda one: (one.valid_from, one.number)))
    terms = _terms(told, key, zone)
    if not terms:
        return None
    items = _joined(terms)
    gaps = [
        Held(status=SubscriptionStatus.CANCELED, since=one.until, until=other.since)
        for one, other in pairwise(items)
        if one.until != other.since
    ]
    return Subscription(
        id=key,
        customer=customer,
        status=SubscriptionStatus.ACTIVE,
        currency=_currency(told),
        start=items[0].since,
        items=tuple(items),
        cancel_effective_at=items[-1].until,
        statuses=tuple(gaps),
        basis="contract",
        source=told[-1].source,
        told=tuple(Told(since=_on(one.valid_from, zone), source=one.source) for one in told),
    )


def _currency(versions: Sequence[Version]) -> str:
    worth = [one.body["value"]["currency"] for one in versions if one.body is not None and one.body.get("value")]
    return str(worth[-1]).upper() if worth else ""


def _of_one_currency(versions: Sequence[Version]) -> list[Version]:
    currency = _currency(versions)
    return [one for one in versions if (_currency([one]) or currency) == currency]


def _terms(versions: Sequence[Version], key: str, zone: tzinfo) -> list[_Term]:
    """What was agreed, one after another, each until the version that shows something else."""
    found: list[_Term] = []
    open_: _Term | None = None
    first = True
    number = next((one.body["number"] for one in versions if one.body is not None and one.body.get("number")), key)
    for version in versions:
        day = _on(version.valid_from, zone)
        status = None if version.body is None else ContractStatus(version.body.get("status", ContractStatus.OTHER))
        term = None if version.body is None or status in _UNSIGNED else _term(version.body, number, version.source)
        if first and term is None and version.body is not None and status not in _UNSIGNED:
            continue  # its worth or its term is not known yet, which says nothing of the time before
        if first and term is not None:
            open_ = term
        if status is ContractStatus.CANCELED or term is None:
            found += _until(open_, day)
            open_ = None
        elif not first:
            begins = max(term.begins, day if open_ is None or day < open_.ends else open_.ends)
            # A next term that is agreed on while this one runs leaves it running until then; an earlier end is believed.
            found += _until(open_, min(begins if open_ is not None and open_.begins < day else day, term.ends))
            open_ = msgspec.structs.replace(term, begins=begins)
        first = False
    return [one for one in (*found, *_until(open_, date.max)) if one.begins < one.ends]


def _until(term: _Term | None, day: date) -> list[_Term]:
    return [] if term is None else [msgspec.structs.replace(term, ends=min(term.ends, day))]


def _term(said: Body, number: str, source: str) -> _Term | None:
    """What one version says; None when it has no value, no start or no term."""
    worth, start, through = said.get("value"), said.get("starts_on"), said.get("ends_on")
    if not worth or not start:
        return None
    begins = date.fromisoformat(start)
    told_end = None if through is None else date.fromisoformat(through) + timedelta(days=1)
    months = said.get("term_months") or (None if told_end is None else _months(begins, told_end))
    if not months:
        return None
    currency = worth["currency"].upper()
    item = Item(
        product=number,
        unit_amount=Decimal(worth["minor"]).scaleb(-exponent(currency)),
        interval=Interval.MONTH,
        interval_count=months,
        source=source,
    )
    return _Term(begins, told_end or months_after(begins, months), item)


def _months(begins: date, ends: date) -> int:
    return (ends.year - begins.year) * 12 + ends.month - begins.month


def _joined(terms: Sequence[_Term]) -> list[Item]:
    """The terms as items; two that follow each other and are worth the same a month are one, said by the first."""
    found: list[Item] = []
    for term in terms:
        before = found[-1] if found else None
        if before is not None and before.until == term.begins and _alike(before, term.item):
            found[-1] = msgspec.structs.replace(before, until=term.ends)
        else:
            found.append(msgspec.structs.replace(term.item, since=term.begins, until=term.ends))
    return found


def _alike(one: Item, other: Item) -> bool:
    return (one.unit_amount, one.interval_count) == (other.unit_amount, other.interval_count)


def _on(instant: datetime, zone: tzinfo) -> date:
    return instant.astimezone(zone).date()
