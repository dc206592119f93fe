"""The part of SOQL that readers use: SELECT … FROM … WHERE … ORDER BY … LIMIT … OFFSET, parsed into values.

As in Salesforce, AND and OR do not mix without parentheses, and a datetime is not quoted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from kizuna_salesforce.sandbox.refusals import malformed

LONGEST = 100_000

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    | (?P<date>\d{4}-\d\d-\d\d)
    | (?P<number>[+-]?\d+(?:\.\d+)?)
    | (?P<word>[A-Za-z_][\w.]*)
    | (?P<sign><=|>=|!=|<>|[=<>(),])
    )""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}

Value = str | float | bool | None
Kind = Literal["string", "datetime", "date", "number", "boolean", "null"]


@dataclass(frozen=True, slots=True)
class Constant:
    """A value as written, with the kind that the spelling gives it."""

    kind: Kind
    value: Value


@dataclass(frozen=True, slots=True)
class Comparison:
    """``field sign value``; sign is =, !=, <, <=, >, >= or LIKE."""

    field: str
    sign: str
    value: Constant


@dataclass(frozen=True, slots=True)
class Among:
    """``field [NOT] IN (…)``."""

    field: str
    values: tuple[Constant, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition


@dataclass(frozen=True, slots=True)
class All:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    conditions: tuple[Condition, ...]


Condition = Comparison | Among | Not | All | Either


@dataclass(frozen=True, slots=True)
class Order:
    field: str
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A query; ``count`` when it only counts. ``fields`` are as written."""

    fields: tuple[str, ...]
    sobject: str
    condition: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    count: bool = False


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def parse(text: str) -> Query:
    """The query. Raises Refused (MALFORMED_QUERY) with the word that was not expected."""
    if len(text) > LONGEST:
        raise malformed("SOQL statements cannot be longer than 100000 characters.")
    return _Parser(_tokens(text)).query()


def _tokens(text: str) -> list[_Token]:
    made, at, end = [], 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise malformed(f"line 1:{at} no viable alternative at character '{text[at : at + 1]}'")
        made.append(_Token(found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return made


class _Parser:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._at = tokens, 0

    def query(self) -> Query:
        self._expect("SELECT")
        fields, count = self._selected()
        self._expect("FROM")
        sobject = self._word()
        condition = self._conditions() if self._take("WHERE") else None
        order = self._order() if self._take("ORDER", "BY") else ()
        limit = self._whole() if self._take("LIMIT") else None
        offset = self._whole() if self._take("OFFSET") else 0
        if self._at < len(self._tokens):
            raise malformed(f"unexpected token: '{self._tokens[self._at].text}'")
        return Query(fields, sobject, condition, order, limit, offset, count)

    def _selected(self) -> tuple[tuple[str, ...], bool]:
        if self._take("COUNT", "(", ")"):
            return (), True
        if self._take("FIELDS", "("):
            group = self._word().upper()
            self._expect(")")
            return (f"FIELDS({group})",), False
        names = [self._word()]
        while self._take(","):
            names.append(self._word())
        return tuple(names), False

    def _conditions(self) -> Condition:
        conditions = [self._single()]
        joint = next((word for word in ("AND", "OR") if self._next_is(word)), None)
        while joint and self._take(joint):
            conditions.append(self._single())
        if self._next_is("AND") or self._next_is("OR"):
            raise malformed(f"unexpected token: '{self._tokens[self._at].text}'")
        if joint is None:
            return conditions[0]
        return All(tuple(conditions)) if joint == "AND" else Either(tuple(conditions))

    def _single(self) -> Condition:
        if self._take("NOT"):
            return Not(self._single())
        if self._take("("):
            inner = self._conditions()
            self._expect(")")
            return inner
        field = self._word()
        if self._take("NOT", "IN"):
            return Among(field, self._values(), negated=True)
        if self._take("IN"):
            return Among(field, self._values(), negated=False)
        if self._take("LIKE"):
            return Comparison(field, "LIKE", self._value())
        sign = self._any("sign")
        if sign not in ("=", "!=", "<>", "<", "<=", ">", ">="):
            raise malformed(f"unexpected token: '{sign}'")
        return Comparison(field, "!=" if sign == "<>" else sign, self._value())

    def _values(self) -> tuple[Constant, ...]:
        self._expect("(")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._expect(")")
        return tuple(values)

    def _value(self) -> Constant:
        token = self._read()
        match token.kind:
            case "string":
                return Constant("string", _unescaped(token.text[1:-1]))
            case "datetime":
                return Constant("datetime", token.text)
            case "date":
                return Constant("date", token.text)
            case "number":
                return Constant("number", float(token.text))
        match token.text.lower():
            case "true" | "false":
                return Constant("boolean", token.text.lower() == "true")
            case "null":
                return Constant("null", None)
        raise malformed(f"unexpected token: '{token.text}'")

    def _order(self) -> tuple[Order, ...]:
        made = []
        while True:
            field, descending = self._word(), False
            if self._take("DESC"):
                descending = True
            else:
                self._take("ASC")
            last = self._take("NULLS", "LAST")
            if not last:
                self._take("NULLS", "FIRST")
            made.append(Order(field, descending, last))
            if not self._take(","):
                return tuple(made)

    def _whole(self) -> int:
        text = self._any("number")
        if not text.isdigit():
            raise malformed(f"unexpected token: '{text}'")
        return int(text)

    def _word(self) -> str:
        return self._any("word")

    def _any(self, kind: str) -> str:
        token = self._read()
        if token.kind != kind:
            raise malformed(f"unexpected token: '{token.text}'")
        return token.text

    def _read(self) -> _Token:
        if self._at >= len(self._tokens):
            raise malformed("unexpected token: '<EOF>'")
        self._at += 1
        return self._tokens[self._at - 1]

    def _next_is(self, *texts: str) -> bool:
        ahead = self._tokens[self._at : self._at + len(texts)]
        return len(ahead) == len(texts) and all(
            token.kind != "string" and token.text.upper() == text for token, text in zip(ahead, texts, strict=True)
        )

    def _take(self, *texts: str) -> bool:
        if not self._next_is(*texts):
            return False
        self._at += len(texts)
        return True

    def _expect(self, text: str) -> None:
        if not self._take(text):
            found = self._tokens[self._at].text if self._at < len(self._tokens) else "<EOF>"
            raise malformed(f"unexpected token: '{found}'")


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text)
