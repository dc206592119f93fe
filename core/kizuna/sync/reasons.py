"""Why a record is set aside, in words for whoever has to mend it: fields and what they hold, never a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from kizuna.errors import KizunaError

_KINDS: Final[Mapping[str, str]] = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "nothing",
    "object": "an object",
    "array": "a list",
    "datetime": "a date with a time",
    "date": "a date",
    "time": "a time",
    "decimal": "a decimal number",
    "uuid": "a UUID",
}
_TYPE = re.compile(r"Expected `([^`]+)`, got `([^`]+)`$")
_MISSING = re.compile(r"Object missing required field `([^`]+)`$")
_TEXT = re.compile(r"Invalid (?:RFC3339 encoded )?(datetime|date|time|decimal|uuid)", re.IGNORECASE)
_BOUND = re.compile(r"Expected `([^`]+)` (?:of length )?([<>]=?) (\S+)$")
_BOUNDS: Final[Mapping[str, str]] = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}


def in_words(error: Exception) -> str:
    """What was wrong with a record, in plain words; the parser's own words and values are left out."""
    if isinstance(error, msgspec.ValidationError):
        said, _, path = str(error).partition(" - at `")
        return _mismatch(said, named(path.rstrip("`")))
    if isinstance(error, msgspec.DecodeError | UnicodeDecodeError):
        return "the record is not valid JSON"
    if isinstance(error, KizunaError):
        return str(error)
    # The text of a foreign exception may quote the payload.
    return f"the connector failed on the record ({type(error).__name__}); report it to the connector's author"


def named(path: str) -> str:
    """A path as the parser writes it (``$.lines[0].amount``) as a person does (``lines[0].amount``)."""
    return path.removeprefix("$").removeprefix(".")


def _mismatch(said: str, field: str) -> str:
    where = f"the field {field}" if field else "the record"
    if missing := _MISSING.match(said):
        return f"the field {'.'.join(filter(None, (field, missing[1])))} is missing"
    if kinds := _TYPE.match(said):
        return _held(where, kinds[2], kinds[1].split(" | "))
    if text := _TEXT.match(said):
        return f"{where} holds text that is not {_KINDS[text[1].lower()]}"
    if bound := _BOUND.match(said):
        unit = " characters long" if "of length" in said and bound[1] == "str" else ""
        return f"{where} must be {_BOUNDS[bound[2]]} {bound[3]}{unit}"
    if said.startswith("Invalid enum value"):
        return f"{where} holds a word that the connector does not know"
    if "timezone" in said:
        return f"{where} holds a date without its time zone"
    return f"{where} does not have the form that the connector expects"


def _held(where: str, got: str, expected: Iterable[str]) -> str:
    wanted = list(expected)
    # A fraction is told apart only from a whole number; elsewhere a number is a number.
    number = "a fraction" if got == "float" and "int" in wanted else "a number"
    held = number if got in ("int", "float") else _KINDS.get(got, got)
    verb = "is" if where == "the record" else "holds"
    alternatives = [_KINDS.get(kind, kind) for kind in wanted if kind != "null"] or ["nothing"]
    return f"{where} {verb} {held} where {' or '.join(alternatives)} is expected"
