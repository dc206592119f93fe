"""The lists Stripe answers with: split into raw records, checked, and sub-lists that it cut made whole.

Source: https://docs.stripe.com/api/pagination (read 2026-05). Lists inside objects hold ten entries.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from kizuna import sdk

PAGE_SIZE = "100"  # the most Stripe gives
_DISCOUNT = re.compile(rb'"discounts?"\s*:\s*(?:\[\s*["{]|[{"])')
_MORE = re.compile(rb'"has_more"\s*:\s*true')


class Page(msgspec.Struct):
    """A list, its records left raw."""

    data: list[msgspec.Raw]
    has_more: bool = False


class Mark(msgspec.Struct):
    """What the next page's question needs of a record."""

    id: str
    created: int | None = None


class _Named(msgspec.Struct):
    """A record of which nothing but its id can be relied upon."""

    id: str


class _Price(msgspec.Struct):
    billing_scheme: str | None = None
    currency: str | None = None


class _Entry(msgspec.Struct):
    """A line or an item, as far as it tells whether its list must be asked for."""

    id: str | None = None
    discounts: list[Any] | None = None
    price: _Price | None = None


class _Within(msgspec.Struct):
    """The list inside an object; empty braces stand for a list that was not included."""

    data: tuple[_Entry, ...] = ()
    has_more: bool = False


class _Whole(msgspec.Struct):
    id: str
    currency: str | None = None
    items: _Within | None = None
    lines: _Within | None = None


class _Paid(msgspec.Struct):
    amount_paid: int | None = None


class _Discounted(msgspec.Struct):
    id: str
    discount: Any = None
    discounts: list[Any] | None = None


class _Terms(msgspec.Struct):
    billing_scheme: str | None = None
    discounts: list[Any] | None = None
    currency: str | None = None
    items: _Within | None = None


_PAGE = msgspec.json.Decoder(Page)
_MARK = msgspec.json.Decoder(Mark)
_NAMED = msgspec.json.Decoder(_Named)
_WHOLE = msgspec.json.Decoder(_Whole)
_TERMS = msgspec.json.Decoder(_Terms)
_PAID = msgspec.json.Decoder(_Paid)
_DISCOUNTED = msgspec.json.Decoder(_Discounted)
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def compact(body: bytes) -> bytes:
    """JSON without the indentation Stripe gives it, which depends on where an object stands.

    The same object out of a list, an event or an answer of its own is thereby the same bytes, and no change.
    """
    return msgspec.json.format(body, indent=-1) if b"\n" in body else body


def page_of(answer: sdk.Answer, path: str) -> Page:
    """The page; PageError when the answer is no list, or says that there is more than nothing."""
    try:
        page = _PAGE.decode(compact(answer.body))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise sdk.PageError(f"stripe: {path} did not answer with a list; the page is refused") from error
    if page.has_more and not page.data:
        raise sdk.PageError(f"stripe: {path} answered with an empty page that has more; the page is refused")
    return page


def last_mark(page: Page, ask: sdk.Ask) -> Mark:
    """Id and time of the page's last record; PageError when the list does not advance."""
    mark = _mark(page.data[-1], ask)
    if ("starting_after", mark.id) in ask.params:
        raise sdk.PageError(f"stripe: {ask.path} gave the same page again; the page is refused")
    return mark


def _mark(raw: msgspec.Raw, ask: sdk.Ask) -> Mark:
    """Id and time of a record; the id alone where its time is malformed, so that one bad record does not end the list."""
    try:
        return _MARK.decode(raw)
    except msgspec.DecodeError:
        pass
    try:
        return Mark(_NAMED.decode(raw).id)
    except msgspec.DecodeError as error:
        raise sdk.PageError(f"stripe: the last record of {ask.path} has no id; the page is refused") from error


