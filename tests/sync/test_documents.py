"""Files larger than the memory: gone through in pieces, refused before anything of them is taken."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from kizuna.errors import PageError
from kizuna.sync.files import documents
from kizuna.sync.files.unwrap import records_in

NAMES = ("firms",)
ROW = json.dumps({"id": "0000000", "name": "Acme 絆", "note": "x" * 150}).encode()


class Made(io.RawIOBase):
    """A file of rows that is never in memory; ``wrap`` stands before, between and behind them."""

    def __init__(self, count: int, wrap: tuple[bytes, bytes, bytes], row: bytes = ROW) -> None:
        self.count, self.wrap, self.row, self.at = count, wrap, row, 0

    def _pieces(self) -> Iterator[bytes]:
        before, between, behind = self.wrap
        yield from [before] if before else ()
        for number in range(self.count):
            yield (between if number else b"") + self.row
        yield behind

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, at: int, whence: int = 0) -> int:
        self.at, self.stream, self.left = at, self._pieces(), b""
        skip = at
        while skip:
            skip -= len(self._take(skip))
        return at

    def _take(self, size: int) -> bytes:
        if not self.left:
            self.left = next(self.stream, b"")
        taken, self.left = self.left[:size], self.left[size:]
        return taken

    def readinto(self, buffer: Any) -> int:
        if not hasattr(self, "stream"):
            self.seek(0)
        taken = self._take(len(buffer))
        buffer[: len(taken)] = taken
        self.at += len(taken)
        return len(taken)


@pytest.mark.parametrize("wrap", [(b"", b"\n", b"\n"), (b"[", b",\n", b"]\n")], ids=["lines", "array"])
def test_a_large_file_is_never_in_memory_as_a_whole(wrap: tuple[bytes, bytes, bytes], monkeypatch) -> None:
    monkeypatch.setattr(documents, "PIECE_BYTES", 64 * 1024)
    file, count = Made(40_000, wrap), 0
    tracemalloc.start()

    for _ in records_in(io.BufferedReader(file), NAMES):
        count += 1

    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 40_000
    assert peak_bytes < 1_500_000 < 40_000 * len(ROW)


@pytest.mark.parametrize("piece_bytes", [1, 2, 3, 7, 64])
def test_an_array_means_the_same_wherever_it_is_cut(piece_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "PIECE_BYTES", piece_bytes)
    items = [{"id": "1", "s": '],[\\"}{絆', "n": [1.5, -12, True, None]}, 1234567, {"id": {}}, "x", [], 12]
    text = json.dumps(items, ensure_ascii=False, indent=1).encode()

    found = [json.loads(record) for record in records_in(io.BytesIO(b"\xef\xbb\xbf " + text), NAMES)]

    assert found == [*items[:3], 12]


@pytest.mark.parametrize(
    "text",
    [
        b'[{"id": "1"}, {"id": "2"},]',
        b'[{"id": "1"}',
        b'[{"id": "1"}] []',
        b'[{"id": NaN}]',
        b'[{"id": "\xff"}]',
        b"[1 2]",
    ],
)
def test_an_array_that_is_wrong_somewhere_is_refused_before_its_first_record(text: bytes) -> None:
    with pytest.raises(PageError):
        next(records_in(io.BytesIO(text), NAMES))


def test_lines_that_are_arrays_are_lines() -> None:
    text = b'[{"id": "1"}]\n[{"id": "2"}, {"id": "3"}]\n'

    assert [json.loads(record)["id"] for record in records_in(io.BytesIO(text), NAMES)] == ["1", "2", "3"]


def test_an_empty_array_holds_nothing() -> None:
    assert list(records_in(io.BytesIO(b" [ ] "), NAMES)) == []
