"""Answers up to a size: what a vendor sends beyond it is not read, however small it was before it was opened."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Final

import httpx

from kizuna.errors import ConfigError

ACCEPTED: Final = "gzip, deflate"
"""The codings that are asked for: both are opened piece by piece, so that a small answer cannot burst."""
PIECE_BYTES: Final = 65_536


class Bounded(httpx.AsyncBaseTransport):
    """The transport within, its answers opened and no larger than ``most_bytes``.

    Reading a larger one raises ConfigError; ``name`` says whose answer it is.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, most_bytes: int, name: str) -> None:
        self._inner, self._most_bytes, self._name = inner, most_bytes, name

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer; its body is opened and counted as it is read."""
        response = await self._inner.handle_async_request(request)
        if isinstance(response.stream, httpx.AsyncByteStream):
            coding = response.headers.pop("content-encoding", "identity").strip().lower()
            response.stream = _Counted(response.stream, _opener(coding), self._most_bytes, self._refusal(request))
        return response

    async def aclose(self) -> None:
        """The transport within closed."""
        await self._inner.aclose()

    def _refusal(self, request: httpx.Request) -> ConfigError:
        return ConfigError(
            f"{self._name}: the answer of {request.url.host}{request.url.path} is larger than {self._most_bytes:,} bytes and "
            "was not read; raise the setting sync.answer_bytes if such answers are to be expected."
        )


class _Counted(httpx.AsyncByteStream):
    def __init__(
        self, read: httpx.AsyncByteStream, opener: _Opener | None, most_bytes: int, refusal: ConfigError
    ) -> None:
        self._read, self._opener, self._most_bytes, self._refusal = read, opener, most_bytes, refusal

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._read:
            for piece in self._opener.opened(chunk) if self._opener else (chunk,):
                size += len(piece)
                if size > self._most_bytes:
                    raise self._refusal
                yield piece
        if self._opener:
            self._opener.end()

    async def aclose(self) -> None:
        await self._read.aclose()


class _Opener:
    """Opens gzip and deflate in pieces of a bounded size; whatever is wrong with the bytes is a DecodingError."""

    def __init__(self, window_bits: int) -> None:
        self._zlib, self._raw_too = zlib.decompressobj(window_bits), window_bits == zlib.MAX_WBITS
        self._begun = False

    def opened(self, chunk: bytes) -> Iterator[bytes]:
        self._begun |= bool(chunk)
        held = False  # the last piece was full: more of what has been taken in may be waiting inside
        while chunk or held:
            try:
                piece = self._zlib.decompress(chunk, PIECE_BYTES)
            except zlib.error as error:
                if not self._raw_too:
                    raise httpx.DecodingError(f"the answer cannot be decompressed ({error})") from error
                # Some servers leave the zlib header out of «deflate»: https://www.rfc-editor.org/rfc/rfc9110 section 8.4.1.2.
                self._zlib = zlib.decompressobj(-zlib.MAX_WBITS)
                self._raw_too = False
                continue
            self._raw_too = False
            chunk, held = self._zlib.unconsumed_tail, len(piece) == PIECE_BYTES and not self._zlib.eof
            if piece:
                yield piece

    def end(self) -> None:
        if self._begun and not self._zlib.eof:  # an answer without a body may say how it would be packed
            raise httpx.DecodingError("the compressed answer ends in the middle")


def _opener(coding: str) -> _Opener | None:
    if coding in ("", "identity"):
        return None
    if coding in ("gzip", "x-gzip"):
        return _Opener(zlib.MAX_WBITS | 16)
    if coding == "deflate":
        return _Opener(zlib.MAX_WBITS)
    raise httpx.DecodingError("the answer is compressed in a way that was not asked for")
