"""Finding the records in a file: arrays, NDJSON, page envelopes, recordings of answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any, BinaryIO

import msgspec

from kizuna.sync.files.documents import documents, is_record

_ANY = msgspec.json.Decoder()
_ENCODE = msgspec.json.Encoder()
_RECORDING = ("response", "body", "json", "content", "resources")  # beside a response, the body is the request's
_DEEP = 8


def records(content: bytes, names: Sequence[str]) -> Iterator[bytes]:
    """Every record in a file's content, see `records_in`."""
    return records_in(BytesIO(content), names)


def records_in(file: BinaryIO, names: Sequence[str]) -> Iterator[bytes]:
    """Every record in the file, which can be read twice, as JSON bytes. ``names`` are the stream's names, by which an envelope may hold them.

    Understands a JSON array, one record, NDJSON, a page envelope (the list stands under the stream's name or a common
    one), and recordings: ``{"body": …}`` lines, ``exchanges[].response``, ``api.<verb>.<path>.response``. What an
    envelope lists is a record even without an id, so that it is set aside and not lost without a word.
    Raises PageError before the first record when the file is no JSON.
    """
    folded = {name.casefold() for name in names}
    for document, listed in documents(file):
        for record in unwrapped(document, folded, listed=listed):
            yield _ENCODE.encode(record)


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
        if listed or is_record(document):
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
        if isinstance(value, list) and (not value or isinstance(value[0], dict)) and not is_record(document):
            return value
    return None


def _recording(document: dict[str, Any]) -> list[Any] | None:
    """The answers a recording holds; None when the object is a record itself (or nothing we know)."""
    if "exchanges" in document:
        return [exchange.get("response") for exchange in _dicts(document["exchanges"])]
    if isinstance(document.get("api"), dict):
        return list(_recorded(document["api"]))
    if not is_record(document):
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
