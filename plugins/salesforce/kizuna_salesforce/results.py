"""The results of a bulk job: CSV made into the rows that a query would give."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import msgspec

from kizuna import sdk

LONGEST_VALUE = 16_000_000
NUMBERS = frozenset({"int", "long", "double", "currency", "percent"})
TYPED = NUMBERS | {"boolean", "datetime"}
"""The types of fields whose values are no text in the JSON of a query, or text of another form."""


def rows(sobject: str, version: str, answer: sdk.Answer, types: dict[str, str]) -> Iterator[sdk.Record]:
    """Each row of the CSV as the JSON that a query would give; empty is null, which CSV cannot tell apart.

    Raises PageError when it is no CSV, or when rows are missing.
    """
    csv.field_size_limit(LONGEST_VALUE)
    try:
        text = answer.body.decode("utf-8-sig").replace("\x00", "")
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise sdk.PageError(f"{sobject}: the results of the job are no CSV; the page is refused") from error
    header, found = (lines[0], lines[1:]) if lines else ([], [])
    promised = answer.headers.get("sforce-numberofrecords", "")
    if promised.isdigit() and int(promised) != len(found):
        raise sdk.PageError(f"{sobject}: {len(found)} of {promised} results arrived; the page is refused")
    if found and "Id" not in header:
        raise sdk.PageError(f"{sobject}: the results of the job have no Id; the page is refused")
    for line in found:
        if len(line) != len(header):
            raise sdk.PageError(f"{sobject}: a result has another number of fields; the page is refused")
        named = dict(zip(header, line, strict=True))
        url = f"/services/data/v{version}/sobjects/{sobject}/{named['Id']}"
        record: dict[str, Any] = {"attributes": {"type": sobject, "url": url}}
        record |= {name: typed(value, types.get(name, "string")) for name, value in named.items()}
        yield sdk.Record(raw=msgspec.json.encode(record))


def typed(text: str, type_: str) -> Any:
    """A value of a CSV as a query's JSON has it; what is not of its type stays text."""
    if text == "":
        return None
    if type_ == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if type_ == "datetime":
        return f"{text[:-1]}+0000" if text.endswith("Z") else text
    if type_ in NUMBERS:
        try:
            number = msgspec.json.decode(text, type=int | float)
        except msgspec.DecodeError:
            return text
        return msgspec.Raw(text.encode()) if isinstance(number, float) else number
    return text
