"""The JSON documents of a file, piece by piece: an array by its elements, one document a line, or a single one.

A file is gone through twice, so that one that is not JSON to its end is refused before anything of it is taken. Only a single
document that is no array is held in memory as a whole.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import msgspec

from kizuna.errors import PageError
from kizuna.sync.files.not_json import fault, not_json

PIECE_BYTES: Final = 1 << 20
BOM: Final = codecs.BOM_UTF8
_ANY = msgspec.json.Decoder()
_SYNTAX = msgspec.json.Decoder(msgspec.Raw)
_LOOSE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_BOUNDS = json.JSONDecoder()
_SPACE: Final = " \t\r\n"


class Unlisted(Exception):
    """The file as a whole is no JSON array."""


def documents(file: BinaryIO) -> Iterator[tuple[Any, bool]]:
    """Every document of a file that can be read twice, and whether it stands in a list of whole records.

    Such a list is one as a person writes it: whatever stands in it is meant as a record. Raises PageError before the first
    document when the file is no JSON.
    """
    begin = file.tell() + (len(BOM) if file.read(len(BOM)) == BOM else 0)
    file.seek(begin)
    listed = False
    try:
        for element in _elements(file):
            listed = listed or _names_itself(element)
    except Unlisted:
        file.seek(begin)
    else:
        file.seek(begin)
        yield from ((_ANY.decode(element), listed) for element in _elements(file))
        return
    by_line, listed = _by_lines(file)
    file.seek(begin)
    if by_line:
        yield from ((document, listed or _holds_records(document)) for document in _by_line(file))
        return
    content = file.read()
    try:
        document = _ANY.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PageError(not_json(content, str(error))) from error
    yield document, _holds_records(document)


def is_record(document: dict[str, Any]) -> bool:
    """A record names itself; an envelope does not."""
    return document.get("id") is not None or document.get("Id") is not None


def _holds_records(document: Any) -> bool:
    return isinstance(document, list) and any(isinstance(item, dict) and is_record(item) for item in document)


def _names_itself(element: str) -> bool:
    if not element.startswith("{"):
        return False
    fields = _LOOSE.decode(element)
    return any(name in fields and bytes(fields[name]) != b"null" for name in ("id", "Id"))


def _by_lines(file: BinaryIO) -> tuple[bool, bool]:
    """Whether the file holds one document a line, and whether one of these is a record, so that all are meant as such.

    PageError for a line that is no document, when the first one is.
    """
    count, listed = 0, False
    for number, line in _lines(file):
        try:
            _SYNTAX.decode(line)
            listed = listed or _names_itself(line.decode().lstrip())
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if not count:
                return False, False
            raise PageError(
                f"line {number} of the file is not JSON ({fault(str(error))}); nothing was loaded"
            ) from error
        count += 1
    return count > 1, listed


def _by_line(file: BinaryIO) -> Iterator[Any]:
    for _, line in _lines(file):
        yield _ANY.decode(line)


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines that are not empty, with their numbers."""
    number = 0
    for piece in file:
        for line in piece.splitlines():
            number += 1
            if line.strip():
                yield number, line


def _elements(file: BinaryIO) -> Iterator[str]:
    """The elements of the array that the file is, as they are written, each of them JSON. Raises Unlisted."""
    text = _Text(file)
    if text.peek() != "[":
        raise Unlisted
    text.at += 1
    if text.peek() != "]":
        while True:
            yield text.value()
            if text.peek() != ",":
                break
            text.at += 1
    if text.peek() != "]":
        raise Unlisted
    text.at += 1
    if text.peek():
        raise Unlisted


class _Text:
    """A window on a file's text; ``at`` is where it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._decoder = file, codecs.getincrementaldecoder("utf-8")()
        self._held, self._piece_bytes = "", PIECE_BYTES
        self.at = 0

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            while self.at < len(self._held):
                if self._held[self.at] not in _SPACE:
                    return self._held[self.at]
                self.at += 1
            if not self._more():
                return ""

    def value(self) -> str:
        """The JSON value that begins here. Raises Unlisted."""
        self.peek()
        end = self._end()
        found, self.at = self._held[self.at : end], end
        try:
            _SYNTAX.decode(found)  # the parser that counts is stricter
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unlisted from error
        return found

    def _end(self) -> int:
        """Where the value ends; the text goes on behind it, so that a number is not cut in the middle."""
        while True:
            try:
                _, end = _BOUNDS.raw_decode(self._held, self.at)
            except (ValueError, RecursionError):
                end = len(self._held)
            if end < len(self._held):
                self._piece_bytes = PIECE_BYTES
                return end
            if not self._more():
                raise Unlisted
            self._piece_bytes *= 2  # a long value is not begun anew for every piece

    def _more(self) -> bool:
        piece = self._file.read(self._piece_bytes)
        try:
            new = self._decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            raise Unlisted from error
        self._held, self.at = self._held[self.at :] + new, 0
        return bool(piece)
