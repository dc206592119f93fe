"""Lines of invoices, as far as they tell what was agreed: which of them count, and what a unit of each cost how often."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from math import floor

import msgspec

from kizuna.metrics.dated import Item
from kizuna.model.enums import Interval, InvoiceStatus
from kizuna.model.money import exponent

Term = tuple[Interval, int]

# By how much a price of today may differ from what a correction of part of a period comes to and still be its price:
# billing systems count the rest of a period in days, seconds or months of 30.44 days.
_NEAR = Fraction(1, 8)


class Billed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A line of an invoice of the subscription: ``amount`` in major units for ``quantity`` over the period it covers.

    ``item`` is the vendor's id of the item, ``product`` and ``price`` its ids of these. ``amount`` is before
    ``discount`` and tax. A ``proration`` corrects a period for a change within it. ``currency``: empty is the
    subscription's. ``status`` is the invoice's, ``attempts`` how often its payment was tried, ``billed_at`` when it was
    made, ``invoice`` which one it is (empty: ``source`` tells it). ``source`` names the record that says so.
    """

    item: str
    product: str
    price: str
    quantity: Decimal
    amount: Decimal
    starts_at: datetime
    ends_at: datetime
    proration: bool = False
    status: str = "paid"
    source: str = ""
    discount: Decimal | None = None
    currency: str = ""
    invoice: str = ""
    billed_at: datetime | None = None
    attempts: int = 0

    @property
    def voided(self) -> bool:
        """Whether nothing was to be paid from the beginning: voided before anybody tried to collect it."""
        return self.status == InvoiceStatus.VOID and not self.attempts


class Terms(msgspec.Struct, frozen=True, gc=False):
    """What is agreed for an item: ``quantity`` of a price of ``unit`` major units each ``term``."""

    product: str
    price: str
    quantity: Decimal
    unit: Decimal
    term: Term

    def same(self, item: Item) -> bool:
        """Whether the item says the same of what is paid."""
        return (
            self.product == item.product
            and self.quantity == item.quantity
            and self.unit == item.unit_amount
            and plain(self.term) == plain((item.interval, item.interval_count))
        )


def telling(lines: Iterable[Billed], items: Sequence[Item], currency: str) -> list[Billed]:
    """The lines that tell what was agreed, once each, in order of time.

    Left out: what is no item of the subscription, drafts, other currencies, periods without length, and what is paid
    afterwards (usage). Parts of one line, as tiers are shown, are one; of two invoices of one period the one that is
    not void counts, else the later one.
    """
    metered = {item.id for item in items if item.usage == "metered"}
    counted = [
        line
        for line in _named(lines, items)
        if line.item
        and line.item not in metered
        and line.status != InvoiceStatus.DRAFT
        and (not line.currency or line.currency.upper() == currency.upper())
        and line.starts_at < line.ends_at
        and (line.proration or line.amount >= 0)
    ]
    found: dict[tuple[object, ...], Billed] = {}
    for line in sorted(_added_up(_in_advance(counted)), key=_precedence):
        sign = (line.amount > 0) - (line.amount < 0)
        key = (line.item, line.starts_at, *((line.price, line.ends_at, sign) if line.proration else ()))
        found[key] = line
    return sorted(found.values(), key=lambda line: (line.starts_at, line.item, line.proration, line.amount))


def _invoice(line: Billed) -> str:
    return line.invoice or line.source


def _named(lines: Iterable[Billed], items: Sequence[Item]) -> Iterator[Billed]:
    """The lines, corrections that name no item under the one that is paid by their price, where there is one such."""
    held = list(lines)
    by_price: dict[str, set[str]] = defaultdict(set)
    for price, item in (*((line.price, line.item) for line in held), *((item.price, item.id) for item in items)):
        if price and item:
            by_price[price].add(item)
    for line in held:
        paid = by_price.get(line.price, ())
        nameless = line.proration and not line.item and len(paid) == 1
        yield msgspec.structs.replace(line, item=next(iter(paid))) if nameless else line


def _precedence(line: Billed) -> tuple[object, ...]:
    """The last of one period counts."""
    return (line.status != InvoiceStatus.VOID, line.billed_at or line.starts_at, _invoice(line))


