"""Rates of exchange as a spreadsheet writes them: CSV with a row a rate; what cannot be one is told by its line."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

import msgspec

from kizuna.errors import ConfigError
from kizuna.metrics.rates import Rate

COLUMNS: Final = ("currency", "to", "day", "rate", "provider")
_NAMES: Final[Mapping[str, str]] = {
    **{name: name for name in COLUMNS},
    **dict.fromkeys(("from", "通貨", "元の通貨", "換算元"), "currency"),
    **dict.fromkeys(("to_currency", "対通貨", "相手通貨", "換算先"), "to"),
    **dict.fromkeys(("date", "日付", "日", "基準日"), "day"),
    **dict.fromkeys(("レート", "為替レート", "換算レート", "相場"), "rate"),
    **dict.fromkeys(("source", "提供元", "出所", "出典"), "provider"),
}
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", re.ASCII)
MOST_DIGITS: Final = 30


class BadRow(msgspec.Struct, frozen=True):
    """A row that is no rate: the line it ends on in the file, and why."""

    line: int
    reason: str


def read(content: bytes, name: str) -> tuple[list[Rate], list[BadRow]]:
    """The rates of the file, and the rows that are none. Raises ConfigError when it is no table of rates."""
    text = _text(content, name)
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        columns = _columns(next(rows, []), name)
        return _kept(((rows.line_num, row) for row in rows if any(map(str.strip, row))), columns)
    except csv.Error as error:
        raise ConfigError(f"{name} cannot be read at line {rows.line_num} ({error}); save it as CSV again.") from error


def _text(content: bytes, name: str) -> str:
    """The content as text: UTF-8, or what Excel writes in Japan."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ConfigError(f"{name} is neither UTF-8 nor Shift_JIS text; save it as CSV (UTF-8).")


def _columns(heading: Sequence[str], name: str) -> dict[str, int]:
    """Column → its place. Raises ConfigError when one is missing or named twice."""
    found: dict[str, int] = {}
    for place, cell in enumerate(heading):
        column = _NAMES.get(unicodedata.normalize("NFKC", cell).strip().lower())
        if column in found:
            raise ConfigError(f"{name} has two columns for `{column}`; leave one of them out.")
        if column is not None:
            found[column] = place
    missing = [f"`{column}`" for column in COLUMNS[:-1] if column not in found]
    if missing:
        raise ConfigError(
            f"{name} has no column {' and '.join(missing)}; its first line must be: currency,to,day,rate[,provider]."
        )
    return found


def _kept(rows: Iterator[tuple[int, list[str]]], columns: Mapping[str, int]) -> tuple[list[Rate], list[BadRow]]:
    rates: dict[tuple[str, str | None, date | None, str], Rate] = {}
    bad = []
    for line, row in rows:
        given = {name: row[place].strip() if place < len(row) else "" for name, place in columns.items()}
        try:
            rate = _rate(given)
        except ValueError as error:
            bad.append(BadRow(line, str(error)))
            continue
        key = rate.currency, rate.to, rate.day, rate.provider
        if rates.setdefault(key, rate).rate != rate.rate:
            bad.append(BadRow(line, f"another rate of {rate.currency} to {rate.to} on {rate.day} stands above it"))
    return list(rates.values()), bad


def _rate(given: Mapping[str, str]) -> Rate:
    """The rate of a row. Raises ValueError with what is wrong."""
    currency, to = _code("currency", given["currency"]), _code("to", given["to"])
    if currency == to:
        raise ValueError(f"`currency` and `to` are both {to}")
    return Rate(
        currency=currency,
        to=to,
        day=_day(given["day"]),
        rate=_number(given["rate"]),
        provider=given.get("provider", ""),
    )


def _code(name: str, text: str) -> str:
    code = text.upper()
    if not _CODE.fullmatch(code):
        raise ValueError(f'`{name}` is {text[:20]!r}; write the three letters of a currency, such as "JPY"')
    return code


def _day(text: str) -> date:
    parts = _DAY.fullmatch(text)
    try:
        if parts:
            return date(*map(int, parts.groups()))
    except ValueError:
        pass
    raise ValueError(f"`day` is {text[:20]!r}; write a day that there is as 2026-01-31")


def _number(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value <= 0:
        raise ValueError(f"`rate` is {text[:20]!r}; write a number above 0 with a point, such as 150.25")
    exponent = value.as_tuple().exponent
    if len(value.as_tuple().digits) > MOST_DIGITS or not isinstance(exponent, int) or abs(exponent) > MOST_DIGITS:
        raise ValueError(f"`rate` has more than {MOST_DIGITS} digits")
    return value
