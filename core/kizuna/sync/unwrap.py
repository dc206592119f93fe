"""Finding the records in a file: arrays, NDJSON, page envelopes, recordings of answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from kizuna.errors import PageError
from kizuna.sync.not_json import fault, not_json

Found = Iterator[bytes]
_ANY = msgspec.json.Decoder()
_SYNTAX = msgspec.json.Decoder(msgspec.Raw)
_ENCODE = msgspec.json.Encoder()
_RECORDING = ("response", "body", "json", "content", "resources")  # beside a response, the body is the request's
_DEEP = 8


def records(content: bytes, names: Sequence[str]) -> Found:
    """Every record in the file, as JSON bytes. ``names`` are the stream's names, by which an envelope may hold them.

    Understands a JSON array, one record, NDJSON, a page envelope (the list stands under the stream's name or a common
    one), and recordings: ``{"body": …}`` lines, ``exchanges[].response``, ``api.<verb>.<path>.response``. What an
    envelope lists is a record even without an id, so that it is set aside and not lost without a word.
    Raises PageError when the file is no JSON at all.
    """
    folded = {name.casefold() for name in names}
    for document in documents(content):
        # A list of whole records is one as a person writes it; a list with recordings in it is unwrapped item by item.
        plain = isinstance(document, list) and any(isinstance(item, dict) and _is_record(item) for item in document)
        for record in unwrapped(document, folded, listed=plain):
            yield _ENCODE.encode(record)


def documents(content: bytes) -> Iterator[Any]:
    """The JSON documents of a file: one, or one a line; every line is looked at before the first is given."""
    text = content.removeprefix(b"\xef\xbb\xbf")
    try:
        yield _ANY.decode(text)
        return
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        if len(lines) < 2 or not _begins_a_line(lines[0][1]):
            raise PageError(not_json(text, str(error))) from error
    for number, line in lines:
        try:
            _SYNTAX.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise PageError(
                f"line {number} of the file is not JSON ({fault(str(error))}); nothing was loaded"
            ) from error
    for _, line in lines:
        yield _ANY.decode(line)


def _begins_a_line(line: bytes) -> bool:
    """Whether the first line is a document by itself, so that the file is meant as one document a line."""
    try:
        _SYNTAX.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def unwrapped(document: Any, names: set[str], depth: int = 0, *, listed: bool = False) -> Iterator[Any]:
    """The records inside one document; ``listed`` when it is said that there are records, whatever they look like."""
    if depth > _DEEP:
        return
    if isinstance(document, str):
        yield from _quoted(document, names, depth)
    elif isinstance(document, list):
        for item in document:
            yield from unwrapped(item, names, depth + 1, listed=listed)
    elif isinstance(document, dict):
        yield from _object(document, names, depth, listed)
    elif listed:
        yield document


def _object(document: dict[str, Any], names: set[str], depth: int, listed: bool) -> Iterator[Any]:
    held = _listed(document, names)
    if held is not None:
        yield from unwrapped(held, names, depth + 1, listed=isinstance(held, list))
        return
    inside = _recording(document)
    if inside is None:
        if listed or _is_record(document):
            yield document
        return
    for value in inside:
        yield from unwrapped(value, names, depth + 1)


def _listed(document: dict[str, Any], names: set[str]) -> Any:
    """What an envelope holds under the stream's name or a common one; None when this is no envelope."""
    if "exchanges" in document or isinstance(document.get("api"), dict):
        return None
    for name, value in document.items():
        if name.casefold() in names and isinstance(value, list | dict):
            return value
    for name in ("records", "results", "data", "items", "value"):
        value = document.get(name)
        if isinstance(value, list) and (not value or isinstance(value[0], dict)) and not _is_record(document):
            return value
    return None


def _recording(document: dict[str, Any]) -> list[Any] | None:
    """The answers a recording holds; None when the object is a record itself (or nothing we know)."""
    if "exchanges" in document:
        return [exchange.get("response") for exchange in _dicts(document["exchanges"])]
    if isinstance(document.get("api"), dict):
        return list(_recorded(document["api"]))
    if not _is_record(document):
        for name in _RECORDING:
            if document.get(name) and isinstance(document[name], list | dict | str):
                return [document[name]]
    return None


def _recorded(api: dict[str, Any]) -> Iterator[Any]:
    for by_path in _dicts(api.values()):
        for answers in by_path.values():
            for answer in answers if isinstance(answers, list) else [answers]:
                if isinstance(answer, dict) and "response" in answer:
                    yield answer["response"]


def _is_record(document: dict[str, Any]) -> bool:
    """A record names itself; an envelope does not."""
    return document.get("id") is not None or document.get("Id") is not None


def _quoted(document: str, names: set[str], depth: int) -> Iterator[dict[str, Any]]:
    """A body recorded as text."""
    if not document.lstrip().startswith(("{", "[")):
        return
    try:
        inner = _ANY.decode(document)
    except msgspec.DecodeError:
        return
    yield from unwrapped(inner, names, depth + 1)


def _dicts(values: Iterable[Any]) -> Iterator[dict[str, Any]]:
    return (value for value in values if isinstance(value, dict))