def _in_advance(lines: Sequence[Billed]) -> Iterator[Billed]:
    """The lines without those for a time that was over when they were billed."""
    latest: dict[str, datetime] = {}
    for line in lines:
        if not line.proration:
            latest[_invoice(line)] = max(latest.get(_invoice(line), line.starts_at), line.starts_at)
    for line in lines:
        billed = max(at for at in (line.billed_at, latest.get(_invoice(line)), line.starts_at) if at is not None)
        if line.proration or line.ends_at > billed:
            yield line


def _added_up(lines: Iterable[Billed]) -> Iterator[Billed]:
    """The parts of each line of an invoice as one."""
    parts: dict[tuple[object, ...], list[Billed]] = defaultdict(list)
    for line in lines:
        sign = (line.amount > 0) - (line.amount < 0) if line.proration else 0
        parts[_invoice(line), line.item, line.price, line.starts_at, line.ends_at, line.proration, sign].append(line)
    for first, *others in parts.values():
        if not others:
            yield first
            continue
        whole = (first, *others)
        yield msgspec.structs.replace(
            first,
            quantity=sum((line.quantity for line in whole), Decimal(0)),
            amount=sum((line.amount for line in whole), Decimal(0)),
            discount=sum((line.discount or Decimal(0) for line in whole), Decimal(0)),
        )


class Prices(msgspec.Struct, frozen=True, gc=False):
    """What the prices of a subscription's lines are: how often each is paid, and what a unit costs by quantity."""

    minor: int
    zone: tzinfo
    known: tuple[Item, ...]
    terms: Mapping[str, Term]
    units: Mapping[str, Mapping[Decimal, Fraction]]
    periods: tuple[tuple[datetime, datetime], ...]

    def agreed(self, line: Billed) -> Terms:
        """What the line says is agreed from its beginning on."""
        term = self._term(line)
        return Terms(line.product, line.price, line.quantity, exact(self._unit(line, term)), term)

    def _term(self, line: Billed) -> Term:
        known = self.terms.get(key_of(line))
        if known is not None:
            return known
        start, end = self._whole(line) or (line.starts_at, line.ends_at)
        return lengths(start, end, self.zone)[0]

    def _unit(self, line: Billed, term: Term) -> Fraction:
        if (
            not line.proration
            and line.amount
            and line.quantity
            and term in lengths(line.starts_at, line.ends_at, self.zone)
        ):
            return _own(line, self.known, self.minor)
        by_quantity = self.units.get(key_of(line), {})
        if line.quantity in by_quantity:
            return by_quantity[line.quantity]
        if len(set(by_quantity.values())) == 1:
            return next(iter(by_quantity.values()))
        computed = self._computed(line, term)
        for item in matching(line, self.known):
            if item.unit_amount is not None and self._plausible(line, item, computed):
                return Fraction(item.unit_amount)
        return Fraction(floor(computed * self.minor + Fraction(1, 2)), self.minor)

    def _plausible(self, line: Billed, item: Item, computed: Fraction) -> bool:
        if not line.amount or not line.quantity:
            return True
        return abs(Fraction(item.unit_amount or 0) - computed) <= computed * _NEAR

    def _computed(self, line: Billed, term: Term) -> Fraction:
        """The unit price of which the line is the part that its time is of the whole period."""
        if not line.quantity:
            return Fraction(0)
        start, end = self._whole(line) or (before(line.ends_at, term), line.ends_at)
        share = Fraction((line.ends_at - line.starts_at) // timedelta(microseconds=1)) / (
            (end - start) // timedelta(microseconds=1)
        )
        return abs(Fraction(line.amount)) / Fraction(line.quantity) / min(share, Fraction(1))

    def _whole(self, line: Billed) -> tuple[datetime, datetime] | None:
        """The period that was billed as a whole and of which the line is the end."""
        if not line.proration:
            return None
        return next(
            ((start, end) for start, end in self.periods if start <= line.starts_at and end == line.ends_at), None
        )


def prices(lines: Sequence[Billed], items: Sequence[Item], zone: tzinfo, currency: str) -> Prices:
    """What the lines of whole periods and the known items tell of prices; a price never changes what it costs."""
    minor = 10 ** exponent(currency)
    whole: dict[str, list[Billed]] = defaultdict(list)
    for line in lines:
        if not line.proration:
            whole[key_of(line)].append(line)
    terms = {key: _agreed_term(found, items, zone) for key, found in whole.items()}
    for line in lines:
        if line.proration and key_of(line) not in terms:
            told = next((item for item in matching(line, items) if item.price and item.price == line.price), None)
            if told is not None:
                terms[key_of(line)] = (told.interval, told.interval_count)
    units = {
        key: {
            line.quantity: _own(line, items, minor)
            for line in found
            if line.amount and line.quantity and terms[key] in lengths(line.starts_at, line.ends_at, zone)
        }
        for key, found in whole.items()
    }
    periods = sorted({(line.starts_at, line.ends_at) for line in lines if not line.proration}, reverse=True)
    return Prices(minor, zone, tuple(items), terms, units, tuple(periods))


