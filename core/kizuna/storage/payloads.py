"""Raw payloads small: zstd with a dictionary trained on the stream's own first records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import zstandard

LEVEL = 1
DICTIONARY_BYTES = 32_768
SAMPLES_LEAST = 64
SAMPLES_BYTES = 1_500_000
PLAIN = 0
"""The dictionary id of payloads compressed without one."""


def trained(samples: Sequence[bytes]) -> bytes | None:
    """A dictionary for payloads like these, None when they are too few or too alike to train on."""
    if len(samples) < SAMPLES_LEAST:
        return None
    taken: list[bytes | bytearray | memoryview[int]] = list(samples)
    total = sum(map(len, samples))
    try:
        return zstandard.train_dictionary(min(DICTIONARY_BYTES, max(1024, total // 8)), taken).as_bytes()
    except zstandard.ZstdError:
        return None


def sampled(payloads: Sequence[bytes]) -> int:
    """How many of these payloads, from the first on, make a sample to train on."""
    total = 0
    for count, payload in enumerate(payloads):
        if total > SAMPLES_BYTES:
            return count
        total += len(payload)
    return len(payloads)


def compressor(dictionary: bytes | None) -> Callable[[bytes], bytes]:
    """A function that makes a payload small; use it in one thread only."""
    if dictionary is None:
        return zstandard.ZstdCompressor(level=LEVEL).compress
    return zstandard.ZstdCompressor(level=LEVEL, dict_data=zstandard.ZstdCompressionDict(dictionary)).compress


class Payloads:
    """Stored payloads read back; ``dictionaries`` maps the ids that stand beside them to their contents."""

    def __init__(self, dictionaries: Mapping[int, bytes]) -> None:
        self._openers: dict[int, zstandard.ZstdDecompressor] = {PLAIN: zstandard.ZstdDecompressor()}
        for key, content in dictionaries.items():
            self._openers[key] = zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(content))

    def opened(self, dictionary_id: int, payload: bytes) -> bytes:
        """The payload as the vendor sent it."""
        return self._openers[dictionary_id].decompress(payload)
