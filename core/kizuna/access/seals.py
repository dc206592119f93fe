"""Seals: text that leaves the house and comes back, which only who was given it can use and nobody else can read.

AES-SIV (RFC 5297): the same text has the same seal, so that what is sealed twice can be compared; no nonce is needed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV


def key_of(pepper: str, *bound: Iterable[str]) -> bytes:
    """The key of whoever is described by these words, from the secret that tokens' digests are made with."""
    written = "\n".join(",".join(sorted(words)) for words in bound)
    return hmac.new(pepper.encode(), f"seal\n{written}".encode(), hashlib.sha512).digest()


def sealed(key: bytes, text: bytes, about: str) -> bytes:
    """The text under the key; it opens only for the same purpose."""
    return AESSIV(key).encrypt(text, [about.encode()])


def opened(key: bytes, seal: bytes, about: str) -> bytes | None:
    """The text again; None when it was sealed under another key or for another purpose, or is no seal."""
    try:
        return AESSIV(key).decrypt(seal, [about.encode()])
    except (InvalidTag, ValueError):
        return None