def key_of(line: Billed) -> str:
    """What tells prices apart."""
    return line.price or f"{line.item} {line.product}"


def matching(line: Billed, items: Iterable[Item]) -> list[Item]:
    """The known items that are paid by the line's price; without one the line's item as long as its product is the same."""
    held = list(items)
    same = [item for item in held if item.price and item.price == line.price]
    return same or [
        item
        for item in held
        if item.id == line.item and item.product == line.product and not (item.price and line.price)
    ]


def _own(line: Billed, items: Iterable[Item], minor: int) -> Fraction:
    """The unit price of a line of a whole period: the known one where the amount is that one rounded, else the quotient."""
    for item in matching(line, items):
        unit = item.unit_amount
        if unit is not None and 2 * minor * abs(unit * line.quantity - line.amount) <= 1:
            return Fraction(unit)
    return Fraction(line.amount) / Fraction(line.quantity)


def _agreed_term(lines: Sequence[Billed], items: Sequence[Item], zone: tzinfo) -> Term:
    """How often a price is paid: as its item says, else what most of its periods are, months before weeks before days."""
    for line in lines:
        for item in matching(line, items):
            return item.interval, item.interval_count
    votes = Counter(length for line in lines for length in lengths(line.starts_at, line.ends_at, zone))
    return max(votes, key=lambda term: (votes[term], _ORDER.index(term[0]), -term[1]))


_ORDER = (Interval.DAY, Interval.WEEK, Interval.MONTH, Interval.YEAR)


@lru_cache(maxsize=4_096)
def lengths(start: datetime, end: datetime, zone: tzinfo) -> tuple[Term, ...]:
    """What a period may be, the likeliest first: years, months, weeks, days; in UTC or in the zone."""
    found: dict[Term, None] = {}
    for place in (UTC, zone):
        begins, ends = start.astimezone(place), end.astimezone(place)
        months = _months(begins, ends)
        if months is not None:
            found[(Interval.MONTH, months) if months % 12 else (Interval.YEAR, months // 12)] = None
        days, rest = divmod(ends.replace(tzinfo=None) - begins.replace(tzinfo=None), timedelta(days=1))
        if days and not rest:
            found |= {(Interval.WEEK, days // 7): None} if days % 7 == 0 else {}
            found[Interval.DAY, days] = None
    if not found:
        found[Interval.DAY, max(1, round((end - start) / timedelta(days=1)))] = None
    return tuple(sorted(found, key=lambda term: -_ORDER.index(term[0])))


def _months(start: datetime, end: datetime) -> int | None:
    """How many whole months lie between them; a day that a month does not have is its last one."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months < 1 or start.time() != end.time():
        return None
    fits = (
        start.day == end.day
        or (end.day < start.day and end.day == monthrange(end.year, end.month)[1])
        or (start.day < end.day and start.day == monthrange(start.year, start.month)[1])
    )
    return months if fits else None


def before(end: datetime, term: Term) -> datetime:
    """When a period of that length began that ends then."""
    interval, count = term
    if interval in (Interval.DAY, Interval.WEEK):
        return end - timedelta(days=count * (7 if interval is Interval.WEEK else 1))
    place = end.year * 12 + end.month - 1 - count * (12 if interval is Interval.YEAR else 1)
    year, month = divmod(place, 12)
    return end.replace(year=year, month=month + 1, day=min(end.day, monthrange(year, month + 1)[1]))


def plain(term: Term) -> Term:
    """The term with years in months, so that twelve months are a year."""
    interval, count = term
    return (Interval.MONTH, count * 12) if interval is Interval.YEAR else term


def exact(value: Fraction) -> Decimal:
    """The fraction as a decimal: exact, or to 40 digits, far below a millionth of a minor unit."""
    with localcontext() as context:
        context.prec = 40
        return Decimal(value.numerator) / Decimal(value.denominator)