@dataclass(frozen=True, slots=True)
class Rest:
    """A list inside an object that Stripe cut; ``{id}`` stands for the object's id.

    With ``deep`` the list is also asked for when one of its entries has terms too deep to be expanded from the object.
    """

    field: Literal["items", "lines", "refunds"]
    path: str
    params: tuple[tuple[str, str], ...] = ()
    deep: bool = False

    def needed(self, raw: bytes | msgspec.Raw) -> str | None:
        """The object's id when its list must be asked for; None when it is whole."""
        if not self.deep and not _MORE.search(raw):
            return None  # most objects hold no cut list at all: seen without decoding them
        try:
            found = _WHOLE.decode(raw)
        except msgspec.DecodeError:
            return None  # the engine sets the record aside; there is nothing to complete
        within = found.items if self.field == "items" else found.lines
        if within is None or not (within.has_more or (self.deep and _deep(within.data, found.currency))):
            return None
        return found.id

    def cut(self, raw: bytes | msgspec.Raw) -> bool:
        """Whether the object shows a part of its list only."""
        found = _WHOLE.decode(raw)
        within = found.items if self.field == "items" else found.lines
        return within is not None and within.has_more

    def ask(self, object_id: str) -> sdk.Ask:
        """The question for the list's first hundred entries."""
        params = tuple((name, value.format(id=object_id)) for name, value in self.params)
        family = self.path.split("/")[2]
        path = self.path.format(id=quote(object_id, safe=""))
        return sdk.Ask(path=path, params=(("limit", PAGE_SIZE), *params), family=family)

    def joined(self, raw: bytes, entries: Sequence[msgspec.Raw]) -> bytes:
        """The object with all entries in its list."""
        fields = _FIELDS.decode(raw)
        within = _FIELDS.decode(fields[self.field])
        within["data"] = msgspec.Raw(b"[" + b",".join(map(bytes, entries)) + b"]")
        within["has_more"] = msgspec.Raw(b"false")
        fields[self.field] = msgspec.Raw(msgspec.json.encode(within))
        return msgspec.json.encode(fields)


def _deep(items: Sequence[_Entry], currency: str | None) -> bool:
    """Whether an item has terms that lie too deep to be expanded from its subscription: a coupon, tiers, its currency."""
    prices = [item.price for item in items if item.price is not None]
    elsewhere = currency is not None and any(price.currency not in (None, currency) for price in prices)
    return elsewhere or any(item.discounts for item in items) or any(p.billing_scheme == "tiered" for p in prices)


@dataclass(frozen=True, slots=True)
class Alone:
    """What is expanded of an object that is read by itself: one level more than out of its list."""

    expand: tuple[str, ...]

    def needed(self, raw: bytes | msgspec.Raw) -> str | None:
        """The object's id when it has a discount of its own, the products of whose coupon no list shows."""
        if not _DISCOUNT.search(raw):
            return None  # most have none: seen without decoding them
        try:
            found = _DISCOUNTED.decode(raw)
        except msgspec.DecodeError:
            return None  # the engine sets the record aside
        return found.id if found.discount or found.discounts else None


def whole(_raw: msgspec.Raw) -> bool:
    """Whether an event shows all of the object: it does where nothing of it is expanded or cut."""
    return True


def lines_whole(raw: msgspec.Raw) -> bool:
    """Whether an event shows all lines of the invoice."""
    found = _WHOLE.decode(raw)
    return found.lines is not None and not found.lines.has_more


def unpaid_whole(raw: msgspec.Raw) -> bool:
    """Whether an event shows all lines of an invoice of which nothing was paid: its payments show only when asked for."""
    return not _PAID.decode(raw).amount_paid and lines_whole(raw)


def terms_whole(raw: msgspec.Raw) -> bool:
    """Whether a price or a subscription has no terms that only expansion shows: tiers, coupons, currencies, items beyond ten."""
    found = _TERMS.decode(raw)
    if found.billing_scheme == "tiered" or found.discounts:
        return False
    return found.items is None or not (found.items.has_more or _deep(found.items.data, found.currency))
