"""What a file is that should hold JSON and does not, and where it stops being JSON."""

from __future__ import annotations

import re
from typing import Final

WANTED: Final = "give payloads as the API answers them: a JSON array, one JSON object a line, or recorded pages"
_BYTE = re.compile(r" \(byte (\d+)\)$")
_SIGNATURES: Final = (
    (b"PK\x03\x04", "an Excel workbook or another ZIP archive"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"%PDF", "a PDF"),
    (b"<", "HTML or XML"),
)


def not_json(content: bytes, said: str) -> str:
    """Why the content is no JSON: its kind where that can be seen, else the line and column of the fault."""
    text = content.strip()
    if not text:
        return f"the file is empty; {WANTED}"
    kind = next((name for signature, name in _SIGNATURES if text.startswith(signature)), None)
    if kind is None and _is_csv(text):
        kind = "CSV"
    if kind is not None:
        return f"the file is {kind}, not JSON; {WANTED}"
    at = _BYTE.search(said)
    before = content[: int(at[1])] if at else text
    line, column = before.count(b"\n") + 1, len(before) - (before.rfind(b"\n") + 1) + 1
    return f"the file is not JSON at line {line}, column {column} ({fault(said)}); nothing was loaded"


def fault(said: str) -> str:
    """What the parser found wrong, without its byte offset."""
    reason = _BYTE.sub("", said).removeprefix("JSON is malformed: ")
    if reason == "Input data was truncated":
        return "it ends in the middle"
    return "it is not UTF-8 text" if "codec can't decode" in reason else reason


def _is_csv(text: bytes) -> bool:
    """Whether the first two lines have the same number of separators, and do not begin as JSON does."""
    rows = [line for line in text.splitlines() if line.strip()][:2]
    if text[:1] in (b"{", b"["):
        return False
    return any(len({row.count(mark) for row in rows} | {0}) == 2 and mark in rows[0] for mark in (b",", b";", b"\t"))
